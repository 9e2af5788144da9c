//! The file of an image: uploaded as it comes, downloaded whole or in ranges.

use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderName, StatusCode, header};
use http_body_util::BodyExt;

use super::images::{own, seen};
use crate::huawei::call::{Answer, Call, Content};
use crate::huawei::disk::{self, LARGEST};
use crate::huawei::images::{self, Image};
use crate::huawei::refusal::Refusal;
use crate::huawei::{BUCKET, Result};
use crate::ims::range::{Wanted, wanted};

/// `PUT /v2/images/{image_id}/file`.
pub(in crate::huawei) async fn upload(call: Arc<Call>, body: Body) -> Result<Answer> {
    // On its own, so that a client that goes away does not leave the image saving for ever.
    let work = tokio::spawn(receive(call, body));
    work.await.unwrap_or_else(|error| Err(Refusal::internal(error.to_string())))
}

async fn receive(call: Arc<Call>, body: Body) -> Result<Answer> {
    if call.media_type() != "application/octet-stream" {
        return Err(Refusal::glance(415, "The media type must be application/octet-stream."));
    }
    let announced = call.header("content-length").and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|size| size >= LARGEST) {
        return Err(too_large());
    }
    let begun = Arc::clone(&call);
    let image = blocking(move || begin(&begun)).await?;
    let stored = store(&call, &image, body).await;
    let ended = Arc::clone(&call);
    blocking(move || end(&ended, &image, stored)).await?;
    Answer::empty(StatusCode::NO_CONTENT)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Refusal::internal(error.to_string())))
}

fn too_large() -> Refusal {
    Refusal::glance(413, "The image to be uploaded must be smaller than 128 GB.")
}

/// The image is saving from here on.
fn begin(call: &Call) -> Result<Image> {
    call.huawei.database.with(|transaction| {
        let mut image = own(call, transaction, "upload data for")?;
        if image.status != "queued" {
            let message = format!("Image status transition from {} to saving is not allowed", image.status);
            return Err(Refusal::glance(409, message));
        }
        if image.disk_format.is_none() || image.container_format.is_none() {
            let message = "Properties disk_format, container_format must be set prior to saving data.";
            return Err(Refusal::glance(400, message));
        }
        image.status = "saving".to_owned();
        images::update(&call.huawei, transaction, &mut image)?;
        Ok(image)
    })
}

/// Writes the bytes as they come.
async fn store(call: &Call, image: &Image, mut body: Body) -> Result<()> {
    let mut writer = call.huawei.store.writer(BUCKET, &image.id)?;
    let mut size = 0_u64;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::glance(400, format!("The body broke off: {error}")))?;
        let Some(data) = frame.data_ref() else { continue };
        size += data.len() as u64;
        if size >= LARGEST {
            return Err(too_large());
        }
        // A piece is as large as the connection's buffer, and goes no further than the system's cache.
        writer.write_all(data).map_err(|error| Refusal::internal(error.to_string()))?;
    }
    blocking(move || Ok(writer.commit()?)).await?;
    Ok(())
}

/// The image becomes active with its file, or waits for one again.
fn end(call: &Call, image: &Image, stored: Result<()>) -> Result<()> {
    let huawei = &call.huawei;
    let checked = stored.and_then(|()| {
        let file = disk::digest(huawei, &image.id)?;
        let format = disk::format(huawei, &image.id)?;
        let named = image.disk_format.as_deref().unwrap_or_default();
        let mismatch = match format {
            Some(found) => named != found && !["zvhd", "zvhd2"].contains(&named),
            None => ["qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso"].contains(&named),
        };
        if mismatch {
            let found = format.unwrap_or("raw");
            let message = format!("Image disk_format {named} does not match stream format {found}");
            return Err(Refusal::glance(415, message));
        }
        Ok(file)
    });
    let now = huawei.now();
    let outcome = huawei.database.with(|transaction| {
        let Some(mut image) = images::find(huawei, transaction, &image.id)? else {
            return Err(Refusal::glance(410, "The image was deleted meanwhile."));
        };
        let outcome = match checked {
            Ok(file) => {
                image.activate(file, now);
                Ok(())
            }
            Err(refusal) => {
                image.status = "queued".to_owned();
                Err(refusal)
            }
        };
        images::update(huawei, transaction, &mut image)?;
        Ok(outcome)
    });
    let outcome = outcome.and_then(|outcome| outcome);
    if outcome.is_err() {
        disk::remove(huawei, &image.id)?;
    }
    outcome
}

/// `GET /v2/images/{image_id}/file`.
pub(in crate::huawei) fn download(call: &Call) -> Result<Answer> {
    let seen = call.huawei.database.with(|transaction| seen(call, transaction))?;
    let image = seen.image;
    if image.status == "deactivated" {
        return Err(Refusal::glance(
            403,
            "The requested image has been deactivated. Image data download is forbidden.",
        ));
    }
    let file = match image.file {
        Some(file) if !file.key.is_empty() && image.status == "active" => file,
        // Glance's word for an image without data.
        _ => return Answer::empty(StatusCode::NO_CONTENT),
    };
    let reader = call.huawei.store.reader(BUCKET, &file.key)?;
    let size = reader.info().size;
    let (status, first, length) = match wanted(call.header("range"), size) {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Unsatisfiable => {
            let refusal = Refusal::glance(416, format!("The file has {size} bytes, the range is outside."));
            return Err(refusal.with_header(header::CONTENT_RANGE, format!("bytes */{size}")));
        }
    };
    let answer = Answer { status, headers: Vec::new(), content: Content::Bytes { reader, first, length } };
    let answer = answer
        .with(header::CONTENT_TYPE, "application/octet-stream")
        .with(header::CONTENT_LENGTH, length.to_string())
        .with(header::ACCEPT_RANGES, "bytes");
    Ok(if status == StatusCode::PARTIAL_CONTENT {
        answer.with(header::CONTENT_RANGE, format!("bytes {first}-{}/{size}", first + length - 1))
    } else {
        answer.with(HeaderName::from_static("content-md5"), file.checksum)
    })
}
