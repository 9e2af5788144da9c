//! What can go wrong in the store, and the S3 error code it becomes on the wire.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("The specified bucket {0:?} does not exist")]
    NoSuchBucket(String),
    #[error("The specified key {0:?} does not exist")]
    NoSuchKey(String),
    #[error(
        "The specified multipart upload {0:?} does not exist: the upload ID may be invalid, or the upload aborted or completed"
    )]
    NoSuchUpload(String),
    #[error("Bucket {0:?} already exists and is yours")]
    BucketAlreadyOwnedByYou(String),
    #[error("{0:?} is not a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots")]
    InvalidBucketName(String),
    #[error("{0:?} is not an object key: 1 to 1024 bytes of UTF-8")]
    InvalidKey(String),
    #[error("One or more of the specified parts could not be found or its ETag does not match: part {0}")]
    InvalidPart(i32),
    #[error("The list of parts was not in ascending order: part {0}")]
    InvalidPartOrder(i32),
    #[error("Part {number} has {size} bytes: every part but the last needs at least {minimum}")]
    EntityTooSmall { number: i32, size: u64, minimum: u64 },
    #[error("The upload has {size} bytes: at most {maximum} are allowed")]
    EntityTooLarge { size: u64, maximum: u64 },
    #[error("Part number {0} is not an integer between 1 and 10000")]
    InvalidPartNumber(i32),
    #[error("The list of parts is empty")]
    EmptyPartList,
    #[error("The bytes of object {0:?} were thrown away: this store runs as a sink")]
    Sunk(String),
    #[error("The store's file system failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("The store's database failed: {0}")]
    Database(#[from] rusqlite::Error),
}
