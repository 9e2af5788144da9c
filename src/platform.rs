//! Time, randomness and sleeping: passed in, so that a test can run years of uploads in a second.

use core::future::Future;
use core::pin::Pin;

/// A future that stays on this thread; dropping it cancels what it does.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What the client needs from where it runs, besides sending.
pub trait Platform {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> f64;
    /// A random number, 0 ≤ x < 1; for jitter and names, never for keys.
    fn random(&self) -> f64;
    /// Resolves so many milliseconds from now.
    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()>;
    /// Resolves when everybody else had a turn.
    fn give_way(&self) -> LocalFuture<'static, ()> {
        self.sleep(0.0)
    }
    /// Runs a future on its own.
    fn spawn(&self, future: LocalFuture<'static, ()>);
}

/// A moment as the calendar of UTC shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub millisecond: u32,
}

impl Utc {
    /// From milliseconds since 1970 (proleptic Gregorian calendar; Howard Hinnant's days-to-civil).
    pub fn from_milliseconds(milliseconds: f64) -> Self {
        let total = milliseconds as i64;
        let (days, rest) = (total.div_euclid(86_400_000), total.rem_euclid(86_400_000));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let rest = rest as u32;
        Utc {
            year,
            month,
            day,
            hour: rest / 3_600_000,
            minute: rest / 60_000 % 60,
            second: rest / 1_000 % 60,
            millisecond: rest % 1_000,
        }
    }

    /// `2026-01-31T23:59:58.120Z`.
    pub fn rfc3339(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.millisecond
        )
    }

    /// `20260131T235958Z`, as signatures want it.
    pub fn basic(&self) -> String {
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

/// Milliseconds since 1970 of `2026-01-31T23:59:58[.120]Z`, of the basic form `20260131T235958Z`, or of an
/// HTTP date `Sat, 31 Jan 2026 23:59:58 GMT`; none where the text is none of these.
pub fn parse_date(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let bytes = text.as_bytes();
    // All three in the order of the basic form.
    let mut digits = Vec::with_capacity(14);
    if bytes.get(3) == Some(&b',') {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        if text.get(25..)? != " GMT" {
            return None;
        }
        let month = crate::text::find(MONTHS, text.get(8..11)?).filter(|at| at % 3 == 0)? as u8 / 3 + 1;
        digits.extend_from_slice(bytes.get(12..16)?);
        digits.extend_from_slice(&[b'0' + month / 10, b'0' + month % 10]);
        for at in [5, 17, 20, 23] {
            digits.extend_from_slice(bytes.get(at..at + 2)?);
        }
    } else if text.ends_with('Z') {
        let front = bytes.split(|byte| *byte == b'.').next().unwrap_or_default();
        digits.extend(front.iter().filter(|byte| byte.is_ascii_digit()));
    }
    if digits.len() != 14 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| {
        digits[from..to].iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) as f64 * 60_000.0 + second as f64 * 1_000.0)
}

/// Overwrites a text that may hold secrets, in one piece: byte for byte, a long list takes as long as its reading.
pub fn wipe(text: String) {
    let mut bytes = text.into_bytes();
    bytes.fill(0);
    zeroize::optimization_barrier(bytes.as_slice());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_dates_of_known_moments() {
        assert_eq!(Utc::from_milliseconds(0.0).rfc3339(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Utc::from_milliseconds(1_709_164_799_999.0).rfc3339(), "2024-02-28T23:59:59.999Z");
        assert_eq!(Utc::from_milliseconds(1_709_164_800_000.0).basic(), "20240229T000000Z");
        assert_eq!(Utc::from_milliseconds(4_107_542_399_000.0).basic(), "21000228T235959Z");
        assert_eq!(Utc::from_milliseconds(4_107_542_400_000.0).basic(), "21000301T000000Z");
    }

    #[test]
    fn dates_are_read_back_in_all_three_forms() {
        for days in 0..60_000 {
            let moment = f64::from(days) * 86_400_000.0 + 12_345_000.0;
            let date = Utc::from_milliseconds(moment);
            assert_eq!(parse_date(&date.basic()), Some(moment));
            assert_eq!(parse_date(&date.rfc3339()), Some(moment));
        }
        assert_eq!(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000.0));
        for wrong in [
            "",
            "é",
            "120",
            "Sun, 06 Nov 1994",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 0a:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37é",
            "2024-13-01T00:00:00Z",
            "2024",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
