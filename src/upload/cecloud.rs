//! CECloud IMS as the upload sees it: 1.6 create, 1.4 and 1.10 show, 1.7 prepare, 1.9 report, 1.12 delete.

use super::backend::{Backend, Prepared};
use super::session::types::ImageFacts;
use crate::api::cecloud::{
    complete_upload, create_image, delete_image, get_image, list_private_images, prepare_upload,
};
use crate::api::operation::Operation;
use crate::auth::secret::Secret;
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, Result};
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Service};
use core::cell::Cell;
use serde::Deserialize;
use serde_json::{Value, json};
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

#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "accessKey")]
    access_key: String,
    #[serde(rename = "secretKey")]
    secret_key: String,
    #[serde(default)]
    token: String,
    bucket: String,
    file: String,
    domain: String,
}

#[derive(Deserialize)]
struct Facts {
    #[serde(default)]
    status: String,
    #[serde(default)]
    checksum: String,
    size: Option<f64>,
}

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
            match self.call(&get_image::OPERATION, &[json!(image_id)]).await {
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

    async fn listed(&self, image_id: &str) -> Result<Option<String>> {
        let request = json!({"filter": {"imageId": image_id}, "size": 10});
        let text = self.call(&list_private_images::OPERATION, &[request]).await?;
        // Shaped by this client a moment ago: it parses.
        let mut page: Value = serde_json::from_str(&text).unwrap_or_default();
        // The document says that the filter means «contains».
        let list = page["list"].as_array_mut().map(core::mem::take).unwrap_or_default();
        Ok(list.into_iter().find(|image| image["imageId"] == image_id).map(|image| image.to_string()))
    }
}

impl Backend for Cecloud {
    fn create(&self) -> LocalFuture<'_, Result<String>> {
        Box::pin(async {
            let image = self.image.clone().unwrap_or_default();
            let text = self.call(&create_image::OPERATION, &[image]).await?;
            let created: Value = serde_json::from_str(&text).unwrap_or_default();
            Ok(created["imageId"].as_str().unwrap_or_default().to_owned())
        })
    }

    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Box::pin(async move {
            let json = self.image(image_id).await?;
            let facts: Facts = serde_json::from_str(&json)
                .map_err(|error| Error::new(Kind::Protocol, format!("the image cannot be read: {error}")))?;
            let size = facts.size.filter(|size| *size >= 0.0).map(|size| size as u64);
            Ok(ImageFacts { status: facts.status, checksum: facts.checksum, size, json })
        })
    }

    fn prepare<'a>(&'a self, image_id: &'a str, size: u64) -> LocalFuture<'a, Result<Prepared>> {
        Box::pin(async move {
            let arguments = [json!(image_id), json!({ "size": size })];
            let mut text = self.call(&prepare_upload::OPERATION, &arguments).await?;
            let credentials: core::result::Result<Credentials, _> = serde_json::from_str(&text);
            text.zeroize();
            let credentials = credentials.map_err(|_| {
                Error::new(Kind::Protocol, "the answer to upload-prepare cannot be read")
                    .during("prepareUpload")
            })?;
            for (name, value) in [
                ("accessKey", &credentials.access_key),
                ("secretKey", &credentials.secret_key),
                ("bucket", &credentials.bucket),
                ("file", &credentials.file),
                ("domain", &credentials.domain),
            ] {
                if value.is_empty() {
                    let message = format!("the answer to upload-prepare has an empty {name}");
                    return Err(Error::new(Kind::Protocol, message).during("prepareUpload"));
                }
            }
            if !crate::oss::is_carried_by_urls(&credentials.file) {
                let message = "the answer to upload-prepare names a file with . or .. in its path, which no URL carries";
                return Err(Error::new(Kind::Protocol, message).during("prepareUpload"));
            }
            Ok(Prepared {
                keys: Keys {
                    access_key: credentials.access_key,
                    secret_key: Secret::new(credentials.secret_key),
                    session_token: Secret::new(credentials.token),
                },
                domain: credentials.domain,
                bucket: credentials.bucket,
                key: credentials.file,
            })
        })
    }

    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        upload_id: Option<&'a str>,
    ) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut request = json!({"result": if success { "success" } else { "failed" }});
            if let Some(upload_id) = upload_id.filter(|id| !id.is_empty()) {
                request["uploadId"] = json!(upload_id);
            }
            self.call(&complete_upload::OPERATION, &[json!(image_id), request]).await?;
            Ok(())
        })
    }

    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            self.call(&delete_image::OPERATION, &[json!(image_id)]).await?;
            Ok(())
        })
    }
}
