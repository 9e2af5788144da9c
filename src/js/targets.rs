//! Where a download goes in JavaScript: a file of Node, a file handle, the browser's downloads, a stream.

mod node_file;

use super::convert::{error_to_js, get, refused, spawned, unsupported};
use super::platform::JsPlatform;
use crate::download::{Control, Sink};
use crate::error::{Error, Kind, Result};
use crate::http::fetch;
use crate::http::node;
use crate::platform::{LocalFuture, Platform};
use crate::task::Queue;
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
        let directory =
            get(&crate::http::global::global(), "navigator").and_then(|navigator| get(&navigator, "storage"));
        let known = directory.is_some_and(|storage| get(&storage, "getDirectory").is_some());
        if !known || get(&crate::http::global::global(), "document").is_none() {
            return Err(unsupported(
                "this place has no private file system to download through (it needs a page on https:// or \
                 localhost); use a file handle or 'stream'",
            ));
        }
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
enum Origin {
    Handle(JsValue),
    /// The origin's private file system, then the browser's downloads.
    Private,
}

/// A FileSystemWritableFileStream: it shows nothing of what was written before it is closed.
struct Writable {
    origin: Origin,
    /// Handle and stream.
    open: RefCell<Option<(JsValue, JsValue)>>,
    name: RefCell<String>,
}

const PRIVATE_NAME: &str = "ims-client-download";

/// A private file that is older than this has been saved, milliseconds.
const SAVED_AFTER_MS: f64 = 6.0 * 3_600_000.0;

impl Writable {
    fn new(origin: Origin) -> Self {
        Writable { origin, open: RefCell::default(), name: RefCell::new("image".to_owned()) }
    }

    /// Removes what earlier downloads left: the browser reads a private file after this page is done with it, so it
    /// cannot be removed at once.
    async fn tidy(directory: &JsValue) -> Result<()> {
        let entries = invoke(directory, "values", &Array::new()).await?;
        loop {
            let entry = invoke(&entries, "next", &Array::new()).await?;
            let Some(handle) = get(&entry, "value") else { return Ok(()) };
            let name = get(&handle, "name").and_then(|name| name.as_string()).unwrap_or_default();
            if !name.starts_with(PRIVATE_NAME) {
                continue;
            }
            let file = invoke(&handle, "getFile", &Array::new()).await?;
            let modified = get(&file, "lastModified").and_then(|time| time.as_f64()).unwrap_or(f64::INFINITY);
            if JsPlatform.now() - modified > SAVED_AFTER_MS {
                invoke(directory, "removeEntry", &Array::of1(&name.into())).await?;
            }
        }
    }

    async fn directory() -> Result<JsValue> {
        let storage =
            get(&crate::http::global::global(), "navigator").and_then(|navigator| get(&navigator, "storage"));
        invoke(&storage.unwrap_or(JsValue::UNDEFINED), "getDirectory", &Array::new()).await
    }

    async fn stream(&self) -> Result<JsValue> {
        if let Some((_, stream)) = self.open.borrow().as_ref() {
            return Ok(stream.clone());
        }
        let handle = match &self.origin {
            Origin::Handle(handle) => handle.clone(),
            Origin::Private => {
                let options = Object::new();
                let _ = Reflect::set(&options, &"create".into(), &JsValue::TRUE);
                let name = format!("{PRIVATE_NAME}-{}", JsPlatform.random().to_bits());
                let directory = Self::directory().await?;
                // What cannot be tidied up now will be the next time.
                let _ = Self::tidy(&directory).await;
                invoke(&directory, "getFileHandle", &Array::of2(&name.into(), &options)).await?
            }
        };
        let stream = invoke(&handle, "createWritable", &Array::new()).await?;
        *self.open.borrow_mut() = Some((handle, stream.clone()));
        Ok(stream)
    }

    /// Hands the finished private file to the browser's downloads.
    async fn save(&self, handle: &JsValue) -> Result<()> {
        let file = invoke(handle, "getFile", &Array::new()).await?;
        let global = crate::http::global::global();
        let url_class = get(&global, "URL").unwrap_or(JsValue::UNDEFINED);
        let url = invoke(&url_class, "createObjectURL", &Array::of1(&file)).await?;
        let document = get(&global, "document").unwrap_or(JsValue::UNDEFINED);
        let anchor = invoke(&document, "createElement", &Array::of1(&"a".into())).await?;
        let _ = Reflect::set(&anchor, &"href".into(), &url);
        let _ = Reflect::set(&anchor, &"download".into(), &self.name.borrow().as_str().into());
        invoke(&anchor, "click", &Array::new()).await?;
        Ok(())
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
            let stream = self.stream().await?;
            invoke(&stream, "close", &Array::new()).await?;
            let open = self.open.borrow_mut().take();
            match (&self.origin, open) {
                (Origin::Private, Some((handle, _))) => self.save(&handle).await,
                _ => Ok(()),
            }
        })
    }

    fn discard(&self, _: &Error) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            let open = self.open.borrow_mut().take();
            if let Some((handle, stream)) = open {
                let _ = invoke(&stream, "abort", &Array::new()).await;
                if matches!(self.origin, Origin::Private) {
                    let _ = invoke(&handle, "remove", &Array::new()).await;
                }
            }
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
