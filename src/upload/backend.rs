//! What an upload needs of an image service, so that one engine serves all of them.

use super::session::types::{ImageFacts, OrderFacts};
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, Result};
use crate::platform::LocalFuture;

/// Where a file goes, and with which keys.
pub struct Prepared {
    pub keys: Keys,
    /// The store's endpoint as the service spells it.
    pub domain: String,
    pub bucket: String,
    pub key: String,
}

/// What came of a wish for an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// The ID of an image that waits for its file.
    Image(String),
    /// An order that makes the image of a file that is stored already.
    Order(String),
}

/// An image service as the upload sees it. Calls repeat themselves where that is safe.
pub trait Backend {
    /// Creates the image's metadata, or orders the image.
    fn create(&self) -> LocalFuture<'_, Result<Created>>;
    /// The IDs of the caller's images that may be what [`Backend::create`] made: they have the same name and still wait
    /// for a file, or come out of the same object.
    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>>;
    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>>;
    fn prepare<'a>(&'a self, image_id: &'a str, size: u64) -> LocalFuture<'a, Result<Prepared>>;
    /// Tells how the upload ended; where that begins something, gives the order.
    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        upload_id: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Option<String>>>;
    /// What has become of an order; only where there are orders.
    fn order<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<OrderFacts>> {
        Box::pin(async { Err(Error::new(Kind::Internal, "this service takes no orders")) })
    }
    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>>;
}
