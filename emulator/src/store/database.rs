//! The store's database: its tables, and how it is opened.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// Bytes lie in files ("blobs") that are written once and never changed; everything that can change is here, so
/// that each operation becomes visible, or not, with one transaction.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS bucket (
    name TEXT PRIMARY KEY,
    created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
    id INTEGER PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES bucket (name),
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    content_type TEXT,
    UNIQUE (bucket, key)
);
-- An object's bytes: its segments in order. A blob may belong to several objects (copies).
-- blob is NULL where the bytes were thrown away (sink).
CREATE TABLE IF NOT EXISTS segment (
    object INTEGER NOT NULL REFERENCES object (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    blob TEXT,
    size INTEGER NOT NULL,
    PRIMARY KEY (object, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS segment_blob ON segment (blob);
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES bucket (name),
    key TEXT NOT NULL,
    initiated INTEGER NOT NULL,
    content_type TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS upload_key ON upload (bucket, key);
CREATE TABLE IF NOT EXISTS part (
    upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    blob TEXT,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (upload, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_blob ON part (blob);
-- bucket and key are NULL for the root credentials.
CREATE TABLE IF NOT EXISTS credential (
    access_key TEXT PRIMARY KEY,
    secret_key TEXT NOT NULL,
    token TEXT NOT NULL,
    bucket TEXT,
    key TEXT,
    expires INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS credential_key ON credential (bucket, key);
";

/// Opens the database at `path`, creating it where there is none.
pub(super) fn open(path: &Path, sink: bool) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL survives a power cut; a sink keeps nothing worth the time.
    connection.pragma_update(None, "synchronous", if sink { "OFF" } else { "FULL" })?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}
