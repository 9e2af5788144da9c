//! CECloud IMS as the upload sees it: 1.6 create, 1.4 and 1.10 show, 1.7 prepare, 1.9 report, 1.12 delete.

use super::backend::{Backend, Created, Prepared};
use super::session::types::ImageFacts;
use crate::api::cecloud::{
    complete_upload, create_image, delete_image, get_image, list_private_images, prepare_upload,
};
use crate::api::operation::Operation;
use crate::auth::secret::Secret;
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Service};
use core::cell::Cell;
use std::rc::Rc;
use zeroize::Zeroize;

/// An upload's view of the service.
pub struct Cecloud {
    service: Rc<Service>,
    options: CallOptions,
    /// The metadata of the image to create.
    image: Option<Value>,
    /// Image details (1.4) were found not to know private images.
    details_are_public_only: Cell<bool>,
}

/// Whether an image of a list may have been made of this metadata. What the list does not tell speaks neither for nor
/// against; the case of letters is the service's.
fn is_like(image: &Value, wanted: &Value) -> bool {
    let Value::Object(wanted) = wanted else { return false };
    wanted.iter().all(|(name, value)| match (image.get(name), value) {
        (Some(Value::String(told)), Value::String(value)) if name == "name" => told == value,
        (Some(Value::String(told)), Value::String(value)) => {
            told.is_empty() || value.is_empty() || told.eq_ignore_ascii_case(value)
        }
        (Some(Value::Number(_)), Value::Number(_)) => image.get(name) == Some(value),
        _ => name != "name",
    })
}

/// Images on a page, and pages, when images of a name are looked for.
const PAGE: u64 = 100;
const MOST_PAGES: u64 = 20;

impl Cecloud {
    pub fn new(service: Rc<Service>, options: CallOptions, image: Option<Value>) -> Self {
        Cecloud { service, options, image, details_are_public_only: Cell::new(false) }
    }

    async fn call(&self, operation: &'static Operation, arguments: &[Value]) -> Result<String> {
        self.service.call(operation, arguments, &self.options).await
    }

    /// One image as the caller gets it, JSON: by its details, or, where these do not know it, out of the private
    /// list filtered by its ID.
    pub async fn image(&self, image_id: &str) -> Result<String> {
        if !self.details_are_public_only.get() {
            match self.call(&get_image::OPERATION, &[image_id.into()]).await {
                Err(error) if error.kind() == Kind::Service => {
                    let found = self.listed(image_id).await?;
                    let unknown = error.code() == Some("IMG.DBGet.NoData");
                    self.details_are_public_only.set(unknown && found.is_some());
                    return found.ok_or(error);
                }
                done => return done,
            }
        }
        self.listed(image_id).await?.ok_or_else(|| {
            Error::new(Kind::Service, format!("the image {image_id} does not exist"))
                .with_code("IMG.DBGet.NoData")
                .during(get_image::OPERATION.name)
        })
    }

    /// The images of this name and metadata that wait for a file.
    async fn queued(&self) -> Result<Vec<String>> {
        let Some(wanted) = &self.image else { return Ok(Vec::new()) };
        let name = wanted.get("name").and_then(Value::as_str).unwrap_or_default();
        let mut found = Vec::new();
        for current in 1..=MOST_PAGES {
            let filter = Value::object([("name", name.into())]);
            let request =
                Value::object([("filter", filter), ("size", PAGE.into()), ("current", Value::from(current))]);
            let text = self.call(&list_private_images::OPERATION, &[request]).await?;
            // Shaped by this client a moment ago: it parses.
            let mut page = Value::parse(&text).unwrap_or_default();
            let Value::Object(members) = &mut page else { break };
            let list = members.iter_mut().find(|(member, _)| member == "list");
            let Some((_, Value::Array(list))) = list else { break };
            let full = list.len() as u64 >= PAGE;
            for image in list {
                // The document says that the filter means «contains».
                if is_like(image, wanted) && image.take_text("status") == "queued" {
                    found.push(image.take_text("imageId"));
                }
            }
            if !full {
                return Ok(found);
            }
        }
        Err(Error::new(Kind::Unsupported, "too many images of this name to look through"))
    }

