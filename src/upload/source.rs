//! Where the bytes of an image come from: a file, bytes in memory, a stream with a known size.

use crate::error::{Error, Kind, Result};
use crate::http::Body;
use crate::platform::LocalFuture;

/// Bytes that are read twice: once for the digests, once to be sent. Never whole in memory.
pub trait Source {
    fn size(&self) -> u64;
    /// The file's name without its folders; empty where it has none.
    fn name(&self) -> String {
        String::new()
    }
    /// When the file was modified, milliseconds since 1970; 0 where that is not known.
    fn modified(&self) -> u64 {
        0
    }
    /// Reads a block for the digests; `length` is at most 1 MiB. A source that cannot give all of it fails with
    /// kind `source`.
    fn read(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Vec<u8>>>;
    /// A body that a transport can send, as often as needed. Waits where a stream is not there yet.
    fn body(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Body>>;
    /// Fails with [`changed`] where the file has changed since it was opened; with another error of kind `source` where that
    /// cannot be told now.
    fn check(&self) -> LocalFuture<'static, Result<()>>;
    /// These bytes are stored and will not be asked for again.
    fn release(&self, offset: u64, length: u64);
    /// Whether what is left of it can be read by a later attempt; a stream is gone with its reader.
    fn is_repeatable(&self) -> bool;
    /// How many parts may be in flight at most; streams keep whole parts in memory.
    fn most_parallel(&self) -> u32;
    /// Ends reading and lets files go.
    fn close(&self);
}

/// The code of what [`changed`] gives.
const FILE_CHANGED: &str = "file-changed";

/// The file is another than it was.
pub fn changed(message: impl Into<String>) -> Error {
    Error::new(Kind::Source, message).with_code(FILE_CHANGED)
}

/// Whether an error says that, and not only that it cannot be read now.
pub fn is_changed(error: &Error) -> bool {
    error.code() == Some(FILE_CHANGED)
}

/// A file that is not there: what is taken back needs no bytes.
pub struct Absent(pub u64);

impl Absent {
    fn error() -> Error {
        Error::new(Kind::Source, "the file is not open")
    }
}

impl Source for Absent {
    fn size(&self) -> u64 {
        self.0
    }

    fn read(&self, _: u64, _: u64) -> LocalFuture<'static, Result<Vec<u8>>> {
        Box::pin(async { Err(Self::error()) })
    }

    fn body(&self, _: u64, _: u64) -> LocalFuture<'static, Result<Body>> {
        Box::pin(async { Err(Self::error()) })
    }

    fn check(&self) -> LocalFuture<'static, Result<()>> {
        Box::pin(async { Err(Self::error()) })
    }

    fn release(&self, _: u64, _: u64) {}

    fn is_repeatable(&self) -> bool {
        true
    }

    fn most_parallel(&self) -> u32 {
        1
    }

    fn close(&self) {}
}
