//! The image service's own database: its schema, and transactions over one connection.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::errors::{Code, ImsError, Result};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS images (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id          TEXT NOT NULL UNIQUE,
    tenant            TEXT NOT NULL,
    owner             TEXT NOT NULL,
    department_id     TEXT NOT NULL,
    resource_group_id TEXT NOT NULL,
    visibility        TEXT NOT NULL,
    name              TEXT NOT NULL,
    description       TEXT NOT NULL,
    image_type        TEXT NOT NULL,
    disk_format       TEXT NOT NULL,
    min_disk          INTEGER NOT NULL,
    min_ram           INTEGER NOT NULL,
    cpu_arch          TEXT NOT NULL,
    os_type           TEXT NOT NULL,
    os_version        TEXT NOT NULL,
    platform          TEXT NOT NULL,
    usage             TEXT NOT NULL,
    instructions      TEXT NOT NULL,
    boot_mode         TEXT NOT NULL,
    image_tags        TEXT NOT NULL,
    status            TEXT NOT NULL,
    progress          INTEGER NOT NULL,
    size              INTEGER NOT NULL,
    checksum          TEXT NOT NULL,
    virtual_size      INTEGER NOT NULL,
    bucket            TEXT NOT NULL,
    object_key        TEXT NOT NULL,
    upload_id         TEXT NOT NULL,
    source_type       TEXT NOT NULL,
    volumes           TEXT NOT NULL,
    error_message     TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS images_by_tenant ON images (tenant, id);
CREATE TABLE IF NOT EXISTS shares (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    share_id   TEXT NOT NULL UNIQUE,
    image_id   TEXT NOT NULL REFERENCES images (image_id),
    user_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (image_id, user_id)
);
CREATE INDEX IF NOT EXISTS shares_by_user ON shares (user_id, id);
CREATE TABLE IF NOT EXISTS jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id   TEXT NOT NULL,
    reads      TEXT,
    work       TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
";

/// The version of [`SCHEMA`]; a data folder of another version is refused rather than misread.
const SCHEMA_VERSION: i64 = 1;

/// The database. Every access is one short transaction, so holding the lock over it is no wait worth a thread.
pub struct Database {
    connection: Mutex<Connection>,
}

impl Database {
    /// Opens or creates the database file.
    pub fn open(file: &Path) -> std::result::Result<Self, String> {
        let complain = |error: rusqlite::Error| format!("{}: {error}", file.display());
        let connection = Connection::open(file).map_err(complain)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(complain)?;
        // A write-ahead log survives a killed process whole; foreign keys are off by default in SQLite.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
            )
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

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back: the connection behind a poisoned lock is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads; a failure of SQLite is `IMG.DBGet.Fail`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        work(&self.lock())
    }

    /// Reads and writes in one transaction: all of it happens, or, on an error, nothing. A failure of SQLite is
    /// `IMG.DBUpdate.Fail`.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let run = || -> Result<T> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|error| match error.code {
            Code::DbGetFail => ImsError::new(Code::DbUpdateFail, error.detail),
            _ => error,
        })
    }
}

/// A value kept in the settings table.
pub fn setting(connection: &Connection, name: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    Ok(match rows.next()? {
        Some(row) => Some(row.get(0)?),
        None => None,
    })
}

/// Keeps a value in the settings table.
pub fn set_setting(transaction: &Transaction<'_>, name: &str, value: &str) -> Result<()> {
    transaction.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)", [name, value])?;
    Ok(())
}

/// Now, in milliseconds since 1970: how times are stored.
pub fn now() -> i64 {
    let nanoseconds = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    i64::try_from(nanoseconds / 1_000_000).unwrap_or(i64::MAX)
}

/// `prefix` and `length` random letters and digits, as the service's IDs look.
pub fn new_id(prefix: &str, length: usize) -> Result<String> {
    const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut random = vec![0_u8; length];
    getrandom::fill(&mut random).map_err(|error| ImsError::new(Code::Internal, error.to_string()))?;
    let letters = random.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    Ok(prefix.chars().chain(letters).collect())
}
