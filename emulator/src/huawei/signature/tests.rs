//! The signing guide's published example, and signatures computed by Huawei's own SDK (huaweicloudsdkcore 3.1.219 from
//! PyPI, `Signer.sign`, with the demo account's key and the host ims.region0.example.com).

use super::*;

const ACCESS_KEY: &str = "EMULATORDEMOAK000001";
const SECRET_KEY: &str = "EmulatorDemoSecretKey0000000000000000001";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}

struct Vector {
    method: Method,
    path: &'static str,
    query: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
    signed: &'static str,
    signature: &'static str,
}

fn vectors() -> Vec<Vector> {
    const PROJECT: (&str, &str) = ("x-project-id", "aa2d97d7e62c4b7da3ffdfc115510001");
    vec![
        Vector {
            method: Method::GET,
            path: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
            query: "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
            headers: vec![("content-type", "application/json"), ("x-sdk-date", "20191115T033655Z")],
            body: "",
            signed: "content-type;host;x-sdk-date",
            signature: "b2a179e930d23c19523948d10b7919f329fe6572edcd9dfc6967a11f27760123",
        },
        Vector {
            method: Method::POST,
            path: "/v2/cloudimages/action",
            query: "",
            headers: vec![
                ("content-type", "application/json;charset=UTF-8"),
                ("x-sdk-date", "20241106T061943Z"),
                PROJECT,
            ],
            body: "{\"name\":\"镜像 1\"}",
            signed: "content-type;host;x-project-id;x-sdk-date",
            signature: "6df9765b4513dd72412a6a7e6dfd5778eb16c6d692f066b7a28ba100bc3b9d7a",
        },
        Vector {
            method: Method::PATCH,
            path: "/v2/images/bc6bed6e-ba3a-4447-afcc-449174a3eb52",
            query: "",
            headers: vec![
                ("content-type", "application/openstack-images-v2.1-json-patch"),
                ("x-sdk-date", "20241106T061943Z"),
                ("x-sdk-content-sha256", "UNSIGNED-PAYLOAD"),
                PROJECT,
            ],
            body: "[{\"op\":\"remove\",\"path\":\"/x\"}]",
            signed: "content-type;host;x-project-id;x-sdk-content-sha256;x-sdk-date",
            signature: "60978b5350ab93f324b51d8e94874986ceff8fb48f28ac79bf8ae77b56e3dda8",
        },
        // Encoded as the SDK sends it, in another order.
        Vector {
            method: Method::GET,
            path: "/v2/images/a%20b/tags/%E4%B8%AD~%2B",
            query: "tag=%C3%A9&tag=z&name=a%20b%26c&__support_kvm=true&empty=",
            headers: vec![("x-sdk-date", "20241106T061943Z"), ("x-security-token", "t+/=")],
            body: "",
            signed: "host;x-sdk-date;x-security-token",
            signature: "9b53a41e1daf59912abcf77205be6e804785b6a9228716cbdfa6f40c23f8386a",
        },
    ]
}

impl Vector {
    fn verify(&self, change: impl FnOnce(&mut HeaderMap, &mut String, &mut i64)) -> Result<(), String> {
        let mut all = headers(&self.headers);
        all.insert("host", "ims.region0.example.com".parse().unwrap());
        let date = all["x-sdk-date"].to_str().unwrap();
        let mut now = moments::parse_sdk_date(date).unwrap();
        let mut text = format!(
            "SDK-HMAC-SHA256 Access={ACCESS_KEY}, SignedHeaders={}, Signature={}",
            self.signed, self.signature
        );
        change(&mut all, &mut text, &mut now);
        let signed = Signed {
            method: &self.method,
            path: self.path,
            query: self.query,
            headers: &all,
            body: self.body.as_bytes(),
        };
        let authorization = Authorization::parse(&text)?;
        assert_eq!(authorization.access_key, ACCESS_KEY);
        authorization.verify(signed, SECRET_KEY, now)
    }
}

#[test]
fn the_guides_example_has_the_digest_that_the_guide_says() {
    let headers = headers(&[
        ("content-type", "application/json"),
        ("host", "service.region.example.com"),
        ("x-sdk-date", "20191115T033655Z"),
    ]);
    let signed = Signed {
        method: &Method::GET,
        path: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        query: "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        headers: &headers,
        body: b"",
    };
    let text = "SDK-HMAC-SHA256 Access=K, SignedHeaders=content-type;host;x-sdk-date, Signature=s";
    let authorization = Authorization::parse(text).unwrap();
    let canonical = authorization.canonical_request(signed, &payload(signed).unwrap()).unwrap();
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    assert_eq!(digest, "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
}

#[test]
fn what_huaweis_own_sdk_signs_is_right() {
    for vector in vectors() {
        assert_eq!(vector.verify(|_, _, _| {}), Ok(()), "{} {}", vector.method, vector.path);
    }
}

#[test]
fn what_was_changed_on_the_way_is_wrong() {
    let vectors = vectors();
    let wrong = |index: usize, change: fn(&mut HeaderMap, &mut String, &mut i64)| {
        vectors[index].verify(change).unwrap_err()
    };
    let other = wrong(0, |headers, _, _| {
        headers.insert("content-type", "text/plain".parse().unwrap());
    });
    assert!(other.starts_with("canonicalRequest=GET|/v1/"), "{other}");
    assert!(wrong(1, |_, text, _| *text = text.replace("6df9", "6df8")).contains("canonicalRequest"));
    assert!(wrong(0, |_, _, now| *now += 15 * 60 * 1000 + 1).contains("15 minutes"));
    assert!(wrong(0, |_, _, now| *now -= 15 * 60 * 1000 + 1).contains("15 minutes"));
    assert_eq!(vectors[0].verify(|_, _, now| *now += 15 * 60 * 1000), Ok(()));
    assert!(wrong(0, |_, text, _| *text = text.replace("host;", "")).contains("must name host"));
    assert!(wrong(0, |_, text, _| *text = text.replace(";x-sdk-date", "")).contains("must name x-sdk-date"));
    let unsorted = wrong(0, |_, text, _| *text = text.replace("content-type;host", "host;content-type"));
    assert!(unsorted.contains("sorted"), "{unsorted}");
    assert!(
        wrong(0, |headers, _, _| drop(headers.remove("content-type"))).contains("which the request has not")
    );
    let json = wrong(1, |headers, _, _| {
        headers.insert("x-sdk-content-sha256", UNSIGNED.parse().unwrap());
    });
    assert!(json.contains("not JSON"), "{json}");
    let digest = wrong(2, |headers, _, _| {
        headers.insert("x-sdk-content-sha256", "00".parse().unwrap());
    });
    assert!(digest.contains("digest"), "{digest}");
    for text in ["Bearer x", "SDK-HMAC-SHA256 Access=a", "SDK-HMAC-SHA256 a, b", "SDK-HMAC-SHA256"] {
        assert!(Authorization::parse(text).is_err(), "{text}");
    }
}
