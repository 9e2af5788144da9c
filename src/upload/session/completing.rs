//! From the last part to a file that stands whole at the store and is reported.

use super::ending::Ending;
use super::failures::{Verdict, is_gone};
use super::parts::Etags;
use super::{KeyState, Session, types::*};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind};
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{StoredPart, is_md5, plain_etag};
use crate::upload::source::is_changed;

/// Parts that the store has taken and does not list are sent again so many times.
const MOST_RELISTED: u32 = 5;

/// The service is asked again so often whether an image is gone, and so much later each time, milliseconds.
const GONE_AGAIN: u32 = 3;
const GONE_AGAIN_MS: f64 = 3_000.0;

/// A file that cannot be looked at is looked at again so often.
const MOST_SOURCE_CHECKS: u32 = 3;

/// The store may refuse its own list of parts so often.
const MOST_CHECKS: u32 = 3;

impl Session {
    pub(super) fn advance_completing(&mut self, now: f64) {
        let job = if !self.source_checked {
            Job::CheckSource
        } else if self.imports()
            && !self.importing.stood_looked
            && !self.completed
            && !self.config.plan.is_single()
        {
            if !self.keys_are_good(now) {
                return;
            }
            Job::HeadObject
        } else if self.must_save && self.config.head.is_some() {
            // A run that finds the image past being queued must know the file's digest, to tell whether it is its own.
            Job::Save { checkpoint: self.checkpoint(now), confirms: false }
        } else if self.is_stored() && self.makes_image_last() {
            self.phase = Phase::Creating;
            self.advance_creating(now);
            return;
        } else if self.is_stored() {
            Job::Report { success: true, upload_id: self.upload_id.clone() }
        } else if !self.keys_are_good(now) {
            return;
        } else {
            let upload_id = self.upload_id.clone().unwrap_or_default();
            if self.look_for_object {
                Job::HeadObject
            } else if self.parts.etags_missing() || self.listing.is_some() {
                let marker = self.listing.as_ref().map_or(0, |(_, marker)| *marker);
                Job::ListParts { upload_id, marker }
            } else {
                self.parts.object_may_stand = true;
                Job::CompleteMultipartUpload { upload_id, parts: self.parts.list() }
            }
        };
        self.start_control(now, job);
    }

    /// The object stands; an earlier run's was looked at.
    fn is_stored(&self) -> bool {
        (self.completed && !self.look_for_object) || self.config.plan.is_single()
    }

