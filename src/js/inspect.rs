//! `inspect()`: looks into a file, and reads no more of it than the inspector asks for.

use super::convert::{cancel_of, get, names_of, promise, refused};
use super::sources;
use crate::error::{Error, Kind, Result};
use crate::inspect::{DiskImageInfo, Inspector, Step};
use crate::task::{First, first};
use crate::upload::source::Source;
use js_sys::{JSON, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Looks into a file: a promise of a `DiskImageInfo`. Options: `{ signal }`.
#[wasm_bindgen]
pub fn inspect(source: JsValue, options: JsValue) -> Promise {
    promise(async move { run(&source, &options).await.map_err(|error| error.during("inspect")) })
}

async fn run(given: &JsValue, options: &JsValue) -> Result<JsValue> {
    check(options)?;
    let (cancel, _watch) = cancel_of(options)?;
    let looking = async {
        if cancel.is_cancelled() {
            return Err(aborted());
        }
        let source = open(given).await?;
        look(&*source.0).await
    };
    let info = match first(Box::pin(cancel.cancelled()), Box::pin(looking)).await {
        First::Left(()) => return Err(aborted()),
        First::Right(info) => info?,
    };
    JSON::parse(&info.to_json().to_string()).map_err(|_| Error::new(Kind::Internal, "the core wrote no JSON"))
}

fn aborted() -> Error {
    Error::new(Kind::Aborted, "aborted by the caller")
}

fn check(options: &JsValue) -> Result<()> {
    if options.is_undefined() || options.is_null() {
        return Ok(());
    }
    if !options.is_object() {
        return Err(refused("options", options, "must be an object"));
    }
    match names_of(options).iter().find(|name| *name != "signal" && get(options, name).is_some()) {
        Some(unknown) => Err(Error::invalid(unknown.as_str(), "***", "is no option here (known: signal)")),
        None => Ok(()),
    }
}

/// A file that is closed when nobody looks into it any more.
struct Open(Rc<dyn Source>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn open(given: &JsValue) -> Result<Open> {
    match sources::open_file(given).await? {
        Some(opened) => Ok(Open(opened.source)),
        None => {
            let rule = "must be a Blob or File, an ArrayBuffer, a Uint8Array, { path } in Node, or a \
                        FileSystemFileHandle: a stream cannot be read at any place";
            Err(Error::invalid("source", "object", rule))
        }
    }
}

/// Reads what the inspector asks for.
async fn look(source: &dyn Source) -> Result<DiskImageInfo> {
    let mut inspector = Inspector::new(source.size());
    loop {
        match inspector.step() {
            Step::Done(info) => return Ok(*info),
            Step::Read(need) => {
                let piece = source.read(need.offset, need.length.into()).await?;
                inspector.give(piece).map_err(|_| {
                    Error::new(Kind::Source, "the file gave another number of bytes than was asked for")
                })?;
            }
        }
    }
}
