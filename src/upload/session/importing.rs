//! Where the service makes its image of an object in the caller's own bucket: the object comes first, then the image is
//! ordered, once; what the order makes is waited for, and then the object may go.

use super::creating::Creating;
use super::{KeyState, Session, types::*};
use crate::error::{Error, Kind};
use crate::json::{Quoted, Value};
use crate::oss::trouble::{Remedy, Trouble};

/// An order whose answer was lost may show its image only after a while, milliseconds: so long none is sent again.
const SETTLES_MS: f64 = 30_000.0;
/// The same for an image that is made at once.
const PLAIN_SETTLES_MS: f64 = 10_000.0;
/// Between two looks for it.
const LOOK_AGAIN_MS: f64 = 2_000.0;
/// Taking back an order whose object is gone waits for its end so often.
const MOST_LOOKS: u32 = 20;
/// The object is tried to be deleted so often.
const TRIES: u32 = 4;

/// Why an object stays in the caller's bucket.
pub(super) const NOT_OWN: &str = "it is not known to be this upload's";

/// What an upload knows of its order.
#[derive(Default)]
pub(super) struct Importing {
    /// None before there is one, and where the answer to it was lost.
    pub(super) order: Option<String>,
    /// It has ended, or nothing more is to be heard of it.
    pub(super) settled: bool,
    /// An earlier run has given it: what it has finished since may be in use.
    was_ordered: bool,
    /// The intent to order was put down: from then on an image may be made without our having heard of it.
    pub(super) intended: bool,
    /// When the answer to it was found to be lost; when it was last intended, where an earlier run was cut off.
    pub(super) lost_at: Option<f64>,
    /// When it was last begun to look for its image: an answer says nothing of what came later, and the machine may
    /// have slept since.
    pub(super) looked_at: f64,
    /// The image is active; what is left is to tidy up.
    pub(super) tidying: bool,
    pub(super) twins_looked_for: bool,
    object_is_gone: bool,
    /// The ETag of what stood in the object's place before it: empty where nothing did, none where that is not known.
    pub(super) stood: Option<String>,
    pub(super) stood_looked: bool,
    /// The image is finished, and so the object may stay.
    pub(super) keeps_object: bool,
    /// What stands there was found to be this upload's when it began to be taken back.
    pub(super) is_own: bool,
    /// The ETag of what this upload has put there, as the store answered it.
    pub(super) etag: Option<String>,
    /// Looks for an object that may still come to stand.
    looks: u32,
    /// Looks for an image that may still appear.
    image_looks: u32,
}

impl Importing {
    pub(super) fn of(imports: Option<&Imports>) -> Self {
        let fresh = imports.is_some_and(|imports| imports.fresh);
        Importing { stood: fresh.then(String::new), stood_looked: fresh, ..Importing::default() }
    }
}

/// Entries of the package without such a service do without all of this.
const IS_THERE: bool = cfg!(any(feature = "huawei", not(target_arch = "wasm32")));

/// The image is made when the file is stored, not before.
pub(super) fn makes_image_last(config: &Config) -> bool {
    IS_THERE && config.imports.is_some() && config.image_id.is_none()
}

impl Session {
    /// The service makes its image of an object of the caller's.
    pub(super) fn imports(&self) -> bool {
        IS_THERE && self.config.imports.is_some()
    }

    pub(super) fn makes_image_last(&self) -> bool {
        makes_image_last(&self.config)
    }

    /// The image is finished, and stays or is gone: only what is left in the caller's bucket is to be taken back.
    pub fn leave_image(&mut self, stays: bool) {
        self.created = false;
        self.found = false;
        self.uncertain = false;
        self.importing.settled = true;
        self.importing.keeps_object =
            stays && self.config.imports.as_ref().is_some_and(|imports| !imports.delete_object);
    }

    /// The service has taken the order.
    pub(super) fn ordered(&mut self, now: f64, order: String) {
        self.control_went_well();
        self.importing.order = Some(order);
        self.created |= self.makes_image_last();
        self.uncertain = false;
        self.reported(now);
    }

    /// After a lost answer nothing new is found: true where the service may just not show it yet.
    pub(super) fn may_still_appear(&mut self, now: f64) -> bool {
        // An earlier run may have had another clock.
        let lost_at = self.importing.lost_at.get_or_insert(now).min(now);
        let settles = if self.makes_image_last() {
            SETTLES_MS
        } else {
            PLAIN_SETTLES_MS.min(self.config.retry.max_delay_ms)
        };
        let again = self.look_again_ms();
        // Whatever the clock says, there are only so many looks in that time.
        self.importing.image_looks += 1;
        let most = settles / again.max(1.0) + 5.0;
        if self.importing.looked_at - lost_at >= settles || f64::from(self.importing.image_looks) > most {
            self.importing.lost_at = None;
            self.importing.image_looks = 0;
            return false;
        }
        self.control.after = now + again;
        true
    }

