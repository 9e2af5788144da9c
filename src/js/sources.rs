//! Where the bytes of an image come from in JavaScript: a Blob, bytes in memory, a file of Node, a stream.

mod stream;

use super::convert::{get, invoke, refused, unsupported};
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::node::{self, FileHandle};
use crate::http::{Body, Failure};
use crate::platform::LocalFuture;
use crate::upload::source::Source;
use js_sys::{Array, ArrayBuffer, Function, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// An opened source and what is known of it.
pub struct Opened {
    pub source: Rc<dyn Source>,
}

/// Opens what the caller gave. `part_size` tells a stream how much it must keep, once the plan is known.
pub async fn open(given: &JsValue) -> Result<Opened> {
    let rule = "must be a Blob or File, an ArrayBuffer, a Uint8Array, { path } in Node, a FileSystemFileHandle, or \
                { stream, size }";
    if let Some(buffer) = given.dyn_ref::<ArrayBuffer>() {
        // A buffer that was transferred away cannot even be looked at.
        let bytes =
            if buffer.byte_length() == 0 { Uint8Array::new_with_length(0) } else { Uint8Array::new(buffer) };
        return Ok(memory(bytes));
    }
    if let Some(bytes) = given.dyn_ref::<Uint8Array>() {
        return Ok(memory(bytes.clone()));
    }
    if !given.is_object() {
        return Err(refused("source", given, rule));
    }
    if let Some(blob) = as_blob(given) {
        return Ok(Opened { source: Rc::new(Repeatable(Rc::new(blob))) });
    }
    if let Some(path) = get(given, "path") {
        let Some(path) = path.as_string().filter(|path| !path.is_empty()) else {
            return Err(refused("source.path", &path, "must be a path"));
        };
        return open_path(path).await;
    }
    if let Some(file) = get(given, "getFile").and_then(|file| file.dyn_into::<Function>().ok()) {
        let called = file.call0(given).map_err(|error| unreadable(&error))?;
        let file = JsFuture::from(Promise::resolve(&called)).await.map_err(|error| unreadable(&error))?;
        let Some(blob) = as_blob(&file) else { return Err(refused("source", given, rule)) };
        return Ok(Opened { source: Rc::new(Repeatable(Rc::new(blob))) });
    }
    if let Some(stream) = get(given, "stream") {
        return stream::open(given, &stream);
    }
    Err(Error::invalid("source", "object", rule))
}

/// A Blob by its members: tests and other realms have Blobs of their own.
fn as_blob(value: &JsValue) -> Option<BlobBlocks> {
    let callable = |name: &str| get(value, name).is_some_and(|member| member.is_function());
    let size = get(value, "size")
        .and_then(|size| size.as_f64())
        .filter(|size| *size >= 0.0 && size.fract() == 0.0 && *size <= 9_007_199_254_740_991.0)?;
    let blob = || BlobBlocks { blob: value.clone().unchecked_into(), size: size as u64 };
    (callable("slice") && callable("arrayBuffer")).then(blob)
}

fn unreadable(error: &JsValue) -> Error {
    let mut message = describe(error);
    if let Some(code) = get(error, "code").and_then(|code| code.as_string())
        && !message.contains(&code)
    {
        message = format!("{message} ({code})");
    }
    Error::new(Kind::Source, format!("the file cannot be read: {message}"))
}

fn failure(error: Error) -> Failure {
    Failure { kind: error.kind(), message: error.message().to_owned(), sent: true }
}

fn memory(bytes: Uint8Array) -> Opened {
    Opened { source: Rc::new(Repeatable(Rc::new(MemoryBlocks(bytes)))) }
}

async fn open_path(path: String) -> Result<Opened> {
    let Some(fs) = node::fs() else {
        return Err(unsupported("a path can only be read in Node; give a File in a browser"));
    };
    let handle = JsFuture::from(fs.open(&path, "r")).await.map_err(|error| unreadable(&error))?;
    let handle: FileHandle = handle.unchecked_into();
    let (stat, size, modified) = state_of(&handle).await?;
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let blocks = FileBlocks { handle, name, size, modified };
    let is_file = get(&stat, "isFile").and_then(|test| test.dyn_into::<Function>().ok());
    let is_file = is_file.and_then(|test| test.call0(&stat).ok()).is_some_and(|answer| answer.is_truthy());
    if !is_file {
        blocks.close();
        return Err(Error::new(Kind::Source, format!("{path} is not a file")));
    }
    Ok(Opened { source: Rc::new(Repeatable(Rc::new(blocks))) })
}

/// Blocks that know how many bytes there are.
trait Sized: Blocks {
    fn size(&self) -> u64;
    fn name(&self) -> String {
        String::new()
    }
    fn modified(&self) -> u64 {
        0
    }
    fn check(&self) -> LocalFuture<'static, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    fn close(&self) {}
}

/// A source that can be read anywhere, as often as needed.
struct Repeatable<B: Sized + 'static>(Rc<B>);

impl<B: Sized + 'static> Source for Repeatable<B> {
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
        let blocks = self.0.clone();
        Box::pin(async move {
            // Read afresh each time: two readers must not share a buffer.
            let buffer = Uint8Array::new_with_length(length as u32);
            let block = blocks.read(offset, length as u32, &buffer).await?;
            Ok(block.to_vec())
        })
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

/// A Blob or File.
struct BlobBlocks {
    blob: Blob,
    size: u64,
}

fn slice(blob: &Blob, offset: u64, length: u64) -> core::result::Result<Blob, JsValue> {
    blob.slice_with_f64_and_f64(offset as f64, (offset + length) as f64)
}

impl Blocks for BlobBlocks {
    fn read(
        &self,
        offset: u64,
        length: u32,
        _: &Uint8Array,
    ) -> LocalFuture<'static, core::result::Result<Uint8Array, Failure>> {
        let piece = slice(&self.blob, offset, u64::from(length));
        Box::pin(async move {
            let piece = piece.map_err(|error| failure(unreadable(&error)))?;
            let called =
                invoke(&piece, "arrayBuffer", &Array::new()).map_err(|error| failure(unreadable(&error)))?;
            let reading = JsFuture::from(Promise::resolve(&called));
            let buffer = reading.await.map_err(|error| failure(unreadable(&error)))?;
            if !buffer.is_instance_of::<ArrayBuffer>() {
                return Err(failure(Error::new(Kind::Source, "the file gave no ArrayBuffer")));
            }
            let bytes = Uint8Array::new(&buffer);
            if bytes.length() != length {
                return Err(failure(Error::new(Kind::Source, "the file became shorter while it was read")));
            }
            Ok(bytes)
        })
    }

    fn blob(&self, offset: u64, length: u64) -> Option<Blob> {
        slice(&self.blob, offset, length).ok()
    }
}

