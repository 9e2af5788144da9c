//! Completing a multipart upload: a single transaction hands the parts' blobs to the object, so that it is atomic,
//! survives a crash at any point, and copies no byte.

use md5::{Digest, Md5};
use rusqlite::{Connection, OptionalExtension, params};

use super::clock::{from_milliseconds, to_milliseconds};
use super::multipart::{UploadName, find, remove_upload};
use super::objects::{self, from_database, to_database};
use super::random::to_hex;
use super::{ObjectInfo, ObjectStore, StoreError};

/// Bytes that every part but the last needs.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * 1024 * 1024;

impl ObjectStore {
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