    fn look_again_ms(&self) -> f64 {
        LOOK_AGAIN_MS.min(self.config.retry.max_delay_ms)
    }

    /// An object that is taken back is not there: true where it may come to stand after all.
    pub(super) fn may_still_stand(&mut self) -> bool {
        self.importing.looks += 1;
        let waits =
            self.imports() && self.config.plan.is_single() && !self.restored && self.importing.looks < 3;
        if waits {
            self.control.after = self.last_now + self.look_again_ms();
        }
        waits
    }

    /// The order's own end is waited for first: it says why there is no image.
    pub(super) fn advance_importing(&mut self, now: f64) {
        if self.importing.tidying {
            self.advance_tidying(now);
        } else if now >= self.poll_after {
            let job = match &self.importing.order {
                Some(order) if !self.importing.settled => Job::ShowOrder { order: order.clone() },
                _ => Job::ShowImage,
            };
            self.start_control(now, job);
        }
    }

    pub(super) fn order_shown(&mut self, now: f64, facts: OrderFacts) {
        self.control_went_well();
        if facts.image_id.is_some() && self.image_id.is_none() {
            self.image_id = facts.image_id;
            self.dirty = true;
        }
        self.importing.settled = facts.done || facts.failure.is_some();
        if let Some(error) = facts.failure {
            self.fail_for_good(error);
        } else if !facts.done {
            self.wait_for(now, "queued");
        } else if self.image_id.is_some() {
            self.poll_after = now;
        } else {
            let message = "the service has made the image, and does not say which one it is";
            self.fail_for_good(Error::new(Kind::Protocol, message));
        }
    }

    /// The store has compared what it holds with what was read, part by part.
    pub(super) fn is_verified_by_store(&self) -> bool {
        self.parts.etags == super::parts::Etags::Md5 && self.parts.file.whole.is_some()
    }

    /// The image is active, or is not waited for.
    pub(super) fn imported(&mut self) {
        if self.facts.status == "active" {
            self.importing.tidying = true;
        } else {
            self.finish_importing();
        }
    }

    fn finish_importing(&mut self) {
        if self.facts.json.is_empty() {
            let id = self.image_id.as_deref().unwrap_or_default();
            self.facts.json = format!("{{\"id\":{},\"status\":\"queued\"}}", Quoted(id));
        }
        let verified = if self.is_verified_by_store() { "md5" } else { "none" };
        self.finish_well(verified);
    }

    fn advance_tidying(&mut self, now: f64) {
        let deletes = self.config.imports.as_ref().is_some_and(|imports| imports.delete_object);
        let doubled = self.config.resends || self.may_exist;
        if doubled && self.created && self.known.is_some() && !self.importing.twins_looked_for {
            self.creating = Creating::LookForTwin;
            self.start_control(now, Job::FindImages);
        } else if deletes && !self.importing.object_is_gone {
            if self.keys_are_good(now) {
                // Days may have passed since an earlier run.
                let looks = self.restored && !self.importing.is_own;
                self.start_control(now, if looks { Job::HeadObject } else { Job::DeleteObject });
            }
        } else {
            self.finish_importing();
        }
    }

    /// The image is there whatever becomes of the object.
    pub(super) fn object_deleted(&mut self, now: f64, outcome: Outcome) {
        let trouble = match outcome {
            Outcome::Object { etag, .. } => {
                self.importing.is_own = self.is_own_object(etag.as_deref());
                if !self.importing.is_own {
                    self.leave_object(NOT_OWN);
                }
                return;
            }
            Outcome::Failed(trouble) if !super::is_gone(&trouble.error) => trouble,
            _ => {
                self.importing.object_is_gone = true;
                return;
            }
        };
        self.control.tries += 1;
        let tries = self.control.tries;
        if trouble.remedy == Remedy::NewKeys {
            self.keys.state = KeyState::Needed("expired");
        }
        let again = trouble.error.details().retryable || trouble.remedy == Remedy::NewKeys;
        if tries < TRIES && (self.correct(&trouble.remedy) || again) {
            self.control.after = now + self.backoff(tries, None);
        } else {
            self.leave_object(trouble.error.message());
        }
    }

    /// No credentials to delete it with.
    pub(super) fn keys_for_tidying_failed(&mut self, now: f64, trouble: &Trouble) {
        if trouble.error.details().retryable && self.keys.tries < TRIES {
            self.keys.after = now + self.backoff(self.keys.tries, None);
        } else {
            self.leave_object(trouble.error.message());
        }
    }

