//! A stream of known size: it can be read once, so what is not stored yet is kept, a few parts at most.

use super::super::convert::{get, refused};
use super::super::turns::give_way;
use super::{Opened, failure, unreadable};
use crate::error::{Error, Kind, Result};
use crate::http::buffers::{Block, Buffer};
use crate::http::bytes::{as_bytes, bytes_of};
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::{Body, Failure};
use crate::platform::LocalFuture;
use crate::task::Turn;
use crate::upload::source::Source;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Function, Promise, Reflect, Symbol, Uint8Array};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Opens `{ stream, size }`.
pub(super) fn open(given: &JsValue, stream: &JsValue) -> Result<Opened> {
    let size = get(given, "size").unwrap_or(JsValue::UNDEFINED);
    let size = match size.as_f64() {
        Some(size) if size >= 0.0 && size.fract() == 0.0 && size <= 9_007_199_254_740_991.0 => size as u64,
        _ => {
            let rule = "is required of a stream: its length in bytes, which the service asks for first";
            return Err(refused("source.size", &size, rule));
        }
    };
    let (pull, end) = reader(stream)?;
    let window = Window {
        pull,
        end,
        pending: RefCell::default(),
        size,
        turn: Turn::default(),
        chunks: RefCell::default(),
        loaded: Cell::new(0),
        released: RefCell::default(),
        over: Cell::new(false),
    };
    Ok(Opened { source: Rc::new(StreamSource(Rc::new(window))) })
}

/// A function and what it is a method of.
type Method = (Function, JsValue);

/// `read()` or `next()` of a stream, and what ends it early.
fn reader(stream: &JsValue) -> Result<(Method, Option<Method>)> {
    let method =
        |of: &JsValue, name: &str| get(of, name).and_then(|member| member.dyn_into::<Function>().ok());
    if let Some(open) = method(stream, "getReader") {
        let reader = open.call0(stream).map_err(|error| unreadable(&error))?;
        if let Some(read) = method(&reader, "read") {
            let cancel = method(&reader, "cancel").map(|cancel| (cancel, reader.clone()));
            return Ok(((read, reader), cancel));
        }
    }
    let iterate = Reflect::get(stream, &Symbol::async_iterator()).ok();
    if let Some(iterate) = iterate.and_then(|iterate| iterate.dyn_into::<Function>().ok()) {
        let iterator = iterate.call0(stream).map_err(|error| unreadable(&error))?;
        if let Some(next) = method(&iterator, "next") {
            let finish = method(&iterator, "return").map(|finish| (finish, iterator.clone()));
            return Ok(((next, iterator), finish));
        }
    }
    Err(Error::invalid("source.stream", "object", "must be a ReadableStream or an async iterable"))
}

/// Empty chunks in a row before a stream is given up.
const MOST_EMPTY: u32 = 1_000;

/// The part of the stream that is kept.
struct Window {
    pull: Method,
    end: Option<Method>,
    /// The chunk that is waited for. Who gives up in the middle, as a pause does, leaves it to who comes next.
    pending: RefCell<Option<Promise>>,
    size: u64,
    turn: Turn,
    /// Where each chunk starts, and a copy of its bytes: the producer may use its buffer again for the next one.
    chunks: RefCell<VecDeque<(u64, Uint8Array)>>,
    loaded: Cell<u64>,
    /// Ranges that will not be asked for again.
    released: RefCell<Vec<(u64, u64)>>,
    over: Cell<bool>,
}

impl Window {
    /// Reads on until so many bytes are there.
    async fn load(&self, upto: u64) -> Result<()> {
        let _held = self.turn.take().await;
        let mut empty = 0;
        while self.loaded.get() < upto {
            match self.next().await? {
                Some(bytes) if bytes.length() == 0 => {
                    empty += 1;
                    if empty > MOST_EMPTY {
                        return Err(Error::new(Kind::Source, "the stream gives nothing but empty chunks"));
                    }
                }
                Some(bytes) => {
                    empty = 0;
                    let start = self.loaded.get();
                    self.loaded.set(start + u64::from(bytes.length()));
                    self.chunks.borrow_mut().push_back((start, bytes));
                }
                None => {
                    let message =
                        format!("the stream ended after {} of {} bytes", self.loaded.get(), self.size);
                    return Err(Error::new(Kind::Source, message));
                }
            }
        }
        // At its end a stream must have ended: more bytes would be lost in silence.
        if upto == self.size && !self.over.get() {
            loop {
                match self.next().await? {
                    None => break,
                    Some(bytes) if bytes.length() == 0 && empty < MOST_EMPTY => empty += 1,
                    Some(_) => self.loaded.set(self.size + 1),
                }
                if self.loaded.get() > self.size {
                    break;
                }
            }
        }
        if self.loaded.get() > self.size {
            let message = format!("the stream goes on after the {} bytes that were announced", self.size);
            return Err(Error::new(Kind::Source, message));
        }
        Ok(())
    }

