//! Fault rules: what is refused, what matches, how often they fire, and what they do to store and credentials.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Call, Cloud, PART, begin, bytes, complete, md5, part, send};

#[tokio::test]
async fn unsound_rules_are_refused_by_field() {
    let cloud = Cloud::start().await;
    for (rule, field) in [
        (json!({ "statsu": 503 }), "statsu"),
        (json!({ "status": "503" }), "status"),
        (json!({ "status": 99 }), "status"),
        (json!({ "status": 503, "times": -1 }), "times"),
        (json!({ "status": 503, "times": "often" }), "times"),
        (json!({ "status": 503, "skip": 1.5 }), "skip"),
        (json!({ "status": 503, "service": "s3" }), "service"),
        (json!({ "status": 503, "method": 1 }), "method"),
        (json!({ "status": 503, "path": 7 }), "path"),
        (json!({ "status": 503, "path": { "regex": "(" } }), "path.regex"),
        (json!({ "status": 503, "path": { "glob": "*" } }), "path"),
        (json!({ "status": 503, "path": { "regex": "x", "flags": "i" } }), "path.flags"),
        (json!({ "status": 503, "headers": { "a b": "x" } }), "headers"),
        (json!({ "status": 503, "headers": ["x"] }), "headers"),
        (json!({ "delayMs": "1s" }), "delayMs"),
        (json!({ "reset": "middle" }), "reset"),
        (json!({ "reset": "after", "stallIn": "request" }), "stallIn"),
        (json!({ "truncate": true }), "truncate"),
        (json!({ "flipBit": "yes" }), "flipBit"),
        (json!({ "flipBit": { "offset": -1 } }), "flipBit.offset"),
        (json!({ "flipBit": { "etag": "none" } }), "flipBit.etag"),
        (json!({ "flipResponseBit": -1 }), "flipResponseBit"),
        (json!({ "dropHeader": 1 }), "dropHeader"),
        (json!({ "clockSkewMs": "1" }), "clockSkewMs"),
        (json!({ "clockSkewMs": i64::MAX }), "clockSkewMs"),
        (json!({ "clockSkewMs": i64::MIN }), "clockSkewMs"),
        (json!({ "expireCredentials": 1 }), "expireCredentials"),
        (json!({ "errorIn200": "yes" }), "errorIn200"),
        (json!({ "stallMs": 1, "afterBytes": "x" }), "afterBytes"),
        (json!({ "code": "SlowDown" }), "status"),
        (json!({ "status": 503, "reset": "after" }), "the rule"),
        (json!({ "service": "oss" }), "the rule"),
        (json!({}), "the rule"),
        (json!("rule"), "the rule"),
        (json!([{ "status": 503 }, { "x": 1 , "status": 503 }]), "[1].x"),
    ] {
        let reply = cloud.control("POST", "/_emulator/faults", &rule.to_string()).await;
        let error = &reply.json()["error"];
        assert_eq!((reply.status, &error["field"]), (400, &json!(field)), "{rule}: {}", reply.text());
        assert!(
            error["message"].as_str().unwrap().contains(field) && !error["rule"].as_str().unwrap().is_empty()
        );
    }
    assert_eq!(cloud.control("POST", "/_emulator/faults", "{").await.status, 400);
    let long = cloud.control("POST", "/_emulator/faults", &" ".repeat(3 << 20)).await;
    assert_eq!((long.status, &long.json()["error"]["field"]), (413, &json!("the body")));
    assert_eq!(cloud.fired().await, [] as [u64; 0], "a list with one bad rule adds none");
}

#[tokio::test]
async fn rules_fire_when_and_as_often_as_they_say() {
    let cloud = Cloud::start().await;
    cloud
        .fault(json!({ "service": "oss", "operation": "HeadBucket", "status": 503, "skip": 1, "times": 2 }))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(cloud.root(Call::new("HEAD", "/images")).await.status);
    }
    assert_eq!(statuses, [200, 503, 503, 200, 200]);
    let reply = cloud.control("GET", "/_emulator/faults", "").await.json();
    assert_eq!((&reply["rules"][0]["fired"], &reply["rules"][0]["matched"]), (&json!(2), &json!(5)));
    assert_eq!(reply["rules"][0]["rule"]["operation"], json!("HeadBucket"));
    let id = reply["rules"][0]["id"].as_u64().unwrap();
    assert_eq!(cloud.control("DELETE", &format!("/_emulator/faults/{id}"), "").await.status, 200);
    assert_eq!(cloud.control("DELETE", &format!("/_emulator/faults/{id}"), "").await.status, 404);

    for times in [json!(0), json!("always")] {
        cloud.fault(json!({ "path": "/images", "method": "head", "status": 500, "times": times })).await;
        for _ in 0..4 {
            assert_eq!(cloud.root(Call::new("HEAD", "/images")).await.status, 500);
        }
        cloud.control("DELETE", "/_emulator/faults", "").await;
        assert_eq!(cloud.root(Call::new("HEAD", "/images")).await.status, 200);
    }
}

