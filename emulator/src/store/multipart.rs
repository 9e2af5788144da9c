//! Multipart uploads until they are completed: begun, given parts, listed, aborted.

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;

use super::blobs::Blob;
use super::clock::{from_milliseconds, to_milliseconds};
use super::objects::{self, from_database, to_database};
use super::random::{self, to_hex};
use super::{ObjectStore, StoreError};

/// Bytes that a part, or an object put in one request, may have.
pub(super) const LARGEST_PART: u64 = 5 * 1024 * 1024 * 1024;
const LAST_PART_NUMBER: i32 = 10_000;

/// A part that is stored.
#[derive(Clone, Debug)]
pub(super) struct StoredPart {
    pub(super) number: i32,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) modified: OffsetDateTime,
}

/// An upload that is neither completed nor aborted.
#[derive(Clone, Debug)]
pub(super) struct PendingUpload {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) initiated: OffsetDateTime,
}

/// Whose upload is meant: it belongs to bucket and key, not to the credentials that began it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UploadName<'a> {
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) id: &'a str,
}

/// Fails where a part cannot have this number.
pub(super) fn check_part_number(number: i32) -> Result<(), StoreError> {
    if (1..=LAST_PART_NUMBER).contains(&number) { Ok(()) } else { Err(StoreError::InvalidPartNumber(number)) }
}

/// The upload's content type; fails where there is no such upload.
pub(super) fn find(database: &Connection, name: UploadName<'_>) -> Result<Option<String>, StoreError> {
    objects::require_bucket(database, name.bucket)?;
    database
        .query_row(
            "SELECT content_type FROM upload WHERE id = ?1 AND bucket = ?2 AND key = ?3",
            [name.id, name.bucket, name.key],
            |row| row.get(0),
        )
        .optional()?
        .ok_or_else(|| StoreError::NoSuchUpload(name.id.to_owned()))
}

impl ObjectStore {
    pub(super) fn create_upload(
        &self,
        bucket: &str,
        key: &str,
        content_type: Option<&str>,
    ) -> Result<String, StoreError> {
        let id = random::hex(24)?;
        let now = to_milliseconds(self.clock().now());
        self.with_database(|database| {
            objects::require_bucket(database, bucket)?;
            database.execute(
                "INSERT INTO upload (id, bucket, key, initiated, content_type) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, bucket, key, now, content_type],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// Fails where there is no such upload: asked before a part's bytes are taken.
    pub(super) fn require_upload(&self, name: UploadName<'_>) -> Result<(), StoreError> {
        self.with_database(|database| find(database, name).map(|_| ()))
    }

    /// Stores a part, in place of an earlier one of the same number; gives its ETag.
    pub(super) fn put_part(
        &self,
        name: UploadName<'_>,
        number: i32,
        blob: Blob,
    ) -> Result<String, StoreError> {
        self.inner.blobs.sync_directory()?;
        let etag = to_hex(&blob.digest);
        let now = to_milliseconds(self.clock().now());
        self.change(|transaction, garbage| {
            find(transaction, name)?;
            let replaced: Option<Option<String>> = transaction
                .query_row(
                    "SELECT blob FROM part WHERE upload = ?1 AND number = ?2",
                    params![name.id, number],
                    |row| row.get(0),
                )
                .optional()?;
            garbage.extend(replaced.flatten());
            transaction.execute(
                "INSERT OR REPLACE INTO part (upload, number, blob, size, etag, modified)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![name.id, number, blob.name(), to_database(blob.size), etag, now],
            )?;
            Ok(())
        })?;
        blob.keep();
        Ok(etag)
    }

    /// Up to `limit` parts with numbers above `after`, ascending.
    pub(super) fn list_parts(
        &self,
        name: UploadName<'_>,
        after: i32,
        limit: usize,
    ) -> Result<Vec<StoredPart>, StoreError> {
        self.with_database(|database| {
            find(database, name)?;
            let mut statement = database.prepare(
                "SELECT number, size, etag, modified FROM part WHERE upload = ?1 AND number > ?2
                 ORDER BY number LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![name.id, after, limit], |row| {
                Ok(StoredPart {
                    number: row.get(0)?,
                    size: from_database(row.get(1)?),
                    etag: row.get(2)?,
                    modified: from_milliseconds(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Up to `limit` pending uploads after (key, upload ID), by key and then by ID.
    pub(super) fn list_uploads(
        &self,
        bucket: &str,
        prefix: &str,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<PendingUpload>, StoreError> {
        self.with_database(|database| {
            objects::require_bucket(database, bucket)?;
            let mut statement = database.prepare(
                "SELECT id, key, initiated FROM upload
                 WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2
                   AND (key > ?3 OR (key = ?3 AND ?4 <> '' AND id > ?4)) ORDER BY key, id LIMIT ?5",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![bucket, prefix, after.0, after.1, limit], |row| {
                Ok(PendingUpload {
                    id: row.get(0)?,
                    key: row.get(1)?,
                    initiated: from_milliseconds(row.get(2)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub(super) fn abort_upload(&self, name: UploadName<'_>) -> Result<(), StoreError> {
        self.change(|transaction, garbage| {
            find(transaction, name)?;
            remove_upload(transaction, name.id, garbage)
        })
    }

    /// Aborts every multipart upload to this key and deletes its parts; says how many there were.
    pub fn delete_uploads(&self, bucket: &str, key: &str) -> Result<usize, StoreError> {
        self.change(|transaction, garbage| {
            let mut statement =
                transaction.prepare("SELECT id FROM upload WHERE bucket = ?1 AND key = ?2")?;
            let uploads: Vec<String> =
                statement.query_map([bucket, key], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for id in &uploads {
                remove_upload(transaction, id, garbage)?;
            }
            Ok(uploads.len())
        })
    }
}

pub(super) fn remove_upload(
    database: &Connection,
    id: &str,
    garbage: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut statement = database.prepare("SELECT blob FROM part WHERE upload = ?1 AND blob IS NOT NULL")?;
    for blob in statement.query_map([id], |row| row.get(0))? {
        garbage.push(blob?);
    }
    database.execute("DELETE FROM upload WHERE id = ?1", [id])?;
    Ok(())
}
