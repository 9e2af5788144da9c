//! How far an upload or a download is, how fast it goes, and how long it will take.

use serde::Serialize;

/// What a user's `onProgress` of an upload sees.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadProgress {
    pub phase: &'static str,
    pub bytes_sent: f64,
    pub bytes_total: f64,
    pub bytes_per_second: f64,
    pub eta_seconds: Option<f64>,
    pub parts: PartsProgress,
    pub retries: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartsProgress {
    pub done: u32,
    pub in_flight: u32,
    pub total: u32,
}

/// A smoothed rate: an exponential average over about ten seconds.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    last: Option<(f64, f64)>,
    per_second: f64,
}

/// The caller hears of progress at most so often, milliseconds.
pub const PROGRESS_MS: f64 = 100.0;

/// Whether the caller hears of progress again. A clock that was set back since says nothing of how long ago it was.
pub fn is_due(now: f64, told: f64) -> bool {
    !(told..told + PROGRESS_MS).contains(&now)
}

const WINDOW_MS: f64 = 10_000.0;
const SHORTEST_STEP_MS: f64 = 200.0;

impl Rate {
    /// Takes note of how many bytes have been moved in all by now.
    pub fn note(&mut self, now: f64, bytes: f64) {
        // Nor does it say how fast it went.
        let Some((then, before)) = self.last.filter(|(then, _)| *then <= now) else {
            self.last = Some((now, bytes));
            return;
        };
        let step = now - then;
        if step < SHORTEST_STEP_MS {
            return;
        }
        let current = (bytes - before).max(0.0) / step * 1_000.0;
        let weight = if self.per_second == 0.0 { 1.0 } else { 1.0 - (-step / WINDOW_MS).exp() };
        self.per_second += weight * (current - self.per_second);
        self.last = Some((now, bytes));
    }

    /// After a pause the old rate says nothing.
    pub fn reset(&mut self) {
        *self = Rate::default();
    }

    pub fn per_second(&self) -> f64 {
        self.per_second.round()
    }

    /// Seconds that the rest will take; none while nothing is known.
    pub fn eta(&self, rest: f64) -> Option<f64> {
        if rest <= 0.0 {
            Some(0.0)
        } else if self.per_second < 1.0 {
            None
        } else {
            Some((rest / self.per_second).ceil())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_line_is_shown_as_it_is() {
        let mut rate = Rate::default();
        assert_eq!(rate.eta(10.0), None);
        for second in 0..60 {
            rate.note(f64::from(second) * 1_000.0, f64::from(second) * 5_000.0);
        }
        assert_eq!(rate.per_second(), 5_000.0);
        assert_eq!(rate.eta(50_000.0), Some(10.0));
        assert_eq!(rate.eta(0.0), Some(0.0));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        assert!(is_due(0.0, f64::NEG_INFINITY));
        assert!(!is_due(5_000.0, 5_000.0) && !is_due(5_099.0, 5_000.0));
        assert!(is_due(5_100.0, 5_000.0) && is_due(4_999.0, 5_000.0));

        let mut rate = Rate::default();
        for second in 0..60 {
            let now = f64::from(second) - if second < 30 { 0.0 } else { 3_600.0 };
            let speed = if second < 30 { 5_000.0 } else { 100_000.0 };
            rate.note(now * 1_000.0, f64::from(second) * speed);
        }
        assert!(rate.per_second() > 90_000.0, "the rate goes on");
    }

    #[test]
    fn a_burst_does_not_shake_the_estimate() {
        let mut rate = Rate::default();
        for second in 0..60 {
            rate.note(f64::from(second) * 1_000.0, f64::from(second) * 5_000.0);
        }
        rate.note(60_000.0, 59.0 * 5_000.0 + 50_000.0);
        assert!(rate.per_second() < 15_000.0);
    }
}
