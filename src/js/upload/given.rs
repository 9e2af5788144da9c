//! What the caller gave for a source, as the upload needs it.

use crate::error::{Error, Kind, Result};
use crate::http::node;
use crate::js::checkpoints::Store;
use crate::js::convert::{get, invoke};
use crate::upload::checkpoint::Head;
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// `{ stream, size }`; a Blob has a method of that name.
pub fn is_stream(source: &JsValue) -> bool {
    get(source, "stream").is_some_and(|stream| !stream.is_function())
}

/// Where a file of Node lies, from the root.
pub async fn path_of(source: &JsValue) -> Option<String> {
    let path = get(source, "path")?.as_string()?;
    let promise = invoke(&node::fs()?.into(), "realpath", &Array::of1(&path.into())).ok()?;
    JsFuture::from(Promise::resolve(&promise)).await.ok()?.as_string()
}

/// The file where it was, or the handle that the browser has kept.
pub async fn remembered(store: &Store, key: &str, head: &Head) -> Result<JsValue> {
    if let Some(path) = &head.path
        && node::fs().is_some()
    {
        let source = Object::new();
        let _ = Reflect::set(&source, &"path".into(), &path.as_str().into());
        return Ok(source.into());
    }
    let Some(handle) = store.handle(key).await else {
        let rule = "is required: the file that the upload was begun with";
        return Err(Error::invalid("source", "undefined", rule));
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"mode".into(), &"read".into());
    for ask in ["queryPermission", "requestPermission"] {
        // Handles of the private file system need no permission, and some browsers know none.
        let Ok(asked) = invoke(&handle, ask, &Array::of1(&options)) else { return Ok(handle) };
        let answer = JsFuture::from(Promise::resolve(&asked)).await.ok();
        if answer.and_then(|answer| answer.as_string()).as_deref() == Some("granted") {
            return Ok(handle);
        }
    }
    Err(Error::new(
        Kind::Source,
        "the browser wants the user's permission to read the file again: call resume() in a click, or give it the file",
    ))
}
