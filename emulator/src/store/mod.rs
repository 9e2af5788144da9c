//! The object store: buckets, objects and multipart uploads over SQLite and files, spoken to by S3 (`router`) or
//! directly.

mod blobs;
mod clock;
mod completion;
mod credentials;
mod database;
mod error;
mod multipart;
mod objects;
mod random;
mod reader;
mod s3;
mod types;
mod writer;

pub use blobs::Damage;
pub use clock::Clock;
pub use error::StoreError;
pub use reader::ObjectReader;
pub use s3::S3Faults;
pub use types::{Credentials, ObjectInfo, StoreOptions};
pub use writer::ObjectWriter;

pub(crate) use clock::to_milliseconds;
pub(crate) use random::hex as random_hex;
pub(crate) use s3::{Refusal, bucket_of_host, query_pairs};

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction, params};

use blobs::Blobs;
use clock::from_milliseconds;
use reader::Segment;

/// A handle on the store; clones share it. Its methods block for as long as SQLite and the disk need
/// (a few milliseconds): call them from `tokio::task::spawn_blocking` where that matters.
#[derive(Clone)]
pub struct ObjectStore {
    inner: Arc<Inner>,
}

struct Inner {
    database: Mutex<Connection>,
    blobs: Blobs,
    options: StoreOptions,
    clock: Clock,
    root: Credentials,
    /// Keys of other services' users, good for the whole store while this process runs.
    trusted: Mutex<Vec<Credentials>>,
}

impl ObjectStore {
    /// Opens the store under `data/oss`, creating what is missing and removing what a crash left half-written.
    pub fn open(data: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let directory = data.join("oss");
        let blobs = Blobs::open(directory.join("blobs"), options.sink)?;
        let database = database::open(&directory.join("store.sqlite"), options.sink)?;
        let mut statement = database.prepare(
            "SELECT blob FROM segment WHERE blob IS NOT NULL UNION SELECT blob FROM part WHERE blob IS NOT NULL",
        )?;
        let keep: HashSet<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(statement);
        blobs.sweep(&keep)?;
        let root = credentials::root(&database)?;
        let inner = Inner {
            database: Mutex::new(database),
            blobs,
            options,
            clock: Clock::default(),
            root,
            trusted: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the store was opened with.
    pub fn options(&self) -> &StoreOptions {
        &self.inner.options
    }

    /// The clock by which credentials expire and requests are too old.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Creates a bucket; one that is there already is `BucketAlreadyOwnedByYou`.
    pub fn create_bucket(&self, bucket: &str) -> Result<(), StoreError> {
        if !s3s::path::check_bucket_name(bucket) {
            return Err(StoreError::InvalidBucketName(bucket.to_owned()));
        }
        let now = to_milliseconds(self.clock().now());
        let created = self.with_database(|database| {
            Ok(database.execute(
                "INSERT OR IGNORE INTO bucket (name, created) VALUES (?1, ?2)",
                params![bucket, now],
            )?)
        })?;
        if created == 0 { Err(StoreError::BucketAlreadyOwnedByYou(bucket.to_owned())) } else { Ok(()) }
    }

    /// Names of all buckets, sorted.
    pub fn list_buckets(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.list_buckets_with_times()?.into_iter().map(|(name, _)| name).collect())
    }

    /// Starts an object. Nothing is visible before `ObjectWriter::commit`; a writer that is dropped leaves nothing.
    pub fn writer(&self, bucket: &str, key: &str) -> Result<ObjectWriter, StoreError> {
        check_key(key)?;
        self.require_bucket(bucket)?;
        let blob = self.inner.blobs.create(None)?;
        Ok(ObjectWriter {
            store: self.clone(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            content_type: None,
            blob,
        })
    }

    /// Opens an object to read it from the first byte to the last (or to seek in it).
    pub fn reader(&self, bucket: &str, key: &str) -> Result<ObjectReader, StoreError> {
        self.with_database(|database| {
            objects::require_bucket(database, bucket)?;
            let (id, info) = objects::find(database, (bucket, key))?
                .ok_or_else(|| StoreError::NoSuchKey(key.to_owned()))?;
            let mut statement =
                database.prepare("SELECT blob, size FROM segment WHERE object = ?1 ORDER BY position")?;
            let rows = statement
                .query_map([id], |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(1)?)))?;
            let mut segments = Vec::new();
            let mut start = 0;
            for row in rows {
                let (blob, size) = row?;
                let blob = blob.ok_or_else(|| StoreError::Sunk(key.to_owned()))?;
                let size = objects::from_database(size);
                segments.push(Segment { path: self.inner.blobs.path(&blob), start, size });
                start += size;
            }
            Ok(ObjectReader { info, segments, position: 0, open: None })
        })
    }

