//! A file that can be read at any place: a Blob, bytes in memory, a path of Node, a FileSystemFileHandle.

use crate::error::{Error, Kind, Result};
use crate::http::bytes;
use crate::http::node::{self, FileHandle, FsPromises};
use crate::js::convert::{get, invoke, refused, unsupported};
use crate::js::memory;
use crate::platform::LocalFuture;
use js_sys::{Array, JsString, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A file that is open.
pub struct File {
    content: Content,
    size: u64,
}

enum Content {
    Bytes(Uint8Array),
    /// A Blob by its members: tests and other realms have Blobs of their own.
    Blob(JsValue),
    Path(FileHandle),
}

const RULE: &str = "must be a Blob or File, an ArrayBuffer, a Uint8Array, { path } in Node, or a FileSystemFileHandle \
                    (a stream cannot be read at any place)";
const LARGEST: f64 = 9_007_199_254_740_991.0;
/// Most characters that are kept of what the caller's own source says went wrong.
const LONGEST: u32 = 500;

impl File {
    pub async fn open(given: &JsValue) -> Result<Self> {
        if let Some(size) = memory::size_of(given) {
            // No view can be made of a buffer that was transferred away; its length is 0.
            let buffer = get(given, "buffer").unwrap_or_else(|| given.clone());
            if size == 0 && bytes::bytes_of(&buffer).is_none() {
                return Err(Error::new(Kind::Source, "the buffer was transferred elsewhere"));
            }
            return Ok(File { content: Content::Bytes(memory::view_of(given)), size });
        }
        if let Some(path) = get(given, "path").filter(|_| blob_size(given).is_none()) {
            let Some(path) = path.as_string().filter(|path| !path.is_empty()) else {
                return Err(refused("source.path", &path, "must be a path"));
            };
            let Some(fs) = node::fs() else {
                return Err(unsupported("a path can only be read in Node; give a File in a browser"));
            };
            // Boxed, so that a build that knows of no Node does without.
            let opened: LocalFuture<'_, Result<File>> = Box::pin(open_path(fs, path));
            return opened.await;
        }
        let mut blob = given.clone();
        if get(given, "getFile").is_some() {
            blob = called(given, "getFile", &Array::new()).await?;
        }
        match blob_size(&blob) {
            Some(size) => Ok(File { content: Content::Blob(blob), size }),
            None if given.is_object() => Err(Error::invalid("source", "object", RULE)),
            None => Err(refused("source", given, RULE)),
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// So many bytes from here on, all of them.
    pub async fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
        let piece: JsValue = match &self.content {
            Content::Bytes(bytes) => {
                let piece = memory::piece_of(bytes, offset, length.into());
                piece.map_err(|error| unreadable(&error))?.into()
            }
            Content::Blob(blob) => {
                let (start, end) = (offset as f64, (offset + u64::from(length)) as f64);
                let piece = invoke(blob, "slice", &Array::of2(&start.into(), &end.into()));
                let piece = piece.map_err(|error| unreadable(&error))?;
                called(&piece, "arrayBuffer", &Array::new()).await?
            }
            Content::Path(handle) => read_path(handle, offset, length).await?.into(),
        };
        bytes_of(&piece, length)
    }
}

/// How many bytes an ArrayBuffer or a view of one says it has.
fn length_of(given: &JsValue) -> Option<f64> {
    get(given, "byteLength").and_then(|length| length.as_f64())
}

/// A copy of what an ArrayBuffer or a view of one holds, if that is so many bytes. It may be anything: nothing here throws.
fn bytes_of(piece: &JsValue, length: u32) -> Result<Vec<u8>> {
    let Some(given) = length_of(piece) else {
        return Err(Error::new(Kind::Source, "the file gave no ArrayBuffer"));
    };
    // Asked first, so that no more is copied than is wanted, and once more of what came of it.
    expect(given, length)?;
    let gone = || Error::new(Kind::Source, "the file gave bytes that cannot be looked at");
    let bytes = bytes::bytes_of(piece).ok_or_else(gone)?;
    expect(bytes.length().into(), length)?;
    Ok(bytes.to_vec())
}

fn expect(given: f64, wanted: u32) -> Result<()> {
    if given == f64::from(wanted) {
        return Ok(());
    }
    let how = if given < f64::from(wanted) { "shorter" } else { "longer" };
    Err(Error::new(Kind::Source, format!("the file became {how} while it was read")))
}

impl Drop for File {
    fn drop(&mut self) {
        if let Content::Path(handle) = &self.content {
            let handle = handle.clone();
            spawn_local(close(handle.into()));
        }
    }
}

/// The length of what has a Blob's members.
fn blob_size(value: &JsValue) -> Option<u64> {
    let is_method = |name: &str| get(value, name).is_some_and(|member| member.is_function());
    let size = get(value, "size").and_then(|size| size.as_f64());
    let size = size.filter(|size| *size >= 0.0 && size.fract() == 0.0 && *size <= LARGEST)?;
    (is_method("slice") && is_method("arrayBuffer")).then_some(size as u64)
}

/// Lets a file of Node go.
async fn close(handle: JsValue) {
    // A read that is under way makes Node wait with closing; a failure to close loses nothing.
    drop(called(&handle, "close", &Array::new()).await);
}

/// What the promise of a method gives.
async fn called(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue> {
    let promise = invoke(object, name, arguments).map_err(|error| unreadable(&error))?;
    settled(&promise).await
}

/// What a promise gives, or a value that is none. The caller's promise may have members that throw, which a promise of the
/// platform's own takes for a rejection.
async fn settled(promise: &JsValue) -> Result<JsValue> {
    let all = JsFuture::from(Promise::all(&Array::of1(promise)));
    let values = all.await.map_err(|error| unreadable(&error))?;
    Ok(values.unchecked_ref::<Array>().get(0))
}

/// A file of Node that is being opened. Whoever gives up meanwhile leaves it to be closed once it is open.
struct Opening(Option<JsValue>);

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(promise) = self.0.take() {
            spawn_local(async move {
                if let Ok(handle) = settled(&promise).await {
                    close(handle).await;
                }
            });
        }
    }
}

async fn open_path(fs: FsPromises, path: String) -> Result<File> {
    // Who opens a pipe waits until somebody writes into it.
    size_of(&called(&fs, "stat", &Array::of1(&path.as_str().into())).await?, &path)?;
    let arguments = Array::of2(&path.as_str().into(), &"r".into());
    let promise = invoke(&fs, "open", &arguments).map_err(|error| unreadable(&error))?;
    let mut opening = Opening(Some(promise.clone()));
    let handle = settled(&promise).await;
    opening.0 = None;
    let handle = handle?;
    let mut file = File { content: Content::Path(handle.clone().unchecked_into()), size: 0 };
    file.size = size_of(&called(&handle, "stat", &Array::new()).await?, &path)?;
    Ok(file)
}

fn size_of(stat: &JsValue, path: &str) -> Result<u64> {
    let is_file = invoke(stat, "isFile", &Array::new()).is_ok_and(|answer| answer.is_truthy());
    let size = get(stat, "size").and_then(|size| size.as_f64()).filter(|_| is_file);
    Ok(size.ok_or_else(|| Error::new(Kind::Source, format!("{path} is not a file")))? as u64)
}

async fn read_path(handle: &FileHandle, offset: u64, length: u32) -> Result<Uint8Array> {
    let buffer = Uint8Array::new_with_length(length);
    let mut done = 0;
    while done < length {
        let position = (offset + u64::from(done)) as f64;
        let arguments =
            Array::of4(&buffer, &done.into(), &(length - done).into(), &JsValue::from_f64(position));
        let read = called(handle, "read", &arguments).await?;
        match get(&read, "bytesRead").and_then(|bytes| bytes.as_f64()) {
            Some(bytes) if bytes > 0.0 => done += (bytes as u32).min(length - done),
            _ => break,
        }
    }
    Ok(buffer.subarray(0, done))
}

fn unreadable(error: &JsValue) -> Error {
    // Only read, whatever it is: it may hold itself, or have members that throw. Cut before it is copied.
    let text = if error.is_string() { Some(error.clone()) } else { get(error, "message") };
    let text = text.and_then(|text| text.dyn_into::<JsString>().ok());
    let mut message = text.map(|text| String::from(text.slice(0, LONGEST + 1))).unwrap_or_default();
    if let Some((end, _)) = message.char_indices().nth(LONGEST as usize) {
        message.truncate(end);
        message.push('…');
    }
    let is_ours = get(error, "kind").and_then(|kind| kind.as_string()).is_some_and(|kind| kind == "source");
    if is_ours {
        return Error::new(Kind::Source, message);
    }
    Error::new(Kind::Source, format!("the file cannot be read: {message}"))
}
