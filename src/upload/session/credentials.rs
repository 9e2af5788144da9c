//! Credentials: asked for once, however many parts wait for them.

use super::failures::is_gone;
use super::{KeyState, Session, types::*};
use crate::oss::trouble::Remedy;

impl Session {
    /// Asks for credentials where they are needed; true where they are good.
    pub(super) fn keys_are_good(&mut self, now: f64) -> bool {
        self.want_keys(now);
        self.keys.state == KeyState::Good
    }

    pub(super) fn want_keys(&mut self, now: f64) {
        if let KeyState::Needed(reason) = self.keys.state
            && now >= self.keys.after
        {
            let id = self.start(Job::Prepare);
            self.keys.state = KeyState::Asking(id, reason);
        }
    }

    pub(super) fn prepared(&mut self, now: f64, reason: &'static str, outcome: Outcome) {
        match outcome {
            Outcome::Prepared { place } => {
                self.went_well();
                self.absences = 0;
                self.keys.tries = 0;
                self.keys.state = KeyState::Good;
                self.keys.generation += 1;
                self.tell(UploadEvent::Credentials { reason });
                if self.place.as_ref().is_some_and(|old| *old != place) && !self.completed {
                    // Another bucket or key: what is stored lies where the service no longer looks.
                    let mut why = "the service named another place for the file".to_owned();
                    if let (Some(old), Some(upload_id)) = (&self.place, &self.upload_id) {
                        why = format!("{why}; the parts in {old} stay (multipart upload {upload_id})");
                    }
                    self.start_over(now, &why);
                }
                self.dirty |= self.place.as_ref() != Some(&place);
                self.place = Some(place);
                if self.phase == Phase::Preparing {
                    self.phase = Phase::Uploading;
                }
            }
            Outcome::Failed(trouble) => {
                self.keys.state = KeyState::Needed(reason);
                self.keys.tries += 1;
                let tries = self.keys.tries;
                if self.imports() && self.importing.tidying && self.ending.is_none() {
                    self.keys_for_tidying_failed(now, &trouble);
                } else if self.ending.is_some() {
                    self.keys_for_ending_failed(now, trouble);
                } else if !self.imports()
                    && !matches!(trouble.remedy, Remedy::Wait { .. })
                    && is_gone(&trouble.error)
                {
                    self.keys.after = now + self.gone_again();
                    self.image_is_gone(trouble.error);
                } else if let Some(wait) = self.service_failed(now, trouble, tries) {
                    self.keys.after = now + wait;
                }
            }
            _ => self.confused("Prepare"),
        }
    }
}
