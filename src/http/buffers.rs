//! Buffers for blocks of a file, used again and again: V8 frees those that are dropped late, and a process that
//! reads a large file would grow by them.

use core::cell::{Cell, RefCell};
use js_sys::{ArrayBuffer, Uint8Array};

/// Bytes that are read and written at a time.
pub const BLOCK: u32 = 1024 * 1024;
/// Bytes that lie unused in front of each buffer. The kernel copies pages of a file to where the buffer lies; an allocator
/// that puts large buffers a few bytes behind the start of a page, as glibc does, makes each load of that copy wait for a
/// store whose address ends alike. Measured: 0.6 s of CPU for each GiB that is read, instead of 0.1.
const ASIDE: u32 = 2032;
/// Buffers that are kept for later.
const MOST_KEPT: usize = 18;

thread_local! {
    static KEPT: RefCell<Vec<Uint8Array>> = const { RefCell::new(Vec::new()) };
}

/// A buffer, kept for the next one who needs it when dropped, unless the platform still uses it.
pub struct Buffer {
    bytes: Uint8Array,
    lent: Cell<bool>,
}

impl Buffer {
    /// A buffer of at least so many bytes.
    pub fn take(length: u32) -> Self {
        let kept = if length > BLOCK { None } else { KEPT.with(|kept| kept.borrow_mut().pop()) };
        let bytes = kept.unwrap_or_else(|| {
            let length = length.max(BLOCK);
            let memory = ArrayBuffer::new(length + ASIDE);
            Uint8Array::new_with_byte_offset_and_length(&memory, ASIDE, length)
        });
        Buffer { bytes, lent: Cell::new(false) }
    }

    /// Its bytes, for the platform to read or to write, until [`Buffer::give_back`] says that it is done. What is
    /// given up meanwhile does not stop the platform: nobody else may get these bytes then.
    pub fn lend(&self) -> &Uint8Array {
        self.lent.set(true);
        &self.bytes
    }

    pub fn give_back(&self) {
        self.lent.set(false);
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.lent.get() || self.bytes.length() != BLOCK {
            return;
        }
        KEPT.with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MOST_KEPT {
                kept.push(self.bytes.clone());
            }
        });
    }
}

/// A block that was read, and the buffer that it lies in where it is one of these.
pub struct Block {
    pub bytes: Uint8Array,
    buffer: Option<Buffer>,
}

impl Block {
    /// Bytes that belong to somebody else.
    pub fn foreign(bytes: Uint8Array) -> Self {
        Block { bytes, buffer: None }
    }

    /// The first bytes of a buffer.
    pub fn of(buffer: Buffer, length: u32) -> Self {
        let whole = buffer.bytes.length() == length;
        let bytes = if whole { buffer.bytes.clone() } else { buffer.bytes.subarray(0, length) };
        Block { bytes, buffer: Some(buffer) }
    }

    /// The platform gets the bytes, as with [`Buffer::lend`].
    pub fn lend(&self) -> &Uint8Array {
        if let Some(buffer) = &self.buffer {
            buffer.lend();
        }
        &self.bytes
    }

    pub fn give_back(&self) {
        if let Some(buffer) = &self.buffer {
            buffer.give_back();
        }
    }
}
