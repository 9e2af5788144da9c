//! Where the bytes of an image come from in JavaScript: a Blob, bytes in memory, a file of Node, a stream.

mod blob;
mod byte_stream;
#[cfg(feature = "openstack")]
pub mod digesting;
mod file;
mod stream;

use super::convert::{get, refused, unsupported};
use super::memory;
use super::platform::to_its_end;
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::{Body, Failure, node};
use crate::platform::LocalFuture;
use crate::upload::source::Source;
use blob::BlobBlocks;
use js_sys::{Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// An opened source.
pub struct Opened {
    pub source: Rc<dyn Source>,
}

/// Opens what the caller gave.
pub async fn open(given: &JsValue) -> Result<Opened> {
    let rule = "must be a Blob or File, an ArrayBuffer, a Uint8Array, { path } in Node, a FileSystemFileHandle, or \
                { stream, size }";
    if let Some(size) = memory::size_of(given) {
        return Ok(blob::memory(memory::view_of(given), size));
    }
    if !given.is_object() {
        return Err(refused("source", given, rule));
    }
    if let Some(blob) = BlobBlocks::of(given) {
        return Ok(Opened { source: Rc::new(Repeatable(Rc::new(blob))) });
    }
    if let Some(path) = get(given, "path") {
        let Some(path) = path.as_string().filter(|path| !path.is_empty()) else {
            return Err(refused("source.path", &path, "must be a path"));
        };
        let Some(fs) = node::fs_module() else {
            return Err(unsupported("a path can only be read in Node; give a File in a browser"));
        };
        return to_its_end(Box::pin(file::open_path(fs, path))).await;
    }
    if let Some(file) = get(given, "getFile").and_then(|file| file.dyn_into::<Function>().ok()) {
        let called = file.call0(given).map_err(|error| unreadable(&error))?;
        let file = JsFuture::from(Promise::resolve(&called)).await.map_err(|error| unreadable(&error))?;
        let Some(blob) = BlobBlocks::of(&file) else { return Err(refused("source", given, rule)) };
        return Ok(Opened { source: Rc::new(Repeatable(Rc::new(blob))) });
    }
    if let Some(stream) = get(given, "stream") {
        return stream::open(given, &stream);
    }
    Err(Error::invalid("source", "object", rule))
}

fn unreadable(error: &JsValue) -> Error {
    let mut message = match describe(error) {
        none if none.is_empty() => "for no reason that is told".to_owned(),
        message => message,
    };
    if let Some(code) = get(error, "code").and_then(|code| code.as_string())
        && !crate::text::contains(&message, &code)
    {
        message = format!("{message} ({code})");
    }
    Error::new(Kind::Source, format!("the file cannot be read: {message}"))
}

fn failure(error: Error) -> Failure {
    Failure::new(error.kind(), error.message().to_owned(), true)
}

/// Blocks that know how many bytes there are.
trait Known: Blocks {
    fn size(&self) -> u64;
    fn name(&self) -> String {
        String::new()
    }
    fn modified(&self) -> u64 {
        0
    }
    /// A copy of a block, for the digests: mostly one block after the other.
    fn copy(&self, offset: u64, length: u32) -> LocalFuture<'static, Result<Vec<u8>>>
    where
        Self: Sized,
    {
        copy_by_slice(self, offset, length)
    }
    fn check(&self) -> LocalFuture<'static, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    fn close(&self) {}
}

fn copy_by_slice(blocks: &dyn Blocks, offset: u64, length: u32) -> LocalFuture<'static, Result<Vec<u8>>> {
    let reading = blocks.read(offset, length);
    Box::pin(async move { Ok(reading.await?.bytes.to_vec()) })
}

/// A source that can be read anywhere, as often as needed.
struct Repeatable<B: Known + 'static>(Rc<B>);

impl<B: Known + 'static> Source for Repeatable<B> {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn modified(&self) -> u64 {
        self.0.modified()
    }

    fn read(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Vec<u8>>> {
        self.0.copy(offset, length as u32)
    }

    fn body(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Body>> {
        let blocks: Rc<dyn Blocks> = self.0.clone();
        Box::pin(async move {
            Ok(Body::Foreign { length, content: Rc::new(ForeignBytes { blocks, offset, length }) })
        })
    }

    fn check(&self) -> LocalFuture<'static, Result<()>> {
        self.0.check()
    }

    fn release(&self, _: u64, _: u64) {}

    fn is_repeatable(&self) -> bool {
        true
    }

    fn most_parallel(&self) -> u32 {
        u32::MAX
    }

    fn close(&self) {
        self.0.close();
    }
}
