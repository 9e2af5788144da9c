//! When a request is repeated and after how long: one module that everything goes through.

use super::Headers;
use crate::platform::parse_date;
use crate::text::whole_number;

/// What a client's `retry` option sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Attempts in all, the first one included.
    pub max_attempts: u32,
    pub base_delay_ms: f64,
    pub max_delay_ms: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { max_attempts: 4, base_delay_ms: 300.0, max_delay_ms: 20_000.0 }
    }
}

/// Whether an operation may be sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is as good as once.
    Safe,
    /// Safe, and a repetition that is answered with one of these codes finds the work already done by the
    /// attempt whose answer was lost.
    SafeUntil(&'static [&'static str]),
    /// The same, told by a status where the service's errors have no codes.
    SafeUntilStatus(u16),
    /// Not once a byte may have reached the server.
    Once,
}

/// Statuses that say «not now», not «no».
pub fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Of these, who says that nothing was done: whatever was asked for may be asked for again.
pub fn is_refused_for_now(status: u16) -> bool {
    matches!(status, 425 | 429)
}

/// Decorrelated jitter: each delay is drawn between the base and three times the last one, never above the most.
pub fn next_delay(policy: &Policy, last: f64, random: f64) -> f64 {
    let upper = (last.max(policy.base_delay_ms) * 3.0).max(policy.base_delay_ms);
    (policy.base_delay_ms + random * (upper - policy.base_delay_ms)).min(policy.max_delay_ms)
}

/// Milliseconds that a `Retry-After` header asks for: seconds, or a date. That is one of the server's clock, which the answer
/// tells too; where it does not, or a page may not see it, ours stands in.
pub fn retry_after(headers: &Headers, now: f64) -> Option<f64> {
    let value = headers.get("retry-after")?.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(whole_number(value).unwrap_or(u64::MAX) as f64 * 1_000.0);
    }
    let now = headers.get("date").and_then(parse_date).unwrap_or(now);
    parse_date(value).map(|date| (date - now).max(0.0))
}

/// The longest wait that a server's `Retry-After` is granted; a longer one ends the call instead.
pub const LONGEST_RETRY_AFTER_MS: f64 = 120_000.0;

/// How long to wait before the next attempt; none when it must not, or need not, be repeated.
pub fn decide(
    policy: &Policy,
    attempt: u32,
    last_delay: f64,
    random: f64,
    asked: Option<f64>,
) -> Option<f64> {
    if attempt >= policy.max_attempts {
        return None;
    }
    let delay = next_delay(policy, last_delay, random);
    match asked {
        Some(asked) if asked > LONGEST_RETRY_AFTER_MS => None,
        Some(asked) => Some(asked.max(delay.min(policy.base_delay_ms))),
        None => Some(delay),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { max_attempts: 3, base_delay_ms: 100.0, max_delay_ms: 1_000.0 };

    #[test]
    fn delays_grow_within_bounds() {
        assert_eq!(next_delay(&POLICY, 0.0, 0.0), 100.0);
        assert_eq!(next_delay(&POLICY, 0.0, 1.0), 300.0);
        assert_eq!(next_delay(&POLICY, 300.0, 1.0), 900.0);
        assert_eq!(next_delay(&POLICY, 900.0, 1.0), 1_000.0);
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        assert!(decide(&POLICY, 2, 0.0, 0.5, None).is_some());
        assert!(decide(&POLICY, 3, 0.0, 0.5, None).is_none());
    }

    #[test]
    fn retry_after_is_honoured_in_both_forms() {
        let mut headers = Headers::default();
        let mut asked = |value: &str, now: f64| {
            headers.set("retry-after", value);
            retry_after(&headers, now)
        };
        assert_eq!(asked("2", 0.0), Some(2_000.0));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_770_000.0), Some(7_000.0));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_780_000.0), Some(0.0));
        assert_eq!(asked("soon", 0.0), None);
        assert_eq!(decide(&POLICY, 1, 0.0, 0.0, Some(7_000.0)), Some(7_000.0));
        assert_eq!(decide(&POLICY, 1, 0.0, 0.0, Some(1e9)), None, "nobody waits for days");
    }

    #[test]
    fn a_date_to_wait_for_is_one_of_the_server_s_clock() {
        let mut headers = Headers::default();
        headers.set("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
        headers.set("date", "Sun, 06 Nov 1994 08:49:35 GMT");
        for ours in [0.0, 784_111_770_000.0, 9e12] {
            assert_eq!(retry_after(&headers, ours), Some(2_000.0), "{ours}");
        }
        headers.set("date", "noon");
        assert_eq!(retry_after(&headers, 784_111_770_000.0), Some(7_000.0));
    }
}
