//! Downloading an image's file (1.11), whole or in ranges.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::ims::answer::refusal;
use crate::ims::body::PathId;
use crate::ims::caller::Caller;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::images::{Image, Status};
use crate::ims::range::{Wanted, wanted};
use crate::ims::{Ims, images, no_image};
use crate::store::ObjectReader;

/// Bytes read from the store at a time: what one download holds in memory.
const CHUNK: u64 = 256 << 10;

/// Section 1.11. Of a whole_image this is the system disk.
pub async fn download(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    headers: HeaderMap,
    PathId(image_id): PathId,
) -> Result<Response> {
    let (image, reader) = ims
        .blocking(move |ims| {
            let image = ims.database.read(|connection| images::find(connection, &image_id))?;
            let image = image.ok_or_else(|| no_image(&image_id))?;
            check(&image, &caller)?;
            let reader = ims.store.reader(&image.bucket, &image.object_key)?;
            Ok((image, reader))
        })
        .await?;
    let etag = format!("\"{}\"", image.checksum);
    let size = reader.info().size;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // If-Range with another file's ETag: the rest of that file is of no use, so the whole of this one.
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|condition| condition == etag));
    let (status, first, length) = match wanted(range, size) {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Unsatisfiable => {
            let rule = format!("the file has {size} bytes, {} is outside", range.unwrap_or_default());
            let refused = refusal(StatusCode::RANGE_NOT_SATISFIABLE, &ImsError::field("Range", rule));
            return Ok(([(CONTENT_RANGE, format!("bytes */{size}"))], refused).into_response());
        }
    };
    let mut response = (
        status,
        [
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (CONTENT_LENGTH, length.to_string()),
            (ACCEPT_RANGES, "bytes".to_owned()),
            (ETAG, etag),
            (CONTENT_DISPOSITION, disposition(&image)),
        ],
        body(reader, first, length),
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{size}", first + length - 1);
        if let Ok(value) = range.try_into() {
            response.headers_mut().insert(CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

fn check(image: &Image, caller: &Caller) -> Result<()> {
    let refuse = |code, reason: &str| Err(ImsError::new(code, format!("image {}: {reason}", image.image_id)));
    if image.tenant != caller.tenant {
        return match image.visibility.as_str() {
            "public" => refuse(Code::DownloadNotAllowed, "a public image of somebody else"),
            _ => refuse(Code::Identity, "it belongs to another tenant"),
        };
    }
    if image.status != Status::Active {
        return refuse(Code::DownloadNotAllowed, &format!("it is {}, not active", image.status.as_str()));
    }
    Ok(())
}

/// The bytes, read piece by piece as the connection takes them: a slow reader holds no thread.
fn body(reader: ObjectReader, first: u64, length: u64) -> Body {
    let start = (Some(reader), first, length);
    Body::from_stream(stream::try_unfold(start, |(reader, position, left)| async move {
        let Some(mut reader) = reader.filter(|_| left > 0) else { return Ok(None) };
        let piece = tokio::task::spawn_blocking(move || -> std::io::Result<_> {
            let mut buffer = vec![0; usize::try_from(left.min(CHUNK)).unwrap_or(0)];
            reader.seek(SeekFrom::Start(position))?;
            reader.read_exact(&mut buffer)?;
            Ok((Bytes::from(buffer), reader))
        });
        let (bytes, reader) = piece.await.map_err(std::io::Error::other)??;
        let length = bytes.len() as u64;
        Ok::<_, std::io::Error>(Some((bytes, (Some(reader), position + length, left - length))))
    }))
}

/// A file name for browsers: the image's name with its format, in ASCII and, exactly, in UTF-8 (RFC 6266).
fn disposition(image: &Image) -> String {
    let name = format!("{}.{}", image.name, image.disk_format);
    let plain: String =
        name.chars().map(|character| if character.is_ascii() { character } else { '_' }).collect();
    let exact: String = name
        .bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}
