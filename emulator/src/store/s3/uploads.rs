//! The multipart operations.

use s3s::dto::{
    AbortMultipartUploadInput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part, StorageClass,
    Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Result, s3_error};

use super::bytes_in::{Announced, receive};
use super::list::{LARGEST_PAGE, encode, page_size};
use super::{S3Faults, blocking};
use crate::store::ObjectStore;
use crate::store::multipart::{UploadName, check_part_number};

pub(super) async fn create(
    store: &ObjectStore,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let store = store.clone();
    blocking(move || {
        let id = store.create_upload(&input.bucket, &input.key, input.content_type.as_deref())?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        })
    })
    .await
}

pub(super) async fn put_part(
    store: &ObjectStore,
    input: UploadPartInput,
    faults: S3Faults,
) -> S3Result<UploadPartOutput> {
    check_part_number(input.part_number)?;
    let (bucket, key, id) = (input.bucket, input.key, input.upload_id);
    let (asked, name) = (store.clone(), (bucket.clone(), key.clone(), id.clone()));
    blocking(move || asked.require_upload(UploadName { bucket: &name.0, key: &name.1, id: &name.2 })).await?;
    let announced = Announced { length: input.content_length, md5: input.content_md5, faults };
    let blob = receive(store, input.body, announced).await?;
    let (store, number) = (store.clone(), input.part_number);
    let etag =
        blocking(move || store.put_part(UploadName { bucket: &bucket, key: &key, id: &id }, number, blob))
            .await?;
    Ok(UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..UploadPartOutput::default() })
}

pub(super) async fn list_parts(store: &ObjectStore, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let max_parts = page_size(input.max_parts, "max-parts")?;
    let marker = input.part_number_marker.unwrap_or(0);
    if marker < 0 {
        return Err(s3_error!(InvalidArgument, "part-number-marker must not be negative, and is {marker}."));
    }
    let store = store.clone();
    blocking(move || {
        let name = UploadName { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
        // One more than asked tells whether there are more; a page of none never goes on.
        let mut parts = store.list_parts(name, marker, max_parts + 1)?;
        let is_truncated = parts.len() > max_parts && max_parts > 0;
        parts.truncate(max_parts);
        let next_marker = parts.last().map_or(marker, |part| part.number);
        let parts = parts.into_iter().map(|part| Part {
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(Timestamp::from(part.modified)),
            part_number: Some(part.number),
            size: i64::try_from(part.size).ok(),
            ..Part::default()
        });
        Ok(ListPartsOutput {
            parts: Some(parts.collect()),
            is_truncated: Some(is_truncated),
            max_parts: i32::try_from(max_parts).ok(),
            part_number_marker: Some(marker),
            next_part_number_marker: Some(next_marker),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            ..ListPartsOutput::default()
        })
    })
    .await
}

pub(super) async fn list(
    store: &ObjectStore,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    if input.delimiter.as_deref().is_some_and(|delimiter| !delimiter.is_empty()) {
        return Err(s3_error!(NotImplemented, "This store does not group uploads by a delimiter."));
    }
    let max_uploads = page_size(input.max_uploads, "max-uploads")?;
    let store = store.clone();
    blocking(move || {
        let prefix = input.prefix.as_deref().unwrap_or("");
        // Without a key marker the upload ID marker is ignored, says the reference.
        let key_marker = input.key_marker.as_deref().unwrap_or("");
        let id_marker = input.upload_id_marker.as_deref().filter(|_| !key_marker.is_empty()).unwrap_or("");
        let mut uploads =
            store.list_uploads(&input.bucket, prefix, (key_marker, id_marker), max_uploads + 1)?;
        let is_truncated = uploads.len() > max_uploads && max_uploads > 0;
        uploads.truncate(max_uploads);
        let last = uploads.last().filter(|_| is_truncated);
        let encoding = input.encoding_type;
        let next_key_marker = last.map(|upload| encode(upload.key.clone(), encoding.as_ref()));
        let next_upload_id_marker = last.map(|upload| upload.id.clone());
        let uploads = uploads.into_iter().map(|upload| MultipartUpload {
            initiated: Some(Timestamp::from(upload.initiated)),
            key: Some(encode(upload.key, encoding.as_ref())),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(upload.id),
            ..MultipartUpload::default()
        });
        Ok(ListMultipartUploadsOutput {
            uploads: Some(uploads.collect()),
            is_truncated: Some(is_truncated),
            max_uploads: i32::try_from(max_uploads.min(LARGEST_PAGE)).ok(),
            key_marker: Some(encode(key_marker.to_owned(), encoding.as_ref())),
            upload_id_marker: Some(id_marker.to_owned()),
            next_key_marker,
            next_upload_id_marker,
            prefix: input.prefix.clone().map(|prefix| encode(prefix, encoding.as_ref())),
            encoding_type: encoding,
            bucket: Some(input.bucket),
            ..ListMultipartUploadsOutput::default()
        })
    })
    .await
}

pub(super) async fn complete(
    store: &ObjectStore,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let listed = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
    let listed = listed
        .into_iter()
        .map(|part| match (part.part_number, part.e_tag) {
            (Some(number), Some(etag)) => Ok((number, etag.into_value())),
            _ => Err(s3_error!(MalformedXML, "Every Part needs a PartNumber and an ETag.")),
        })
        .collect::<S3Result<Vec<_>>>()?;
    let store = store.clone();
    blocking(move || {
        let name = UploadName { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
        let info = store.complete_upload(name, &listed)?;
        Ok(CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(info.etag)),
            ..CompleteMultipartUploadOutput::default()
        })
    })
    .await
}

pub(super) async fn abort(store: &ObjectStore, input: AbortMultipartUploadInput) -> S3Result<()> {
    let store = store.clone();
    blocking(move || {
        store.abort_upload(UploadName { bucket: &input.bucket, key: &input.key, id: &input.upload_id })
    })
    .await
}
