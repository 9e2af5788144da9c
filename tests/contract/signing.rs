//! Signatures compared with those of another implementation, aws4fetch, run by Node (`tests/peers/aws4fetch.mjs`).
//!
//! The other side gets method and URL as they would be sent and signs them with its own canonical request; it also
//! says how the URL standard reads the URL, since what a transport changes on the way is not what was signed.

use crate::signing_cases::{self, Case};
use ims_client::auth::sigv4::{self, Scope, Signable};
use ims_client::http::Headers;
use ims_client::oss::StoredPart;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Signs all cases with the other implementation.
fn peer(cases: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/aws4fetch.mjs");
    let mut node = Command::new("node")
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("node cannot be started: {error}"));
    let mut input = node.stdin.take().expect("a pipe");
    // The script reads everything before it writes anything: no deadlock.
    input.write_all(Value::from(cases.to_vec()).to_string().as_bytes()).expect("the script reads its cases");
    drop(input);
    let output = node.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "{} failed; was `npm ci` run?", script.display());
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of answers");
    assert_eq!(answers.len(), cases.len());
    answers
}

/// Compares every request of every case; the message shows the first that differs.
fn compare(cases: &[Case]) {
    let parts = [StoredPart { number: 1, etag: "9e107d9d372bb6826bd81d3542a419d6".into(), size: 4 }];
    let mut asked = Vec::new();
    let mut ours = Vec::new();
    for case in cases {
        let (place, keys) = (case.place(), case.keys());
        for ask in case.asks(&parts) {
            let name = ask.name();
            let request = place.request(ask, &keys, case.now);
            let headers: Vec<&str> = request.headers.iter().map(|(name, _)| name).collect();
            assert_eq!(headers.contains(&"x-amz-security-token"), !case.session_token.is_empty());
            assert_eq!(request.headers.get("x-amz-date"), Some(case.date));
            asked.push(json!({
                "method": request.method.name(),
                "url": request.url,
                "headers": {},
                "accessKey": case.access_key,
                "secretKey": case.secret_key,
                "sessionToken": case.session_token,
                "region": case.region,
                "service": "s3",
                "date": case.date,
            }));
            let authorization = request.headers.get("authorization").expect("a signature").to_owned();
            ours.push((name, authorization, request.url.clone(), case));
        }
    }
    for (answer, (name, authorization, url, case)) in peer(&asked).iter().zip(ours) {
        assert_eq!(answer["url"], url, "{name}: a transport would change the URL: {case:?}");
        assert_eq!(answer["authorization"], authorization, "{name} {url}: {case:?}");
    }
}

#[test]
fn signatures_of_odd_requests_agree_with_another_implementation() {
    compare(&signing_cases::listed());
}

#[test]
fn signatures_of_drawn_requests_agree_with_another_implementation() {
    compare(&signing_cases::drawn(200));
}

/// Headers, queries and digests that the uploads do not use yet; the signer takes them all the same.
#[test]
fn headers_queries_and_digests_agree_too() {
    let payload = sigv4::sha256_hex(b"Welcome to Amazon S3.");
    let case = Case::default();
    let queries: &[&[(&str, &str)]] = &[
        &[],
        &[("uploads", "")],
        &[("prefix", "a b/~!*'()+%"), ("max-keys", "2"), ("list-type", "2"), ("Marker", "Z")],
        &[("b", "1"), ("a", ""), ("a-b", "2"), ("A", "3"), ("a b", "4"), ("é", "镜")],
        &[("partNumber", "10"), ("uploadId", "a=b&c+d/e")],
    ];
    let headers: &[&[(&str, &str)]] = &[
        &[],
        &[("range", "bytes=0-9")],
        &[
            ("content-type", "application/xml; charset=utf-8"),
            ("x-amz-meta-b", "1"),
            ("x-amz-meta-a", "  two   words "),
        ],
        &[("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
    ];
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for query in queries {
        for extra in headers {
            let pairs: Vec<(&str, String)> =
                query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            let signable = Signable {
                method: "PUT",
                host: "store.example.com",
                path: "/b/k%20%2B",
                query: &pairs,
                payload: &payload,
            };
            let mut all = Headers::default();
            extra.iter().for_each(|(name, value)| all.set(name, *value));
            let scope = Scope { region: &case.region, service: "s3" };
            sigv4::sign(&signable, &mut all, &case.keys(), scope, case.now);
            let mut sent: serde_json::Map<String, Value> =
                extra.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            sent.insert("x-amz-content-sha256".into(), json!(payload));
            asked.push(json!({
                "method": "PUT",
                "url": format!("https://store.example.com/b/k%20%2B?{}", ims_client::http::url::query(&pairs)),
                "headers": sent,
                "accessKey": case.access_key,
                "secretKey": case.secret_key,
                "region": case.region,
                "service": "s3",
                "date": case.date,
            }));
            ours.push(all.get("authorization").expect("a signature").to_owned());
        }
    }
    for ((answer, authorization), case) in peer(&asked).iter().zip(ours).zip(&asked) {
        assert_eq!(answer["authorization"], authorization, "{case}");
    }
}
