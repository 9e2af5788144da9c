//! A Blob or File, and bytes that the caller keeps in memory: what a browser can send without our reading it.

use super::byte_stream::ByteStream;
use super::{Known, Opened, Repeatable, copy_by_slice, failure, unreadable};
use crate::error::{Error, Kind, Result};
use crate::http::Failure;
use crate::http::buffers::Block;
use crate::http::bytes::{as_bytes, bytes_of, is_buffer};
use crate::http::foreign::Blocks;
use crate::http::node;
use crate::js::convert::{get, invoke};
use crate::js::memory::piece_of;
use crate::js::turns::give_way;
use crate::platform::LocalFuture;
use crate::upload::source::changed;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A Blob or File.
pub(super) struct BlobBlocks {
    blob: Blob,
    size: u64,
    /// For who reads on from where the last block ended.
    ahead: Rc<Ahead>,
}

#[derive(Default)]
struct Ahead {
    /// Where the last block that was read ended.
    last: Cell<u64>,
    stream: RefCell<Option<ByteStream>>,
}

impl BlobBlocks {
    /// A Blob by its members: tests and other realms have Blobs of their own.
    pub(super) fn of(value: &JsValue) -> Option<Self> {
        let callable = |name: &str| get(value, name).is_some_and(|member| member.is_function());
        let size = get(value, "size")
            .and_then(|size| size.as_f64())
            .filter(|size| *size >= 0.0 && size.fract() == 0.0 && *size <= 9_007_199_254_740_991.0)?;
        let blob =
            || BlobBlocks { blob: value.clone().unchecked_into(), size: size as u64, ahead: Rc::default() };
        (callable("slice") && callable("arrayBuffer")).then(blob)
    }
}

fn slice(blob: &Blob, offset: u64, length: u64) -> core::result::Result<Blob, JsValue> {
    blob.slice_with_f64_and_f64(offset as f64, (offset + length) as f64)
}

impl Blocks for BlobBlocks {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let piece = slice(&self.blob, offset, u64::from(length));
        Box::pin(async move {
            let piece = piece.map_err(|error| failure(unreadable(&error)))?;
            let called =
                invoke(&piece, "arrayBuffer", &Array::new()).map_err(|error| failure(unreadable(&error)))?;
            let reading = JsFuture::from(Promise::resolve(&called));
            let buffer = reading.await.map_err(|error| failure(unreadable(&error)))?;
            let is_bytes = is_buffer(&buffer) || as_bytes(&buffer).is_some();
            let Some(bytes) = bytes_of(&buffer).filter(|_| is_bytes) else {
                return Err(failure(Error::new(Kind::Source, "the file gave no ArrayBuffer with its bytes")));
            };
            if bytes.length() != length {
                let how = if bytes.length() < length { "shorter" } else { "longer" };
                return Err(failure(changed(format!("the file became {how} while it was read"))));
            }
            Ok(Block::foreign(bytes))
        })
    }

    fn blob(&self, offset: u64, length: u64) -> Option<Blob> {
        slice(&self.blob, offset, length).ok()
    }
}

impl Known for BlobBlocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn name(&self) -> String {
        get(&self.blob, "name").and_then(|name| name.as_string()).unwrap_or_default()
    }

    fn modified(&self) -> u64 {
        get(&self.blob, "lastModified").and_then(|time| time.as_f64()).unwrap_or(0.0) as u64
    }

    fn copy(&self, offset: u64, length: u32) -> LocalFuture<'static, Result<Vec<u8>>> {
        let ahead = self.ahead.clone();
        let goes_on = ahead.last.replace(offset + u64::from(length)) == offset;
        // Taken out while it is used: who gives up in the middle drops it.
        let mut stream = ahead.stream.take().filter(|stream| stream.is_at(offset, length));
        // Node's own streams are slower than its slices.
        if stream.is_none() && goes_on && node::fs().is_none() {
            stream = ByteStream::open(&self.blob, self.size, offset, length);
        }
        let Some(mut stream) = stream.filter(|stream| stream.is_at(offset, length)) else {
            return copy_by_slice(self, offset, length);
        };
        Box::pin(async move {
            let bytes = stream.next(length).await?;
            *ahead.stream.borrow_mut() = Some(stream);
            // What the browser has read ahead is there at once.
            give_way().await;
            Ok(bytes)
        })
    }

    fn close(&self) {
        self.ahead.stream.take();
    }
}

/// So many bytes that the caller keeps in memory; they are not copied as a whole.
pub(super) fn memory(bytes: Uint8Array, size: u64) -> Opened {
    Opened { source: Rc::new(Repeatable(Rc::new(MemoryBlocks { bytes, size }))) }
}

struct MemoryBlocks {
    bytes: Uint8Array,
    size: u64,
}

impl Blocks for MemoryBlocks {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let piece = piece_of(&self.bytes, offset, length.into());
        Box::pin(async move {
            let bytes = piece.map_err(|error| failure(unreadable(&error)))?;
            if bytes.length() != length {
                // The buffer was transferred elsewhere, which empties it.
                return Err(failure(Error::new(Kind::Source, "the buffer became shorter while it was read")));
            }
            Ok(Block::foreign(bytes))
        })
    }

    fn blob(&self, offset: u64, length: u64) -> Option<Blob> {
        let bytes = piece_of(&self.bytes, offset, length).ok()?;
        Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).ok()
    }
}

impl Known for MemoryBlocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn copy(&self, offset: u64, length: u32) -> LocalFuture<'static, Result<Vec<u8>>> {
        let copied = copy_by_slice(self, offset, length);
        Box::pin(async move {
            give_way().await;
            copied.await
        })
    }
}
