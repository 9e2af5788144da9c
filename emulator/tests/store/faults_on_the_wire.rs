//! Faults that show below HTTP: resets, cut and stalled bodies, flipped bits, missing headers.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Call, Cloud, bytes, send};

#[tokio::test]
async fn a_reset_before_is_a_reset_and_nothing_is_done() {
    let cloud = Cloud::start().await;
    cloud.fault(json!({ "operation": "PutObject", "reset": "before" })).await;
    let put = Call::new("PUT", "/images/k").body("x");
    let error = put.send(cloud.oss, &cloud.root).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    assert_eq!(cloud.root(put).await.status, 200);
    let requests = cloud.control("GET", "/_emulator/requests", "").await.json();
    assert_eq!(
        (&requests["requests"][0]["status"], &requests["requests"][0]["faults"]),
        (&json!(null), &json!([1]))
    );
}

#[tokio::test]
async fn a_reset_after_loses_only_the_answer() {
    let cloud = Cloud::start().await;
    cloud.fault(json!({ "operation": "PutObject", "reset": "after" })).await;
    let error = Call::new("PUT", "/images/k")
        .body(bytes(40, 500_000))
        .send(cloud.oss, &cloud.root)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(cloud.store.head("images", "k").unwrap().unwrap().size, 500_000);
    // The image service alike.
    cloud.fault(json!({ "service": "ims", "reset": "after" })).await;
    let error = send(cloud.ims, "POST", "/api", &[], b"{}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_request_stores_nothing() {
    let cloud = Cloud::start().await;
    cloud.fault(json!({ "operation": "PutObject", "reset": "before", "afterBytes": 1_000_000 })).await;
    let put = Call::new("PUT", "/images/k").body(bytes(41, 3_000_000));
    let error = put.send(cloud.oss, &cloud.root).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    assert_eq!(cloud.blobs().len(), 0);
    assert_eq!(cloud.root(put).await.status, 200);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_an_answer_is_a_reset() {
    let cloud = Cloud::start().await;
    cloud.root(Call::new("PUT", "/images/k").body(bytes(42, 3_000_000))).await;
    cloud.fault(json!({ "operation": "GetObject", "reset": "after", "afterBytes": 1_000_000 })).await;
    let error = Call::new("GET", "/images/k").send(cloud.oss, &cloud.root).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_body_is_cut_where_the_rule_says() {
    let cloud = Cloud::start().await;
    let content = bytes(43, 1_000_000);
    cloud.root(Call::new("PUT", "/images/k").body(content.clone())).await;
    for bytes in [0, 1, 700, 262_144, 900_000] {
        cloud.fault(json!({ "operation": "GetObject", "truncate": bytes })).await;
        let reply = cloud.root(Call::new("GET", "/images/k")).await;
        assert_eq!((reply.status, reply.header("content-length")), (200, Some("1000000")));
        assert!(reply.is_cut && reply.body == content[..bytes], "{} of {bytes}", reply.body.len());
    }
    cloud.fault(json!({ "operation": "GetObject", "truncate": 1_000_000 })).await;
    let reply = cloud.root(Call::new("GET", "/images/k")).await;
    assert!(!reply.is_cut && reply.body == content);
    // A JSON answer, too.
    cloud.fault(json!({ "service": "ims", "truncate": 5 })).await;
    let reply = send(cloud.ims, "GET", "/api", &[], b"").await.unwrap();
    assert!(reply.is_cut && reply.body.len() == 5, "{}", reply.text());
}

#[tokio::test]
async fn a_bit_is_flipped_on_the_way_out() {
    let cloud = Cloud::start().await;
    let content = bytes(44, 1_000_000);
    cloud.root(Call::new("PUT", "/images/k").body(content.clone())).await;
    for offset in [0, 262_143, 262_144, 999_999] {
        cloud.fault(json!({ "operation": "GetObject", "flipResponseBit": offset })).await;
        let mut expected = content.clone();
        expected[offset] ^= 1;
        assert!(cloud.root(Call::new("GET", "/images/k")).await.body == expected, "{offset}");
    }
    assert!(cloud.root(Call::new("GET", "/images/k")).await.body == content, "what is stored is whole");
}

#[tokio::test]
async fn headers_are_dropped() {
    let cloud = Cloud::start().await;
    let put = Call::new("PUT", "/images/k").header("origin", "http://a").body("x");
    cloud.fault(json!({ "dropHeader": "ETag" })).await;
    let reply = cloud.root(put.clone()).await;
    assert_eq!((reply.status, reply.header("etag")), (200, None));
    cloud.fault(json!({ "dropHeader": ["access-control-allow-origin", "x-amz-request-id"] })).await;
    let reply = cloud.root(put.clone()).await;
    assert_eq!((reply.header("access-control-allow-origin"), reply.header("x-amz-request-id")), (None, None));
    assert!(!reply.etag().is_empty());
    assert_eq!(cloud.root(put).await.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn bodies_stall_and_go_on() {
    let cloud = Cloud::start().await;
    let content = bytes(45, 600_000);
    let put = || Call::new("PUT", "/images/k").body(content.clone());
    let stall = Duration::from_millis(150);
    cloud
        .fault(json!({ "operation": "PutObject", "stallMs": 150, "afterBytes": 1000, "stallIn": "request" }))
        .await;
    let started = Instant::now();
    assert_eq!(cloud.root(put()).await.status, 200);
    assert!(started.elapsed() >= stall);
    cloud.fault(json!({ "operation": "GetObject", "stallMs": 150, "afterBytes": 300_000 })).await;
    let started = Instant::now();
    let reply = cloud.root(Call::new("GET", "/images/k")).await;
    assert!(started.elapsed() >= stall && reply.body == content && !reply.is_cut);
}

#[tokio::test]
async fn a_stalled_answer_has_shown_its_beginning() {
    let cloud = Cloud::start().await;
    cloud.fault(json!({ "service": "ims", "stallMs": 600_000, "afterBytes": 3 })).await;
    let mut stream = tokio::net::TcpStream::connect(cloud.ims).await.unwrap();
    stream.write_all(b"GET /x HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
    let mut seen = String::new();
    while !seen.ends_with("\r\n\r\n{\"p") {
        let mut buffer = [0; 1024];
        let size = stream.read(&mut buffer).await.unwrap();
        assert!(size > 0, "{seen}");
        seen.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
    }
}

#[tokio::test]
async fn an_early_refusal_reaches_a_client_that_is_still_sending() {
    let cloud = Cloud::start().await;
    let keys = ims_emulator::store::Credentials { access_key: "EMULNOBODY".to_owned(), ..cloud.root.clone() };
    let body = bytes(46, 30_000_000);
    let put = Call::new("PUT", "/images/k").unsigned_payload().header("content-length", "30000000");
    let mut head = "PUT /images/k HTTP/1.1\r\nconnection: close\r\n".to_owned();
    for (name, value) in put.sign(cloud.oss, &keys) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = tokio::net::TcpStream::connect(cloud.oss).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    // More than the sockets' buffers hold: unread, it would end in a reset here, and many clients then give up
    // without a look at the answer.
    stream.write_all(&body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("InvalidAccessKeyId"), "{answer}");
}
