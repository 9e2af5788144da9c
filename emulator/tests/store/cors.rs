//! What pages of other origins may do and read.

use ims_emulator::store::StoreOptions;
use serde_json::json;

use crate::support::{Call, Cloud, Reply, send};

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn exposed(reply: &Reply) -> Vec<String> {
    let list = reply.header("access-control-expose-headers").unwrap_or_default();
    list.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn preflights_allow_what_is_asked() {
    let cloud = Cloud::start().await;
    let asked = "authorization,x-amz-content-sha256,x-amz-date,x-amz-security-token";
    let headers = [
        header("origin", "http://console.example"),
        header("access-control-request-method", "PUT"),
        header("access-control-request-headers", asked),
        header("access-control-request-private-network", "true"),
    ];
    for (address, origin) in [(cloud.oss, "*"), (cloud.ims, "http://console.example")] {
        let reply = send(address, "OPTIONS", "/images/k", &headers, b"").await.unwrap();
        assert_eq!(reply.status, 204);
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
        assert_eq!(reply.header("access-control-allow-headers"), Some(asked));
        assert!(reply.header("access-control-allow-methods").unwrap().contains("PUT"));
        assert_eq!(reply.header("access-control-allow-private-network"), Some("true"));
        assert!(reply.header("access-control-max-age").unwrap().parse::<u32>().unwrap() > 0);
    }
    let reply = send(cloud.oss, "OPTIONS", "/images/k", &headers[..2], b"").await.unwrap();
    assert_eq!(reply.header("access-control-allow-private-network"), None);
}

#[tokio::test]
async fn answers_and_errors_can_be_read() {
    let cloud = Cloud::start().await;
    let put = Call::new("PUT", "/images/k").header("origin", "http://console.example").body("x");
    let stored = cloud.root(put.clone()).await;
    let refused = send(cloud.oss, "GET", "/images/k", &[header("origin", "null")], b"").await.unwrap();
    refused.is_error(403, "AccessDenied");
    for reply in [&stored, &refused] {
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        assert_eq!(exposed(reply), ["etag", "x-amz-request-id", "date"]);
    }
    let reply = cloud.root(Call::new("GET", "/images/k")).await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_etag_can_be_hidden_from_pages() {
    let cloud = Cloud::with(StoreOptions { hide_etag: true, ..StoreOptions::default() }).await;
    let put = Call::new("PUT", "/images/k").header("origin", "http://console.example").body("x");
    let reply = cloud.root(put).await;
    assert_eq!(exposed(&reply), ["x-amz-request-id", "date"]);
    assert!(!reply.etag().is_empty());
}

#[tokio::test]
async fn the_image_service_echoes_the_origin() {
    let cloud = Cloud::start().await;
    let origin = [header("origin", "https://console.example:8443")];
    cloud.fault(json!({ "service": "ims", "path": "/broken", "status": 500, "times": 0 })).await;
    for (path, status) in [("/api", 200), ("/broken", 500), ("/_emulator/faults", 200)] {
        let reply = send(cloud.ims, "GET", path, &origin, b"").await.unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://console.example:8443"));
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
        assert!(reply.header("vary").unwrap().contains("Origin"));
        for name in [
            "x-request-id",
            "content-length",
            "content-range",
            "accept-ranges",
            "etag",
            "date",
            "retry-after",
        ] {
            assert!(exposed(&reply).contains(&name.to_owned()), "{name}");
        }
    }
}