#[tokio::test]
async fn rules_match_on_all_they_name() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let rules = [
        (json!({ "service": "ims" }), false),
        (json!({ "service": "oss" }), true),
        (json!({ "method": "POST" }), false),
        (json!({ "method": "PUT" }), true),
        (json!({ "path": "ages/k" }), true),
        (json!({ "path": "/other" }), false),
        (json!({ "path": { "regex": "^/images/[a-z]$" } }), true),
        (json!({ "path": { "regex": "^/images/[0-9]$" } }), false),
        (json!({ "query": "partNumber=3" }), true),
        (json!({ "query": "partNumber=4" }), false),
        (json!({ "operation": "UploadPart" }), true),
        (json!({ "operation": "PutObject" }), false),
        (json!({ "operation": "UploadPart", "query": "partNumber=4" }), false),
    ];
    for (rule, fires) in rules {
        let mut rule = rule;
        rule["status"] = json!(418);
        cloud.fault(rule.clone()).await;
        let status = cloud.root(part("/images/k", &upload, 3, b"x")).await.status;
        assert_eq!(status, if fires { 418 } else { 200 }, "{rule}");
        cloud.control("DELETE", "/_emulator/faults", "").await;
    }
    // A preflight is nobody's request, unless a rule says so.
    let headers = [
        ("origin".to_owned(), "http://a".to_owned()),
        ("access-control-request-method".to_owned(), "PUT".to_owned()),
    ];
    cloud.fault(json!({ "status": 500, "times": 0 })).await;
    assert_eq!(send(cloud.oss, "OPTIONS", "/images/k", &headers, b"").await.unwrap().status, 204);
    cloud.control("DELETE", "/_emulator/faults", "").await;
    cloud.fault(json!({ "method": "OPTIONS", "status": 403 })).await;
    assert_eq!(send(cloud.oss, "OPTIONS", "/images/k", &headers, b"").await.unwrap().status, 403);
}

#[tokio::test]
async fn one_rule_spoils_and_the_next_waits() {
    let cloud = Cloud::start().await;
    cloud
        .fault(json!([{ "path": "/a", "status": 503 }, { "path": "/a", "status": 502 },
        { "path": "/a", "headers": { "x-note": "added" }, "times": 0 }]))
        .await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let reply = send(cloud.ims, "GET", "/a", &[], b"").await.unwrap();
        assert_eq!(reply.header("x-note"), Some("added"));
        seen.push(reply.status);
    }
    assert_eq!((seen, cloud.fired().await), (vec![503, 502, 200], vec![1, 1, 3]));
}

#[tokio::test]
async fn answers_are_in_the_form_of_the_service() {
    let cloud = Cloud::start().await;
    let get = || Call::new("GET", "/images/k");
    cloud.fault(json!({ "status": 503, "headers": { "retry-after": "2" } })).await;
    let reply = cloud.root(get()).await;
    reply.is_error(503, "SlowDown");
    assert_eq!(reply.header("retry-after"), Some("2"));
    cloud.fault(json!({ "status": 400, "code": "Strange<Code>", "message": "because & so" })).await;
    let reply = cloud.root(get()).await;
    assert_eq!((reply.status, reply.element("Code")), (400, "Strange&lt;Code&gt;".to_owned()));
    cloud.fault(json!({ "status": 400, "code": "IMG.DBGet.NoData" })).await;
    let reply = send(cloud.ims, "GET", "/api/image/v1/images/x", &[], b"").await.unwrap();
    let envelope = reply.json();
    assert_eq!(
        (reply.status, &envelope["code"], &envelope["data"]),
        (400, &json!("IMG.DBGet.NoData"), &Value::Null)
    );
    assert_eq!(envelope["requestId"].as_str(), reply.header("x-request-id"));
    cloud.fault(json!({ "body": "<html>Proxy says hello</html>" })).await;
    let reply = cloud.root(get()).await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "<html>Proxy says hello</html>"));
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    cloud.fault(json!({ "body": { "code": "Success" }, "status": 201 })).await;
    let reply = cloud.root(get()).await;
    assert_eq!((reply.status, reply.json()), (201, json!({ "code": "Success" })));
}

