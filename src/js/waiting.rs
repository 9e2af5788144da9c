//! Waiting for an image: the same in all classes.

use super::convert::{get, refused};
use super::options;
use super::polling::poll;
use super::service::parse;
use crate::error::{Error, Kind, Result};
use crate::platform::{LocalFuture, Platform};
use crate::service::CallOptions;
use wasm_bindgen::prelude::*;

/// What shows an image, as JSON.
pub type Show<'a> = dyn Fn(&str) -> LocalFuture<'a, Result<String>> + 'a;

/// Polls until the image is active; fails when it never will be. `show` makes, of the options of the call, what is asked.
pub async fn for_image<'a>(
    platform: &dyn Platform,
    image_id: JsValue,
    given: JsValue,
    show: impl FnOnce(CallOptions) -> Box<Show<'a>>,
) -> Result<JsValue> {
    let Some(id) = image_id.as_string().filter(|id| !id.is_empty()) else {
        return Err(refused("imageId", &image_id, "must be a text that is not empty"));
    };
    let interval = options::number(&given, "", "intervalMs", 1.0, 3_600_000.0)?.unwrap_or(2_000.0);
    let (call, _watch) = options::call_options(&given, &["intervalMs"])?;
    let cancel = call.cancel.clone();
    let show = show(call);
    poll(platform, &cancel, interval, async || {
        let image = parse(show(&id).await?)?;
        let status = get(&image, "status").and_then(|status| status.as_string()).unwrap_or_default();
        match status.as_str() {
            "active" => Ok(Some(image)),
            "killed" | "deleted" | "pending_delete" => {
                Err(Error::new(Kind::Service, format!("the image {id} is {status}")))
            }
            _ => Ok(None),
        }
    })
    .await
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
