//! Listing objects, and what all listings share: page sizes and the URL encoding of keys.

use std::collections::BTreeMap;

use s3s::dto::{
    CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass,
    Timestamp,
};
use s3s::{S3Result, s3_error};

use super::blocking;
use crate::store::{ObjectInfo, ObjectStore};

/// Most entries of a page, as S3 has it.
pub(super) const LARGEST_PAGE: usize = 1000;

/// The number of entries asked for, 1000 where nothing or more is.
pub(super) fn page_size(asked: Option<i32>, name: &str) -> S3Result<usize> {
    let asked = asked.unwrap_or(1000);
    match usize::try_from(asked) {
        Ok(size) => Ok(size.min(LARGEST_PAGE)),
        Err(_) => Err(s3_error!(InvalidArgument, "{name} must not be negative, and is {asked}.")),
    }
}

/// Percent-encodes a key where the request asked for it with `encoding-type=url`.
pub(super) fn encode(key: String, encoding: Option<&EncodingType>) -> String {
    if encoding.is_none_or(|encoding| encoding.as_str() != EncodingType::URL) {
        return key;
    }
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

pub(super) async fn list_objects(
    store: &ObjectStore,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
    let (store, bucket) = (store.clone(), input.bucket.clone());
    let entries = blocking(move || {
        // Groups swallow any number of objects, so with a delimiter all of them must be seen.
        let limit = if delimiter.is_some() { usize::MAX } else { max_keys + 1 };
        let objects = store.list_objects(&bucket, &prefix, &after, limit)?;
        Ok(group(objects, &prefix, delimiter.as_deref(), &after))
    })
    .await?;
    let is_truncated = entries.len() > max_keys && max_keys > 0;
    let entries: Vec<_> = entries.into_iter().take(max_keys).collect();
    let next = entries.last().filter(|_| is_truncated).map(|(name, entry)| match entry {
        Some(_) => name.clone(),
        // After a group comes what sorts after every key in it.
        None => format!("{name}\u{10ffff}"),
    });
    let encoding = input.encoding_type;
    let key_count = entries.len();
    let (mut contents, mut common_prefixes) = (Vec::new(), Vec::new());
    for (name, entry) in entries {
        let name = encode(name, encoding.as_ref());
        match entry {
            Some(info) => contents.push(describe(name, info)),
            None => common_prefixes.push(CommonPrefix { prefix: Some(name) }),
        }
    }
    Ok(ListObjectsV2Output {
        contents: Some(contents),
        common_prefixes: Some(common_prefixes),
        is_truncated: Some(is_truncated),
        key_count: i32::try_from(key_count).ok(),
        max_keys: i32::try_from(max_keys).ok(),
        name: Some(input.bucket),
        next_continuation_token: next,
        continuation_token: input.continuation_token,
        start_after: input.start_after.map(|key| encode(key, encoding.as_ref())),
        prefix: Some(encode(input.prefix.unwrap_or_default(), encoding.as_ref())),
        delimiter: input.delimiter.map(|delimiter| encode(delimiter, encoding.as_ref())),
        encoding_type: encoding,
        ..ListObjectsV2Output::default()
    })
}

fn describe(key: String, info: ObjectInfo) -> Object {
    Object {
        e_tag: Some(ETag::Strong(info.etag)),
        key: Some(key),
        last_modified: Some(Timestamp::from(info.modified)),
        size: i64::try_from(info.size).ok(),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    }
}

/// Objects by key, and instead of those whose keys go on after a delimiter their common prefix (`None`).
fn group(
    objects: Vec<ObjectInfo>,
    prefix: &str,
    delimiter: Option<&str>,
    after: &str,
) -> BTreeMap<String, Option<ObjectInfo>> {
    let mut entries = BTreeMap::new();
    for info in objects {
        let rest = &info.key[prefix.len()..];
        match delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len())) {
            Some(end) => {
                let common = info.key[..prefix.len() + end].to_owned();
                if !after.starts_with(&common) {
                    entries.insert(common, None);
                }
            }
            None => {
                entries.insert(info.key.clone(), Some(info));
            }
        }
    }
    entries
}