    async fn listed(&self, image_id: &str) -> Result<Option<String>> {
        let request =
            Value::object([("filter", Value::object([("imageId", image_id.into())])), ("size", 10.into())]);
        let text = self.call(&list_private_images::OPERATION, &[request]).await?;
        // Shaped by this client a moment ago: it parses.
        let page = Value::parse(&text).unwrap_or_default();
        let Some(Value::Array(list)) = page.get("list") else { return Ok(None) };
        // The document says that the filter means «contains».
        let is_it = |image: &&Value| image.get("imageId").and_then(Value::as_str) == Some(image_id);
        Ok(list.iter().find(is_it).map(Value::to_string))
    }
}

impl Backend for Cecloud {
    fn create(&self) -> LocalFuture<'_, Result<Created>> {
        Box::pin(async {
            let image = self.image.clone().unwrap_or_default();
            let options = CallOptions { outlives_close: true, ..self.options.clone() };
            let text = self.service.call(&create_image::OPERATION, &[image], &options).await?;
            Ok(Created::Image(Value::parse(&text).unwrap_or_default().take_text("imageId")))
        })
    }

    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>> {
        Box::pin(self.queued())
    }

    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Box::pin(async move {
            let json = self.image(image_id).await?;
            let mut facts = Value::parse(&json)?;
            let size = facts.get("size").and_then(Value::as_u64);
            Ok(ImageFacts {
                status: facts.take_text("status"),
                checksum: facts.take_text("checksum"),
                size,
                json,
            })
        })
    }

    fn prepare<'a>(&'a self, image_id: &'a str, size: u64) -> LocalFuture<'a, Result<Prepared>> {
        Box::pin(async move {
            let arguments = [image_id.into(), Value::object([("size", size.into())])];
            let mut text = self.call(&prepare_upload::OPERATION, &arguments).await?;
            // Shaped by this client a moment ago: it parses.
            let mut credentials = Value::parse(&text).unwrap_or_default();
            text.zeroize();
            for name in ["accessKey", "secretKey", "bucket", "file", "domain"] {
                if credentials.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
                    credentials.take_text("secretKey").zeroize();
                    credentials.take_text("token").zeroize();
                    let message = format!("the answer to upload-prepare has an empty {name}");
                    return Err(Error::new(Kind::Protocol, message).during("prepareUpload"));
                }
            }
            Ok(Prepared {
                keys: Keys {
                    access_key: credentials.take_text("accessKey"),
                    secret_key: Secret::new(credentials.take_text("secretKey")),
                    session_token: Secret::new(credentials.take_text("token")),
                },
                domain: credentials.take_text("domain"),
                bucket: credentials.take_text("bucket"),
                key: credentials.take_text("file"),
            })
        })
    }

    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        upload_id: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            let result = if success { "success" } else { "failed" };
            // Null counts as left out.
            let upload_id = upload_id.filter(|id| !id.is_empty()).map_or(Value::Null, Value::from);
            let request = Value::object([("result", result.into()), ("uploadId", upload_id)]);
            self.call(&complete_upload::OPERATION, &[image_id.into(), request]).await?;
            Ok(None)
        })
    }

    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            self.call(&delete_image::OPERATION, &[image_id.into()]).await?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_of_other_metadata_is_another_one() {
        let wanted = r#"{"name":"web","minRam":1024,"platform":"CentOS","instruction":""}"#;
        let is = |image: &str| is_like(&Value::parse(image).unwrap(), &Value::parse(wanted).unwrap());
        assert!(is(r#"{"name":"web","minRam":1024,"platform":"centos","size":5}"#));
        assert!(
            is(r#"{"name":"web","minRam":null,"platform":"","instruction":"64-bits"}"#),
            "it is not told"
        );
        assert!(!is(r#"{"name":"web","minRam":2048,"platform":"CentOS"}"#));
        assert!(!is(r#"{"name":"web","minRam":1024,"platform":"Ubuntu"}"#));
        assert!(!is(r#"{"name":"Web","minRam":1024,"platform":"CentOS"}"#));
        assert!(!is(r#"{"minRam":1024,"platform":"CentOS"}"#));
    }
}
