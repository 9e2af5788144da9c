//! Uploading a file: credentials (1.7) and the end of the upload (1.9).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::json;

use super::private::remove_now;
use super::{bucket_of_tenant, ensure_bucket};
use crate::ims::answer::Answer;
use crate::ims::body::{JsonBody, PathId};
use crate::ims::caller::Caller;
use crate::ims::disk_image::fits;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::fields::Fields;
use crate::ims::images::{self, Image, Status};
use crate::ims::jobs::Work;
use crate::ims::{Ims, jobs, magic, own_image};

/// The largest object that S3 knows: 5 TiB.
const MAXIMUM_SIZE: i64 = 5 << 40;

/// Section 1.7. May be called again while the image is queued: the new credentials are good for the same object.
pub async fn prepare(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    headers: HeaderMap,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let size = Fields::of_body(&body)?.integer("size", 1, MAXIMUM_SIZE)?;
    let domain = ims.oss_url_for(&headers);
    ims.blocking(move |ims| {
        let bucket = bucket_of_tenant(&caller.tenant);
        ensure_bucket(ims, &bucket)?;
        // The credentials are issued within the transaction that finds the image queued: an upload-done at the same
        // time comes before and is seen, or comes after and revokes them.
        let credentials = ims.database.write(|transaction| {
            let mut image = own_image(transaction, &caller.tenant, &image_id)?;
            magic::refuse(&image.name, magic::ON_PREPARE)?;
            if image.status != Status::Queued {
                return Err(ImsError::new(
                    Code::UploadNotAllowed,
                    format!("the image is {}", image.status.as_str()),
                ));
            }
            image.bucket = bucket;
            image.object_key = image_id;
            image.size = size;
            images::update(transaction, &mut image)?;
            let ttl = Some(ims.options.credential_ttl);
            let credentials = ims.store.issue_credentials(&image.bucket, &image.object_key, ttl)?;
            Ok(json!({
                "image_url": "",
                "accessKey": credentials.access_key,
                "secretKey": credentials.secret_key,
                "token": credentials.token,
                "bucket": image.bucket,
                "file": image.object_key,
                "domain": domain,
            }))
        })?;
        Ok(Answer::Data(credentials))
    })
    .await
}

/// Section 1.9. Saying the same again is answered `Success` again, so that a lost answer can be asked for anew.
pub async fn done(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let fields = Fields::of_body(&body)?;
    let success = fields.one_of("result", &["success", "failed"])? == "success";
    let upload_id = fields.optional_text("uploadId")?.unwrap_or_default();
    ims.blocking(move |ims| {
        if success {
            succeeded(ims, &caller, &image_id, &upload_id)?;
        } else {
            failed(ims, &caller, &image_id)?;
        }
        Ok(Answer::WithoutData)
    })
    .await
}

fn wrong_status(image: &Image) -> ImsError {
    let status = image.status.as_str();
    ImsError::new(Code::ActionNotMatchStatus, format!("the image is {status} ({})", image.source_type))
}

fn succeeded(ims: &Arc<Ims>, caller: &Caller, image_id: &str, upload_id: &str) -> Result<()> {
    let image = ims.database.read(|connection| own_image(connection, &caller.tenant, image_id))?;
    if is_repetition(&image, upload_id) {
        return Ok(());
    }
    if image.status != Status::Queued {
        return Err(wrong_status(&image));
    }
    let virtual_size = check_object(ims, &image)?;
    ims.database.write(|transaction| {
        let mut current = own_image(transaction, &caller.tenant, image_id)?;
        if is_repetition(&current, upload_id) {
            return Ok(());
        }
        if current.status != Status::Queued
            || current.size != image.size
            || current.min_disk != image.min_disk
        {
            return Err(wrong_status(&current));
        }
        current.status = Status::Saving;
        current.progress = 0;
        current.upload_id = upload_id.to_owned();
        current.virtual_size = virtual_size;
        images::update(transaction, &mut current)?;
        jobs::add(transaction, image_id, None, &Work::Save).map(drop)
    })?;
    // What is being saved must not be written any more. The job does this again, should a crash come between.
    ims.store.revoke_credentials(&image.bucket, &image.object_key)?;
    ims.jobs.wake();
    Ok(())
}

/// `success` for an image that this upload has brought to saving or active already.
fn is_repetition(image: &Image, upload_id: &str) -> bool {
    let arrived = matches!(image.status, Status::Saving | Status::Active) && image.source_type == "internal";
    arrived && (upload_id.is_empty() || upload_id == image.upload_id)
}

/// What can be checked before answering; the image stays queued when it fails, so that the mistake can be mended.
fn check_object(ims: &Arc<Ims>, image: &Image) -> Result<i64> {
    let upload_error = |reason: String| ImsError::new(Code::UploadError, reason);
    if image.bucket.is_empty() {
        return Err(upload_error("upload-prepare was never called".to_owned()));
    }
    let place = format!("{}/{}", image.bucket, image.object_key);
    let Some(info) = ims.store.head(&image.bucket, &image.object_key)? else {
        return Err(upload_error(format!(
            "there is no object {place}: nothing was stored, or a multipart upload not completed"
        )));
    };
    if i64::try_from(info.size) != Ok(image.size) {
        let sizes = format!("{} bytes were announced, {place} has {}", image.size, info.size);
        return Err(ImsError::new(Code::ImageSize, sizes));
    }
    let Some(virtual_size) = jobs::peek(ims, image).map_err(upload_error)? else { return Ok(0) };
    if !fits(image.min_disk, virtual_size) {
        let sizes = format!("minDisk is {} GiB, the image's disk has {virtual_size} bytes", image.min_disk);
        return Err(ImsError::new(Code::MinDiskSize, sizes));
    }
    Ok(i64::try_from(virtual_size).unwrap_or(i64::MAX))
}

fn failed(ims: &Arc<Ims>, caller: &Caller, image_id: &str) -> Result<()> {
    let removal = ims.database.write(|transaction| {
        let mut image = own_image(transaction, &caller.tenant, image_id)?;
        match image.status {
            Status::Killed => return Ok(None),
            Status::Queued | Status::Saving if image.source_type == "internal" => {}
            _ => return Err(wrong_status(&image)),
        }
        image.status = Status::Killed;
        image.error_message = "the caller said that the upload failed".to_owned();
        images::update(transaction, &mut image)?;
        jobs::cancel(transaction, image_id)?;
        let work = jobs::removal_of(&image);
        Ok(Some((jobs::add(transaction, image_id, None, &work)?, work)))
    })?;
    if let Some((job, work)) = removal {
        remove_now(ims, job, &work);
    }
    Ok(())
}
