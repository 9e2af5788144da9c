//! Taking a body: streamed to disk, hashed on the way, checked against what the request announced.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use http::StatusCode;
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, s3_error};

use super::{S3Faults, blocking, errors};
use crate::store::blobs::Blob;
use crate::store::multipart::LARGEST_PART;
use crate::store::{ObjectStore, StoreError};

/// Bytes that are written and hashed at a time: few enough to be held by many uploads, enough to be worth a thread.
const BATCH: usize = 1024 * 1024;

/// What the request says about its body.
pub(super) struct Announced {
    pub(super) length: Option<i64>,
    pub(super) md5: Option<String>,
    pub(super) faults: S3Faults,
}

/// Writes the body to a blob, which is gone again unless it is kept.
pub(super) async fn receive(
    store: &ObjectStore,
    body: Option<StreamingBlob>,
    announced: Announced,
) -> S3Result<Blob> {
    let length = announced.length.and_then(|length| u64::try_from(length).ok());
    check_size(length.unwrap_or(0))?;
    let wanted_md5 = announced.md5.as_deref().map(parse_md5).transpose()?;

    let (opened, damage) = (store.clone(), announced.faults.damage);
    let mut writer = blocking(move || Ok(opened.inner.blobs.create(damage)?)).await?;
    let mut size = 0;
    if let Some(mut body) = body {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let chunk = body.next().await.transpose().map_err(|error| broken_body(&*error))?;
            let is_last = chunk.is_none();
            if let Some(chunk) = chunk {
                size += chunk.len() as u64;
                check_size(size)?;
                batch.extend_from_slice(&chunk);
            }
            if batch.len() >= BATCH || is_last {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(if is_last { 0 } else { BATCH }));
                writer = blocking(move || {
                    writer.write(&full)?;
                    Ok(writer)
                })
                .await?;
            }
            if is_last {
                break;
            }
        }
    }
    if length.is_some_and(|length| length != size) {
        return Err(s3_error!(IncompleteBody));
    }
    let blob = blocking(move || Ok(writer.finish()?)).await?;
    match wanted_md5 {
        Some(wanted) if wanted != blob.received => {
            Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        _ => Ok(blob),
    }
}

fn check_size(size: u64) -> Result<(), StoreError> {
    if size > LARGEST_PART { Err(StoreError::EntityTooLarge { size, maximum: LARGEST_PART }) } else { Ok(()) }
}

fn parse_md5(text: &str) -> S3Result<[u8; 16]> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid."))
}

/// Why a body ended early. s3s keeps the types of these errors to itself, so their texts tell them apart.
pub(super) fn broken_body(error: &(dyn std::error::Error + 'static)) -> S3Error {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        errors::custom(
            "XAmzContentSHA256Mismatch",
            StatusCode::BAD_REQUEST,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    } else if text.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match.")
    } else {
        s3_error!(IncompleteBody)
    }
}
