//! The operations this store has, as s3s calls them. Operations that are not here answer 501 `NotImplemented`.

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
    CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, ETag, GetObjectInput, GetObjectOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input, ListObjectsV2Output,
    ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput, Timestamp, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use super::bytes_in::{Announced, receive};
use super::{S3Faults, blocking, get, list, uploads};
use crate::store::{ObjectStore, check_key, writer};

fn faults<T>(request: &S3Request<T>) -> S3Faults {
    request.extensions.get::<S3Faults>().copied().unwrap_or_default()
}

async fn put_object(
    store: &ObjectStore,
    input: PutObjectInput,
    faults: S3Faults,
) -> S3Result<PutObjectOutput> {
    let (checked, bucket, key) = (store.clone(), input.bucket, input.key);
    let only_new = input.if_none_match.as_ref().is_some_and(|condition| condition.is_any());
    let (bucket, key) = blocking(move || {
        check_key(&key)?;
        checked.require_bucket(&bucket)?;
        Ok((bucket, key))
    })
    .await?;
    if only_new {
        let (asked, target) = (store.clone(), (bucket.clone(), key.clone()));
        if blocking(move || asked.head(&target.0, &target.1)).await?.is_some() {
            return Err(s3_error!(PreconditionFailed, "If-None-Match: * and the object exists."));
        }
    }
    let announced = Announced { length: input.content_length, md5: input.content_md5, faults };
    let blob = receive(store, input.body, announced).await?;
    let (store, content_type) = (store.clone(), input.content_type);
    let info = blocking(move || writer::commit_blob(&store, (&bucket, &key), content_type, blob)).await?;
    Ok(PutObjectOutput { e_tag: Some(ETag::Strong(info.etag)), ..PutObjectOutput::default() })
}

async fn copy_object(store: &ObjectStore, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let CopySource::Bucket { bucket: from_bucket, key: from_key, .. } = input.copy_source else {
        return Err(s3_error!(NotImplemented, "This store copies from buckets only."));
    };
    let store = store.clone();
    let info = blocking(move || store.copy((&from_bucket, &from_key), (&input.bucket, &input.key))).await?;
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(info.etag)),
        last_modified: Some(Timestamp::from(info.modified)),
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() })
}

#[async_trait::async_trait]
impl S3 for ObjectStore {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let faults = faults(&request);
        put_object(self, request.input, faults).await.map(S3Response::new)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        get::get_object(self, request.input).await.map(S3Response::new)
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        get::head_object(self, request.input).await.map(S3Response::new)
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let (store, input) = (self.clone(), request.input);
        blocking(move || store.delete(&input.bucket, &input.key)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        copy_object(self, request.input).await.map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        list::list_objects(self, request.input).await.map(S3Response::new)
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let (store, bucket) = (self.clone(), request.input.bucket);
        let location = format!("/{bucket}");
        blocking(move || store.create_bucket(&bucket)).await?;
        Ok(S3Response::new(CreateBucketOutput { location: Some(location) }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        let (store, bucket) = (self.clone(), request.input.bucket);
        blocking(move || store.require_bucket(&bucket)).await?;
        let bucket_region = Some(self.options().region.clone());
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let store = self.clone();
        let buckets = blocking(move || store.list_buckets_with_times()).await?;
        let buckets = buckets.into_iter().map(|(name, created)| Bucket {
            creation_date: Some(Timestamp::from(created)),
            name: Some(name),
            ..Bucket::default()
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            ..ListBucketsOutput::default()
        }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        uploads::create(self, request.input).await.map(S3Response::new)
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let faults = faults(&request);
        uploads::put_part(self, request.input, faults).await.map(S3Response::new)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        uploads::list_parts(self, request.input).await.map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        uploads::list(self, request.input).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        uploads::complete(self, request.input).await.map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        uploads::abort(self, request.input).await?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}
