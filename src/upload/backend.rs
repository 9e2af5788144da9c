//! What an upload needs of an image service, so that one engine serves all of them.

use super::session::types::ImageFacts;
use crate::auth::sigv4::Keys;
use crate::error::Result;
use crate::platform::LocalFuture;

/// Where a file goes, and with which keys.
pub struct Prepared {
    pub keys: Keys,
    /// The store's endpoint as the service spells it.
    pub domain: String,
    pub bucket: String,
    pub key: String,
}

/// An image service as the upload sees it. Calls repeat themselves where that is safe.
pub trait Backend {
    /// Creates the image's metadata and gives its ID.
    fn create(&self) -> LocalFuture<'_, Result<String>>;
    /// The IDs of the caller's images that have the same name and still wait for a file.
    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>>;
    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>>;
    fn prepare<'a>(&'a self, image_id: &'a str, size: u64) -> LocalFuture<'a, Result<Prepared>>;
    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        upload_id: Option<&'a str>,
    ) -> LocalFuture<'a, Result<()>>;
    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>>;
}
