//! Multipart uploads as they should not go: every error code of the reference, and nothing lost by it.

use crate::support::{Call, Cloud, PART, begin, bytes, complete, part};

#[tokio::test]
async fn an_unknown_upload_is_no_such_upload() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    for (path, id) in [("/images/k", "unknown"), ("/images/other", upload.as_str())] {
        for call in [
            part(path, id, 1, b"x"),
            Call::new("GET", path).query("uploadId", id),
            complete(path, id, &[(1, "00000000000000000000000000000000")]),
            Call::new("DELETE", path).query("uploadId", id),
        ] {
            cloud.root(call).await.is_error(404, "NoSuchUpload");
        }
    }
    assert_eq!(cloud.blobs().len(), 0);
}

#[tokio::test]
async fn part_numbers_end_at_10000() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    for number in [0, -1, 10_001] {
        cloud.root(part("/images/k", &upload, number, b"x")).await.is_error(400, "InvalidArgument");
    }
    assert_eq!(cloud.root(part("/images/k", &upload, 10_000, b"x")).await.status, 200);
}

#[tokio::test]
async fn a_wrong_list_completes_nothing() {
    let cloud = Cloud::start().await;
    let path = "/images/k";
    let upload = begin(&cloud, path).await;
    let one = cloud.root(part(path, &upload, 1, &bytes(20, PART))).await.etag();
    let two = cloud.root(part(path, &upload, 2, b"small")).await.etag();
    let three = cloud.root(part(path, &upload, 3, b"end")).await.etag();
    let refused = |parts: &[(i32, &str)]| cloud.root(complete(path, &upload, parts));
    refused(&[(1, &two)]).await.is_error(400, "InvalidPart");
    refused(&[(1, &one), (4, &three)]).await.is_error(400, "InvalidPart");
    refused(&[(3, &three), (1, &one)]).await.is_error(400, "InvalidPartOrder");
    refused(&[(1, &one), (1, &one)]).await.is_error(400, "InvalidPartOrder");
    refused(&[(1, &one), (2, &two), (3, &three)]).await.is_error(400, "EntityTooSmall");
    refused(&[]).await.is_error(400, "MalformedXML");
    let xml = |body: &str| cloud.root(Call::new("POST", path).query("uploadId", &upload).body(body));
    for body in [
        "this is not XML",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><PartNumber>one</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><PartNumber>1",
    ] {
        xml(body).await.is_error(400, "MalformedXML");
    }
    let large = format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", " ".repeat(4 << 20));
    xml(&large).await.is_error(400, "MaxMessageLengthExceeded");
    // After all that it is as whole as before.
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    assert_eq!(refused(&[(1, &one), (3, &three)]).await.status, 200);
    assert_eq!(cloud.store.head("images", "k").unwrap().unwrap().size, PART as u64 + 3);
}

#[tokio::test]
async fn a_document_with_another_hash_than_signed_is_refused() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let etag = cloud.root(part("/images/k", &upload, 1, b"x")).await.etag();
    let mut call = complete("/images/k", &upload, &[(1, &etag)]);
    call.payload = Some("0".repeat(64));
    cloud.root(call).await.is_error(400, "XAmzContentSHA256Mismatch");
    assert!(cloud.store.head("images", "k").unwrap().is_none());
}

#[tokio::test]
async fn a_part_with_a_wrong_digest_is_not_kept() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let call = part("/images/k", &upload, 1, b"x").header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==");
    cloud.root(call).await.is_error(400, "BadDigest");
    let listed = cloud.root(Call::new("GET", "/images/k").query("uploadId", &upload)).await;
    assert_eq!((listed.elements("PartNumber").len(), cloud.blobs().len()), (0, 0));
    let size = ((5_u64 << 30) + 1).to_string();
    let call = part("/images/k", &upload, 1, b"").header("content-length", &size).unsigned_payload();
    cloud.root(call.header("expect", "100-continue")).await.is_error(400, "EntityTooLarge");
}
