//! The services that images are downloaded from.

#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
use crate::api::cecloud::download_image;
use crate::api::operation::Operation;
use crate::error::Result;
use crate::platform::LocalFuture;
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
use crate::upload::backend::Backend;
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
use crate::upload::cecloud::Cecloud;
use crate::upload::session::types::ImageFacts;

/// An image service as a download sees it.
pub trait Origin {
    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>>;
    /// Answers with the bytes of an image.
    fn file(&self) -> &'static Operation;
    /// The field of an image that names its format.
    fn format_field(&self) -> &'static str;
}

#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
impl Origin for Cecloud {
    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Backend::show(self, image_id)
    }

    fn file(&self) -> &'static Operation {
        &download_image::OPERATION
    }

    fn format_field(&self) -> &'static str {
        "diskFormat"
    }
}
