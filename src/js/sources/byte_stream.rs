//! Reads a Blob from one place on, into one buffer: what browsers read by slices is garbage that they keep for long,
//! and each slice takes them a while.

use super::unreadable;
use crate::error::Result;
use crate::http::bytes::as_bytes;
use crate::js::convert::{get, invoke};
use crate::upload::source::changed;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A stream is opened for so many bytes: a browser looks whether the file has changed when it opens one.
const SPAN: u64 = 64 * 1024 * 1024;

/// A stream with a reader that fills the buffers it is given.
pub(super) struct ByteStream {
    reader: JsValue,
    read: Function,
    buffer: ArrayBuffer,
    /// Where the next byte comes from, and where the stream ends.
    position: u64,
    end: u64,
}

impl ByteStream {
    /// None where the platform has no such streams.
    pub(super) fn open(blob: &Blob, size: u64, offset: u64, buffer: u32) -> Option<Self> {
        let end = size.min(offset + SPAN);
        let piece = blob.slice_with_f64_and_f64(offset as f64, end as f64).ok()?;
        let stream = invoke(&piece, "stream", &Array::new()).ok()?;
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"byob".into()).ok()?;
        let reader = invoke(&stream, "getReader", &Array::of1(&options)).ok()?;
        let read = get(&reader, "read")?.dyn_into::<Function>().ok()?;
        Some(ByteStream { reader, read, buffer: ArrayBuffer::new(buffer), position: offset, end })
    }

    /// Whether these bytes are the next ones.
    pub(super) fn is_at(&self, offset: u64, length: u32) -> bool {
        self.position == offset && offset + u64::from(length) <= self.end
    }

    pub(super) async fn next(&mut self, length: u32) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length as usize];
        let mut done = 0;
        while done < length {
            let room = (length - done).min(self.buffer.byte_length());
            let view = Uint8Array::new_with_byte_offset_and_length(&self.buffer, 0, room);
            let called = self.read.call1(&self.reader, &view).map_err(|error| unreadable(&error))?;
            let answer =
                JsFuture::from(Promise::resolve(&called)).await.map_err(|error| unreadable(&error))?;
            let value = get(&answer, "value");
            let value = value.as_ref().and_then(as_bytes);
            let Some(value) = value.filter(|value| (1..=room).contains(&value.length())) else {
                return Err(changed("the file became shorter while it was read"));
            };
            // The buffer comes back as another object.
            self.buffer = value.buffer();
            let from = done as usize;
            done += value.length();
            value.copy_to(&mut bytes[from..done as usize]);
        }
        self.position += u64::from(length);
        Ok(bytes)
    }
}

impl Drop for ByteStream {
    fn drop(&mut self) {
        // The browser stops reading ahead; a file that cannot be read any more has nothing to stop.
        if let Ok(ending) = invoke(&self.reader, "cancel", &Array::new()) {
            let ending = JsFuture::from(Promise::resolve(&ending));
            wasm_bindgen_futures::spawn_local(async move { drop(ending.await) });
        }
    }
}
