//! Requests signed by AK and SK, as the gateway in front of the services takes and refuses them.

use reqwest::Method;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn signed_requests_belong_to_the_keys_project() {
    let cloud = Cloud::start();
    let signer = Signer::demo();
    let answer = signer.send(&cloud, Method::GET, "/v2/cloudimages?__imagetype=gold&limit=2", None).await;
    assert_eq!(answer.ok()["images"].as_array().unwrap().len(), 2);
    let body = json!({ "name": "signed 镜像" }).to_string();
    let json = Some(("application/json", body.as_bytes()));
    let sub = Signer { headers: vec![("x-project-id", SUB_PROJECT.to_owned())], ..Signer::demo() };
    let made = sub.send(&cloud, Method::POST, "/v2/images", json).await;
    assert_eq!(made.is(201).body["owner"], SUB_PROJECT);
    let path = format!("/v2/images/{}", text(&made.body, "id"));
    signer.send(&cloud, Method::GET, &path, None).await.page(404);
    let change = br#"[{"op":"replace","path":"/name","value":"other"}]"#;
    let patch = Some(("application/openstack-images-v2.1-json-patch", &change[..]));
    assert_eq!(sub.send(&cloud, Method::PATCH, &path, patch).await.ok()["name"], "other");
    let list = signer.send(&cloud, Method::GET, "/v3/projects?name=region0", None).await.ok();
    assert_eq!(list["projects"][0]["id"], PROJECT);
    let domain = Signer { headers: vec![("x-domain-id", DOMAIN.to_owned())], ..Signer::demo() };
    domain.send(&cloud, Method::GET, "/v3/auth/domains", None).await.ok();
}

#[tokio::test]
async fn what_is_not_signed_rightly_is_refused_by_the_gateway() {
    let cloud = Cloud::start();
    let refused = async |signer: Signer<'_>, path: &str| {
        signer.send(&cloud, Method::GET, path, None).await.gateway(401, "APIGW.0301")
    };
    let wrong = refused(Signer { secret_key: "wrong", ..Signer::demo() }, "/v2/images").await;
    assert!(wrong.contains("verify aksk signature fail, canonicalRequest=GET|/v2/images/|"), "{wrong}");
    assert!(!wrong.contains("EmulatorDemoSecretKey"));
    let unknown = refused(Signer { access_key: "UNKNOWN", ..Signer::demo() }, "/v2/cloudimages").await;
    assert!(unknown.contains("Get secretKey failed"));
    let old =
        refused(Signer { date: "20191115T033655Z".to_owned(), ..Signer::demo() }, "/v2/cloudimages").await;
    assert!(old.contains("signature expired"));
    let with = |name: &'static str, value: &str| Signer {
        headers: vec![(name, value.to_owned())],
        ..Signer::demo()
    };
    let foreign = refused(with("x-project-id", PARTNER_PROJECT), "/v2/cloudimages").await;
    assert!(foreign.contains("X-Project-Id"));
    let foreign = refused(with("x-domain-id", PARTNER_DOMAIN), "/v2/cloudimages").await;
    assert!(foreign.contains("X-Domain-Id"));
    let token = refused(with("x-security-token", "x"), "/v2/cloudimages").await;
    assert!(token.contains("X-Security-Token"));
    let malformed = cloud.nobody().with("authorization", "SDK-HMAC-SHA256 nonsense").get("/v2/images").await;
    malformed.gateway(401, "APIGW.0301");
}

#[tokio::test]
async fn temporary_keys_need_their_token() {
    let cloud = Cloud::start();
    let temporary = |headers: Vec<(&'static str, String)>| Signer {
        access_key: "EMULATORTEMPAK000001",
        secret_key: "EmulatorTemporarySecretKey00000000000001",
        headers,
        ..Signer::demo()
    };
    let token = vec![("x-security-token", "emulator-security-token-1".to_owned())];
    temporary(token).send(&cloud, Method::GET, "/v2/cloudimages", None).await.ok();
    let without = temporary(Vec::new()).send(&cloud, Method::GET, "/v2/cloudimages", None).await;
    assert!(without.gateway(401, "APIGW.0301").contains("X-Security-Token"));
}

#[tokio::test]
async fn the_emulators_clock_decides_and_bodies_are_bounded() {
    let cloud = Cloud::start();
    let skew = json!({ "clockSkewMs": 16 * 60 * 1000, "path": "/v2/cloudimages" });
    cloud.control(Method::POST, "/_emulator/faults", skew).await;
    let late = Signer::demo().send(&cloud, Method::GET, "/v2/cloudimages", None).await;
    assert!(late.gateway(401, "APIGW.0301").contains("15 minutes"));
    cloud.control(Method::DELETE, "/_emulator/faults", json!(null)).await;
    Signer::demo().send(&cloud, Method::GET, "/v2/cloudimages", None).await.ok();
    let large = vec![0; (12 << 20) + 1];
    let body = Some(("application/octet-stream", &large[..]));
    let path = format!("/v2/images/{PUBLIC_IMAGE}/file");
    Signer::demo().send(&cloud, Method::PUT, &path, body).await.gateway(413, "APIGW.0201");
}
