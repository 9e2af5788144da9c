//! Downloads: whole files, ranges, and what cannot be downloaded.

use reqwest::Method;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn downloads_come_whole_and_in_ranges() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let file = bytes(1_000_000);
    let image_id = client.upload(json!({ "name": "镜像 1" }), &file).await;
    let path = format!("private-images/{image_id}/file");
    let whole = client.raw(&path).await;
    let header =
        |response: &reqwest::Response, name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(&whole, "content-length"), "1000000");
    assert_eq!(header(&whole, "accept-ranges"), "bytes");
    let etag = header(&whole, "etag");
    assert_eq!(etag, format!("\"{}\"", md5_of(&file)));
    let disposition = header(&whole, "content-disposition");
    assert!(disposition.contains("filename*=UTF-8''%E9%95%9C%E5%83%8F%201.raw"), "{disposition}");
    assert_eq!(whole.bytes().await.unwrap(), file);

    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=262143-524289", 262_143, 524_289),
        ("bytes=999990-", 999_990, 999_999),
        ("bytes=-7", 999_993, 999_999),
    ] {
        let part = client.request(Method::GET, &path).header("range", range).send().await.unwrap();
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(header(&part, "content-range"), format!("bytes {first}-{last}/1000000"));
        assert_eq!(header(&part, "content-length"), (last - first + 1).to_string());
        assert_eq!(part.bytes().await.unwrap(), file[first..=last]);
    }
    let beyond = client.request(Method::GET, &path).header("range", "bytes=1000000-").send().await.unwrap();
    assert_eq!(
        (beyond.status().as_u16(), header(&beyond, "content-range").as_str()),
        (416, "bytes */1000000")
    );
    let same = client.request(Method::GET, &path).header("range", "bytes=1-2").header("if-range", &etag);
    assert_eq!(same.send().await.unwrap().status(), 206);
    let other = client.request(Method::GET, &path).header("range", "bytes=1-2").header("if-range", "\"x\"");
    assert_eq!(other.send().await.unwrap().status(), 200);
    let head = client.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length").as_str()), (200, "1000000"));

    let public = client.upload(json!({ "visibility": "public" }), &file).await;
    let answer = emulator.partner().get(&format!("private-images/{public}/file")).await;
    answer.error("IMG.OperationFailed.DownloadNotAllowed");
}

#[tokio::test]
async fn a_sink_store_takes_uploads_but_gives_nothing_back() {
    let emulator = Emulator::start(&["--oss-sink"]);
    let client = emulator.client();
    let image_id = client.upload(json!({}), &bytes(1000)).await;
    let image = client.find(&image_id).await.unwrap();
    assert_eq!((&image["checksum"], &image["size"]), (&json!(md5_of(&bytes(1000))), &json!(1000)));
    let answer = client.get(&format!("private-images/{image_id}/file")).await;
    assert!(answer.error("IMG.Internal.Error").contains("sink"));
}