    /// Describes an object; `None` where there is none.
    pub fn head(&self, bucket: &str, key: &str) -> Result<Option<ObjectInfo>, StoreError> {
        self.with_database(|database| {
            objects::require_bucket(database, bucket)?;
            Ok(objects::find(database, (bucket, key))?.map(|(_, info)| info))
        })
    }

    /// Copies an object: (bucket, key) to (bucket, key), overwriting the target. Both share the bytes, which never
    /// change, until the last of them is deleted.
    pub fn copy(&self, from: (&str, &str), to: (&str, &str)) -> Result<ObjectInfo, StoreError> {
        check_key(to.1)?;
        let modified = from_milliseconds(to_milliseconds(self.clock().now()));
        self.change(|transaction, garbage| {
            objects::require_bucket(transaction, from.0)?;
            let (source, found) =
                objects::find(transaction, from)?.ok_or_else(|| StoreError::NoSuchKey(from.1.to_owned()))?;
            let info = ObjectInfo { bucket: to.0.to_owned(), key: to.1.to_owned(), modified, ..found };
            if from == to {
                transaction.execute(
                    "UPDATE object SET modified = ?2 WHERE id = ?1",
                    params![source, to_milliseconds(modified)],
                )?;
                return Ok(info);
            }
            objects::remove(transaction, to, garbage)?;
            let target = objects::insert(transaction, &info)?;
            transaction.execute(
                "INSERT INTO segment (object, position, blob, size)
                 SELECT ?2, position, blob, size FROM segment WHERE object = ?1",
                [source, target],
            )?;
            Ok(info)
        })
    }

    /// Deletes an object; true where there was one.
    pub fn delete(&self, bucket: &str, key: &str) -> Result<bool, StoreError> {
        self.change(|transaction, garbage| {
            objects::require_bucket(transaction, bucket)?;
            objects::remove(transaction, (bucket, key), garbage)
        })
    }

    /// The S3 service of this store, to be served by `server::serve` as `Service::Oss`.
    pub fn router(&self) -> axum::Router {
        s3::router(self.clone())
    }

    /// Runs `use_it` on the database, alone.
    fn with_database<T>(
        &self,
        use_it: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic elsewhere leaves no open transaction (dropping one rolls it back): the connection is still good.
        let mut database = self.inner.database.lock().unwrap_or_else(PoisonError::into_inner);
        use_it(&mut database)
    }

    /// Runs `change` in a transaction, then deletes those of the blobs it names as garbage that nothing refers to.
    fn change<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>, &mut Vec<String>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_database(|database| {
            let mut garbage = Vec::new();
            let transaction = database.transaction()?;
            let result = change(&transaction, &mut garbage)?;
            transaction.commit()?;
            let mut is_used = database.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM segment WHERE blob = ?1) OR EXISTS (SELECT 1 FROM part WHERE blob = ?1)",
            )?;
            for blob in garbage {
                if !is_used.query_row([&blob], |row| row.get::<_, bool>(0))? {
                    self.inner.blobs.remove(&blob);
                }
            }
            Ok(result)
        })
    }
}

/// Fails where an object cannot have this key.
fn check_key(key: &str) -> Result<(), StoreError> {
    if (1..=1024).contains(&key.len()) { Ok(()) } else { Err(StoreError::InvalidKey(key.to_owned())) }
}