    pub(super) fn completing_ended(&mut self, now: f64, job: Job, generation: u32, outcome: Outcome) {
        match (job, outcome) {
            (Job::CheckSource, Outcome::Done) => {
                self.source_checked = true;
                self.must_save = true;
                // What makes the object follows.
                self.parts.object_may_stand = true;
            }
            (Job::DeleteObject | Job::HeadObject, outcome) if self.imports() && self.importing.tidying => {
                self.object_deleted(now, outcome);
            }
            (Job::HeadObject, Outcome::Object { etag, .. }) if !self.look_for_object => {
                self.store_went_well();
                self.importing.stood = etag.map(|etag| plain_etag(&etag));
                self.importing.stood_looked = true;
                self.must_save = true;
            }
            (Job::CheckSource, Outcome::Failed(trouble)) => self.source_unknown(now, trouble.error),
            (Job::ListParts { .. }, Outcome::Parts(page)) => {
                self.store_went_well();
                let (mut all, _) = self.listing.take().unwrap_or_default();
                all.extend(page.parts);
                match page.next {
                    Some(marker) => self.listing = Some((all, marker)),
                    None if self.inventory => self.take_inventory(now, &all),
                    None => self.listed(now, &all),
                }
            }
            (Job::CompleteMultipartUpload { .. }, Outcome::Completed { etag }) => {
                self.store_went_well();
                self.object_stands(etag);
            }
            (Job::HeadObject, Outcome::Object { size, etag }) => {
                self.store_went_well();
                self.look_for_object = false;
                let own = !self.imports() || self.is_own_object(etag.as_deref());
                if own
                    && size.is_none_or(|size| size == self.config.plan.size)
                    && self.etag_fits(etag.as_deref())
                {
                    self.completed = true;
                    self.inventory = false;
                    self.phase = Phase::Completing;
                    self.dirty = true;
                } else {
                    if !own {
                        self.importing.stood = etag.as_deref().map(plain_etag);
                    }
                    self.start_over(now, "the store holds another object in its place");
                }
            }
            (Job::Report { .. }, Outcome::Ordered { order }) if self.imports() => self.ordered(now, order),
            (Job::ShowOrder { .. }, Outcome::Order(facts)) if self.imports() => self.order_shown(now, facts),
            (Job::Report { .. }, Outcome::Done) => {
                self.control_went_well();
                self.reported(now);
            }
            (Job::Report { .. }, Outcome::Failed(trouble)) => {
                // The answer to an earlier report may have been lost: then the image is past being queued.
                self.control.tries += 1;
                let tries = self.control.tries;
                if matches!(trouble.remedy, Remedy::Wait { .. }) {
                    if let Some(wait) = self.service_failed(now, trouble, tries) {
                        self.control.after = now + wait;
                    }
                } else {
                    self.refusal = Some(trouble.error);
                    self.phase = Phase::Verifying;
                    self.poll_after = now;
                }
            }
            (Job::ShowImage, Outcome::Failed(trouble))
                if (self.restored || self.phase != Phase::Creating)
                    && !matches!(trouble.remedy, Remedy::Wait { .. })
                    && is_gone(&trouble.error) =>
            {
                self.control.after = now + self.gone_again();
                self.image_is_gone(trouble.error);
            }
            (Job::DeleteImage, outcome) => self.gone_image_deleted(now, outcome),
            (Job::ShowImage | Job::ShowOrder { .. }, Outcome::Failed(trouble)) => {
                self.control.tries += 1;
                let tries = self.control.tries;
                if let Some(wait) = self.service_failed(now, trouble, tries) {
                    self.control.after = now + wait;
                }
            }
            (job, Outcome::Failed(trouble)) => {
                let absent = trouble.error.details().status == Some(404) && matches!(job, Job::HeadObject);
                if matches!(job, Job::HeadObject) && !self.look_for_object {
                    // Who may write need not be allowed to look.
                    let again = match &trouble.remedy {
                        Remedy::NewKeys => self.keys.refusals == 0,
                        remedy => !matches!(remedy, Remedy::GiveUp),
                    };
                    if absent || !again {
                        self.importing.stood = absent.then(String::new);
                        self.importing.stood_looked = true;
                        self.must_save = true;
                        self.control_went_well();
                        if trouble.remedy == Remedy::NewKeys {
                            self.keys.state = KeyState::Needed("refused");
                        }
                        return;
                    }
                }
                if matches!(job, Job::CreateMultipartUpload) {
                    self.note_lost_creation(&trouble);
                }
                if absent {
                    self.look_for_object = false;
                    self.start_over(now, "the store knows neither the multipart upload nor the object");
                    return;
                }
                self.control.tries += 1;
                let error = trouble.error.clone();
                match self.store_failed(now, trouble, generation, self.control.tries) {
                    Verdict::Again(after) => self.control.after = after,
                    Verdict::AfterKeys => self.control.tries -= 1,
                    // It may have been completed, and the answer lost.
                    Verdict::NoSuchUpload if self.phase == Phase::Completing || self.may_be_completed() => {
                        self.look_for_object = true;
                        self.listing = None;
                    }
                    Verdict::NoSuchUpload => {
                        self.start_over(now, "the store does not know the multipart upload")
                    }
                    Verdict::CheckParts => {
                        self.note(now, &error);
                        self.part_checks += 1;
                        if self.part_checks > MOST_CHECKS {
                            self.fail(error);
                            return;
                        }
                        self.listing = Some(Default::default());
                        self.control.after = now + self.backoff(self.part_checks, None);
                    }
                    Verdict::Ended => {}
                }
            }
            _ => self.confused("a job"),
        }
    }

    /// A disk that cannot be looked at just now says nothing of the file.
    fn source_unknown(&mut self, now: f64, error: Error) {
        self.control.tries += 1;
        if is_changed(&error) || self.control.tries > MOST_SOURCE_CHECKS {
            self.fail(error);
        } else {
            self.note(now, &error);
            self.control.after = now + self.backoff(self.control.tries, None);
        }
    }

