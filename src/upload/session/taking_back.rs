//! Taking an upload back, step by step: what is still there, in which order it goes, what had to stay.

use super::ending::{Ending, is_waited_for};
use super::{Session, types::*};
use crate::error::{Error, Kind};
use crate::oss::trouble::{Remedy, Trouble};

/// What is still to be taken back, in this order.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Step {
    /// An image that was created without our having heard of it.
    Look,
    Parts,
    /// Multipart uploads of which the same is true.
    Strays,
    Stray,
    Object,
    Report,
    Image,
    Over,
}

/// Of what could not be taken back.
pub const LEFT_BEHIND: &str = "left-behind";
/// A step of taking back is tried so often.
const TRIES: u32 = 4;

/// Whether what it stopped can be taken back by a later run: the service was away, or did not know who asks.
fn is_for_later(error: &Error) -> bool {
    let unknown = matches!(error.kind(), Kind::Auth | Kind::Aborted) || error.details().status == Some(403);
    error.details().retryable || unknown
}

/// What is said of an image, or one of several, that may be somebody else's.
pub(super) fn left_image(id: &str) -> String {
    format!("not taken back: the image {id}, which may be this upload's; if nobody else made it, delete it")
}

impl Session {
    /// The job that was under way when the end came, or a step of taking back, has ended.
    pub(super) fn ending_job_ended(&mut self, job: Job, outcome: Outcome) {
        if self.heard_while_ending(&job, &outcome) {
            return;
        }
        if let Outcome::Failed(trouble) = &outcome
            && trouble.remedy == Remedy::NewKeys
        {
            self.keys.state = super::KeyState::Needed("expired");
        }
        if is_waited_for(&job, self.takes_back_imports()) {
            return;
        }
        if let Outcome::Failed(trouble) = &outcome {
            // A run that only takes back may be the first one that hears of clock, region, addressing.
            if self.correct(&trouble.remedy) {
                return;
            }
            self.control.tries += 1;
            // Not everybody may list, whatever the keys.
            let refused = trouble.remedy == Remedy::NewKeys;
            self.keys.refusals += u32::from(refused);
            let listing = matches!(job, Job::ListMultipartUploads);
            let forbidden =
                listing && !trouble.error.details().retryable && (!refused || self.keys.refusals > 1);
            if refused && !forbidden && (self.control.tries < TRIES || self.keys.refusals == 1) {
                return;
            }
            if trouble.error.details().retryable && self.control.tries < TRIES {
                self.control.after = self.last_now + self.backoff(self.control.tries, None);
                return;
            }
            // A thing that is gone already has been taken back.
            let gone = super::failures::is_gone(&trouble.error);
            // A request whose bytes had all left may still make its object.
            if gone && matches!(job, Job::HeadObject) && self.may_still_stand() {
                return;
            }
            // A 404 that does not say that there is no image is a gateway's.
            let gateway = trouble.error.details().status == Some(404)
                && matches!(job, Job::DeleteImage | Job::Report { .. });
            // What is still being saved cannot be deleted, but may be later.
            let saving = self.phase == Phase::Verifying && matches!(job, Job::DeleteImage);
            let later = gateway || saving || is_for_later(&trouble.error);
            // The service refuses `failed` for an image that it has finished. Where the image is deleted, that is
            // enough; one that stays must not go on waiting without a word.
            let enough = matches!(job, Job::Report { .. }) && (self.created || !later);
            if !gone && !forbidden && !enough {
                self.left_behind(trouble.error.message().to_owned());
                let of_store = job.is_of_store();
                // At the service's own store the service removes what is left.
                let left = later && (!of_store || self.imports());
                self.stays |= left;
                self.store_left |= left && of_store;
            }
        }
        self.control.tries = 0;
        self.control.after = 0.0;
        self.keys.refusals = 0;
        match job {
            // It is kept with what is put down.
            _ if self.store_left && job.is_of_store() => {}
            Job::FindImages => self.uncertain = false,
            Job::ShowOrder { .. } => self.importing.settled = true,
            // Not every store lets everybody list: then nothing can be done about strays.
            Job::ListMultipartUploads => {
                self.strays.get_or_insert_default();
            }
            Job::AbortMultipartUpload { upload_id } => {
                if self.upload_id.as_ref() == Some(&upload_id) {
                    self.upload_id = None;
                }
                if let Some(strays) = &mut self.strays {
                    strays.retain(|id| *id != upload_id);
                }
            }
            Job::DeleteObject => self.forget_object(),
            // It is not there, or cannot be looked at.
            Job::HeadObject if matches!(outcome, Outcome::Failed(_)) => self.forget_object(),
            // It is kept, to be told by a later run.
            Job::Report { .. } if self.stays && !self.created => {}
            Job::Report { .. } => {
                self.reported = true;
                self.take_back_report = false;
            }
            Job::DeleteImage => self.created = self.stays,
            _ => {}
        }
    }

    pub(super) fn left_behind(&mut self, what: String) {
        self.warnings.push((LEFT_BEHIND, format!("not taken back: {what}")));
    }

