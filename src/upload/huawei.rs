//! Huawei Cloud IMS as the upload sees it: the file goes into the caller's own bucket, with the caller's keys; then an
//! image is ordered out of it, or an image that exists is given it.

use super::backend::{Backend, Created, Prepared};
use super::session::types::{ImageFacts, OrderFacts};
use crate::api::huawei_ims::{
    delete_image, enterprise_project, jobs, list_images, register_image, show_job_progress,
};
use crate::api::job::{Standing, text};
use crate::api::operation::Operation;
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Service, closed};
use crate::task::{First, first};
use std::rc::Rc;

/// Gives the keys of the bucket; asked again when they have expired.
pub type KeySource = Rc<dyn Fn() -> LocalFuture<'static, Result<Keys>>>;

/// An upload's view of the service.
pub struct Huawei {
    pub service: Rc<Service>,
    pub options: CallOptions,
    /// What orders the image, and with which request; none where the image exists.
    pub creation: Option<(&'static Operation, Value)>,
    /// `bucket:key`.
    pub image_url: String,
    /// The store's endpoint.
    pub domain: String,
    pub keys: KeySource,
    /// The client's.
    pub enterprise_project: Option<Rc<str>>,
}

/// Images on a page, and pages, when images of a name are looked for.
const PAGE: u64 = 100;
const MOST_PAGES: u32 = 20;

fn member(object: &mut Vec<(String, Value)>, name: &str, value: Value) {
    object.push((name.to_owned(), value));
}

impl Huawei {
    async fn call(&self, operation: &'static Operation, arguments: Vec<Value>) -> Result<Value> {
        self.call_with(operation, arguments, &self.options).await
    }

    async fn call_with(
        &self,
        operation: &'static Operation,
        mut arguments: Vec<Value>,
        options: &CallOptions,
    ) -> Result<Value> {
        if let Some(project) = &self.enterprise_project {
            enterprise_project::add(operation, &mut arguments, project);
        }
        // Shaped by this client a moment ago: it parses.
        Ok(Value::parse(&self.service.call(operation, &arguments, options).await?).unwrap_or_default())
    }

    /// A page of images, in the enterprise project that the request names where it names one.
    async fn page(&self, mut query: Vec<(String, Value)>) -> Result<Vec<Value>> {
        let request = self.creation.as_ref().map(|(_, request)| request);
        if let Some(project) = request.and_then(|request| request.get("enterprise_project_id")) {
            member(&mut query, "enterprise_project_id", project.clone());
        }
        match self.call(&list_images::OPERATION, vec![Value::Object(query)]).await? {
            Value::Object(members) => Ok(members
                .into_iter()
                .find_map(|(name, value)| match value {
                    Value::Array(images) if name == "images" => Some(images),
                    _ => None,
                })
                .unwrap_or_default()),
            _ => Ok(Vec::new()),
        }
    }

    /// The images of this name that are not known to be of something else.
    async fn made(&self, name: &str) -> Result<Vec<String>> {
        let origin = format!("file,{}", self.image_url);
        let (mut found, mut marker) = (Vec::new(), String::new());
        for _ in 0..MOST_PAGES {
            let mut query = Vec::new();
            member(&mut query, "__imagetype", "private".into());
            member(&mut query, "name", name.into());
            member(&mut query, "limit", PAGE.into());
            if !marker.is_empty() {
                member(&mut query, "marker", marker.as_str().into());
            }
            let images = self.page(query).await?;
            let full = images.len() as u64 >= PAGE;
            for mut image in images {
                let from = image.take_text("__data_origin");
                let status = image.take_text("status");
                marker = image.take_text("id");
                let alive = !matches!(status.as_str(), "killed" | "deleted");
                if image.take_text("name") == name && alive && (from.is_empty() || from == origin) {
                    found.push(marker.clone());
                }
            }
            if !full {
                return Ok(found);
            }
        }
        Err(Error::new(Kind::Unsupported, "too many images of this name to look through"))
    }

