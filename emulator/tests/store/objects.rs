//! Objects and buckets over S3: stored, read in ranges, described, copied, listed, deleted.

use crate::support::{Call, Cloud, bytes, md5};
use base64::Engine;

#[tokio::test]
async fn an_object_goes_in_and_out() {
    let cloud = Cloud::start().await;
    let content = bytes(1, 3_000_000);
    let put = Call::new("PUT", "/images/disk.qcow2").header("content-type", "application/x-qcow2");
    let reply = cloud.root(put.body(content.clone())).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.etag(), md5(&content));

    let reply = cloud.root(Call::new("GET", "/images/disk.qcow2")).await;
    assert_eq!((reply.status, reply.etag()), (200, md5(&content)));
    assert_eq!(reply.header("content-type"), Some("application/x-qcow2"));
    assert_eq!(reply.header("content-length"), Some("3000000"));
    assert!(reply.body == content && !reply.is_cut);

    let reply = cloud.root(Call::new("HEAD", "/images/disk.qcow2")).await;
    assert_eq!((reply.status, reply.header("content-length")), (200, Some("3000000")));
    assert!(reply.header("last-modified").is_some());

    assert_eq!(cloud.root(Call::new("DELETE", "/images/disk.qcow2")).await.status, 204);
    cloud.root(Call::new("GET", "/images/disk.qcow2")).await.is_error(404, "NoSuchKey");
    assert_eq!(cloud.root(Call::new("HEAD", "/images/disk.qcow2")).await.status, 404);
    assert_eq!(cloud.root(Call::new("DELETE", "/images/disk.qcow2")).await.status, 204);
    assert_eq!(cloud.blobs().len(), 0);
}

#[tokio::test]
async fn ranges_are_answered_exactly() {
    let cloud = Cloud::start().await;
    let content = bytes(2, 1000);
    cloud.root(Call::new("PUT", "/images/k").body(content.clone())).await;
    for (range, first, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=990-", 990, 1000),
        ("bytes=990-5000", 990, 1000),
        ("bytes=-7", 993, 1000),
        ("bytes=-5000", 0, 1000),
    ] {
        let reply = cloud.root(Call::new("GET", "/images/k").header("range", range)).await;
        assert_eq!(reply.status, 206, "{range}: {}", reply.text());
        assert_eq!(reply.header("content-range"), Some(&*format!("bytes {first}-{}/1000", end - 1)));
        assert_eq!(reply.body, content[first..end], "{range}");
    }
    for range in ["bytes=1000-", "bytes=5000-6000", "bytes=-0"] {
        cloud.root(Call::new("GET", "/images/k").header("range", range)).await.is_error(416, "InvalidRange");
    }
    let etag = format!("\"{}\"", md5(&content));
    let get = || Call::new("GET", "/images/k");
    assert_eq!(cloud.root(get().header("if-match", &etag)).await.status, 200);
    cloud.root(get().header("if-match", "\"0\"")).await.is_error(412, "PreconditionFailed");
    assert_eq!(cloud.root(get().header("if-none-match", &etag)).await.status, 304);
}

#[tokio::test]
async fn odd_keys_are_kept_as_they_are() {
    let cloud = Cloud::start().await;
    let keys = ["a b+c", "镜像/系统.qcow2", "100%/x%20y", "a//b", "a/../b", "q?x=1&y#z", "~!@$&'()*,;=:"];
    for key in keys {
        let path = format!("/images/{key}");
        let reply = cloud.root(Call::new("PUT", &path).body(key)).await;
        assert_eq!(reply.status, 200, "{key}: {}", reply.text());
        assert_eq!(cloud.root(Call::new("GET", &path)).await.text(), key);
        assert!(cloud.store.head("images", key).unwrap().is_some(), "{key}");
    }
    let reply =
        cloud.root(Call::new("GET", "/images").query("list-type", 2).query("encoding-type", "url")).await;
    assert!(reply.elements("Key").contains(&"100%25/x%2520y".to_owned()), "{}", reply.text());
    assert_eq!(reply.elements("Key").len(), keys.len());
    let long = "x".repeat(1025);
    cloud.root(Call::new("PUT", &format!("/images/{long}")).body("x")).await.is_error(400, "KeyTooLongError");
}

#[tokio::test]
async fn a_wrong_digest_leaves_nothing() {
    let cloud = Cloud::start().await;
    let content = bytes(3, 100_000);
    let digest = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let put = |value: &str| Call::new("PUT", "/images/k").header("content-md5", value).body(content.clone());
    cloud.root(put(&digest(&[7; 16]))).await.is_error(400, "BadDigest");
    for invalid in ["no base64!", &digest(&[7; 15])] {
        cloud.root(put(invalid)).await.is_error(400, "InvalidDigest");
    }
    let mut call = Call::new("PUT", "/images/k").body(content.clone());
    call.payload = Some("0".repeat(64));
    cloud.root(call).await.is_error(400, "XAmzContentSHA256Mismatch");
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    assert_eq!(cloud.blobs().len(), 0);

    use md5::Digest;
    let right = digest(&md5::Md5::digest(&content));
    assert_eq!(cloud.root(put(&right)).await.status, 200);
    assert_eq!(cloud.blobs().len(), 1);
}

