//! One image and never two: what is looked at before it is created, and after the answer was lost.

use super::failures::is_uncertain;
use super::{Session, types::*};
use crate::error::{Error, Kind};
use crate::http::retry;
use crate::json::Quoted;
use crate::oss::trouble::{Remedy, Trouble};

/// What comes next on the way to an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Creating {
    /// Which images of this name and metadata wait for a file already?
    Look,
    /// The intent is put down.
    Intend,
    Create,
    /// The answer was lost, or an earlier run ended before it came: which one is new?
    LookAgain,
    /// It is created; was it twice?
    LookForTwin,
}

/// An image is created this soon after the intent was put down, milliseconds.
const INTENT_LASTS_MS: f64 = 10_000.0;
/// A lost answer to `createImage` is put up with so often.
const TRIES: u32 = 3;

impl Session {
    pub(super) fn advance_creating(&mut self, now: f64) {
        // While the machine slept another driver may have taken this upload over: putting the intent down again tells.
        let stale = now - self.intended_at > INTENT_LASTS_MS;
        if self.creating == Creating::Create && stale && self.config.head.is_some() {
            self.creating = Creating::Intend;
        }
        if self.creating == Creating::Intend && self.control.running.is_none() {
            self.intended_at = now;
            self.importing.intended = true;
        }
        let job = if self.image_id.is_some() && self.creating != Creating::LookForTwin {
            Job::ShowImage
        } else {
            match self.creating {
                Creating::Look | Creating::LookAgain | Creating::LookForTwin => Job::FindImages,
                Creating::Intend => Job::Save { checkpoint: self.checkpoint(now), confirms: false },
                Creating::Create => Job::CreateImage,
            }
        };
        self.start_control(now, job);
        self.uncertain |= matches!(self.control.running, Some((_, Job::CreateImage, _)));
    }

    /// What may pass is tried again; but looking is no condition of creating.
    pub(super) fn not_looked_before(&mut self, now: f64, trouble: Trouble) {
        self.control.tries += 1;
        if matches!(trouble.remedy, Remedy::Wait { .. }) && self.control.tries < TRIES {
            self.control.after = now + self.backoff(self.control.tries, None);
        } else {
            self.looked(None);
        }
    }

    /// What was known before it was created. Where that cannot be told, a lost answer will end the upload.
    pub(super) fn looked(&mut self, known: Option<Vec<String>>) {
        self.known = known;
        self.control.tries = 0;
        self.creating = if self.config.head.is_some() { Creating::Intend } else { Creating::Create };
    }

    pub(super) fn image_created(&mut self, image_id: String) {
        self.image_id = Some(image_id);
        self.created = true;
        self.uncertain = false;
        self.dirty = true;
        if self.makes_image_last() {
            self.reported(self.last_now);
        } else if self.phase == Phase::Creating {
            self.phase = Phase::Preparing;
        }
    }

    /// Where the platform may have sent the request twice, the service may have made two.
    pub(super) fn look_for_twin(&mut self) {
        if (self.config.resends || self.may_exist) && self.known.is_some() {
            self.creating = Creating::LookForTwin;
            self.phase = Phase::Creating;
        }
    }

    /// What cannot be looked at is let be.
    pub(super) fn looked_for_twin(&mut self, outcome: Outcome) {
        if let (Outcome::Found(found), Some(known)) = (outcome, self.known.clone()) {
            let twins = found.iter().filter(|id| !known.contains(id) && self.image_id.as_ref() != Some(id));
            for id in twins.cloned().collect::<Vec<_>>() {
                // It may be somebody else's: only the caller can tell.
                let message = format!(
                    "the image {id} of the same name appeared together with this upload's: the service may have made \
                     two, where an answer was lost or a browser sent a request again. If nobody else made it, delete it"
                );
                self.warn("image-doubled", message);
            }
        }
        self.creating = Creating::Create;
        self.importing.twins_looked_for = true;
        // Where the image is made last, this comes at the end.
        if self.phase == Phase::Creating {
            self.phase = Phase::Preparing;
        }
    }

    /// An image may have been made, and a gateway may have given up before that. Who is too busy has made none.
    pub(super) fn note_lost_image(&mut self, error: &Error) {
        self.creates += 1;
        let refused = |status| status == 503 || retry::is_refused_for_now(status);
        if !error.details().unsent && !error.details().status.is_some_and(refused) {
            self.may_exist = true;
            self.lost_here = true;
            self.importing.lost_at = Some(self.last_now);
        }
    }

    /// What a later run has to reckon with: an image that nobody has heard of.
    pub(super) fn may_have_created(&self) -> bool {
        let asked = matches!(self.creating, Creating::Intend | Creating::Create);
        self.may_exist || (asked && self.image_id.is_none() && self.importing.order.is_none())
    }

    /// Time has passed since an earlier run was cut off: somebody else may have made what is found.
    pub(super) fn is_unproven(&self) -> bool {
        self.restored && !self.lost_here
    }

    pub(super) fn not_created(&mut self, now: f64, trouble: Trouble) {
        self.creating = Creating::LookAgain;
        if !is_uncertain(&trouble.error) {
            self.uncertain = self.may_exist;
            self.importing.intended = self.may_exist;
            self.fail(trouble.error);
            return;
        }
        self.note_lost_image(&trouble.error);
        if (self.known.is_none() && self.may_exist) || self.creates > TRIES {
            let mut error = trouble.error;
            if self.may_exist {
                let hint = " (the image may have been created all the same: look for its name)";
                error.details_mut().message.push_str(hint);
            }
            self.fail(error);
            return;
        }
        self.note(now, &trouble.error);
        self.control.after = now + self.backoff(self.creates, None);
        self.control.tries = 0;
    }

    /// Which image is new since it was looked before.
    pub(super) fn looked_again(&mut self, now: f64, mut found: Vec<String>) {
        if !self.may_exist {
            // Nothing was made yet: what is there is somebody else's.
            self.looked(Some(found));
            return;
        }
        let Some(known) = &self.known else {
            if found.is_empty() {
                if !self.may_still_appear(now) {
                    self.creating = Creating::Create;
                }
                return;
            }
            self.cannot_tell(&found);
            return;
        };
        found.retain(|id| !known.contains(id));
        match found.len() {
            0 if self.may_still_appear(now) => {}
            0 => self.creating = Creating::Create,
            1 => {
                let id = found.swap_remove(0);
                let mut message = format!(
                    "the image {id} had been created although the answer was lost; the upload goes on with it"
                );
                let unproven = self.is_unproven();
                if unproven {
                    message.push_str(". It may be somebody else's: abort() and discard() leave it");
                }
                self.warn("image-found", message);
                self.image_created(id);
                (self.created, self.found) = (!unproven, unproven);
            }
            _ => self.cannot_tell(&found),
        }
    }

    fn cannot_tell(&mut self, found: &[String]) {
        let list: Vec<String> = found.iter().map(|id| Quoted(id).to_string()).collect();
        let message = format!(
            "the answer to createImage was lost, and several images of this name wait for a file: one of {} may be \
             it. Delete those that are not wanted, or upload into one by its imageId",
            crate::text::join(&list, ", ")
        );
        self.fail_for_good(Error::new(Kind::Service, message));
    }

    /// The look after a lost answer failed itself.
    pub(super) fn not_looked(&mut self, now: f64, trouble: Trouble) {
        self.control.tries += 1;
        let tries = self.control.tries;
        if tries > TRIES {
            self.note(now, &trouble.error);
            self.fail(trouble.error);
        } else if let Some(wait) = self.service_failed(now, trouble, tries) {
            self.control.after = now + wait;
        }
    }
}