    /// The keys of the bucket. The caller's own function gets the time of a call; closing the client ends the wait.
    async fn bucket_keys(&self) -> Result<Keys> {
        let limit = self.service.timeout_ms;
        let asked = first((self.keys)(), self.service.platform.sleep(limit));
        match first(Box::pin(self.service.closing.cancelled()), Box::pin(asked)).await {
            First::Left(()) => Err(closed()),
            First::Right(First::Left(keys)) => keys,
            First::Right(First::Right(())) => {
                let message = format!("obs.credentials gave no keys within {} ms", limit as u64);
                Err(Error::new(Kind::Timeout, message))
            }
        }
    }

    fn ordered(mut answer: Value) -> String {
        answer.take_text("job_id")
    }
}

/// The image that a job makes: the job's own, or that of its first part. Where data disks come along, those parts stand
/// behind the system disk's.
fn image_of(job: &Value) -> Option<String> {
    let entities = job.get("entities")?;
    let own = text(entities, "image_id").map(str::to_owned);
    own.or_else(|| match entities.get("sub_jobs_result")? {
        Value::Array(parts) => {
            parts.iter().find_map(|part| text(part.get("entities")?, "image_id")).map(str::to_owned)
        }
        _ => None,
    })
}

impl Backend for Huawei {
    fn create(&self) -> LocalFuture<'_, Result<Created>> {
        Box::pin(async {
            let Some((operation, request)) = &self.creation else {
                return Err(Error::new(Kind::Internal, "there is an image already"));
            };
            let options = CallOptions { outlives_close: true, ..self.options.clone() };
            let answer = self.call_with(operation, vec![request.clone()], &options).await?;
            Ok(Created::Order(Self::ordered(answer)))
        })
    }

    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>> {
        let request = self.creation.as_ref().map(|(_, request)| request);
        let name = request.and_then(|request| request.get("name")).and_then(Value::as_str);
        Box::pin(async move { self.made(name.unwrap_or_default()).await })
    }

    fn show<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        Box::pin(async move {
            let images = self.page(vec![("id".to_owned(), image_id.into())]).await?;
            let Some(mut image) = images.into_iter().find(|image| text(image, "id") == Some(image_id)) else {
                let message = format!("the image {image_id} is not among the caller's");
                return Err(Error::new(Kind::Service, message).with_status(404).with_code("IMG.0144"));
            };
            let json = image.to_string();
            // The service converts what it imports: size and checksum are not the file's.
            Ok(ImageFacts { status: image.take_text("status"), json, ..ImageFacts::default() })
        })
    }

    fn prepare<'a>(&'a self, _: &'a str, _: u64) -> LocalFuture<'a, Result<Prepared>> {
        Box::pin(async move {
            let keys = self.bucket_keys().await?;
            let (bucket, key) = crate::text::split_once(&self.image_url, ":").unwrap_or_default();
            Ok(Prepared { keys, domain: self.domain.clone(), bucket: bucket.to_owned(), key: key.to_owned() })
        })
    }

    fn report<'a>(
        &'a self,
        image_id: &'a str,
        success: bool,
        _: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            if !success {
                return Ok(None);
            }
            let request = Value::object([("image_url", self.image_url.as_str().into())]);
            let answer = self.call(&register_image::OPERATION, vec![image_id.into(), request]).await?;
            Ok(Some(Self::ordered(answer)))
        })
    }

    fn order<'a>(&'a self, order: &'a str) -> LocalFuture<'a, Result<OrderFacts>> {
        Box::pin(async move {
            let job = self.call(&show_job_progress::OPERATION, vec![order.into()]).await?;
            let image_id = image_of(&job);
            Ok(match jobs::standing(&job, order) {
                Standing::Done => OrderFacts { image_id, done: true, failure: None },
                Standing::Failed(error) => OrderFacts { image_id, done: false, failure: Some(error) },
                Standing::Running => OrderFacts { image_id, ..OrderFacts::default() },
            })
        })
    }

    fn delete<'a>(&'a self, image_id: &'a str) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            match self.call(&delete_image::OPERATION, vec![image_id.into()]).await {
                // While it is being made it cannot be deleted.
                Err(error) if error.details().status == Some(409) => Err(error.retryable(true)),
                // This interface has no codes, and a gateway says 404 too: the list knows which of them it was.
                Err(error) if error.details().status == Some(404) => {
                    Err(self.show(image_id).await.err().unwrap_or(error))
                }
                deleted => deleted.map(drop),
            }
        })
    }
}

#[cfg(test)]
mod tests;
