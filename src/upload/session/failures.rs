//! What a failure means: wait, get keys, correct something, or end with everything kept.

use super::{KeyState, MOST_LISTED, Session, types::*};
use crate::error::{Attempt, Error, Kind};
use crate::http::retry;
use crate::oss::trouble::{Remedy, Trouble};
use crate::platform::Utc;
use crate::text;
use crate::upload::source::is_changed;

/// What becomes of a store job that failed.
pub(super) enum Verdict {
    /// Again, not before this moment.
    Again(f64),
    /// Again as soon as the keys are there; it is not the job's fault.
    AfterKeys,
    NoSuchUpload,
    CheckParts,
    /// The session has ended.
    Ended,
}

/// Answers in a row that are none before the service is given up.
const MOST_NONSENSE: u32 = 5;

/// Whether the service may have done what it was asked for although it did not say so; or says that it has not, for now.
pub(super) fn is_uncertain(error: &Error) -> bool {
    // What is lost for good on the way, because of a certificate, was never sent.
    matches!(error.kind(), Kind::Timeout | Kind::Protocol)
        || (error.kind() == Kind::Network && error.details().retryable)
        || error.details().status.is_some_and(|status| status >= 500 || retry::is_refused_for_now(status))
}

/// Whether there is no such image, object or multipart upload, by the codes that CECloud, Huawei Cloud and the stores have
/// for it. A 404 alone may be a gateway's, which says nothing of them.
pub fn is_gone(error: &Error) -> bool {
    let code = error.code().unwrap_or_default();
    matches!(code, "IMG.DBGet.NoData" | "IMG.0027" | "IMG.0144" | "NoSuchUpload" | "NoSuchKey")
}

impl Session {
    /// A failure of the service (not of the store): how long to wait, none where the upload has ended by it.
    pub(super) fn service_failed(&mut self, now: f64, trouble: Trouble, tries: u32) -> Option<f64> {
        self.note(now, &trouble.error);
        // Whoever answers nonsense again and again will not stop.
        let nonsense = trouble.error.kind() == Kind::Protocol && tries > MOST_NONSENSE;
        match trouble.remedy {
            Remedy::Wait { retry_after_ms } if !nonsense && !self.out_of_patience(now) => {
                Some(self.backoff(tries, retry_after_ms))
            }
            _ => {
                self.fail(trouble.error);
                None
            }
        }
    }

    /// A failure of the store.
    pub(super) fn store_failed(
        &mut self,
        now: f64,
        trouble: Trouble,
        generation: u32,
        tries: u32,
    ) -> Verdict {
        let error = trouble.error;
        match trouble.remedy {
            Remedy::NewKeys if generation != self.keys.generation || self.keys.state != KeyState::Good => {
                // Signed with keys that have been replaced, or are being replaced, since.
                Verdict::AfterKeys
            }
            Remedy::NewKeys => {
                self.note(now, &error);
                self.keys.refusals += 1;
                if self.keys.refusals > 3 {
                    self.fail(error);
                    return Verdict::Ended;
                }
                let expired = error.code().is_some_and(|code| text::contains(code, "Expired"));
                self.keys.state = KeyState::Needed(if expired { "expired" } else { "refused" });
                self.keys.after = now;
                Verdict::AfterKeys
            }
            Remedy::SetClock(server_ms) => {
                self.warn("clock-skew", self.skew_message(server_ms - now));
                self.actions.push(Action::SetClock { server_ms });
                self.corrected(now, error)
            }
            Remedy::SetRegion(region) => {
                self.warn(
                    "region-corrected",
                    format!(
                        "the store signs for the region {region}; set {}.region to it",
                        self.store_option()
                    ),
                );
                self.actions.push(Action::SetRegion { region });
                self.corrected(now, error)
            }
            Remedy::UseVirtualAddressing => {
                let option = self.store_option();
                let message = format!(
                    "the store wants the bucket in the host name; set {option}.addressing to 'virtual'"
                );
                self.warn("addressing-corrected", message);
                self.actions.push(Action::UseVirtualAddressing);
                self.corrected(now, error)
            }
            Remedy::Wait { retry_after_ms } => {
                self.note(now, &error);
                self.slow_down(now);
                // A 404 without a word of the store's is a gateway's, or the address is none of a store.
                let nowhere = error.details().status == Some(404) && tries > MOST_NONSENSE;
                if nowhere || self.out_of_patience(now) {
                    self.fail(error);
                    return Verdict::Ended;
                }
                Verdict::Again(now + self.backoff(tries, retry_after_ms))
            }
            Remedy::Resend if tries <= 5 => {
                self.note(now, &error);
                Verdict::Again(now)
            }
            Remedy::Resend => {
                let mut error = error;
                error.details_mut().kind = Kind::Integrity;
                self.fail(error);
                Verdict::Ended
            }
            Remedy::NoSuchUpload => Verdict::NoSuchUpload,
            Remedy::CheckParts => Verdict::CheckParts,
            Remedy::GiveUp => {
                self.fail(error);
                Verdict::Ended
            }
        }
    }

