//! What `/_emulator/requests` tells, and what it keeps to itself.

use serde_json::{Value, json};

use crate::support::{Call, Cloud, send};

async fn requests(cloud: &Cloud, query: &str) -> Vec<Value> {
    let reply = cloud.control("GET", &format!("/_emulator/requests{query}"), "").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn requests_are_listed_without_their_secrets() {
    let cloud = Cloud::start().await;
    let issued = cloud.store.issue_credentials("images", "k", None).unwrap();
    let put = Call::new("PUT", "/images/k").body(vec![0; 300_000]).send(cloud.oss, &issued).await.unwrap();
    let headers = [
        ("x-auth-token".to_owned(), "very secret".to_owned()),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    let body = json!({ "name": "n", "nested": [{ "secretKey": "very secret", "accessKey": "very secret" }] });
    let path = "/api/image/v1/private-images?token=very-secret&size=1";
    send(cloud.ims, "POST", path, &headers, body.to_string().as_bytes()).await.unwrap();

    let all = requests(&cloud, "").await;
    assert_eq!(all.len(), 2, "the control requests are not among them");
    assert_eq!((&all[0]["service"], &all[0]["operation"]), (&json!("oss"), &json!("PutObject")));
    assert_eq!((&all[0]["method"], &all[0]["path"]), (&json!("PUT"), &json!("/images/k")));
    assert_eq!((&all[0]["status"], &all[0]["bodySize"]), (&json!(200), &json!(300_000)));
    assert_eq!(all[0]["requestId"].as_str(), put.header("x-amz-request-id"));
    assert!(all[0]["durationMs"].as_f64().unwrap() >= 0.0);
    assert_eq!(all[1]["operation"], json!("create_image"));
    assert_eq!(all[1]["query"], json!("token=***&size=1"));
    let masked = json!({ "name": "n", "nested": [{ "secretKey": "***", "accessKey": "***" }] });
    assert_eq!(all[1]["body"], masked);
    let text = serde_json::to_string(&all).unwrap();
    for secret in ["very secret", "very-secret", &issued.token, &issued.access_key, "Signature=0"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("/us-east-1/s3/aws4_request"), "{text}");

    let last = all[1]["id"].as_u64().unwrap();
    assert_eq!(requests(&cloud, "?service=ims").await.len(), 1);
    assert_eq!(requests(&cloud, &format!("?since={}", last - 1)).await.len(), 1);
    assert_eq!(requests(&cloud, &format!("?since={last}")).await.len(), 0);
    for (query, field) in [("?service=x", "service"), ("?since=x", "since"), ("?what=x", "what")] {
        let reply = cloud.control("GET", &format!("/_emulator/requests{query}"), "").await;
        assert_eq!((reply.status, &reply.json()["error"]["field"]), (400, &json!(field)));
    }
    cloud.control("DELETE", "/_emulator/requests", "").await;
    assert_eq!(requests(&cloud, "").await.len(), 0);
    send(cloud.ims, "GET", "/api", &[], b"").await.unwrap();
    assert_eq!(requests(&cloud, "").await[0]["id"], json!(last + 1));
}

#[tokio::test]
async fn only_the_last_10000_are_kept() {
    let cloud = Cloud::start().await;
    let log = ims_emulator::request_log::RequestLog::default();
    assert_eq!(log.list(None, 0).1, 0);
    // One connection for all: a new one each would run out of ports.
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(cloud.ims).await.unwrap();
    let (mut read, mut write) = stream.split();
    let request = b"GET /x HTTP/1.1\r\nhost: h\r\n\r\n";
    let count = 10_005;
    let sending = async {
        for _ in 0..count {
            write.write_all(request).await.unwrap();
        }
    };
    let reading = async {
        let (mut seen, mut buffer, mut tail) = (0, vec![0; 65536], Vec::new());
        while seen < count {
            let size = read.read(&mut buffer).await.unwrap();
            assert!(size > 0);
            tail.extend_from_slice(&buffer[..size]);
            let marker = b"HTTP/1.1 200";
            while let Some(at) = tail.windows(marker.len()).position(|window| window == marker) {
                seen += 1;
                tail.drain(..at + marker.len());
            }
        }
    };
    tokio::join!(sending, reading);
    let kept = requests(&cloud, "").await;
    assert_eq!(kept.len(), 10_000);
    assert_eq!((&kept[0]["id"], &kept[9_999]["id"]), (&json!(6), &json!(10_005)));
}
