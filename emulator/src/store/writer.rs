//! Writing an object in one go: nothing is visible before the commit, and what is not committed is deleted.

use std::io::{self, Write};

use rusqlite::params;

use super::blobs::{Blob, BlobWriter};
use super::clock::{from_milliseconds, to_milliseconds};
use super::random::to_hex;
use super::{ObjectInfo, ObjectStore, StoreError, objects};

/// An object being written; `std::io::Write`, then `commit`.
pub struct ObjectWriter {
    pub(super) store: ObjectStore,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) content_type: Option<String>,
    pub(super) blob: BlobWriter,
}

impl ObjectWriter {
    /// What the object will be served as.
    pub fn content_type(mut self, content_type: &str) -> Self {
        self.content_type = Some(content_type.to_owned());
        self
    }

    /// Makes the object visible, in place of what was there: all of it or, after a crash, nothing.
    pub fn commit(self) -> Result<ObjectInfo, StoreError> {
        let blob = self.blob.finish()?;
        commit_blob(&self.store, (&self.bucket, &self.key), self.content_type, blob)
    }
}

/// Makes a finished blob the object at `target`.
pub(super) fn commit_blob(
    store: &ObjectStore,
    target: (&str, &str),
    content_type: Option<String>,
    blob: Blob,
) -> Result<ObjectInfo, StoreError> {
    store.inner.blobs.sync_directory()?;
    let modified = to_milliseconds(store.clock().now());
    let info = ObjectInfo {
        bucket: target.0.to_owned(),
        key: target.1.to_owned(),
        size: blob.size,
        etag: to_hex(&blob.digest),
        modified: from_milliseconds(modified),
        content_type,
        sunk: blob.name().is_none(),
    };
    store.change(|transaction, garbage| {
        objects::remove(transaction, target, garbage)?;
        let id = objects::insert(transaction, &info)?;
        transaction.execute(
            "INSERT INTO segment (object, position, blob, size) VALUES (?1, 0, ?2, ?3)",
            params![id, blob.name(), objects::to_database(blob.size)],
        )?;
        Ok(())
    })?;
    blob.keep();
    Ok(info)
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.blob.write(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