    fn leave_object(&mut self, why: &str) {
        self.importing.object_is_gone = true;
        let message = format!("the image is active, but{} is not deleted: {why}", self.object());
        self.warn("object-left", message);
    }

    pub(super) fn object(&self) -> String {
        let object = self.config.imports.as_ref().map_or("", |imports| imports.object.as_str());
        format!(" the object {}", Quoted(object))
    }

    /// The file is stored where the caller can use it, whatever becomes of the upload.
    pub(super) fn object_stays(&self) -> bool {
        let single = self.config.plan.is_single() && self.parts.all_done();
        self.imports() && (self.completed || self.reported || single)
    }

    /// What an error says of a file that is stored.
    pub(super) fn hint_at_object(&self, message: &mut String) {
        if self.object_stays() {
            message.push(';');
            message.push_str(&self.object());
            message.push_str(" holds the file");
        }
    }

    /// What an ending hears of the order; true where it is to be asked again.
    pub(super) fn order_while_ending(&mut self, now: f64, facts: &OrderFacts) -> bool {
        if let Some(id) = &facts.image_id {
            self.image_created(id.clone());
        }
        self.importing.settled = facts.done || facts.failure.is_some();
        if facts.done && self.importing.was_ordered {
            self.created = false;
            let id = self.image_id.as_deref().unwrap_or_default();
            let message = format!("not taken back: the image {}, which is finished", Quoted(id));
            self.warnings.push((super::taking_back::LEFT_BEHIND, message));
        }
        if self.importing.settled {
            return false;
        }
        self.control.tries += 1;
        if self.control.tries < MOST_LOOKS {
            self.control.after = now + LOOK_AGAIN_MS;
            return true;
        }
        self.importing.settled = true;
        let order = self.importing.order.as_deref().unwrap_or_default();
        let message = format!("not taken back: the job {} goes on, an image may come of it", Quoted(order));
        self.warnings.push((super::taking_back::LEFT_BEHIND, message));
        false
    }

    /// What an ending finds after a lost answer; true where it is to be looked again.
    pub(super) fn nothing_found_while_ending(&mut self, now: f64) -> bool {
        self.may_still_appear(now)
    }

    /// Members of a checkpoint that only such an upload has.
    pub(super) fn importing_members(&self) -> String {
        if !self.imports() {
            return String::new();
        }
        let order = match &self.importing.order {
            Some(order) => Quoted(order).to_string(),
            None => "null".to_owned(),
        };
        let etag = |name: &str, etag: &Option<String>| match etag {
            Some(etag) => format!(",\"{name}\":{}", Quoted(etag)),
            None => String::new(),
        };
        // Put down while it is under way: nobody may hear of its answer.
        let creates = matches!(self.control.running, Some((_, Job::CreateMultipartUpload, _)));
        format!(
            ",\"order\":{order},\"intended\":{},\"createLost\":{}{}{}",
            self.importing.intended,
            self.create_lost || creates,
            etag("stood", &self.importing.stood),
            etag("etag", &self.importing.etag),
        )
    }

    /// Where an upload goes on whose image is made last.
    pub(super) fn restore_importing(&mut self, saved: &Value) {
        if !self.imports() {
            return;
        }
        self.importing.order = saved.get("order").and_then(Value::as_str).map(str::to_owned);
        self.importing.was_ordered = self.importing.order.is_some();
        self.importing.intended = saved.get("intended") == Some(&Value::Bool(true));
        self.importing.stood = saved.get("stood").and_then(Value::as_str).map(str::to_owned);
        // What a run finds that goes on may be its own.
        self.importing.stood_looked = self.importing.stood.is_some() || self.parts.object_may_stand;
        self.importing.etag = saved.get("etag").and_then(Value::as_str).map(str::to_owned);
        // Of what an older client has put down it is not known; a name that is this upload's alone may be looked through.
        if let Some(lost) = saved.get("createLost") {
            self.create_lost = *lost == Value::Bool(true) || (self.create_lost && self.is_alone());
        }
        let known = self.importing.order.is_some() || (self.image_id.is_some() && self.makes_image_last());
        if known {
            self.phase = Phase::Verifying;
            self.reported = true;
            self.uncertain = false;
        } else if self.makes_image_last() {
            self.reported = false;
            self.uncertain = self.importing.intended;
            self.creating = if self.uncertain { Creating::LookAgain } else { Creating::Look };
            if core::mem::take(&mut self.completed) {
                // Somebody may have removed the object since.
                self.phase = Phase::Completing;
                self.look_for_object = true;
            }
        } else {
            self.look_for_object = self.completed;
        }
    }
}
