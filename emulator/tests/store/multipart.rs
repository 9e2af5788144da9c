//! Multipart uploads as they should go: parts, pages of parts, completion, restarts in between.

use crate::support::{Call, Cloud, PART, begin, bytes, complete, hex, md5, part};
use md5::{Digest, Md5};

#[tokio::test]
async fn parts_become_the_object() {
    let cloud = Cloud::start().await;
    let path = "/images/disk.raw";
    let parts = [bytes(10, PART), bytes(11, PART + 1), bytes(12, 1000)];
    let begun = Call::new("POST", path).query("uploads", "").header("content-type", "application/x-raw");
    let upload = cloud.root(begun).await.element("UploadId");
    // In any order, and numbers may be missing.
    let numbers = [2, 7, 10_000];
    for index in [2, 0, 1] {
        let reply = cloud.root(part(path, &upload, numbers[index], &parts[index])).await;
        assert_eq!((reply.status, reply.etag()), (200, md5(&parts[index])));
    }
    assert!(cloud.store.head("images", "disk.raw").unwrap().is_none());
    let etags = parts.each_ref().map(|part| md5(part));
    let listed: Vec<(i32, &str)> = numbers.into_iter().zip(etags.iter().map(String::as_str)).collect();
    let reply = cloud.root(complete(path, &upload, &listed)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut digests = Md5::new();
    for part in &parts {
        digests.update(Md5::digest(part));
    }
    let etag = format!("{}-3", hex(&digests.finalize()));
    assert_eq!(reply.element("ETag"), format!("\"{etag}\""));
    assert_eq!((reply.element("Bucket"), reply.element("Key")), ("images".to_owned(), "disk.raw".to_owned()));

    let reply = cloud.root(Call::new("GET", path)).await;
    assert_eq!((reply.etag(), reply.header("content-type")), (etag, Some("application/x-raw")));
    assert!(reply.body == parts.concat());
    // Across the border of two parts.
    let reply = cloud.root(Call::new("GET", path).header("range", "bytes=5242878-5242883")).await;
    assert_eq!(reply.body, parts.concat()[5_242_878..5_242_884]);
    // As the reference says: completed, it does not exist any more.
    cloud.root(complete(path, &upload, &listed)).await.is_error(404, "NoSuchUpload");
    assert_eq!(cloud.blobs().len(), 3);
}

#[tokio::test]
async fn a_part_sent_again_replaces_the_first() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let old = cloud.root(part("/images/k", &upload, 1, b"old")).await.etag();
    let new = cloud.root(part("/images/k", &upload, 1, b"new!")).await.etag();
    assert_eq!(cloud.blobs().len(), 1);
    cloud.root(complete("/images/k", &upload, &[(1, &old)])).await.is_error(400, "InvalidPart");
    assert_eq!(cloud.root(complete("/images/k", &upload, &[(1, &new)])).await.status, 200);
    assert_eq!(cloud.root(Call::new("GET", "/images/k")).await.text(), "new!");
}

#[tokio::test]
async fn parts_not_listed_are_thrown_away() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let first = cloud.root(part("/images/k", &upload, 1, b"first")).await.etag();
    cloud.root(part("/images/k", &upload, 2, b"second")).await;
    assert_eq!(cloud.root(complete("/images/k", &upload, &[(1, &first)])).await.status, 200);
    assert_eq!(cloud.root(Call::new("GET", "/images/k")).await.text(), "first");
    assert_eq!(cloud.blobs().len(), 1);
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    for number in [9, 2, 5, 3, 30] {
        cloud.root(part("/images/k", &upload, number, &vec![b'x'; number as usize])).await;
    }
    let list = || Call::new("GET", "/images/k").query("uploadId", &upload);
    let page = |reply: &crate::support::Reply| {
        (reply.elements("PartNumber"), reply.element("IsTruncated"), reply.element("NextPartNumberMarker"))
    };
    let text = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let reply = cloud.root(list().query("max-parts", 2)).await;
    assert_eq!(page(&reply), (text(&["2", "3"]), "true".to_owned(), "3".to_owned()));
    assert_eq!(
        (reply.element("MaxParts"), reply.element("PartNumberMarker")),
        ("2".to_owned(), "0".to_owned())
    );
    assert_eq!(reply.elements("Size"), ["2", "3"]);
    let etags = reply.elements("ETag");
    assert!(etags[0].contains(&md5(b"xx")) && etags[1].contains(&md5(b"xxx")), "{etags:?}");
    assert_eq!(reply.elements("LastModified").len(), 2);
    assert_eq!(reply.element("UploadId"), upload);
    let reply = cloud.root(list().query("max-parts", 2).query("part-number-marker", 3)).await;
    assert_eq!(page(&reply), (text(&["5", "9"]), "true".to_owned(), "9".to_owned()));
    let reply = cloud.root(list().query("max-parts", 2).query("part-number-marker", 9)).await;
    assert_eq!(page(&reply), (text(&["30"]), "false".to_owned(), "30".to_owned()));
    let reply = cloud.root(list().query("part-number-marker", 30)).await;
    assert_eq!((reply.elements("PartNumber"), reply.element("IsTruncated")), (text(&[]), "false".to_owned()));
    let reply = cloud.root(list()).await;
    assert_eq!((reply.elements("PartNumber").len(), reply.element("MaxParts")), (5, "1000".to_owned()));
    cloud.root(list().query("max-parts", -1)).await.is_error(400, "InvalidArgument");
    cloud.root(list().query("part-number-marker", -1)).await.is_error(400, "InvalidArgument");
}

