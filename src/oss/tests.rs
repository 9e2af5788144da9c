//! What is asked of a store, and where.

use super::*;
use crate::auth::secret::Secret;

fn place() -> Place {
    Place {
        endpoint: Endpoint::parse("https://store.example.com:8009", "domain").unwrap(),
        signing_endpoint: None,
        bucket: "bucket".into(),
        key: "img/a b+c".into(),
        region: "us-east-1".into(),
        addressing: Addressing::Path,
        clock_skew_ms: 0.0,
    }
}

fn keys() -> Keys {
    Keys {
        access_key: "AK".into(),
        secret_key: Secret::new("SK".into()),
        session_token: Secret::new("T".into()),
    }
}

#[test]
fn requests_say_what_the_reference_says() {
    let url = |ask: Ask<'_>| {
        let request = place().request(ask, &keys(), 0.0);
        format!("{} {}", request.method.name(), request.url)
    };
    let base = "https://store.example.com:8009/bucket/img/a%20b%2Bc";
    assert_eq!(url(Ask::CreateMultipartUpload), format!("POST {base}?uploads="));
    assert_eq!(
        url(Ask::UploadPart { number: 7, upload_id: "a/b", body: Body::Empty }),
        format!("PUT {base}?partNumber=7&uploadId=a%2Fb")
    );
    assert_eq!(
        url(Ask::ListParts { upload_id: "u", marker: 1_000 }),
        format!("GET {base}?uploadId=u&part-number-marker=1000")
    );
    assert_eq!(url(Ask::AbortMultipartUpload { upload_id: "u" }), format!("DELETE {base}?uploadId=u"));
    assert_eq!(url(Ask::HeadObject), format!("HEAD {base}"));
    assert_eq!(
        url(Ask::ListMultipartUploads),
        "GET https://store.example.com:8009/bucket/?uploads=&prefix=img%2Fa%20b%2Bc"
    );
}

#[test]
fn a_proxy_is_sent_to_and_the_store_is_signed_for() {
    let mut behind = place();
    behind.endpoint = Endpoint::parse("https://console.example.com/oss", "oss.endpoint").unwrap();
    behind.signing_endpoint = Some(Endpoint::parse("https://store.example.com:8009", "domain").unwrap());
    let sent = behind.request(Ask::HeadObject, &keys(), 0.0);
    assert!(sent.url.starts_with("https://console.example.com/oss/bucket/img/"));
    let direct = place().request(Ask::HeadObject, &keys(), 0.0);
    assert_eq!(sent.headers.get("authorization"), direct.headers.get("authorization"));
}

#[test]
fn the_spelling_of_the_endpoint_s_path_is_sent_but_not_signed() {
    let at = |endpoint: &str| {
        let mut place = place();
        place.endpoint = Endpoint::parse(endpoint, "domain").unwrap();
        let request = place.request(Ask::HeadObject, &keys(), 0.0);
        (request.url.clone(), request.headers.get("authorization").unwrap().to_owned())
    };
    let (one, two) = (at("https://h/a(1)%7e"), at("https://h/a%281%29~"));
    assert_eq!(one.0, "https://h/a(1)%7e/bucket/img/a%20b%2Bc");
    assert_eq!(two.0, "https://h/a%281%29~/bucket/img/a%20b%2Bc");
    assert_eq!(one.1, two.1);
}

#[test]
fn the_virtual_style_puts_the_bucket_into_the_host() {
    let mut place = place();
    place.addressing = Addressing::Virtual;
    let url = place.request(Ask::HeadObject, &keys(), 0.0).url;
    assert_eq!(url, "https://bucket.store.example.com:8009/img/a%20b%2Bc");
}

#[test]
fn places_that_lead_elsewhere_are_refused_with_the_rule() {
    for bucket in ["b", "iaas-image-1", "Old_Bucket", "a.b-c", "1"] {
        check_place(bucket, "k/e y").unwrap();
    }
    let long = "b".repeat(256);
    for bucket in
        ["127.0.0.1:80/", "a/b", "a@b", "", ".", "..", "a..b", "a.", "-a", "a b", "a?", "a#", "é", &long]
    {
        let error = check_place(bucket, "k").unwrap_err();
        let details = error.details();
        assert_eq!((error.kind(), details.field.as_deref()), (Kind::Protocol, Some("bucket")), "{bucket}");
        assert!(details.value.is_some() && details.rule.is_some() && !details.retryable);
    }
    assert_eq!(check_place("b", "../k").unwrap_err().details().field.as_deref(), Some("file"));
}

#[test]
fn keys_that_parsers_would_resolve_are_known() {
    for key in [".", "..", "a/../b", "./a", "a/."] {
        assert!(!is_carried_by_urls(key), "{key}");
    }
    for key in ["img-1", "...", ".a/b..", "a//b", "/a/", "a%2e%2e"] {
        assert!(is_carried_by_urls(key), "{key}");
    }
}

#[test]
fn etags_and_upload_ids() {
    assert_eq!(plain_etag("W/\"abc\""), "abc");
    assert_eq!(upload_id("<R><UploadId>a&amp;b</UploadId></R>").unwrap(), "a&b");
    assert!(upload_id("<R/>").is_err());
}
