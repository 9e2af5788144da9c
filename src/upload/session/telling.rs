//! What the caller hears: events, warnings, progress.

use super::{Session, types::*};
use crate::error::{Error, Kind};
use crate::upload::progress::{PartsProgress, UploadProgress};

impl Session {
    pub(super) fn tell(&mut self, event: UploadEvent) {
        self.actions.push(Action::Tell(event));
    }

    /// Tells of a warning once.
    pub(super) fn warn(&mut self, code: &'static str, message: String) {
        if self.warnings.iter().any(|(known, text)| *known == code && *text == message) {
            return;
        }
        self.warnings.push((code, message.clone()));
        self.tell(UploadEvent::Warning { code, message });
    }

    /// The upload goes on; only a later run may have to begin anew.
    pub(super) fn not_saved(&mut self, reason: &str) {
        let message =
            format!("what is done cannot be put down, so a later run may not go on from here: {reason}");
        if !self.warnings.iter().any(|(code, _)| *code == "checkpoint-failed") {
            self.warn("checkpoint-failed", message);
        }
    }

    pub(super) fn confused(&mut self, job: &str) {
        self.fail(Error::new(Kind::Internal, format!("{job} ended in a way that it cannot end")));
    }

    pub(super) fn bytes_sent(&mut self) -> u64 {
        self.shown = self.shown.max(self.parts.bytes()).min(self.config.plan.size);
        self.shown
    }

    pub fn progress(&mut self) -> UploadProgress {
        let bytes = self.bytes_sent() as f64;
        let total = self.config.plan.size as f64;
        let idle = self.paused || self.offline;
        UploadProgress {
            phase: self.phase.name(),
            bytes_sent: bytes,
            bytes_total: total,
            bytes_per_second: if idle { 0.0 } else { self.rate.per_second() },
            eta_seconds: if idle { None } else { self.rate.eta(total - bytes) },
            parts: PartsProgress {
                done: self.parts.done(),
                in_flight: self.parts.in_flight(),
                total: self.config.plan.count,
            },
            retries: self.retries,
        }
    }
}
