//! Giving a stored object's bytes out, whole or a range of them, and describing it.

use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;
use futures_util::stream;
use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range, StreamingBlob,
};
use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};

use super::blocking;
use crate::store::{ObjectInfo, ObjectReader, ObjectStore, StoreError};

/// Bytes read from disk at a time.
const CHUNK: u64 = 256 * 1024;
/// What an object is served as when nobody said.
const DEFAULT_TYPE: &str = "binary/octet-stream";

pub(super) async fn get_object(store: &ObjectStore, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    if input.part_number.is_some() {
        return Err(s3_error!(NotImplemented, "This store does not serve single parts of an object."));
    }
    let (opened, bucket, key) = (store.clone(), input.bucket, input.key);
    let mut reader = blocking(move || opened.reader(&bucket, &key)).await?;
    let info = reader.info().clone();
    check_conditions(&info, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let range = resolve(input.range, info.size)?;
    let (first, end) = range.unwrap_or((0, info.size));
    reader.seek(SeekFrom::Start(first)).map_err(StoreError::from)?;
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::wrap(chunks(reader, end - first))),
        content_length: i64::try_from(end - first).ok(),
        content_range: range.map(|(first, end)| format!("bytes {first}-{}/{}", end - 1, info.size)),
        content_type: Some(info.content_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned())),
        e_tag: Some(ETag::Strong(info.etag)),
        last_modified: Some(Timestamp::from(info.modified)),
        ..GetObjectOutput::default()
    })
}

pub(super) async fn head_object(store: &ObjectStore, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let opened = store.clone();
    let info = blocking(move || {
        opened.head(&input.bucket, &input.key)?.ok_or_else(|| StoreError::NoSuchKey(input.key.clone()))
    })
    .await?;
    check_conditions(&info, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let range = resolve(input.range, info.size)?;
    let (first, end) = range.unwrap_or((0, info.size));
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(end - first).ok(),
        content_range: range.map(|(first, end)| format!("bytes {first}-{}/{}", end - 1, info.size)),
        content_type: Some(info.content_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned())),
        e_tag: Some(ETag::Strong(info.etag)),
        last_modified: Some(Timestamp::from(info.modified)),
        ..HeadObjectOutput::default()
    })
}

/// The first byte and the one after the last.
fn resolve(range: Option<Range>, size: u64) -> S3Result<Option<(u64, u64)>> {
    match range.map(|range| range.check(size)) {
        None => Ok(None),
        Some(Ok(range)) if !range.is_empty() => Ok(Some((range.start, range.end))),
        Some(_) => Err(s3_error!(InvalidRange)),
    }
}

fn check_conditions(
    info: &ObjectInfo,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let is_met = |condition: &ETagCondition| {
        condition.is_any() || condition.as_etag().is_some_and(|etag| etag.value() == info.etag)
    };
    if if_match.is_some_and(|condition| !is_met(condition)) {
        return Err(s3_error!(PreconditionFailed, "If-Match names another ETag than the object's."));
    }
    if if_none_match.is_some_and(is_met) {
        return Err(s3_error!(NotModified));
    }
    Ok(())
}

/// The next `left` bytes, read off the threads that serve connections.
fn chunks(
    reader: ObjectReader,
    left: u64,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send + Sync + 'static {
    stream::try_unfold((reader, left), |(mut reader, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let wanted = usize::try_from(left.min(CHUNK)).unwrap_or(usize::MAX);
        let read = tokio::task::spawn_blocking(move || {
            let mut buffer = vec![0; wanted];
            reader.read_exact(&mut buffer)?;
            Ok::<_, std::io::Error>((buffer, reader))
        });
        let (buffer, reader) = read.await.map_err(std::io::Error::other)??;
        let left = left - buffer.len() as u64;
        Ok(Some((Bytes::from(buffer), (reader, left))))
    })
}