    /// What the store corrects while everything is taken back; true where the step is to be tried again.
    pub(super) fn correct(&mut self, remedy: &Remedy) -> bool {
        let action = match remedy {
            Remedy::SetClock(server_ms) => Action::SetClock { server_ms: *server_ms },
            Remedy::SetRegion(region) => Action::SetRegion { region: region.clone() },
            Remedy::UseVirtualAddressing => Action::UseVirtualAddressing,
            _ => return false,
        };
        self.corrections += 1;
        if self.corrections > self.most_corrections() {
            return false;
        }
        self.actions.push(action);
        true
    }

    /// What the option for the store is called.
    fn store_option(&self) -> &'static str {
        if self.imports() { "obs" } else { "oss" }
    }

    fn most_corrections(&self) -> u32 {
        8 + 2 * self.config.most_parallel
    }

    fn skew_message(&self, milliseconds: f64) -> String {
        let direction = if milliseconds > 0.0 { "behind" } else { "ahead of" };
        let seconds = (milliseconds.abs() / 1_000.0).round() as u64;
        format!(
            "this machine's clock is {seconds} s {direction} the store's; requests are signed with the store's time"
        )
    }

    /// A correction may be made a few times; a store that asks for more is not understood. Parts in flight may all
    /// report the same one.
    fn corrected(&mut self, now: f64, error: Error) -> Verdict {
        self.corrections += 1;
        if self.corrections > self.most_corrections() {
            self.fail(error);
            return Verdict::Ended;
        }
        Verdict::Again(now)
    }

    /// Remembers a failure for the error that may come of it.
    pub(super) fn note(&mut self, now: f64, error: &Error) {
        self.patience.failures += 1;
        self.patience.first_failure.get_or_insert(now);
        self.retries += 1;
        if self.patience.attempts.len() == MOST_LISTED {
            self.patience.attempts.remove(0);
        }
        let details = error.details();
        self.patience.attempts.push(Attempt {
            at: Utc::from_milliseconds(now).rfc3339(),
            status: details.status,
            code: details.code.clone(),
            message: details.message.clone(),
        });
    }

    /// Nothing but failures, often enough and for long enough.
    fn out_of_patience(&self, now: f64) -> bool {
        self.patience.failures >= self.config.retry.max_attempts.max(2)
            && self.patience.first_failure.is_some_and(|first| now - first >= self.config.patience_ms)
    }

    /// Ends with everything kept for later.
    pub(super) fn fail(&mut self, error: Error) {
        if self.ending.is_some() {
            return;
        }
        let mut error = error;
        let details = error.details_mut();
        if !self.patience.attempts.is_empty() {
            details.attempts = core::mem::take(&mut self.patience.attempts);
        }
        // What is stored stays stored, unless nothing has been stored yet or the caller's input is at fault. With a
        // checkpoint a later run can even wait for an image that is being saved.
        let kept = self.config.head.is_some();
        details.resumable = self.is_something_kept()
            && !matches!(details.kind, Kind::Validation | Kind::Internal | Kind::Unsupported)
            && (!self.reported || kept)
            && !self.hopeless;
        // Parts of two files may be stored: nothing of it is of use.
        let useless = is_changed(&error) && !self.reported;
        if !useless && (self.config.repeatable || self.reported || self.object_stays()) {
            let mut message = core::mem::take(&mut error.details_mut().message);
            self.hint_at_object(&mut message);
            error.details_mut().message = message;
            self.end_with(super::ending::Ending::Fail(error));
        } else {
            error.details_mut().resumable = false;
            self.end_with(super::ending::Ending::TakeBack(error));
        }
    }

    /// There is something that a later run can go on with.
    pub(super) fn is_something_kept(&self) -> bool {
        let stored = self.imports() && self.place.is_some();
        // An image that exists anyway was not even looked at.
        let untouched = self.phase == Phase::Creating && !self.restored && !self.created;
        (self.image_id.is_some() && !untouched) || (self.config.head.is_some() && (self.uncertain || stored))
    }

    /// Ends; what was kept is of no use to a later run.
    pub(super) fn fail_for_good(&mut self, error: Error) {
        self.hopeless = true;
        self.fail(error);
    }

    /// A number from 0 up to 1 (xorshift64*; the seed is the platform's).
    fn random(&mut self) -> f64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// How long to wait after so many failures in a row.
    pub(super) fn backoff(&mut self, tries: u32, asked: Option<f64>) -> f64 {
        let last = self.config.retry.base_delay_ms * f64::from(1u32 << tries.saturating_sub(1).min(12)) / 3.0;
        let random = self.random();
        retry::next_delay(&self.config.retry, last, random)
            .max(asked.unwrap_or(0.0).min(retry::LONGEST_RETRY_AFTER_MS))
    }
}
