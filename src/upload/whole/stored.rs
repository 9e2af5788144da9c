//! When the bytes have arrived: the image is looked at until it is active, whatever fails meanwhile.

use super::{Whole, facts};
use crate::error::{Error, Kind, Result};
use crate::platform::Platform;
use crate::upload::session::types::ImageFacts;

/// An image that is not active yet is looked at so often, milliseconds.
pub(super) const POLL_MS: f64 = 2_000.0;
/// No look counts for more, milliseconds: a computer that slept over it has not waited.
pub(super) const LONGEST_LOOK_MS: f64 = 120_000.0;

/// How long something is waited for, with the time that looking takes.
pub(super) struct Waited {
    pub ms: f64,
    then: f64,
}

impl Waited {
    pub fn new(platform: &dyn Platform) -> Self {
        Waited { ms: 0.0, then: platform.now() }
    }

    /// A clock that is set back takes nothing away.
    pub fn tick(&mut self, platform: &dyn Platform) {
        let now = platform.now();
        self.ms += (now - self.then).clamp(0.0, LONGEST_LOOK_MS);
        self.then = now;
    }
}

/// The size that an image tells. One that is not active yet may tell 0, which says nothing.
pub(super) fn told_size(facts: &ImageFacts) -> Option<u64> {
    facts.size.filter(|size| *size > 0 || facts.status == "active")
}

impl Whole {
    /// What the image says of itself; a service that cannot be reached for a while is asked again.
    pub(super) async fn look(&self, waited: &mut Waited) -> Result<ImageFacts> {
        waited.tick(&*self.platform);
        let longest = self.wait_ms.unwrap_or(f64::INFINITY).min(waited.ms + self.patience_ms);
        loop {
            let looked = facts(&self.service, &self.image_id, &self.options()).await;
            waited.tick(&*self.platform);
            match looked {
                Err(error) if error.details().retryable && waited.ms < longest => {}
                looked => return looked,
            }
            self.platform.sleep(POLL_MS.min(longest - waited.ms)).await;
        }
    }

    /// The image when it is active, or as it is where that is not waited for.
    pub(super) async fn settled(&self) -> Result<ImageFacts> {
        let mut waited = Waited::new(&*self.platform);
        loop {
            let facts = self.look(&mut waited).await?;
            let Some(wait_ms) = self.wait_ms else { return Ok(facts) };
            match facts.status.as_str() {
                "active" => return Ok(facts),
                "killed" | "deleted" | "pending_delete" | "deactivated" => {
                    return Err(Error::new(Kind::Service, format!("the image is {}", facts.status)));
                }
                // The service has put it back: it could not keep the bytes.
                "queued" => {
                    let message = "the service has thrown the bytes away: the image is queued again";
                    return Err(Error::new(Kind::Service, message));
                }
                _ if waited.ms >= wait_ms => {
                    let message = format!("the bytes are there, but the image is still {}", facts.status);
                    return Err(Error::new(Kind::Timeout, message));
                }
                _ => self.platform.sleep(POLL_MS.min(wait_ms - waited.ms)).await,
            }
        }
    }
}
