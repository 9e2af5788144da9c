//! Files of the origin's private file system, through which a download reaches the browser's own downloads: the browser
//! goes on reading one after it was handed over, and tells nobody when it has ended.

use super::invoke;
use crate::error::Result;
use crate::http::global::global;
use crate::js::convert::{get, unsupported};
use crate::js::platform::JsPlatform;
use crate::platform::Platform;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

const PREFIX: &str = "ims-client-download";

/// How long a file stays after it was handed over, milliseconds: five minutes, and one more for each GiB.
fn stays(file: &JsValue) -> f64 {
    (number(file, "size") / 1_073_741_824.0 + 5.0) * 60_000.0
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).and_then(|number| number.as_f64()).unwrap_or_default()
}

fn member(object: &JsValue, name: &str) -> JsValue {
    get(object, name).unwrap_or(JsValue::UNDEFINED)
}

fn storage() -> JsValue {
    member(&member(&global(), "navigator"), "storage")
}

/// Refuses a place that has no such files.
pub fn check() -> Result<()> {
    if get(&storage(), "getDirectory").is_none() || get(&global(), "document").is_none() {
        return Err(unsupported(
            "this place has no private file system to download through (it needs a page on https:// or \
             localhost); use a file handle or 'stream'",
        ));
    }
    Ok(())
}

async fn directory() -> Result<JsValue> {
    invoke(&storage(), "getDirectory", &Array::new()).await
}

/// Makes a file.
pub async fn create() -> Result<JsValue> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"create".into(), &JsValue::TRUE);
    let name = format!("{PREFIX}-{}", JsPlatform.random().to_bits());
    let directory = directory().await?;
    // What cannot be tidied up now will be the next time.
    let _ = tidy(&directory).await;
    invoke(&directory, "getFileHandle", &Array::of2(&name.into(), &options)).await
}

/// Removes what other pages have left. What is still written to is locked, and cannot be removed.
async fn tidy(directory: &JsValue) -> Result<()> {
    let entries = invoke(directory, "values", &Array::new()).await?;
    let mut old = Vec::new();
    while let Some(handle) = get(&invoke(&entries, "next", &Array::new()).await?, "value") {
        let name = get(&handle, "name").and_then(|name| name.as_string()).unwrap_or_default();
        if name.starts_with(PREFIX)
            && let Ok(file) = invoke(&handle, "getFile", &Array::new()).await
            && JsPlatform.now() - number(&file, "lastModified") > stays(&file)
        {
            old.push(handle);
        }
    }
    // Not while they are listed: whether others would be passed over then is the browser's to say.
    for handle in &old {
        remove(handle).await;
    }
    Ok(())
}

/// Removes a file; what cannot be removed now will be by a later download.
pub async fn remove(handle: &JsValue) {
    // By its directory: not all browsers let a file remove itself.
    if let (Some(name), Ok(directory)) = (get(handle, "name"), directory().await) {
        let _ = invoke(&directory, "removeEntry", &Array::of1(&name)).await;
    }
}

/// Hands a finished file to the browser's downloads under a name, and removes it when it has had time to read it.
pub async fn save(handle: &JsValue, name: &str) -> Result<()> {
    let file = invoke(handle, "getFile", &Array::new()).await?;
    let class = member(&global(), "URL");
    let url = Array::of1(&invoke(&class, "createObjectURL", &Array::of1(&file)).await?);
    let document = member(&global(), "document");
    let anchor = invoke(&document, "createElement", &Array::of1(&"a".into())).await?;
    let _ = Reflect::set(&anchor, &"href".into(), &url.get(0));
    let _ = Reflect::set(&anchor, &"download".into(), &name.into());
    invoke(&anchor, "click", &Array::new()).await?;
    let read = JsPlatform.sleep(stays(&file));
    let handle = handle.clone();
    JsPlatform.spawn(Box::pin(async move {
        read.await;
        let _ = invoke(&class, "revokeObjectURL", &url).await;
        remove(&handle).await;
    }));
    Ok(())
}
