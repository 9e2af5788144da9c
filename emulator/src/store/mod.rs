//! The object store: buckets, objects and multipart uploads over SQLite and files, spoken to by S3 (router) or directly.

mod error;
mod types;

pub use error::StoreError;
pub use types::{Credentials, ObjectInfo, StoreOptions};

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

struct Inner;

/// A handle on the store; clones share it. Its methods block for as long as SQLite and the disk need
/// (a few milliseconds): call them from `tokio::task::spawn_blocking` where that matters.
#[derive(Clone)]
pub struct ObjectStore {
    _inner: Arc<Inner>,
}

impl ObjectStore {
    /// Opens the store under `data/oss`, creating what is missing and removing what a crash left half-written.
    pub fn open(_data: &Path, _options: StoreOptions) -> Result<Self, StoreError> {
        unimplemented!()
    }
    /// Creates a bucket; one that is there already is `BucketAlreadyOwnedByYou`.
    pub fn create_bucket(&self, _bucket: &str) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// Names of all buckets, sorted.
    pub fn list_buckets(&self) -> Result<Vec<String>, StoreError> {
        unimplemented!()
    }
    /// Starts an object. Nothing is visible before `ObjectWriter::commit`; a writer that is dropped leaves nothing.
    pub fn writer(&self, _bucket: &str, _key: &str) -> Result<ObjectWriter, StoreError> {
        unimplemented!()
    }
    /// Opens an object to read it from the first byte to the last (or seek in it).
    pub fn reader(&self, _bucket: &str, _key: &str) -> Result<ObjectReader, StoreError> {
        unimplemented!()
    }
    /// Describes an object; `None` where there is none.
    pub fn head(&self, _bucket: &str, _key: &str) -> Result<Option<ObjectInfo>, StoreError> {
        unimplemented!()
    }
    /// Copies an object: (bucket, key) to (bucket, key), overwriting the target.
    pub fn copy(&self, _from: (&str, &str), _to: (&str, &str)) -> Result<ObjectInfo, StoreError> {
        unimplemented!()
    }
    /// Deletes an object; true where there was one.
    pub fn delete(&self, _bucket: &str, _key: &str) -> Result<bool, StoreError> {
        unimplemented!()
    }
    /// Aborts every multipart upload to this key and deletes its parts; says how many there were.
    pub fn delete_uploads(&self, _bucket: &str, _key: &str) -> Result<usize, StoreError> {
        unimplemented!()
    }
    /// Issues credentials good for this one object for `ttl` (`None`: for ever). They survive a restart, and earlier
    /// ones stay good: an upload belongs to bucket and key, so it goes on with renewed credentials.
    pub fn issue_credentials(&self, _bucket: &str, _key: &str, _ttl: Option<Duration>) -> Result<Credentials, StoreError> {
        unimplemented!()
    }
    /// Forgets all credentials issued for this object: they are answered `InvalidAccessKeyId` from now on.
    pub fn revoke_credentials(&self, _bucket: &str, _key: &str) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// Credentials for the whole store: made when the data folder is, then always the same.
    pub fn root_credentials(&self) -> Credentials {
        unimplemented!()
    }
    /// The S3 service of this store, to be served by `server::serve` as `Service::Oss`.
    pub fn router(&self) -> axum::Router {
        unimplemented!()
    }
}

/// An object being written; `std::io::Write`, then `commit`.
pub struct ObjectWriter;

impl ObjectWriter {
    /// What the object will be served as.
    pub fn content_type(self, _content_type: &str) -> Self {
        self
    }
    /// Makes the object visible, in place of what was there: all of it or, after a crash, nothing.
    pub fn commit(self) -> Result<ObjectInfo, StoreError> {
        unimplemented!()
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        unimplemented!()
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stored object's bytes, in order; `std::io::Read` and `Seek`.
pub struct ObjectReader;

impl ObjectReader {
    /// What is being read.
    pub fn info(&self) -> &ObjectInfo {
        unimplemented!()
    }
}

impl Read for ObjectReader {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        unimplemented!()
    }
}

impl Seek for ObjectReader {
    fn seek(&mut self, _position: SeekFrom) -> io::Result<u64> {
        unimplemented!()
    }
}