    fn listed(&mut self, now: f64, all: &[StoredPart]) {
        if !self.check_listed(now, all) && self.ending.is_none() {
            self.phase = Phase::Uploading;
            self.part_checks = 0;
            self.relisted += 1;
            if self.relisted > MOST_RELISTED {
                let message = format!("the store has lost parts that it had taken, {MOST_RELISTED} times");
                self.fail(Error::new(Kind::Storage, message));
            }
        }
    }

    /// How soon the service is asked again whether an image is gone: where it is deleted on its word, not as soon as other
    /// calls may be.
    pub(super) fn gone_again(&self) -> f64 {
        if self.created { GONE_AGAIN_MS } else { GONE_AGAIN_MS.min(self.config.retry.max_delay_ms) }
    }

    /// The service does not know the image any more. Not each of its machines may have heard of a new one: it is asked
    /// again. One that this upload has created is forgotten when the service has nothing to delete either; one that was
    /// reported is finished, and not deleted on such a word.
    pub(super) fn image_is_gone(&mut self, error: Error) {
        self.absences += 1;
        if self.absences <= GONE_AGAIN {
            return;
        }
        let mut error = error;
        let message = format!("the image was deleted meanwhile: {}", error.message());
        error.details_mut().message = message;
        if self.created && !self.reported {
            (self.control.tries, self.control.after) = (0, 0.0);
            self.gone = Some(error);
        } else {
            self.fail_for_good(error);
        }
    }

    fn gone_image_deleted(&mut self, now: f64, outcome: Outcome) {
        match (outcome, self.gone.take()) {
            (Outcome::Failed(trouble), gone) if !is_gone(&trouble.error) => {
                self.control.tries += 1;
                let tries = self.control.tries;
                if let Some(wait) = self.service_failed(now, trouble, tries) {
                    self.control.after = now + wait;
                    self.gone = gone;
                }
            }
            (_, Some(gone)) => self.fail_for_good(gone),
            _ => self.confused("DeleteImage"),
        }
    }

    /// The store may have done what it was asked for.
    pub(super) fn note_lost_creation(&mut self, trouble: &Trouble) {
        self.create_lost |= super::failures::is_uncertain(&trouble.error);
    }

    /// The ETag that the whole object must have; none where the parts' MD5s are not known.
    pub(super) fn expected_etag(&self) -> Option<String> {
        let whole = self.parts.file.whole?;
        let count = self.config.plan.count;
        Some(if count == 1 { hex(&whole) } else { self.parts.chain.etag(count) })
    }

    /// An earlier run had read the whole file: it may have completed the upload without having put that down.
    fn may_be_completed(&self) -> bool {
        self.inventory && self.parts.object_may_stand
    }

    /// An ETag that can be compared and is another one means other bytes.
    fn etag_fits(&self, etag: Option<&str>) -> bool {
        let Some(etag) = etag.map(plain_etag) else { return true };
        if self.importing.etag.as_ref().is_some_and(|own| *own != etag) {
            return false;
        }
        let Some(expected) = self.expected_etag() else { return true };
        !self.is_comparable(&etag) || etag.eq_ignore_ascii_case(&expected)
    }

    /// Whether an object's ETag is made of MD5s.
    pub(super) fn is_comparable(&self, etag: &str) -> bool {
        self.parts.etags == Etags::Md5 && is_md5(crate::text::before(etag, "-"))
    }

    fn object_stands(&mut self, etag: Option<String>) {
        self.completed = true;
        self.dirty = true;
        self.note_etag(etag.as_deref());
        if !self.etag_fits(etag.as_deref()) {
            let message = format!(
                "the object that the store put together is not the file: its ETag is {}, not {}",
                plain_etag(&etag.unwrap_or_default()),
                self.expected_etag().unwrap_or_default()
            );
            self.take_back(message);
        }
    }

    /// The image cannot be good: the service is told so and nothing of it stays.
    pub(super) fn take_back(&mut self, message: String) {
        self.take_back_report = self.reported;
        self.end_with(Ending::TakeBack(Error::new(Kind::Integrity, message)));
    }
}
