//! Who may do what: the secret keys for s3s's signature check, and the scope of credentials issued for one object.

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::CopySource;
use s3s::path::S3Path;
use s3s::{S3Result, s3_error};

use super::blocking;
use crate::store::ObjectStore;

/// Looks credentials up in the store.
pub(super) struct Keys {
    pub(super) store: ObjectStore,
}

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let (store, access_key) = (self.store.clone(), access_key.to_owned());
        match blocking(move || store.find_grant(&access_key)).await? {
            Some(grant) => Ok(SecretKey::from(grant.credentials.secret_key)),
            None => Err(s3_error!(InvalidAccessKeyId, "The access key ID you provided does not exist here.")),
        }
    }
}

#[async_trait::async_trait]
impl S3Access for Keys {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = context.credentials() else {
            return Err(s3_error!(AccessDenied, "Requests must be signed."));
        };
        let (store, access_key) = (self.store.clone(), credentials.access_key.clone());
        let Some(grant) = blocking(move || store.find_grant(&access_key)).await? else {
            return Err(s3_error!(InvalidAccessKeyId, "The access key ID you provided does not exist here."));
        };
        match grant.scope {
            Some((bucket, key)) if !is_within(context, &bucket, &key) => Err(s3_error!(
                AccessDenied,
                "These credentials are good for the one object they were issued for, and {} is not within.",
                context.s3_op().name()
            )),
            _ => Ok(()),
        }
    }
}

/// Whether the request touches nothing but this object. Listing the uploads to exactly this key is within: after a
/// lost answer to CreateMultipartUpload it is how a client finds its upload again.
fn is_within(context: &S3AccessContext<'_>, bucket: &str, key: &str) -> bool {
    match context.s3_path() {
        S3Path::Object { bucket: asked_bucket, key: asked_key } => {
            &**asked_bucket == bucket && &**asked_key == key && is_copied_from(context, bucket, key)
        }
        S3Path::Bucket { bucket: asked_bucket } => {
            &**asked_bucket == bucket
                && context.s3_op().name() == "ListMultipartUploads"
                && has_prefix(context.uri().query().unwrap_or(""), key)
        }
        S3Path::Root => false,
    }
}

/// Whether a copy's source, where the request names one, is this object too.
fn is_copied_from(context: &S3AccessContext<'_>, bucket: &str, key: &str) -> bool {
    let Some(source) = context.headers().get("x-amz-copy-source") else { return true };
    let source = source.to_str().ok().and_then(|source| CopySource::parse(source).ok());
    matches!(source, Some(CopySource::Bucket { bucket: from_bucket, key: from_key, .. })
        if &*from_bucket == bucket && &*from_key == key)
}

fn has_prefix(query: &str, key: &str) -> bool {
    super::gate::query_pairs(query).any(|(name, value)| name == "prefix" && value == key)
}
