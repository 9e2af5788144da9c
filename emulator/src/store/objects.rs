//! Objects as rows: finding, inserting, removing and listing them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::clock::{from_milliseconds, to_milliseconds};
use super::{ObjectInfo, ObjectStore, StoreError};

/// SQLite's integers are signed; sizes here stay far below 2^63.
pub(super) fn to_database(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The reverse.
pub(super) fn from_database(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

const COLUMNS: &str =
    "object.bucket, object.key, object.size, object.etag, object.modified, object.content_type,
    EXISTS (SELECT 1 FROM segment WHERE segment.object = object.id AND segment.blob IS NULL)";

fn read(row: &Row<'_>) -> rusqlite::Result<ObjectInfo> {
    Ok(ObjectInfo {
        bucket: row.get(0)?,
        key: row.get(1)?,
        size: from_database(row.get(2)?),
        etag: row.get(3)?,
        modified: from_milliseconds(row.get(4)?),
        content_type: row.get(5)?,
        sunk: row.get(6)?,
    })
}

/// The object and its row's ID.
pub(super) fn find(
    database: &Connection,
    (bucket, key): (&str, &str),
) -> Result<Option<(i64, ObjectInfo)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, object.id FROM object WHERE bucket = ?1 AND key = ?2");
    Ok(database.query_row(&sql, [bucket, key], |row| Ok((row.get(7)?, read(row)?))).optional()?)
}

/// Inserts an object without segments; gives its row's ID.
pub(super) fn insert(transaction: &Transaction<'_>, info: &ObjectInfo) -> Result<i64, StoreError> {
    require_bucket(transaction, &info.bucket)?;
    transaction.execute(
        "INSERT INTO object (bucket, key, size, etag, modified, content_type) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            info.bucket,
            info.key,
            to_database(info.size),
            info.etag,
            to_milliseconds(info.modified),
            info.content_type
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// Removes an object's rows and names the blobs that may be garbage now; true where there was one.
pub(super) fn remove(
    transaction: &Transaction<'_>,
    target: (&str, &str),
    garbage: &mut Vec<String>,
) -> Result<bool, StoreError> {
    let Some((id, _)) = find(transaction, target)? else { return Ok(false) };
    let mut statement =
        transaction.prepare("SELECT blob FROM segment WHERE object = ?1 AND blob IS NOT NULL")?;
    for blob in statement.query_map([id], |row| row.get(0))? {
        garbage.push(blob?);
    }
    transaction.execute("DELETE FROM object WHERE id = ?1", [id])?;
    Ok(true)
}

/// Fails where there is no such bucket.
pub(super) fn require_bucket(database: &Connection, bucket: &str) -> Result<(), StoreError> {
    let exists =
        database
            .query_row("SELECT EXISTS (SELECT 1 FROM bucket WHERE name = ?1)", [bucket], |row| row.get(0))?;
    if exists { Ok(()) } else { Err(StoreError::NoSuchBucket(bucket.to_owned())) }
}

impl ObjectStore {
    /// Up to `limit` objects whose keys begin with `prefix` and come after `after`, by the bytes of their keys.
    pub(super) fn list_objects(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, StoreError> {
        self.with_database(|database| {
            require_bucket(database, bucket)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM object
                 WHERE bucket = ?1 AND key > ?2 AND substr(key, 1, length(?3)) = ?3 ORDER BY key LIMIT ?4"
            );
            let mut statement = database.prepare(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![bucket, after, prefix, limit], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Names of all buckets with the times of their creation, sorted.
    pub(super) fn list_buckets_with_times(&self) -> Result<Vec<(String, time::OffsetDateTime)>, StoreError> {
        self.with_database(|database| {
            let mut statement = database.prepare("SELECT name, created FROM bucket ORDER BY name")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, from_milliseconds(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Fails where there is no such bucket.
    pub(super) fn require_bucket(&self, bucket: &str) -> Result<(), StoreError> {
        self.with_database(|database| require_bucket(database, bucket))
    }
}
