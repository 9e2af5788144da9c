//! Where a download goes in JavaScript: a file of Node, a file handle, the browser's downloads, a stream.

mod node_file;
mod private;

use super::convert::{error_to_js, get, refused, spawned, unsupported};
use super::platform::{JsPlatform, to_its_end};
use crate::download::{Control, Sink};
use crate::error::{Error, Kind, Result};
use crate::http::fetch;
use crate::http::node;
use crate::platform::{LocalFuture, Platform};
use crate::task::{Queue, Turn, first};
use core::cell::RefCell;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use node_file::NodeFile;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStream;

/// The sink of a target; opened at its first byte.
pub(super) fn describe(target: &JsValue) -> Result<Rc<dyn Sink>> {
    if target.as_string().as_deref() == Some("download") {
        private::check()?;
        return Ok(Rc::new(Writable::new(Origin::Private)));
    }
    if let Some(path) = get(target, "path") {
        let Some(path) = path.as_string().filter(|path| !path.is_empty()) else {
            return Err(refused("target.path", &path, "must be a path"));
        };
        if node::fs().is_none() {
            return Err(unsupported("a path can only be written in Node"));
        }
        return Ok(Rc::new(NodeFile::new(path)));
    }
    if get(target, "createWritable").is_some_and(|create| create.is_function()) {
        return Ok(Rc::new(Writable::new(Origin::Handle(target.clone()))));
    }
    Err(refused("target", target, "must be { path } in Node, a file handle, 'download' or 'stream'"))
}

fn unwritable(error: &JsValue) -> Error {
    Error::new(Kind::Source, format!("the target cannot be written: {}", fetch::describe(error)))
}

async fn settle(called: core::result::Result<JsValue, JsValue>) -> Result<JsValue> {
    let promise = Promise::resolve(&called.map_err(|error| unwritable(&error))?);
    JsFuture::from(promise).await.map_err(|error| unwritable(&error))
}

/// Calls a method of a JavaScript object and waits for what it promises.
async fn invoke(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue> {
    let Some(Ok(method)) = get(object, name).map(JsCast::dyn_into::<Function>) else {
        return Err(unsupported(format!("the target has no {name}()")));
    };
    settle(method.apply(object, arguments)).await
}

/// Where a writable file stream comes from.
#[derive(Clone)]
enum Origin {
    Handle(JsValue),
    /// The origin's private file system, then the browser's downloads.
    Private,
}

/// A FileSystemWritableFileStream: it shows nothing of what was written before it is closed.
struct Writable {
    origin: Origin,
    open: Rc<Open>,
    name: RefCell<String>,
}

/// What is open of a target.
#[derive(Default)]
struct Open {
    handle: RefCell<JsValue>,
    stream: RefCell<JsValue>,
    /// Of whoever opens it, or throws it away.
    turn: Turn,
}

/// A target that does not answer to being thrown away is waited for so long, milliseconds.
const DISCARDING_MS: f64 = 3_000.0;

impl Writable {
    fn new(origin: Origin) -> Self {
        Writable { origin, open: Rc::default(), name: RefCell::new("image".to_owned()) }
    }

    async fn stream(&self) -> Result<JsValue> {
        if self.open.stream.borrow().is_undefined() {
            let (open, origin) = (self.open.clone(), self.origin.clone());
            // Also where nobody waits for it any more: who throws it away must know of it.
            to_its_end(Box::pin(async move {
                let _turn = open.turn.take().await;
                let handle = match origin {
                    Origin::Handle(handle) => handle,
                    Origin::Private => private::create().await?,
                };
                open.handle.replace(handle.clone());
                open.stream.replace(invoke(&handle, "createWritable", &Array::new()).await?);
                Result::Ok(())
            }))
            .await?;
        }
        Ok(self.open.stream.borrow().clone())
    }
}

impl Sink for Writable {
    fn named(&self, name: &str) {
        name.clone_into(&mut self.name.borrow_mut());
    }

    fn write(&self, bytes: Vec<u8>) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            let block = Uint8Array::from(&bytes[..]);
            drop(bytes);
            invoke(&self.stream().await?, "write", &Array::of1(&block)).await.map(drop)
        })
    }

    fn finish(&self, _: u64) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            invoke(&self.stream().await?, "close", &Array::new()).await?;
            if matches!(self.origin, Origin::Private) {
                let (handle, name) = (self.open.handle.borrow().clone(), self.name.borrow().clone());
                private::save(&handle, &name).await?;
            }
            Ok(())
        })
    }

    fn discard(&self, _: &Error) -> LocalFuture<'_, ()> {
        let (open, is_private) = (self.open.clone(), matches!(self.origin, Origin::Private));
        let thrown_away = to_its_end(Box::pin(async move {
            let _turn = open.turn.take().await;
            // It may have failed already, or never been opened.
            let _ = invoke(&open.stream.take(), "abort", &Array::new()).await;
            if is_private {
                private::remove(&open.handle.take()).await;
            }
        }));
        Box::pin(async move {
            first(Box::pin(thrown_away), JsPlatform.sleep(DISCARDING_MS)).await;
        })
    }
}

