//! Asking again and again until something is over.

use crate::error::Result;
use crate::platform::Platform;
use crate::service::aborted;
use crate::task::{Cancel, First, first};

/// Asks at once and then after each interval (milliseconds), until there is an answer or the caller stops it. An error
/// of `ask` ends it: what was lost on the way is repeated below, by the rules of calls.
pub async fn poll<T>(
    platform: &dyn Platform,
    cancel: &Cancel,
    interval_ms: f64,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    loop {
        if let Some(over) = ask().await? {
            return Ok(over);
        }
        match first(Box::pin(cancel.cancelled()), platform.sleep(interval_ms)).await {
            First::Left(()) => return Err(aborted()),
            First::Right(()) => {}
        }
    }
}
