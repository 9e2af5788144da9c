//! From a file that is reported to an image that is active and found to be the file that was read.

use super::{KeyState, Session, types::*};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind};
use crate::oss::is_md5;

/// The slowest poll of an image that is being saved, milliseconds.
const SLOWEST_POLL_MS: f64 = 5_000.0;

/// How long an image that may not be this upload's is waited for where nobody wants to wait, milliseconds.
const DOUBTFUL_MS: f64 = 600_000.0;

impl Session {
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
        self.absences = 0;
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
            self.wait_until = Some(now + self.config.wait_ms.unwrap_or(DOUBTFUL_MS));
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