/// What the reader of a stream waits for.
enum Piece {
    Bytes(Vec<u8>),
    End,
    Failed(JsValue),
}

/// A ReadableStream that is fed as fast as it is read.
struct StreamSink {
    pieces: Queue<Piece>,
    /// The reader wants more.
    wanted: Queue<()>,
}

impl Sink for StreamSink {
    fn write(&self, bytes: Vec<u8>) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            self.wanted.next().await;
            self.pieces.push(Piece::Bytes(bytes));
            Ok(())
        })
    }

    fn finish(&self, _: u64) -> LocalFuture<'_, Result<()>> {
        self.pieces.push(Piece::End);
        Box::pin(async { Ok(()) })
    }

    fn discard(&self, error: &Error) -> LocalFuture<'_, ()> {
        // Who begins to read only now must not take nothing for the whole of it.
        self.pieces.push(Piece::Failed(error_to_js(error)));
        Box::pin(async {})
    }
}

/// A stream and the sink that feeds it. Cancelling the stream aborts the download.
pub(super) fn stream(control: Rc<Control>) -> Result<(Rc<dyn Sink>, ReadableStream)> {
    let sink = Rc::new(StreamSink { pieces: Queue::default(), wanted: Queue::default() });
    let feeding = sink.clone();
    let pull = Closure::<dyn FnMut(JsValue) -> Promise>::new(move |controller: JsValue| {
        let sink = feeding.clone();
        sink.wanted.push(());
        spawned(Box::pin(async move {
            match sink.pieces.next().await {
                Piece::Bytes(bytes) => {
                    invoke(&controller, "enqueue", &Array::of1(&Uint8Array::from(&bytes[..]))).await
                }
                Piece::End => invoke(&controller, "close", &Array::new()).await,
                Piece::Failed(error) => invoke(&controller, "error", &Array::of1(&error)).await,
            }
            .map_err(|error| error_to_js(&error))
        }))
    });
    let cancel = Closure::<dyn FnMut()>::new(move || control.cancel.cancel());
    let source = Object::new();
    let _ = Reflect::set(&source, &"pull".into(), &pull.into_js_value());
    let _ = Reflect::set(&source, &"cancel".into(), &cancel.into_js_value());
    let strategy = Object::new();
    let _ = Reflect::set(&strategy, &"highWaterMark".into(), &JsValue::from(0));
    let Some(Ok(class)) =
        get(&crate::http::global::global(), "ReadableStream").map(JsCast::dyn_into::<Function>)
    else {
        return Err(unsupported("there are no streams here"));
    };
    let made =
        Reflect::construct(&class, &Array::of2(&source, &strategy)).map_err(|error| unwritable(&error))?;
    Ok((sink, made.unchecked_into()))
}
