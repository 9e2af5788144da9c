//! Who may do what: signatures, tokens, expiry, scopes, regions, clocks.

use std::time::Duration;

use ims_emulator::store::Credentials;
use time::OffsetDateTime;

use crate::support::{Call, Cloud, send};

async fn refused(cloud: &Cloud, credentials: &Credentials, status: u16, code: &str) {
    for call in [Call::new("PUT", "/images/k").body("x"), Call::new("POST", "/images/k").query("uploads", "")]
    {
        call.send(cloud.oss, credentials).await.unwrap().is_error(status, code);
    }
    assert!(cloud.store.head("images", "k").unwrap().is_none());
}

#[tokio::test]
async fn only_the_right_keys_open() {
    let cloud = Cloud::start().await;
    let issued = cloud.store.issue_credentials("images", "k", Some(Duration::from_secs(60))).unwrap();
    let with = |change: fn(&mut Credentials)| {
        let mut changed = issued.clone();
        change(&mut changed);
        changed
    };
    refused(&cloud, &with(|keys| keys.secret_key.push('x')), 403, "SignatureDoesNotMatch").await;
    refused(&cloud, &with(|keys| keys.access_key = "EMULUNKNOWN".into()), 403, "InvalidAccessKeyId").await;
    refused(&cloud, &with(|keys| keys.token.clear()), 400, "InvalidToken").await;
    refused(&cloud, &with(|keys| keys.token.push('x')), 400, "InvalidToken").await;
    let with_token = Credentials { token: issued.token.clone(), ..cloud.root.clone() };
    refused(&cloud, &with_token, 400, "InvalidToken").await;
    let reply = Call::new("PUT", "/images/k").body("x").send(cloud.oss, &issued).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_payload_may_be_signed_or_not() {
    let cloud = Cloud::start().await;
    let call = Call::new("PUT", "/images/k").body("signed");
    assert_eq!(cloud.root(call.clone()).await.status, 200);
    assert_eq!(cloud.root(call.clone().unsigned_payload().body("unsigned")).await.status, 200);
    assert_eq!(cloud.root(Call::new("GET", "/images/k")).await.text(), "unsigned");
    // What is signed is the whole request: a changed query or header breaks it.
    let headers = Call::new("GET", "/images").query("list-type", 2).sign(cloud.oss, &cloud.root);
    let reply = send(cloud.oss, "GET", "/images?list-type=2&prefix=k", &headers, b"").await.unwrap();
    reply.is_error(403, "SignatureDoesNotMatch");
    let mut headers = call.sign(cloud.oss, &cloud.root);
    headers.retain(|(name, _)| name != "host");
    let reply = send(cloud.oss, "PUT", "/images/other", &headers, b"signed").await.unwrap();
    reply.is_error(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn credentials_expire_and_are_renewed() {
    let cloud = Cloud::start().await;
    let expired = cloud.store.issue_credentials("images", "k", Some(Duration::ZERO)).unwrap();
    refused(&cloud, &expired, 400, "ExpiredToken").await;
    let renewed = cloud.store.issue_credentials("images", "k", Some(Duration::from_secs(600))).unwrap();
    let get = Call::new("GET", "/images/k");
    get.send(cloud.oss, &renewed).await.unwrap().is_error(404, "NoSuchKey");
    let cloud = cloud.restart().await;
    get.send(cloud.oss, &renewed).await.unwrap().is_error(404, "NoSuchKey");
    get.send(cloud.oss, &expired).await.unwrap().is_error(400, "ExpiredToken");
    // It is the store's clock that counts.
    cloud.store.clock().set_skew(601_000);
    let mut later = get.clone();
    later.date += time::Duration::seconds(601);
    later.send(cloud.oss, &renewed).await.unwrap().is_error(400, "ExpiredToken");
}

#[tokio::test]
async fn credentials_are_good_for_one_object() {
    let cloud = Cloud::start().await;
    cloud.store.create_bucket("others").unwrap();
    let issued = cloud.store.issue_credentials("images", "a/k", None).unwrap();
    let copy = |from: &str, to: &str| Call::new("PUT", to).header("x-amz-copy-source", from);
    for call in [
        Call::new("PUT", "/images/a/k2").body("x"),
        Call::new("PUT", "/images/a").body("x"),
        Call::new("PUT", "/others/a/k").body("x"),
        Call::new("GET", "/images/other"),
        Call::new("POST", "/images/other").query("uploads", ""),
        Call::new("GET", "/images").query("list-type", 2),
        Call::new("GET", "/images").query("uploads", ""),
        Call::new("GET", "/images").query("uploads", "").query("prefix", "a/"),
        Call::new("GET", "/"),
        Call::new("PUT", "/third"),
        copy("/images/secret", "/images/a/k"),
        copy("/images/a/k", "/images/copy"),
    ] {
        let reply = call.send(cloud.oss, &issued).await.unwrap();
        reply.is_error(403, "AccessDenied");
    }
    let own = Call::new("PUT", "/images/a/k").body("x");
    assert_eq!(own.send(cloud.oss, &issued).await.unwrap().status, 200);
    assert_eq!(copy("/images/a/k", "/images/a/k").send(cloud.oss, &issued).await.unwrap().status, 200);
    let uploads = Call::new("GET", "/images").query("uploads", "").query("prefix", "a/k");
    assert_eq!(uploads.send(cloud.oss, &issued).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_wrong_region_is_told_the_right_one() {
    let options = ims_emulator::store::StoreOptions { region: "cn-north-7".to_owned(), ..Default::default() };
    let cloud = Cloud::with(options).await;
    let reply = cloud.root(Call::new("GET", "/images/k")).await;
    reply.is_error(400, "AuthorizationHeaderMalformed");
    assert_eq!(reply.element("Region"), "cn-north-7");
    let mut call = Call::new("GET", "/images/k");
    call.region = reply.element("Region");
    cloud.root(call).await.is_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_clock_may_be_off_by_15_minutes() {
    let cloud = Cloud::start().await;
    let at = |seconds: i64| {
        let mut call = Call::new("GET", "/images/k");
        call.date = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
        call
    };
    for seconds in [-880, 880] {
        cloud.root(at(seconds)).await.is_error(404, "NoSuchKey");
    }
    for seconds in [-920, 920, 86_400 * 400] {
        let reply = cloud.root(at(seconds)).await;
        reply.is_error(403, "RequestTimeTooSkewed");
        assert_eq!(reply.element("MaxAllowedSkewMilliseconds"), "900000");
        let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
        assert_eq!(reply.element("RequestTime"), at(seconds).date.format(format).unwrap());
        let server = reply.element("ServerTime");
        let parsed = OffsetDateTime::parse(&server, &time::format_description::well_known::Rfc3339).unwrap();
        assert!((OffsetDateTime::now_utc() - parsed).abs() < time::Duration::minutes(5), "{server}");
    }
}

#[tokio::test]
async fn requests_must_be_signed_and_whole() {
    let cloud = Cloud::start().await;
    let send = |headers: Vec<(String, String)>| async move {
        crate::support::send(cloud.oss, "GET", "/images/k", &headers, b"").await.unwrap()
    };
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    send(vec![]).await.is_error(403, "AccessDenied");
    send(vec![own("authorization", "AWS key:signature")]).await.is_error(400, "InvalidRequest");
    send(vec![own("authorization", "Bearer token")]).await.is_error(400, "InvalidRequest");
    for broken in [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/20250101/us-east-1/s3/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=a/20250101, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20250101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0",
    ] {
        send(vec![own("authorization", broken)]).await.is_error(400, "AuthorizationHeaderMalformed");
    }
    let undated =
        "AWS4-HMAC-SHA256 Credential=a/20250101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    send(vec![own("authorization", undated)]).await.is_error(403, "AccessDenied");
}

#[tokio::test]
async fn every_amazon_header_must_be_signed() {
    let cloud = Cloud::start().await;
    let mut call = Call::new("PUT", "/images/k").body("x");
    call.unsigned_headers.push(("x-amz-meta-note".to_owned(), "added on the way".to_owned()));
    let reply = cloud.root(call).await;
    reply.is_error(403, "AccessDenied");
    assert_eq!(reply.element("HeadersNotSigned"), "x-amz-meta-note");
}

#[tokio::test]
async fn buckets_are_subdomains_of_localhost_too() {
    let cloud = Cloud::start().await;
    let host = format!("images.localhost:{}", cloud.oss.port());
    let reply = cloud.root(Call::new("PUT", "/dir/k").header("host", &host).body("by host")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(cloud.root(Call::new("GET", "/images/dir/k")).await.text(), "by host");
    let plain = format!("localhost:{}", cloud.oss.port());
    let reply = cloud.root(Call::new("GET", "/images/dir/k").header("host", &plain)).await;
    assert_eq!(reply.text(), "by host");
}

#[tokio::test]
async fn deny_leaks_no_secret() {
    let cloud = Cloud::start().await;
    let issued = cloud.store.issue_credentials("images", "k", None).unwrap();
    let text = format!("{issued:?}");
    assert!(!text.contains(&issued.secret_key) && !text.contains(&issued.token), "{text}");
    let reply = Call::new("GET", "/images/other").send(cloud.oss, &issued).await.unwrap();
    assert!(!reply.text().contains(&issued.secret_key) && !reply.text().contains(&issued.token));
}