impl Sized for BlobBlocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn name(&self) -> String {
        get(&self.blob, "name").and_then(|name| name.as_string()).unwrap_or_default()
    }

    fn modified(&self) -> u64 {
        get(&self.blob, "lastModified").and_then(|time| time.as_f64()).unwrap_or(0.0) as u64
    }
}

/// Bytes that the caller keeps in memory; they are not copied as a whole.
struct MemoryBlocks(Uint8Array);

impl Blocks for MemoryBlocks {
    fn read(
        &self,
        offset: u64,
        length: u32,
        _: &Uint8Array,
    ) -> LocalFuture<'static, core::result::Result<Uint8Array, Failure>> {
        let bytes = self.0.subarray(offset as u32, offset as u32 + length);
        Box::pin(async move {
            if bytes.length() != length {
                // The buffer was transferred elsewhere, which empties it.
                return Err(failure(Error::new(Kind::Source, "the buffer became shorter while it was read")));
            }
            Ok(bytes)
        })
    }

    fn blob(&self, offset: u64, length: u64) -> Option<Blob> {
        let bytes = self.0.subarray(offset as u32, (offset + length) as u32);
        Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).ok()
    }
}

impl Sized for MemoryBlocks {
    fn size(&self) -> u64 {
        u64::from(self.0.length())
    }
}

/// A file of Node, read at any place into small buffers.
struct FileBlocks {
    handle: FileHandle,
    name: String,
    size: u64,
    /// Milliseconds since 1970, as the file system keeps them.
    modified: f64,
}

/// Size and time of modification.
async fn state_of(handle: &FileHandle) -> Result<(JsValue, u64, f64)> {
    let stat = JsFuture::from(handle.stat()).await.map_err(|error| unreadable(&error))?;
    let number = |name: &str| get(&stat, name).and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (size, modified) = (number("size") as u64, number("mtimeMs"));
    Ok((stat, size, modified))
}

impl Blocks for FileBlocks {
    fn read(
        &self,
        offset: u64,
        length: u32,
        buffer: &Uint8Array,
    ) -> LocalFuture<'static, core::result::Result<Uint8Array, Failure>> {
        let (handle, buffer) = (self.handle.clone(), buffer.clone());
        Box::pin(async move {
            let mut done = 0;
            while done < length {
                let promise = handle.read(&buffer, done, length - done, (offset + u64::from(done)) as f64);
                let answer = JsFuture::from(promise).await.map_err(|error| failure(unreadable(&error)))?;
                let read = get(&answer, "bytesRead").and_then(|read| read.as_f64()).unwrap_or(0.0) as u32;
                if read == 0 {
                    return Err(failure(Error::new(
                        Kind::Source,
                        "the file became shorter while it was read",
                    )));
                }
                done += read;
            }
            Ok(buffer.subarray(0, length))
        })
    }

    fn blob(&self, _: u64, _: u64) -> Option<Blob> {
        None
    }
}

impl Sized for FileBlocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn modified(&self) -> u64 {
        self.modified as u64
    }

    fn check(&self) -> LocalFuture<'static, Result<()>> {
        let (handle, size, modified) = (self.handle.clone(), self.size, self.modified);
        Box::pin(async move {
            let (_, size_now, modified_now) = state_of(&handle).await?;
            if size_now != size || modified_now != modified {
                let message =
                    format!("the file was changed while it was uploaded (size {size}, now {size_now})");
                return Err(Error::new(Kind::Source, message));
            }
            Ok(())
        })
    }

    fn close(&self) {
        // A read that is under way makes Node wait with closing; a failure to close loses nothing.
        let closing = JsFuture::from(self.handle.close());
        wasm_bindgen_futures::spawn_local(async move { drop(closing.await) });
    }
}
