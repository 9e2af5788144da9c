//! From the last part to an image that is active and found to be the file that was read.

use super::ending::Ending;
use super::failures::Verdict;
use super::parts::Etags;
use super::{KeyState, Session, types::*};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind};
use crate::oss::trouble::Remedy;
use crate::oss::{StoredPart, is_md5, plain_etag};

/// The slowest poll of an image that is being saved, milliseconds.
const SLOWEST_POLL_MS: f64 = 5_000.0;

/// Whether the service says that there is no such image.
fn is_unknown(error: &Error) -> bool {
    error.code() == Some("IMG.DBGet.NoData") || error.details().status == Some(404)
}

impl Session {
    pub(super) fn advance_completing(&mut self, now: f64) {
        let job = if !self.source_checked {
            Job::CheckSource
        } else if self.must_save && self.config.head.is_some() {
            // A run that finds the image past being queued must know the file's digest, to tell whether it is its own.
            Job::Save { checkpoint: self.checkpoint(now) }
        } else if (self.completed || self.config.plan.is_single()) && self.makes_image_last() {
            self.phase = Phase::Creating;
            self.advance_creating(now);
            return;
        } else if self.completed || self.config.plan.is_single() {
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

    pub(super) fn completing_ended(&mut self, now: f64, job: Job, generation: u32, outcome: Outcome) {
        match (job, outcome) {
            (Job::CheckSource, Outcome::Done) => {
                self.source_checked = true;
                self.must_save = true;
            }
            // Parts of two files may be stored: nothing of it is of use.
            (Job::CheckSource, Outcome::Failed(trouble)) => self.end_with(Ending::TakeBack(trouble.error)),
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
                if size.is_none_or(|size| size == self.config.plan.size) && self.etag_fits(etag.as_deref()) {
                    self.completed = true;
                    self.inventory = false;
                    self.phase = Phase::Completing;
                    self.dirty = true;
                } else {
                    self.start_over(now, "the store holds another object in its place");
                }
            }
            (Job::Report { .. }, Outcome::Ordered { order }) if self.imports() => self.ordered(now, order),
            (Job::ShowOrder { .. }, Outcome::Order(facts)) if self.imports() => self.order_shown(now, facts),
            (Job::DeleteObject, outcome) if self.imports() => self.object_deleted(now, outcome),
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
                if self.restored
                    && !matches!(trouble.remedy, Remedy::Wait { .. })
                    && is_unknown(&trouble.error) =>
            {
                let mut error = trouble.error;
                let message = format!("the image was deleted meanwhile: {}", error.message());
                error.details_mut().message = message;
                self.fail_for_good(error);
            }
            (Job::ShowImage | Job::ShowOrder { .. }, Outcome::Failed(trouble)) => {
                self.control.tries += 1;
                let tries = self.control.tries;
                if let Some(wait) = self.service_failed(now, trouble, tries) {
                    self.control.after = now + wait;
                }
            }
            (job, Outcome::Failed(trouble)) => {
                let absent = trouble.error.details().status == Some(404) && matches!(job, Job::HeadObject);
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
                    Verdict::CheckParts if self.control.tries <= 3 => self.listing = Some(Default::default()),
                    Verdict::CheckParts => self.fail(error),
                    Verdict::Ended => {}
                }
            }
            _ => self.confused("a job"),
        }
    }

    fn listed(&mut self, now: f64, all: &[StoredPart]) {
        if !self.check_listed(now, all) && self.ending.is_none() {
            self.phase = Phase::Uploading;
        }
    }

    /// The ETag that the whole object must have; none where the parts' MD5s are not known.
    fn expected_etag(&self) -> Option<String> {
        let whole = self.parts.file.whole?;
        let count = self.config.plan.count;
        Some(if count == 1 { hex(&whole) } else { self.parts.chain.etag(count) })
    }

    /// An earlier run had read the whole file: it may have completed the upload without having put that down.
    fn may_be_completed(&self) -> bool {
        self.inventory && (self.parts.file.whole.is_some() || !self.config.digest)
    }

    /// An ETag that can be compared and is another one means other bytes.
    fn etag_fits(&self, etag: Option<&str>) -> bool {
        let (Some(etag), Some(expected)) = (etag, self.expected_etag()) else { return true };
        let etag = plain_etag(etag);
        let comparable = self.parts.etags == Etags::Md5 && is_md5(crate::text::before(&etag, "-"));
        !comparable || etag.eq_ignore_ascii_case(&expected)
    }