    async fn next(&self) -> Result<Option<Uint8Array>> {
        if self.over.get() {
            return Ok(None);
        }
        let pending = self.pending.take();
        let pending = match pending {
            Some(pending) => pending,
            None => {
                let called = self.pull.0.call0(&self.pull.1).map_err(|error| unreadable(&error))?;
                Promise::resolve(&called)
            }
        };
        *self.pending.borrow_mut() = Some(pending.clone());
        let piece = JsFuture::from(pending).await;
        self.pending.take();
        let piece = piece.map_err(|error| unreadable(&error))?;
        if get(&piece, "done").is_some_and(|done| done.is_truthy()) {
            self.over.set(true);
            return Ok(None);
        }
        let value = get(&piece, "value").unwrap_or(JsValue::UNDEFINED);
        match as_bytes(&value) {
            // Not by slice(), which in Node's Buffers copies nothing.
            Some(bytes) => match bytes_of(bytes) {
                None => {
                    Err(Error::new(Kind::Source, "the stream gave a chunk whose buffer was transferred away"))
                }
                copy => Ok(copy),
            },
            None => Err(refused("source.stream", &value, "must give Uint8Array chunks")),
        }
    }

    /// The chunks of a range that has been loaded and not released.
    fn pieces(&self, offset: u64, length: u64) -> Vec<Uint8Array> {
        let end = offset + length;
        let chunks = self.chunks.borrow();
        let inside = chunks.iter().filter_map(|(start, bytes)| {
            let (from, to) = (offset.max(*start), end.min(start + u64::from(bytes.length())));
            (from < to).then(|| bytes.subarray((from - start) as u32, (to - start) as u32))
        });
        inside.collect()
    }

    fn release(&self, offset: u64, length: u64) {
        let mut released = self.released.borrow_mut();
        released.push((offset, offset + length));
        crate::auth::sigv4::sort_few(&mut released);
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (from, to) in released.drain(..) {
            match joined.last_mut() {
                Some(last) if last.1 >= from => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        *released = joined;
        self.chunks.borrow_mut().retain(|(start, bytes)| {
            let end = start + u64::from(bytes.length());
            !released.iter().any(|(from, to)| from <= start && *to >= end)
        });
    }
}

impl Blocks for Window {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let pieces = self.pieces(offset, u64::from(length));
        let total: u32 = pieces.iter().map(Uint8Array::length).sum();
        Box::pin(async move {
            if total != length {
                return Err(failure(Error::new(
                    Kind::Source,
                    "the stream cannot be read a second time here",
                )));
            }
            if let [only] = &pieces[..] {
                return Ok(Block::foreign(only.clone()));
            }
            let block = Block::of(Buffer::take(length), length);
            let mut at = 0;
            for piece in &pieces {
                block.bytes.set(piece, at);
                at += piece.length();
            }
            Ok(block)
        })
    }

    fn blob(&self, offset: u64, length: u64) -> Option<Blob> {
        let pieces: Array = self.pieces(offset, length).into_iter().collect();
        let blob = Blob::new_with_u8_array_sequence(&pieces).ok()?;
        (blob.size() == length as f64).then_some(blob)
    }
}

struct StreamSource(Rc<Window>);

impl Source for StreamSource {
    fn size(&self) -> u64 {
        self.0.size
    }

    fn read(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Vec<u8>>> {
        let window = self.0.clone();
        Box::pin(async move {
            window.load(offset + length).await?;
            // The chunks are there already, mostly.
            give_way().await;
            Ok(Blocks::read(&*window, offset, length as u32).await?.bytes.to_vec())
        })
    }

    fn body(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Body>> {
        let window = self.0.clone();
        Box::pin(async move {
            window.load(offset + length).await?;
            let blocks: Rc<dyn Blocks> = window;
            Ok(Body::Foreign { length, content: Rc::new(ForeignBytes { blocks, offset, length }) })
        })
    }

    fn check(&self) -> LocalFuture<'static, Result<()>> {
        // Its end was seen when the last part was loaded.
        Box::pin(async { Ok(()) })
    }

    fn release(&self, offset: u64, length: u64) {
        self.0.release(offset, length);
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn most_parallel(&self) -> u32 {
        3
    }

    fn close(&self) {
        self.0.chunks.borrow_mut().clear();
        if let (false, Some((end, of))) = (self.0.over.replace(true), &self.0.end) {
            // The producer is told; what it answers does not matter any more.
            if let Ok(ending) = end.call0(of) {
                let ending = JsFuture::from(Promise::resolve(&ending));
                wasm_bindgen_futures::spawn_local(async move { drop(ending.await) });
            }
        }
    }
}
