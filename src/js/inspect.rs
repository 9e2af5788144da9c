//! The bindings of `ims-client/inspect`: looks into a file, and reads no more of it than the inspector asks for.
//!
//! Kept apart from the sources of uploads, which do much more: this entry is small enough to be loaded by the way.

mod file;

use super::convert::{cancel_of, get, names_of, promise, refused};
use crate::error::{Error, Kind, Result};
use crate::inspect::{DiskImageInfo, Inspector, Step};
use crate::task::{First, first};
use file::File;
use js_sys::{JSON, Promise};
use wasm_bindgen::prelude::*;

/// Looks into a file: a promise of a `DiskImageInfo`. Options: `{ signal }`.
#[wasm_bindgen]
pub fn inspect(source: JsValue, options: JsValue) -> Promise {
    promise(async move {
        let looked = look(&source, &options).await.map_err(|error| error.during("inspect"))?;
        JSON::parse(&looked.to_json().to_string()).map_err(|_| unexpected())
    })
}

fn unexpected() -> Error {
    Error::new(Kind::Internal, "the core wrote no JSON")
}

fn aborted() -> Error {
    Error::new(Kind::Aborted, "aborted by the caller")
}

async fn look(given: &JsValue, options: &JsValue) -> Result<DiskImageInfo> {
    check(options)?;
    let (cancel, _watch) = cancel_of(options)?;
    if cancel.is_cancelled() {
        return Err(aborted());
    }
    match first(Box::pin(cancel.cancelled()), Box::pin(read(given))).await {
        First::Left(()) => Err(aborted()),
        First::Right(info) => info,
    }
}

fn check(options: &JsValue) -> Result<()> {
    if !options.is_object() && !options.is_undefined() && !options.is_null() {
        return Err(refused("options", options, "must be an object"));
    }
    match names_of(options).iter().find(|name| *name != "signal" && get(options, name).is_some()) {
        Some(unknown) => Err(Error::invalid(unknown.as_str(), "***", "is no option here (known: signal)")),
        None => Ok(()),
    }
}

/// Reads what the inspector asks for.
async fn read(given: &JsValue) -> Result<DiskImageInfo> {
    let file = File::open(given).await?;
    let mut inspector = Inspector::new(file.size());
    loop {
        match inspector.step() {
            Step::Done(info) => return Ok(*info),
            Step::Read(need) => {
                let piece = file.read(need.offset, need.length).await?;
                // The file gave as many bytes as were asked for, or failed.
                inspector.give(piece).map_err(|_| unexpected())?;
            }
        }
    }
}
