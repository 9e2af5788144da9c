//! Credentials: issued for one object each, expiring, revocable, kept across restarts; and the root credentials.

use std::sync::PoisonError;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;

use super::clock::{from_milliseconds, to_milliseconds};
use super::{Credentials, ObjectStore, StoreError, random};

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// With `+` and `/`, as real keys and tokens have them: a client that forgets to encode shall notice.
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Expired credentials are answered `ExpiredToken` this long, then forgotten.
const REMEMBERED_MILLISECONDS: i64 = 7 * 24 * 3600 * 1000;

/// Credentials with what they are good for.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) credentials: Credentials,
    /// Bucket and key; `None`: everything.
    pub(super) scope: Option<(String, String)>,
}

impl ObjectStore {
    /// Issues credentials good for this one object for `ttl` (`None`: for ever). They survive a restart, and earlier
    /// ones stay good: an upload belongs to bucket and key, so it goes on with renewed credentials.
    pub fn issue_credentials(
        &self,
        bucket: &str,
        key: &str,
        ttl: Option<Duration>,
    ) -> Result<Credentials, StoreError> {
        let now = self.clock().now();
        let expires_at = ttl.and_then(|ttl| now.checked_add(time::Duration::try_from(ttl).ok()?));
        let credentials = Credentials { token: new_token()?, expires_at, ..new_keys()? };
        self.with_database(|database| {
            let forgotten = to_milliseconds(now).saturating_sub(REMEMBERED_MILLISECONDS);
            database.execute("DELETE FROM credential WHERE expires < ?1", [forgotten])?;
            insert(database, &credentials, Some((bucket, key)))
        })?;
        Ok(credentials)
    }

    /// Forgets all credentials issued for this object: they are answered `InvalidAccessKeyId` from now on.
    pub fn revoke_credentials(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        self.with_database(|database| {
            database.execute("DELETE FROM credential WHERE bucket = ?1 AND key = ?2", [bucket, key])?;
            Ok(())
        })
    }

    /// Credentials for the whole store: made when the data folder is, then always the same.
    pub fn root_credentials(&self) -> Credentials {
        self.inner.root.clone()
    }

    /// Temporary keys for the whole store, as other services give them to their users; they end with this process.
    pub fn issue_temporary(&self, ttl: Duration) -> Result<Credentials, StoreError> {
        let ttl = time::Duration::try_from(ttl).unwrap_or(time::Duration::MAX);
        let expires_at = Some(self.clock().now().checked_add(ttl).unwrap_or(OffsetDateTime::UNIX_EPOCH));
        let credentials = Credentials { token: new_token()?, expires_at, ..new_keys()? };
        self.trust(credentials.clone());
        Ok(credentials)
    }

    /// Expires all credentials issued so far; the root credentials stay good.
    pub fn expire_all_credentials(&self) -> Result<(), StoreError> {
        let mut trusted = self.inner.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        for credentials in trusted.iter_mut().filter(|known| known.expires_at.is_some()) {
            credentials.expires_at = Some(self.clock().now());
        }
        drop(trusted);
        let now = to_milliseconds(self.clock().now());
        self.with_database(|database| {
            database.execute("UPDATE credential SET expires = ?1 WHERE bucket IS NOT NULL", [now])?;
            Ok(())
        })
    }

    /// Forgets all credentials issued so far; the root credentials stay good.
    pub fn revoke_all_credentials(&self) -> Result<(), StoreError> {
        let mut trusted = self.inner.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        trusted.retain(|known| known.expires_at.is_none());
        drop(trusted);
        self.with_database(|database| {
            database.execute("DELETE FROM credential WHERE bucket IS NOT NULL", [])?;
            Ok(())
        })
    }

    /// Takes the keys of another service's user as good for the whole store.
    pub fn trust(&self, credentials: Credentials) {
        self.inner.trusted.lock().unwrap_or_else(PoisonError::into_inner).push(credentials);
    }

    pub(super) fn find_grant(&self, access_key: &str) -> Result<Option<Grant>, StoreError> {
        let trusted = self.inner.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(credentials) = trusted.iter().find(|known| known.access_key == access_key) {
            return Ok(Some(Grant { credentials: credentials.clone(), scope: None }));
        }
        drop(trusted);
        self.with_database(|database| {
            let grant = database
                .query_row(
                    "SELECT secret_key, token, bucket, key, expires FROM credential WHERE access_key = ?1",
                    [access_key],
                    |row| {
                        let expires: Option<i64> = row.get(4)?;
                        let credentials = Credentials {
                            access_key: access_key.to_owned(),
                            secret_key: row.get(0)?,
                            token: row.get(1)?,
                            expires_at: expires.map(from_milliseconds),
                        };
                        let bucket: Option<String> = row.get(2)?;
                        Ok(Grant { credentials, scope: bucket.zip(row.get(3)?) })
                    },
                )
                .optional()?;
            Ok(grant)
        })
    }
}

impl Grant {
    pub(super) fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.credentials.expires_at.is_some_and(|expires_at| now >= expires_at)
    }
}

/// Reads the root credentials, making them the first time.
pub(super) fn root(database: &Connection) -> Result<Credentials, StoreError> {
    let found = database
        .query_row("SELECT access_key, secret_key FROM credential WHERE bucket IS NULL", [], |row| {
            Ok(Credentials {
                access_key: row.get(0)?,
                secret_key: row.get(1)?,
                token: String::new(),
                expires_at: None,
            })
        })
        .optional()?;
    if let Some(credentials) = found {
        return Ok(credentials);
    }
    let credentials = new_keys()?;
    insert(database, &credentials, None)?;
    Ok(credentials)
}

fn new_keys() -> Result<Credentials, StoreError> {
    Ok(Credentials {
        access_key: format!("EMUL{}", random::text(UPPER, 16)?),
        secret_key: random::text(BASE64, 40)?,
        token: String::new(),
        expires_at: None,
    })
}

fn new_token() -> Result<String, StoreError> {
    Ok(format!("{}+/==", random::text(BASE64, 124)?))
}

fn insert(
    database: &Connection,
    credentials: &Credentials,
    scope: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    database.execute(
        "INSERT INTO credential (access_key, secret_key, token, bucket, key, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            credentials.access_key,
            credentials.secret_key,
            credentials.token,
            scope.map(|(bucket, _)| bucket),
            scope.map(|(_, key)| key),
            credentials.expires_at.map(to_milliseconds),
        ],
    )?;
    Ok(())
}