    pub(super) fn forget_object(&mut self) {
        self.completed = false;
        self.parts.forget_object();
    }

    /// Without keys nothing at the store can be taken back; the service removes what belongs to a failed image. What lies in
    /// the caller's own bucket may be taken back later.
    pub(super) fn keys_for_ending_failed(&mut self, now: f64, trouble: Trouble) {
        if trouble.error.details().retryable && self.keys.tries < TRIES {
            self.keys.after = now + self.backoff(self.keys.tries, None);
            return;
        }
        self.store_left = true;
        if !self.imports() && super::failures::is_gone(&trouble.error) {
            // The service removes what belongs to an image that is deleted.
            return;
        }
        self.left_behind(trouble.error.message().to_owned());
        self.stays |= self.imports();
    }

    fn step(&self) -> Step {
        let has_keys = self.place.is_some();
        let reaches = has_keys && !self.store_left;
        // An order ends by itself where its object is gone: so that goes first.
        let imports = self.imports();
        // In the place of an image that may be another's, what was not heard of may be another's too.
        let anothers = self.found && !imports;
        let stands = self.completed || (self.parts.object_may_stand && !anothers);
        let stored = stands && !self.importing.keeps_object;
        let ordered = self.importing.order.is_some() && !self.importing.settled;
        let unknown = self.image_id.is_none() && self.uncertain && self.may_exist;
        let looks = ordered || (unknown && self.known.is_some());
        if looks && !imports {
            Step::Look
        } else if self.upload_id.is_some() && !self.completed && !self.store_left {
            Step::Parts
        // Somebody else may be sending to a place that the caller has chosen; and for what was reported the service gives no keys.
        } else if reaches
            && self.strays.is_none()
            && !anothers
            && ((!imports && !self.reported) || self.create_lost)
        {
            Step::Strays
        } else if reaches && self.strays.as_ref().is_some_and(|strays| !strays.is_empty()) {
            Step::Stray
        } else if reaches && stored && (imports || !self.reported) {
            Step::Object
        } else if looks {
            Step::Look
        } else if !imports
            && self.image_id.is_some()
            && has_keys
            && !self.found
            && (!self.reported || self.take_back_report)
            && (self.created || !self.stays)
        {
            Step::Report
        } else if self.created && self.image_id.is_some() && !self.stays {
            Step::Image
        } else {
            Step::Over
        }
    }

    /// The next step of taking everything back; the end, where nothing is left to do.
    pub(super) fn take_next_back(&mut self, now: f64, ending: Ending) {
        let step = self.step();
        // Another driver may have taken it over: putting its state down tells.
        if !self.confirmed && self.config.head.is_some() && step < Step::Over {
            let checkpoint = self.checkpoint(now);
            self.start_control(now, Job::Save { checkpoint, confirms: true });
            return;
        }
        if step > Step::Look && step <= Step::Object && !self.keys_are_good(now) {
            return;
        }
        let job = match step {
            Step::Look => match &self.importing.order {
                Some(order) => Job::ShowOrder { order: order.clone() },
                None => Job::FindImages,
            },
            Step::Strays => Job::ListMultipartUploads,
            Step::Stray => {
                let upload_id = self.strays.iter().flatten().next().cloned().unwrap_or_default();
                Job::AbortMultipartUpload { upload_id }
            }
            Step::Parts => {
                Job::AbortMultipartUpload { upload_id: self.upload_id.clone().unwrap_or_default() }
            }
            Step::Object if self.imports() && !self.is_known_as_own() => Job::HeadObject,
            Step::Object => Job::DeleteObject,
            Step::Report => Job::Report { success: false, upload_id: None },
            Step::Image => Job::DeleteImage,
            Step::Over => {
                let finish = self.taken_back(ending);
                self.finish(finish);
                return;
            }
        };
        self.start_control(now, job);
    }

    fn taken_back(&self, ending: Ending) -> Finish {
        let unknown = match &self.image_id {
            Some(id) => self.found.then(|| left_image(id)),
            None => (self.uncertain && self.may_exist)
                .then(|| "an image may have been created, and is not known".to_owned()),
        };
        let left: Vec<&str> = self
            .warnings
            .iter()
            .filter(|(code, _)| *code == LEFT_BEHIND)
            .map(|(_, message)| message.as_str())
            .chain(unknown.as_deref())
            .collect();
        let left = (!left.is_empty()).then(|| crate::text::join(&left, "; "));
        let add = |mut error: Error| {
            if let Some(left) = &left {
                let details = error.details_mut();
                details.message = format!("{}; {left}", details.message);
            }
            error
        };
        match ending {
            Ending::TakeBack(error) => Finish::Failed(add(error)),
            _ if left.is_none() => {
                let error = Error::new(Kind::Aborted, "aborted by the caller; what was stored is removed");
                Finish::Aborted(error, None)
            }
            _ => {
                let mut error =
                    add(Error::new(Kind::Aborted, "aborted by the caller").with_code(LEFT_BEHIND));
                error.details_mut().resumable = self.stays && self.config.head.is_some();
                Finish::Aborted(error, left)
            }
        }
    }
}