    fn object_stands(&mut self, etag: Option<String>) {
        self.completed = true;
        self.dirty = true;
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
    fn take_back(&mut self, message: String) {
        self.take_back_report = self.reported;
        self.end_with(Ending::TakeBack(Error::new(Kind::Integrity, message)));
    }

    pub(super) fn reported(&mut self, now: f64) {
        self.reported = true;
        self.dirty = true;
        self.phase = Phase::Verifying;
        self.poll_after = now;
        self.wait_until = self.config.wait_ms.map(|wait| now + wait);
    }

    pub(super) fn advance_verifying(&mut self, now: f64) {
        if self.imports() {
            self.advance_importing(now);
        } else if now >= self.poll_after {
            self.start_control(now, Job::ShowImage);
        }
    }

    /// The service has told of the image: before the upload, or while it is being saved.
    pub(super) fn image_shown(&mut self, now: f64, facts: ImageFacts) {
        self.control_went_well();
        let status = facts.status.clone();
        let id = self.image_id.clone().unwrap_or_default();
        if self.phase == Phase::Creating {
            self.dirty = true;
            match status.as_str() {
                "queued" if self.completed => self.phase = Phase::Completing,
                "queued" => {
                    self.reported = false;
                    self.phase = Phase::Preparing;
                }
                // What an earlier run has reported, or has done without having put it down.
                "saving" | "active" if self.restored && self.is_whole() => {
                    self.doubtful = !self.reported && !self.completed;
                    self.reported(now);
                }
                _ => {
                    let meanwhile = if self.restored { " meanwhile" } else { "" };
                    self.fail_for_good(Error::new(
                        Kind::Service,
                        format!("the image {id} is {status}{meanwhile}: only a queued image takes a file"),
                    ));
                    return;
                }
            }
            if self.phase != Phase::Verifying {
                return;
            }
        }
        self.facts = facts;
        if let Some(refusal) = self.refusal.take() {
            // Was the refusal only of a report that had been heard before?
            if !matches!(status.as_str(), "saving" | "active") {
                if status == "queued" && !core::mem::replace(&mut self.rechecked, true) {
                    self.recheck(now);
                } else {
                    self.fail(refusal);
                }
                return;
            }
            self.reported(now);
        }
        match status.as_str() {
            "active" => self.verify(),
            "killed" | "deleted" => self.fail_for_good(Error::new(
                Kind::Service,
                format!("the service did not take the file: the image {id} is {status}"),
            )),
            status => self.wait_for(now, status),
        }
    }

    /// The image is not ready yet.
    pub(super) fn wait_for(&mut self, now: f64, status: &str) {
        if self.config.wait_ms.is_none() && !self.doubtful {
            self.verify();
            return;
        }
        // A run that goes on with an image that was reported before has not begun to wait.
        if self.wait_until.is_none() {
            self.wait_until = self.config.wait_ms.map(|wait| now + wait);
        }
        if self.wait_until.is_some_and(|until| now >= until) {
            let id = self.image_id.as_deref().unwrap_or_default();
            let message =
                format!("the file is stored, but the image {id} is still {status}; ask for it later");
            self.fail(Error::new(Kind::Timeout, message));
        } else {
            self.poll_after = now + self.poll_delay;
            self.poll_delay = (self.poll_delay * 1.5).min(SLOWEST_POLL_MS);
        }
    }

    /// The service refuses a file that was stored: is it still there, and where the service looks for it?
    fn recheck(&mut self, now: f64) {
        // Asking for credentials tells the place anew.
        self.keys.state = KeyState::Needed("first");
        if self.config.plan.is_single() {
            self.start_over(now, "the service does not take the file that was stored");
            return;
        }
        self.phase = Phase::Completing;
        self.completed = false;
        self.look_for_object = true;
    }

    /// All bytes were sent, as far as this client knows.
    fn is_whole(&self) -> bool {
        self.completed || self.reported || self.parts.file.whole.is_some()
    }

    /// Compares the image with what was read.
    fn verify(&mut self) {
        let read = self.parts.file.whole.map(|md5| hex(&md5));
        let checksum = crate::text::trim(&self.facts.checksum).to_ascii_lowercase();
        let size = self.facts.size.filter(|size| *size > 0);
        if self.doubtful && read.as_ref() != Some(&checksum) {
            let message = "the image was finished meanwhile, and it cannot be told whether with this file: its \
                           checksum is not the file's MD5";
            self.fail_for_good(Error::new(Kind::Service, message));
            return;
        }
        if self.imports() {
            self.imported();
            return;
        }
        if let Some(size) = size
            && size != self.config.plan.size
        {
            let message = format!("the image has {size} bytes, the file {}", self.config.plan.size);
            self.take_back(message);
            return;
        }
        let mut verified = if size.is_some() { "size" } else { "none" };
        match &read {
            Some(read) if is_md5(&checksum) && *read != checksum => {
                let message = format!("the image's checksum is {checksum}, the file's MD5 {read}");
                self.take_back(message);
                return;
            }
            Some(_) if is_md5(&checksum) => verified = "md5",
            Some(_) => self.warn(
                "checksum-unverified",
                format!(
                    "the image's checksum is {}, no MD5: the file was not compared with it",
                    crate::json::Quoted(&checksum)
                ),
            ),
            None => {}
        }
        self.finish_well(verified);
    }

    pub(super) fn finish_well(&mut self, verified: &'static str) {
        self.phase = Phase::Done;
        let warnings = self.warnings.iter().map(|(_, message)| message.clone()).collect();
        let image = core::mem::take(&mut self.facts.json);
        let md5 = self.parts.file.whole.map(|md5| hex(&md5));
        let order = self.importing.order.clone();
        let object = self.config.imports.as_ref().map(|imports| imports.object.clone());
        self.finish(Finish::Done(Summary { image, order, object, md5, verified, warnings }));
    }
}
