//! The services' own database: documents in JSON with the columns that they are found by.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Result;
use super::refusal::Refusal;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS image (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    owner      TEXT NOT NULL,
    region     TEXT NOT NULL,
    document   TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS image_by_owner ON image (owner);
CREATE TABLE IF NOT EXISTS member (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    image    TEXT NOT NULL,
    id       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    status   TEXT NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL,
    UNIQUE (image, id)
);
CREATE INDEX IF NOT EXISTS member_by_id ON member (id);
CREATE TABLE IF NOT EXISTS backup (
    id    TEXT PRIMARY KEY,
    image TEXT
);
CREATE TABLE IF NOT EXISTS job (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    project  TEXT NOT NULL,
    stage    INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS job_by_stage ON job (stage);
CREATE TABLE IF NOT EXISTS token (
    id       TEXT PRIMARY KEY,
    expires  INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS server (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    project  TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS server_job (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    parent   TEXT,
    project  TEXT NOT NULL,
    stage    INTEGER NOT NULL,
    document TEXT NOT NULL
);
";

/// The version of [`SCHEMA`]; a data folder of another version is refused rather than misread.
const SCHEMA_VERSION: i64 = 1;

/// The database. Every access is one short transaction.
pub(super) struct Database {
    connection: Mutex<Connection>,
}

impl Database {
    /// Opens or creates the database file.
    pub(super) fn open(file: &Path) -> std::result::Result<Self, String> {
        let complain = |error: rusqlite::Error| format!("{}: {error}", file.display());
        let connection = Connection::open(file).map_err(complain)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(complain)?;
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            .map_err(complain)?;
        let version: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(complain)?;
        if version != 0 && version != SCHEMA_VERSION {
            return Err(format!(
                "{}: made by another version of the emulator (schema {version}, this is {SCHEMA_VERSION}); \
                 use another --data folder",
                file.display()
            ));
        }
        connection.execute_batch(SCHEMA).map_err(complain)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(complain)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Reads and writes in one transaction: all of it happens, or, on an error, nothing.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        // A panic inside a transaction rolled it back: the connection behind a poisoned lock is sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Refusal::internal(format!("database: {error}"))
    }
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        Refusal::internal(format!("object store: {error}"))
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Refusal::internal(format!("a stored document: {error}"))
    }
}

/// A new ID of 32 hexadecimal digits, as jobs have it.
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
