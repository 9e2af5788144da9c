//! Multipart uploads: rows until they complete; completing one is a single transaction that hands the parts' blobs
//! to the object, so that it is atomic, survives a crash at any point, and copies no byte.

use md5::{Digest, Md5};
use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;

use super::blobs::Blob;
use super::clock::{from_milliseconds, to_milliseconds};
use super::objects::{self, from_database, to_database};
use super::random::{self, to_hex};
use super::{ObjectInfo, ObjectStore, StoreError};

/// Bytes that every part but the last needs.
pub(super) const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// Bytes that a part, or an object put in one request, may have.
pub(super) const LARGEST_PART: u64 = 5 * 1024 * 1024 * 1024;
const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * 1024 * 1024;
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
fn find(database: &Connection, name: UploadName<'_>) -> Result<Option<String>, StoreError> {
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

    /// Makes the listed parts (number, ETag without quotes) the object.
    pub(super) fn complete_upload(
        &self,
        name: UploadName<'_>,
        listed: &[(i32, String)],
    ) -> Result<ObjectInfo, StoreError> {
        let modified = from_milliseconds(to_milliseconds(self.clock().now()));
        self.change(|transaction, garbage| {
            let content_type = find(transaction, name)?;
            check_order(listed)?;
            let parts = find_parts(transaction, name.id, listed)?;
            let size = check_sizes(&parts)?;
            let info = ObjectInfo {
                bucket: name.bucket.to_owned(),
                key: name.key.to_owned(),
                size,
                etag: multipart_etag(&parts),
                modified,
                content_type,
                sunk: parts.iter().any(|part| part.blob.is_none()),
            };
            let target = (name.bucket, name.key);
            objects::remove(transaction, target, garbage)?;
            let id = objects::insert(transaction, &info)?;
            let mut insert = transaction
                .prepare("INSERT INTO segment (object, position, blob, size) VALUES (?1, ?2, ?3, ?4)")?;
            for (position, part) in (0_i64..).zip(&parts) {
                insert.execute(params![id, position, part.blob, to_database(part.size)])?;
            }
            remove_upload(transaction, name.id, garbage)?;
            Ok(info)
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

/// A listed part as it is stored.
struct FoundPart {
    number: i32,
    blob: Option<String>,
    size: u64,
    etag: String,
}

fn check_order(listed: &[(i32, String)]) -> Result<(), StoreError> {
    if listed.is_empty() {
        return Err(StoreError::EmptyPartList);
    }
    for pair in listed.windows(2) {
        if pair[1].0 <= pair[0].0 {
            return Err(StoreError::InvalidPartOrder(pair[1].0));
        }
    }
    Ok(())
}

fn find_parts(
    database: &Connection,
    upload: &str,
    listed: &[(i32, String)],
) -> Result<Vec<FoundPart>, StoreError> {
    let mut statement =
        database.prepare("SELECT blob, size, etag FROM part WHERE upload = ?1 AND number = ?2")?;
    let mut parts = Vec::with_capacity(listed.len());
    for (number, etag) in listed {
        let part = statement
            .query_row(params![upload, number], |row| {
                Ok(FoundPart {
                    number: *number,
                    blob: row.get(0)?,
                    size: from_database(row.get(1)?),
                    etag: row.get(2)?,
                })
            })
            .optional()?;
        match part {
            Some(part) if part.etag == *etag => parts.push(part),
            _ => return Err(StoreError::InvalidPart(*number)),
        }
    }
    Ok(parts)
}

/// The object's size; fails where a part is too small or the object too large.
fn check_sizes(parts: &[FoundPart]) -> Result<u64, StoreError> {
    let all_but_last = &parts[..parts.len().saturating_sub(1)];
    if let Some(part) = all_but_last.iter().find(|part| part.size < SMALLEST_PART) {
        return Err(StoreError::EntityTooSmall {
            number: part.number,
            size: part.size,
            minimum: SMALLEST_PART,
        });
    }
    let size = parts.iter().map(|part| part.size).sum();
    if size > LARGEST_OBJECT {
        return Err(StoreError::EntityTooLarge { size, maximum: LARGEST_OBJECT });
    }
    Ok(size)
}

/// The MD5 of the parts' MD5s (their bytes, not their digits), a hyphen, and the number of parts.
fn multipart_etag(parts: &[FoundPart]) -> String {
    let mut digest = Md5::new();
    for part in parts {
        for pair in part.etag.as_bytes().chunks(2) {
            // The store wrote these ETags itself: always pairs of hexadecimal digits.
            let byte = std::str::from_utf8(pair).ok().and_then(|text| u8::from_str_radix(text, 16).ok());
            digest.update([byte.unwrap_or(0)]);
        }
    }
    format!("{}-{}", to_hex(&digest.finalize()), parts.len())
}

fn remove_upload(database: &Connection, id: &str, garbage: &mut Vec<String>) -> Result<(), StoreError> {
    let mut statement = database.prepare("SELECT blob FROM part WHERE upload = ?1 AND blob IS NOT NULL")?;
    for blob in statement.query_map([id], |row| row.get(0))? {
        garbage.push(blob?);
    }
    database.execute("DELETE FROM upload WHERE id = ?1", [id])?;
    Ok(())
}