#[tokio::test]
async fn an_object_that_is_too_large_is_refused_before_its_bytes() {
    let cloud = Cloud::start().await;
    let size = (5_u64 << 30) + 1;
    let call = Call::new("PUT", "/images/k").header("content-length", &size.to_string());
    let mut call = call.header("expect", "100-continue").unsigned_payload();
    call.body = Vec::new();
    cloud.root(call).await.is_error(400, "EntityTooLarge");
    assert_eq!(cloud.blobs().len(), 0);
}

#[tokio::test]
async fn buckets_are_made_and_found() {
    let cloud = Cloud::start().await;
    assert_eq!(cloud.root(Call::new("PUT", "/backup")).await.status, 200);
    cloud.root(Call::new("PUT", "/backup")).await.is_error(409, "BucketAlreadyOwnedByYou");
    cloud.root(Call::new("PUT", "/Not_A_Bucket")).await.is_error(400, "InvalidBucketName");
    assert_eq!(cloud.root(Call::new("HEAD", "/backup")).await.status, 200);
    assert_eq!(cloud.root(Call::new("HEAD", "/missing")).await.status, 404);
    assert_eq!(cloud.root(Call::new("GET", "/")).await.elements("Name"), ["backup", "images"]);
    for call in [
        Call::new("PUT", "/missing/k").body("x"),
        Call::new("GET", "/missing/k"),
        Call::new("POST", "/missing/k").query("uploads", ""),
        Call::new("GET", "/missing").query("list-type", 2),
        Call::new("GET", "/missing").query("uploads", ""),
    ] {
        cloud.root(call).await.is_error(404, "NoSuchBucket");
    }
    cloud.root(Call::new("GET", "/images").query("versions", "")).await.is_error(501, "NotImplemented");
}

#[tokio::test]
async fn copies_are_objects_of_their_own() {
    let cloud = Cloud::start().await;
    let content = bytes(4, 5000);
    cloud.root(Call::new("PUT", "/images/a").body(content.clone())).await;
    let copy = |from: &str, to: &str| Call::new("PUT", to).header("x-amz-copy-source", from);
    let reply = cloud.root(copy("/images/a", "/images/b")).await;
    assert_eq!(reply.element("ETag"), format!("\"{}\"", md5(&content)));
    cloud.root(copy("/images/none", "/images/c")).await.is_error(404, "NoSuchKey");
    // Neither deleting the source nor overwriting the copy touches the other.
    cloud.root(Call::new("DELETE", "/images/a")).await;
    assert_eq!(cloud.root(Call::new("GET", "/images/b")).await.body, content);
    cloud.root(copy("/images/b", "/images/c")).await;
    cloud.root(Call::new("PUT", "/images/b").body("new")).await;
    assert_eq!(cloud.root(Call::new("GET", "/images/c")).await.body, content);
    cloud.root(Call::new("DELETE", "/images/c")).await;
    assert_eq!(cloud.blobs().len(), 1);
}

#[tokio::test]
async fn listings_come_in_pages() {
    let cloud = Cloud::start().await;
    for key in ["a/1", "a/2", "b", "c/1", "c/2", "d"] {
        cloud.root(Call::new("PUT", &format!("/images/{key}")).body(key)).await;
    }
    let list = || Call::new("GET", "/images").query("list-type", 2);
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let mut call = list().query("max-keys", 4);
        if let Some(token) = &token {
            call = call.query("continuation-token", token);
        }
        let reply = cloud.root(call).await;
        seen.extend(reply.elements("Key"));
        if reply.element("IsTruncated") == "false" {
            break;
        }
        assert_eq!(reply.element("KeyCount"), "4");
        token = Some(reply.element("NextContinuationToken"));
    }
    assert_eq!(seen, ["a/1", "a/2", "b", "c/1", "c/2", "d"]);
    assert_eq!(cloud.root(list().query("prefix", "c/")).await.elements("Key"), ["c/1", "c/2"]);
    assert_eq!(cloud.root(list().query("start-after", "c/1")).await.elements("Key"), ["c/2", "d"]);
    let grouped = cloud.root(list().query("delimiter", "/")).await;
    assert_eq!(grouped.elements("Key"), ["b", "d"]);
    let groups: Vec<String> = grouped
        .elements("CommonPrefixes")
        .iter()
        .map(|group| group.replace("<Prefix>", "").replace("</Prefix>", ""))
        .collect();
    assert_eq!(groups, ["a/", "c/"]);
    // Page by page the groups come once each, too.
    let first = cloud.root(list().query("delimiter", "/").query("max-keys", 1)).await;
    let token = first.element("NextContinuationToken");
    let second = cloud
        .root(list().query("delimiter", "/").query("max-keys", 1).query("continuation-token", token))
        .await;
    assert_eq!((first.elements("Key").len(), second.elements("Key")), (0, vec!["b".to_owned()]));
    cloud.root(list().query("max-keys", -1)).await.is_error(400, "InvalidArgument");
}
