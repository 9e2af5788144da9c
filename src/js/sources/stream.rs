//! A stream of known size: it can be read once, so what is not stored yet is kept, a few parts at most.

use super::super::convert::{get, invoke, refused};
use super::super::memory;
use super::super::platform::JsPlatform;
use super::super::turns::give_way;
use super::{Opened, failure, unreadable};
use crate::error::{Error, Kind, Result};
use crate::http::buffers::{self, Block, Buffer};
use crate::http::bytes::{as_bytes, bytes_of};
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::{Body, Failure};
use crate::platform::{LocalFuture, Platform};
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
        blocks: RefCell::default(),
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

/// Bytes that are kept together.
const BLOCK: u64 = buffers::BLOCK as u64;

/// A stream whose chunks are there already is read for so long, milliseconds, before others have a turn.
const SLICE_MS: f64 = 10.0;

/// The part of the stream that is kept.
struct Window {
    pull: Method,
    end: Option<Method>,
    /// The chunk that is waited for. Who gives up in the middle, as a pause does, leaves it to who comes next.
    pending: RefCell<Option<Promise>>,
    size: u64,
    turn: Turn,
    /// Where each block starts, and its bytes: copies, as the producer may use its buffer again for the next chunk. All are
    /// of the same length but the last one: chunks may be small, and there would be too many of them to walk through.
    blocks: RefCell<VecDeque<(u64, Uint8Array)>>,
    loaded: Cell<u64>,
    /// Ranges that will not be asked for again.
    released: RefCell<Vec<(u64, u64)>>,
    over: Cell<bool>,
}

impl Window {
    /// Reads on until so many bytes are there.
    async fn load(&self, upto: u64) -> Result<()> {
        let _held = self.turn.take().await;
        let (mut empty, mut since) = (0, JsPlatform.now());
        while self.loaded.get() < upto {
            match self.next().await? {
                Some(0) => {
                    empty += 1;
                    if empty > MOST_EMPTY {
                        return Err(Error::new(Kind::Source, "the stream gives nothing but empty chunks"));
                    }
                }
                Some(_) => empty = 0,
                None => {
                    let message =
                        format!("the stream ended after {} of {} bytes", self.loaded.get(), self.size);
                    return Err(Error::new(Kind::Source, message));
                }
            }
            // Also where the clock was set back.
            if !(0.0..SLICE_MS).contains(&(JsPlatform.now() - since)) {
                give_way().await;
                since = JsPlatform.now();
            }
        }
        // At its end a stream must have ended: more bytes would be lost in silence.
        if upto == self.size && !self.over.get() {
            loop {
                match self.next().await? {
                    None => break,
                    Some(0) if empty < MOST_EMPTY => empty += 1,
                    Some(_) => {
                        self.loaded.set(self.size + 1);
                        break;
                    }
                }
            }
        }
        if self.loaded.get() > self.size {
            let message = format!("the stream goes on after the {} bytes that were announced", self.size);
            return Err(Error::new(Kind::Source, message));
        }
        Ok(())
    }

    /// Waits for a chunk and keeps it; how long it is, or none at the end of the stream.
    async fn next(&self) -> Result<Option<u32>> {
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
        let Some(chunk) = as_bytes(&value) else {
            return Err(refused("source.stream", &value, "must give Uint8Array chunks"));
        };
        if self.keep(chunk).is_none() {
            let message = "the stream gave a chunk whose buffer was transferred away";
            return Err(Error::new(Kind::Source, message));
        }
        Ok(Some(chunk.length()))
    }

    /// Copies a chunk to where the ones before it end; none where its bytes are not there any more.
    fn keep(&self, chunk: &Uint8Array) -> Option<()> {
        let (start, length) = (self.loaded.get(), u64::from(chunk.length()));
        if length == 0 {
            bytes_of(chunk)?;
        }
        let mut blocks = self.blocks.borrow_mut();
        // What goes beyond the announced size is refused, not kept.
        let (mut at, end) = (start, self.size.min(start + length));
        while at < end {
            let inside = at % BLOCK;
            if inside == 0 {
                blocks.push_back((at, Uint8Array::new_with_length(BLOCK.min(self.size - at) as u32)));
            }
            let more = (end - at).min(BLOCK - inside);
            let piece = memory::piece_of(chunk, at - start, more).ok()?;
            invoke(&blocks.back()?.1, "set", &Array::of2(&piece, &(inside as u32).into())).ok()?;
            at += more;
        }
        self.loaded.set(start + length);
        Some(())
    }

    /// The bytes of a range; none where not all of it has been loaded, or some of it was released.
    fn pieces(&self, offset: u64, length: u64) -> Option<Vec<Uint8Array>> {
        let (end, mut found) = (self.loaded.get().min(offset + length), 0);
        let blocks = self.blocks.borrow();
        let inside = blocks.iter().filter_map(|(start, bytes)| {
            let (from, to) = (offset.max(*start), end.min(start + BLOCK));
            (from < to).then(|| {
                found += to - from;
                bytes.subarray((from - start) as u32, (to - start) as u32)
            })
        });
        let pieces = inside.collect();
        (found == length).then_some(pieces)
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
        self.blocks.borrow_mut().retain(|(start, _)| {
            let end = self.size.min(start + BLOCK);
            !released.iter().any(|(from, to)| from <= start && *to >= end)
        });
    }
}

impl Blocks for Window {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let pieces = self.pieces(offset, u64::from(length));
        Box::pin(async move {
            let Some(pieces) = pieces else {
                return Err(failure(Error::new(
                    Kind::Source,
                    "the stream cannot be read a second time here",
                )));
            };
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
        let pieces: Array = self.pieces(offset, length)?.into_iter().collect();
        Blob::new_with_u8_array_sequence(&pieces).ok()
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
        self.0.blocks.borrow_mut().clear();
        if let (false, Some((end, of))) = (self.0.over.replace(true), &self.0.end) {
            // The producer is told; what it answers does not matter any more.
            if let Ok(ending) = end.call0(of) {
                let ending = JsFuture::from(Promise::resolve(&ending));
                wasm_bindgen_futures::spawn_local(async move { drop(ending.await) });
            }
        }
    }
}
