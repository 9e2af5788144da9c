//! The bindings of `ims-client/inspect`: looks into a file, and reads no more of it than the inspector asks for.
//!
//! Kept apart from the sources of uploads, which do much more: this entry is small enough to be loaded by the way.

mod file;

use super::convert::{cancel_of, get, names_of, promise, refused};
use crate::error::{Error, Kind, Result};
use crate::inspect::declared::{self, Declared};
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

/// What speaks against uploading a file as `{ diskFormat, minDisk }`: a promise of JSON, a list of problems. An image
/// whose format is empty or whose `minDisk` is 0 says nothing of them.
#[wasm_bindgen]
pub fn judge(file: JsValue, declared: JsValue) -> Promise {
    promise(async move {
        let info = read(&file).await?;
        let declared = Declared {
            disk_format: get(&declared, "diskFormat")
                .and_then(|format| format.as_string())
                .filter(|format| !format.is_empty()),
            min_disk: get(&declared, "minDisk")
                .and_then(|size| size.as_f64())
                .filter(|size| *size >= 1.0)
                .map(|size| size as u64),
        };
        Ok(declared::to_json(&declared::problems(&info, &declared)).to_string().into())
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
