//! The store's clock: the machine's, shifted by what the fault `clockSkewMs` asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

/// A clock that can be set wrong; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    skew_milliseconds: Arc<AtomicI64>,
}

impl Clock {
    /// The time this clock shows.
    pub fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        // A shift beyond the calendar's end shows the true time: there is no other to show.
        now.checked_add(Duration::milliseconds(self.skew())).unwrap_or(now)
    }

    /// Milliseconds that this clock is ahead of the machine's; negative: behind.
    pub fn skew(&self) -> i64 {
        self.skew_milliseconds.load(Ordering::Relaxed)
    }

    /// Shifts the clock by so many milliseconds against the machine's.
    pub fn set_skew(&self, milliseconds: i64) {
        self.skew_milliseconds.store(milliseconds, Ordering::Relaxed);
    }
}

/// Milliseconds since 1970, as the database keeps times.
pub(crate) fn to_milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// The reverse; a time beyond the calendar becomes 1970.
pub(crate) fn from_milliseconds(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
