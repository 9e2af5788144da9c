//! What goes into and comes out of the object store: options, object descriptions, credentials.

use time::OffsetDateTime;

/// How the store behaves; fixed from the moment it is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The region that signatures must name, e.g. `us-east-1`.
    pub region: String,
    /// Leave `ETag` out of `Access-Control-Expose-Headers` (it is still sent): what a browser then cannot read.
    pub hide_etag: bool,
    /// Speak the full protocol, count and hash all bytes, and throw them away. For measuring clients.
    pub sink: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), hide_etag: false, sink: false }
    }
}

/// What is known about a stored object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The bucket it lies in.
    pub bucket: String,
    /// Its key: unique within the bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Without quotes: the MD5 of the bytes, or `md5-of-md5s-N` after a multipart upload.
    pub etag: String,
    /// When it was stored, by the store's clock.
    pub modified: OffsetDateTime,
    /// As given when it was stored.
    pub content_type: Option<String>,
    /// True where the bytes were thrown away (`StoreOptions::sink`): the object can be described, not read.
    pub sunk: bool,
}

/// Keys with which requests to the store are signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Access key ID.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Session token; empty for the store's own root credentials.
    pub token: String,
    /// By the store's clock; `None`: never.
    pub expires_at: Option<OffsetDateTime>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret key and the token stay out of every log.
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