#[tokio::test]
async fn an_answer_may_hide_what_was_done() {
    let cloud = Cloud::start().await;
    let put = || Call::new("PUT", "/images/k").body(bytes(30, 2_000_000));
    cloud.fault(json!({ "operation": "PutObject", "status": 500 })).await;
    cloud.root(put()).await.is_error(500, "InternalError");
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    cloud.fault(json!({ "operation": "PutObject", "status": 500, "handled": true })).await;
    cloud.root(put()).await.is_error(500, "InternalError");
    assert!(cloud.store.head("images", "k").unwrap().is_some());
}

#[tokio::test]
async fn delays_delay() {
    let cloud = Cloud::start().await;
    cloud.fault(json!({ "delayMs": 150 })).await;
    cloud.fault(json!({ "delayMs": 50, "status": 503 })).await;
    let started = Instant::now();
    assert_eq!(cloud.root(Call::new("HEAD", "/images")).await.status, 503);
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_flipped_bit_is_stored() {
    let cloud = Cloud::start().await;
    let content = bytes(31, 2_000_000);
    let mut damaged = content.clone();
    damaged[1_500_000] ^= 1;
    let digest = {
        use base64::Engine;
        use md5::Digest;
        base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(&content))
    };
    cloud.fault(json!({ "operation": "PutObject", "flipBit": 1_500_000 })).await;
    let put = || Call::new("PUT", "/images/k").header("content-md5", &digest).body(content.clone());
    let reply = cloud.root(put()).await;
    assert_eq!((reply.status, reply.etag()), (200, md5(&damaged)), "all is well, says the store");
    assert!(cloud.root(Call::new("GET", "/images/k")).await.body == damaged);

    let upload = begin(&cloud, "/images/m").await;
    let rule = json!({ "operation": "UploadPart", "flipBit": { "offset": 1_500_000, "etag": "sent" } });
    cloud.fault(rule).await;
    let etag = cloud.root(part("/images/m", &upload, 1, &content)).await.etag();
    assert_eq!(etag, md5(&content), "and this store does not even know");
    cloud.root(complete("/images/m", &upload, &[(1, &etag)])).await;
    assert!(cloud.root(Call::new("GET", "/images/m")).await.body == damaged);
    assert_eq!(cloud.fired().await, [1, 1]);
}

#[tokio::test]
async fn the_clock_is_off_until_cleared() {
    let cloud = Cloud::start().await;
    let head = || Call::new("HEAD", "/images");
    cloud.fault(json!({ "service": "oss", "clockSkewMs": -3_600_000 })).await;
    let get = || Call::new("GET", "/images/k");
    for _ in 0..2 {
        cloud.root(get()).await.is_error(403, "RequestTimeTooSkewed");
    }
    let reply = cloud.root(get()).await;
    let date = httpdate::parse_http_date(reply.header("date").unwrap()).unwrap();
    let mut set_right = head();
    set_right.date = date.into();
    assert_eq!(cloud.root(set_right).await.status, 200);
    assert_eq!(cloud.control("GET", "/_emulator/faults", "").await.json()["clockSkewMs"], json!(-3_600_000));
    cloud.control("DELETE", "/_emulator/faults", "").await;
    assert_eq!(cloud.root(head()).await.status, 200);
}

#[tokio::test]
async fn credentials_expire_or_vanish_on_request() {
    let cloud = Cloud::start().await;
    let issue = || cloud.store.issue_credentials("images", "k", None).unwrap();
    let send = |keys: ims_emulator::store::Credentials| async move {
        Call::new("GET", "/images/k").send(cloud.oss, &keys).await.unwrap()
    };
    let keys = issue();
    send(keys.clone()).await.is_error(404, "NoSuchKey");
    cloud.fault(json!({ "service": "oss", "expireCredentials": true })).await;
    send(keys.clone()).await.is_error(400, "ExpiredToken");
    send(issue()).await.is_error(404, "NoSuchKey");
    cloud.fault(json!({ "service": "oss", "revokeCredentials": true })).await;
    send(keys).await.is_error(403, "InvalidAccessKeyId");
    send(issue()).await.is_error(404, "NoSuchKey");
    assert_eq!(cloud.root(Call::new("HEAD", "/images")).await.status, 200);
}

#[tokio::test]
async fn completing_may_fail_with_200() {
    let cloud = Cloud::start().await;
    let upload = begin(&cloud, "/images/k").await;
    let etag = cloud.root(part("/images/k", &upload, 1, &vec![1; PART])).await.etag();
    cloud.fault(json!({ "operation": "CompleteMultipartUpload", "errorIn200": true })).await;
    let done = || complete("/images/k", &upload, &[(1, &etag)]);
    cloud.root(done()).await.is_error(200, "InternalError");
    assert!(cloud.store.head("images", "k").unwrap().is_none());
    assert_eq!(cloud.root(done()).await.element("Key"), "k");
}
