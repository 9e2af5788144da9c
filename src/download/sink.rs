//! Where the bytes of a download go, and what one that broke off leaves there.

use crate::error::{Error, Result};
use crate::md5::Md5;
use crate::platform::LocalFuture;

/// Where the bytes go. Nothing that looks finished is left behind unless `finish` was called.
pub trait Sink {
    /// Nobody else writes there until the download ends. The first that is asked for.
    fn take(&self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    /// The name that a file of this image should have; told before the first byte.
    fn named(&self, _: &str) {}
    /// Takes the next bytes; resolves when there is room for more.
    fn write(&self, bytes: Vec<u8>) -> LocalFuture<'_, Result<()>>;
    /// All bytes are there and right, so many.
    fn finish(&self, length: u64) -> LocalFuture<'_, Result<()>>;
    /// The download has failed: nothing is to stay.
    fn discard(&self, error: &Error) -> LocalFuture<'_, ()>;
    /// What an earlier download of the same file has left here. This only looks.
    fn left(&self, _of: &str) -> LocalFuture<'_, Option<Left>> {
        Box::pin(async { None })
    }
    /// The next bytes are written behind so many of what is left. Without this, or with none, nothing of it stays.
    fn go_on(&self, _received: u64) -> LocalFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    /// Reads so many bytes of what is gone on with again, and digests them; fewer where not all can be read. `checked` hears how
    /// many that are.
    fn digest<'a>(&'a self, _received: u64, _checked: &'a dyn Fn(u64)) -> LocalFuture<'a, Md5> {
        Box::pin(async { Md5::default() })
    }
    /// Puts down how far it is, so that a later download can go on from there; false where that is not possible.
    fn note(&self, _of: &str, _left: &Left) -> LocalFuture<'_, bool> {
        Box::pin(async { false })
    }
    /// Lets go of what is kept for a later download.
    fn leave(&self) -> LocalFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A download that is not whole.
#[derive(Default)]
pub struct Left {
    /// Bytes that are there, from the first one on.
    pub received: u64,
    /// The state of their MD5; empty where none is computed.
    pub md5: String,
    /// Nobody else has written there, as far as can be told without reading it.
    pub untouched: bool,
}
