//! Waiting for an image: the same in all classes.

use super::convert::{get, refused};
use super::options;
use super::service::parse;
use crate::error::{Error, Kind, Result};
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Service};
use crate::task::{First, first};
use wasm_bindgen::prelude::*;

/// What shows an image, as JSON.
pub type Show<'a> = dyn Fn(&str) -> LocalFuture<'a, Result<String>> + 'a;

/// Polls until the image is active; fails when it never will be. `show` makes, of the options of the call, what is asked;
/// `patience_ms`: how long nothing but failures is put up with.
pub async fn for_image<'a>(
    service: &Service,
    patience_ms: f64,
    image_id: JsValue,
    given: JsValue,
    show: impl FnOnce(CallOptions) -> Box<Show<'a>>,
) -> Result<JsValue> {
    let Some(id) = image_id.as_string().filter(|id| !id.is_empty()) else {
        return Err(refused("imageId", &image_id, "must be a text that is not empty"));
    };
    let interval = options::number(&given, "", "intervalMs", 1.0, 3_600_000.0)?.unwrap_or(2_000.0);
    let (call, _watch) = options::call_options(&given, &["intervalMs"])?;
    let show = show(call.clone());
    let mut failing_since: Option<f64> = None;
    loop {
        let asked = service.platform.now();
        match show(&id).await {
            Ok(text) => {
                failing_since = None;
                let image = parse(text)?;
                if is_active(&image, &id)? {
                    return Ok(image);
                }
            }
            Err(error) => {
                let since = *failing_since.get_or_insert(asked);
                let patient = service.platform.now() - since < patience_ms;
                if !error.details().retryable || !patient {
                    return Err(error);
                }
            }
        }
        match first(Box::pin(service.ended(&call)), service.platform.sleep(interval)).await {
            First::Left(error) => return Err(error),
            First::Right(()) => {}
        }
    }
}

/// Whether an image is active yet; an error where it never will be.
fn is_active(image: &JsValue, id: &str) -> Result<bool> {
    let told = |name: &str| get(image, name).and_then(|text| text.as_string()).unwrap_or_default();
    let status = told("status");
    let never = match status.as_str() {
        "active" => return Ok(true),
        "killed" | "deleted" | "pending_delete" | "deactivated" => status.as_str(),
        // Glance names the stores of an import: those that failed, and those where it still goes on.
        "queued"
            if !told("os_glance_failed_import").is_empty()
                && told("os_glance_importing_to_stores").is_empty() =>
        {
            "queued again: its import failed"
        }
        _ => return Ok(false),
    };
    Err(Error::new(Kind::Service, format!("the image {id} is {never}")))
}

/// The jobs of a service.
#[cfg(any(feature = "huawei", feature = "workspace"))]
pub struct Jobs {
    /// Shows a job by its ID.
    pub operation: &'static crate::api::operation::Operation,
    pub standing: fn(&crate::json::Value, &str) -> crate::api::job::Standing,
}

/// Polls until a job is done; rejects with the job's own error. `patience_ms`: how long nothing but failures is put up
/// with.
#[cfg(any(feature = "huawei", feature = "workspace"))]
pub async fn for_job(
    service: &Service,
    job: Jobs,
    patience_ms: f64,
    job_id: JsValue,
    given: JsValue,
) -> Result<JsValue> {
    let id = job_id.as_string().map(|id| crate::text::trim(&id).to_owned()).filter(|id| !id.is_empty());
    let Some(id) = id else {
        return Err(refused("jobId", &job_id, "must be a text that is not empty"));
    };
    // Here timeoutMs is the time of the whole, not of one attempt: those have the client's.
    let (mut call, _watch) = options::call_options(&given, &["intervalMs", "onProgress"])?;
    let longest = call.timeout_ms.take();
    let interval = options::number(&given, "", "intervalMs", 1.0, 3_600_000.0)?;
    let progress = super::convert::function(&given, "", "onProgress")?;
    let on_progress = |text: &str| {
        if let Some(progress) = &progress
            && let Ok(job) = js_sys::JSON::parse(text)
        {
            super::convert::tell(progress, &job);
        }
    };
    let waiting = crate::service::waiting::Waiting {
        operation: job.operation,
        standing: job.standing,
        interval_ms: interval.unwrap_or(5_000.0),
        longest_ms: longest.unwrap_or(86_400_000.0),
        patience_ms,
        on_progress: &on_progress,
    };
    parse(service.wait_for_job(&id, &waiting, &call).await?)
}

/// The `wait` option. None: not to be waited for; some none: as long as is usual.
pub fn option(given: &JsValue) -> Result<Option<Option<f64>>> {
    let Some(wait) = get(given, "wait") else { return Ok(Some(None)) };
    if let Some(wait) = wait.as_bool() {
        return Ok(wait.then_some(None));
    }
    match options::number(&wait, "wait", "timeoutMs", 1.0, 604_800_000.0)? {
        Some(limit) => Ok(Some(Some(limit))),
        None => Err(refused("wait", &wait, "must be true, false or { timeoutMs }")),
    }
}
