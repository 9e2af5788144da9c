//! The store's S3 face: s3s for the protocol and the signatures, this store for everything behind them.

mod access;
mod bytes_in;
mod errors;
mod gate;
mod get;
mod list;
mod refusal;
mod router;
mod service;
mod uploads;

pub(crate) use gate::query_pairs;
pub(crate) use refusal::Refusal;
pub(crate) use router::bucket_of_host;
pub(super) use router::router;

use super::{Damage, StoreError};

/// What the faults in force ask of the store for one request: an extension of the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct S3Faults {
    /// Store the body with this bit flipped.
    pub damage: Option<Damage>,
}

/// Runs blocking work of the store off the threads that serve connections.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> s3s::S3Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(failure) => Err(s3s::S3Error::internal_error(failure)),
    }
}