#[tokio::test]
async fn a_page_has_no_more_than_1000_parts() {
    let cloud = Cloud::with(ims_emulator::store::StoreOptions { sink: true, ..Default::default() }).await;
    let upload = begin(&cloud, "/images/k").await;
    for number in 1..=1001 {
        cloud.root(part("/images/k", &upload, number, b"")).await;
    }
    let reply =
        cloud.root(Call::new("GET", "/images/k").query("uploadId", &upload).query("max-parts", 5000)).await;
    assert_eq!((reply.elements("PartNumber").len(), reply.element("IsTruncated")), (1000, "true".to_owned()));
}

#[tokio::test]
async fn an_upload_survives_a_restart_and_new_credentials() {
    let cloud = Cloud::start().await;
    let path = "/images/k";
    let first = cloud.store.issue_credentials("images", "k", None).unwrap();
    let begun = Call::new("POST", path).query("uploads", "").send(cloud.oss, &first).await.unwrap();
    let upload = begun.element("UploadId");
    let body = bytes(13, PART);
    let one = part(path, &upload, 1, &body).send(cloud.oss, &first).await.unwrap().etag();

    let cloud = cloud.restart().await;
    let second = cloud.store.issue_credentials("images", "k", None).unwrap();
    assert_ne!((&first.access_key, &first.token), (&second.access_key, &second.token));
    // The old ones survived, the new ones are good for the old upload.
    let two = part(path, &upload, 2, b"end").send(cloud.oss, &first).await.unwrap().etag();
    let listed = Call::new("GET", path).query("uploadId", &upload).send(cloud.oss, &second).await.unwrap();
    assert_eq!(listed.elements("PartNumber"), ["1", "2"]);
    cloud.store.revoke_credentials("images", "k").unwrap();
    let third = cloud.store.issue_credentials("images", "k", None).unwrap();
    let done = complete(path, &upload, &[(1, &one), (2, &two)]);
    done.send(cloud.oss, &first).await.unwrap().is_error(403, "InvalidAccessKeyId");
    assert_eq!(done.send(cloud.oss, &third).await.unwrap().status, 200);

    let cloud = cloud.restart().await;
    let info = cloud.store.head("images", "k").unwrap().unwrap();
    assert_eq!(info.size, PART as u64 + 3);
    let reply = Call::new("GET", path).send(cloud.oss, &third).await.unwrap();
    assert!(reply.body == [&body[..], b"end"].concat());
}

#[tokio::test]
async fn pending_uploads_are_listed() {
    let cloud = Cloud::start().await;
    let mut begun = Vec::new();
    for key in ["b", "a", "a", "c/x"] {
        begun.push((key.to_owned(), begin(&cloud, &format!("/images/{key}")).await));
    }
    begun.sort();
    let list = || Call::new("GET", "/images").query("uploads", "");
    let mut seen = Vec::new();
    let mut markers = (String::new(), String::new());
    loop {
        let call = list().query("max-uploads", 1);
        let call = if seen.is_empty() {
            call
        } else {
            call.query("key-marker", &markers.0).query("upload-id-marker", &markers.1)
        };
        let reply = cloud.root(call).await;
        let ids = reply.elements("UploadId");
        seen.extend(reply.elements("Key").into_iter().zip(ids));
        if reply.element("IsTruncated") == "false" {
            break;
        }
        markers = (reply.element("NextKeyMarker"), reply.element("NextUploadIdMarker"));
    }
    assert_eq!(seen, begun);
    assert_eq!(cloud.root(list().query("prefix", "c/")).await.elements("Key"), ["c/x"]);
    assert_eq!(cloud.store.delete_uploads("images", "a").unwrap(), 2);
    assert_eq!(cloud.root(list()).await.elements("Key"), ["b", "c/x"]);
}

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_parts() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    cloud.root(part("/images/k", &upload, 1, b"bytes")).await;
    assert_eq!(cloud.blobs().len(), 1);
    let abort = || Call::new("DELETE", "/images/k").query("uploadId", &upload);
    assert_eq!(cloud.root(abort()).await.status, 204);
    assert_eq!(cloud.blobs().len(), 0);
    cloud.root(abort()).await.is_error(404, "NoSuchUpload");
}
