//! AK/SK signatures held against what the official SDK's signer makes of the same requests
//! (`tests/fixtures/huawei/signing.json`).

use ims_client::auth::aksk::{AccessKey, sign};
use ims_client::auth::canonical::{self, Signable, string_to_sign};
use ims_client::auth::secret::Secret;
use ims_client::http::{Body, Method, Request};
use ims_client::platform::parse_date;
use serde_json::Value;

const FIXTURE: &str = include_str!("../fixtures/huawei/signing.json");

/// Cases that our requests cannot be: the client does not let a host be set, which the platform writes.
const OTHERS: &[&str] = &["host that the caller gives"];

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {of}"))
}

fn method(name: &str) -> Option<Method> {
    let all = [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete];
    all.into_iter().find(|method| method.name() == name)
}

fn key(case: &Value) -> AccessKey {
    let credentials = &case["credentials"];
    let optional = |name: &str| credentials[name].as_str().map(str::to_owned);
    AccessKey {
        id: text(credentials, "accessKey").to_owned(),
        secret: Secret::new(text(credentials, "secretKey").to_owned()),
        security_token: optional("securityToken").map(Secret::new),
        project: optional("projectId"),
        domain: optional("domainId"),
    }
}

#[test]
fn the_official_sdk_signs_the_same() {
    let fixture: Value = serde_json::from_str(FIXTURE).expect("JSON");
    let cases = fixture["cases"].as_array().expect("a list of cases");
    let mut compared = 0;
    for case in cases {
        let name = text(case, "case");
        if OTHERS.contains(&name) {
            continue;
        }
        // The URL as the client would write it, its parameters in the order in which they were given.
        let query: Vec<(String, String)> = serde_json::from_value(case["query"].clone()).expect("pairs");
        let query = ims_client::http::url::query(&query);
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("https://{}{}{mark}{query}", text(&fixture, "host"), text(case, "path"));
        let mut request = Request::new(method(text(case, "method")).expect(name), url);
        for (header, value) in case["headers"].as_object().expect("headers") {
            request.headers.set(header, value.as_str().expect("a text"));
        }
        // An empty text is no body either: both have the digest of nothing.
        if let Some(body) = case["body"].as_str().filter(|body| !body.is_empty()) {
            request.body = Body::of(body.as_bytes().to_vec());
        }
        let date = parse_date(text(&case["headers"], "X-Sdk-Date")).expect("a date");
        sign(&mut request, &key(case), date);
        let signed = &case["signedRequestHeaders"];
        for (header, value) in signed.as_object().expect("headers") {
            if !["Host", "X_Odd"].contains(&header.as_str()) {
                // HTTP takes the spaces at both ends away, whoever sends them.
                let ours = request.headers.get(&header.to_ascii_lowercase()).map(str::trim);
                assert_eq!(ours, value.as_str(), "{header} of {name}");
            }
        }
        compared += 1;
    }
    assert!(compared >= 40, "{compared} of {} cases were compared", cases.len());
}

/// Each step of a case on its own: were one wrong, the signature alone would not say which.
#[test]
fn each_step_of_a_signature_is_the_guides() {
    let fixture: Value = serde_json::from_str(FIXTURE).expect("JSON");
    for case in fixture["cases"].as_array().expect("a list of cases") {
        let canonical = text(case, "canonicalRequest");
        let date = text(&case["headers"], "X-Sdk-Date");
        assert_eq!(string_to_sign(&["SDK-HMAC-SHA256", date], canonical), text(case, "stringToSign"));
        let digest = canonical::sha256_hex(canonical.as_bytes());
        assert!(text(case, "stringToSign").ends_with(&digest));
    }
    let signable = Signable { method: "GET", host: "h", path: "/", query: &[], payload: "p" };
    let (request, _) = canonical::request(&signable, &Default::default(), &canonical::AWS);
    assert_eq!(request, "GET\n/\n\nhost:h\n\nhost\np");
}
