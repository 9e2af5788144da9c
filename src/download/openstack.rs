//! OpenStack's Image service as a download sees it.

use super::origin::Origin;
use crate::api::openstack::download_file;
use crate::api::operation::Operation;
use crate::error::{Error, Kind, Result};
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Service};
use crate::upload::session::types::ImageFacts;
use crate::upload::whole;
use std::rc::Rc;

/// A service with what its calls share.
pub struct OpenStack {
    pub service: Rc<Service>,
    pub options: CallOptions,
}

impl Origin for OpenStack {
    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Box::pin(async move {
            let facts = whole::facts(&self.service, image_id, &self.options).await?;
            if matches!(facts.status.as_str(), "queued" | "saving" | "importing" | "uploading") {
                let message = format!("the image has no file yet: it is {}", facts.status);
                return Err(Error::new(Kind::Service, message));
            }
            Ok(facts)
        })
    }

    fn file(&self) -> &'static Operation {
        &download_file::OPERATION
    }

    fn format_field(&self) -> &'static str {
        "disk_format"
    }
}
