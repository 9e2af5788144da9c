//! The program with these services: its line, its options, faults, the request log, web pages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

#[tokio::test]
async fn unknown_paths_are_the_gateways() {
    let cloud = Cloud::start();
    let answer = cloud.demo().await.get("/v7/nothing/here").await;
    assert!(answer.gateway(404, "APIGW.0101").contains("does not exist"));
    let method = cloud.demo().await.put("/v2/cloudimages", json!({})).await;
    method.img(405, "IMG.0001");
    assert_eq!(method.header("allow"), "GET");
}

#[tokio::test]
async fn the_demo_account_can_be_named() {
    let cloud = Cloud::with(&[
        "--huawei-ak",
        "OWNAK",
        "--huawei-sk",
        "own-secret",
        "--huawei-user",
        "me",
        "--huawei-password",
        "pw",
        "--region",
        "cn-north-4",
    ]);
    let scope = json!({ "project": { "name": "cn-north-4" } });
    cloud.as_user("me", "demo-domain", "pw", scope).await.get("/v2/cloudimages").await.ok();
    let signer = Signer { access_key: "OWNAK", secret_key: "own-secret", ..Signer::demo() };
    signer.send(&cloud, Method::GET, "/v2/cloudimages", None).await.ok();
    let info = cloud.http.get(format!("{}/_emulator/huawei", cloud.ims));
    let info: Value = info.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&info["accounts"][0]["keys"][0]["secretKey"], &info["region"]),
        (&json!("own-secret"), &json!("cn-north-4"))
    );
    let page = cloud.http.get(format!("{}/_emulator/huawei", cloud.ims)).header("origin", "http://a.example");
    let text = page.send().await.unwrap().text().await.unwrap();
    assert!(!text.contains("own-secret") && !text.contains("\"pw\""), "{text}");
}

#[tokio::test]
async fn pages_of_any_origin_may_call() {
    let cloud = Cloud::start();
    let request = cloud.http.request(Method::OPTIONS, format!("{}/v2/images", cloud.huawei));
    let preflight = request
        .header("origin", "http://page.example")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "x-auth-token, content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-headers"], "x-auth-token, content-type");
    assert!(preflight.headers()["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    let body =
        password_auth("demo-user", "demo-domain", "Demo-Password-1", json!({ "project": { "id": PROJECT } }));
    let answer = cloud.nobody().with("origin", "http://page.example").post("/v3/auth/tokens", body).await;
    assert_eq!(answer.is(201).header("access-control-allow-origin"), "http://page.example");
    let exposed = answer.header("access-control-expose-headers");
    for name in ["X-Subject-Token", "X-Request-Id", "X-Openstack-Request-Id"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

#[tokio::test]
async fn faults_spoil_these_rows_in_their_own_shape() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let rules = json!([
        { "service": "huawei", "operation": "list_images", "status": 503, "code": "IMG.9999", "message": "busy" },
        { "service": "huawei", "operation": "glance_list_images", "status": 500 },
        { "service": "huawei", "operation": "list_product_images", "status": 503 },
        { "service": "huawei", "operation": "list_projects", "status": 500, "message": "down" },
    ]);
    cloud.control(Method::POST, "/_emulator/faults", rules).await;
    assert_eq!(demo.get("/v2/cloudimages").await.img(503, "IMG.9999"), "busy");
    demo.get("/v2/images").await.is(500);
    demo.get(&format!("/v2/{PROJECT}/images")).await.wks(503, "WKS.00050902");
    let keystone = demo.get("/v3/projects").await;
    assert_eq!(
        keystone.is(500).body["error"],
        json!({ "code": 500, "message": "down", "title": "Internal Server Error" })
    );
    for path in ["/v2/cloudimages", "/v2/images", "/v3/projects"] {
        demo.get(path).await.ok();
    }
}

#[tokio::test]
async fn the_request_log_names_operations_and_no_secrets() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    Signer::demo().send(&cloud, Method::GET, "/v2/cloudimages?limit=1", None).await.ok();
    let url = format!("{}/_emulator/requests?service=huawei", cloud.ims);
    let log: Value = cloud.http.get(url).send().await.unwrap().json().await.unwrap();
    let operations: Vec<&str> = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|request| request["operation"].as_str())
        .collect();
    assert_eq!(operations, ["create_token", "list_images"]);
    let text = log.to_string();
    for secret in ["Demo-Password-1", demo.headers[0].1.as_str(), "EmulatorDemoSecretKey"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("SignedHeaders=host;x-sdk-date"));
}

#[tokio::test]
async fn jobs_can_be_held_and_wrong_orders_are_refused() {
    let cloud = Cloud::with(&[]);
    let told = cloud.control(Method::POST, "/_emulator/huawei/jobs", json!({ "paused": true })).await;
    assert_eq!(told, json!({ "paused": true, "unfinished": [] }));
    let demo = cloud.demo().await;
    let body = json!({ "name": "s", "instance_id": SERVER });
    let id = text(&demo.post("/v2/cloudimages/action", body).await.ok(), "job_id");
    assert_eq!(cloud.advance(0).await, [json!(id)]);
    assert!(cloud.advance(2).await.is_empty());
    for body in ["[]", "{\"paused\":1}", "{\"advance\":-1}", "{\"advance\":101}", "{\"go\":true}"] {
        let request = cloud.http.post(format!("{}/_emulator/huawei/jobs", cloud.ims)).body(body);
        assert_eq!(request.send().await.unwrap().status(), 400, "{body}");
    }
}

#[tokio::test]
async fn the_accounts_keys_open_the_object_store() {
    use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
    let cloud = Cloud::start();
    let patience = std::time::Duration::from_secs(60);
    let bucket = Bucket::new(cloud.oss.parse().unwrap(), UrlStyle::Path, "my-bucket", "us-east-1").unwrap();
    let demo = Signer::demo();
    let keys = Credentials::new(demo.access_key, demo.secret_key);
    let put = async |url| cloud.http.put(url).body("x").send().await.unwrap().status().as_u16();
    let made = cloud.http.put(bucket.create_bucket(&keys).sign(patience)).send().await.unwrap();
    assert_eq!(made.status(), 200);
    assert_eq!(put(bucket.put_object(Some(&keys), "a.raw").sign(patience)).await, 200);
    let secret = "EmulatorTemporarySecretKey00000000000001";
    let temporary = |token: &str| Credentials::new_with_token("EMULATORTEMPAK000001", secret, token);
    let good = temporary("emulator-security-token-1");
    assert_eq!(put(bucket.put_object(Some(&good), "b.raw").sign(patience)).await, 200);
    for wrong in [
        Credentials::new(demo.access_key, "wrong"),
        temporary("wrong"),
        Credentials::new("EMULATORTEMPAK000001", secret),
    ] {
        assert!([400, 403].contains(&put(bucket.put_object(Some(&wrong), "c.raw").sign(patience)).await));
    }
    assert_eq!(cloud.object("my-bucket", "b.raw").await.unwrap(), b"x");
}

#[tokio::test]
async fn further_keys_of_the_object_store_are_temporary() {
    use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
    let cloud = Cloud::start();
    cloud.put_object("my-bucket", "a.raw", b"x").await;
    let patience = std::time::Duration::from_secs(60);
    let bucket = Bucket::new(cloud.oss.parse().unwrap(), UrlStyle::Path, "my-bucket", "us-east-1").unwrap();
    let issue = async || {
        let told = cloud.control(Method::POST, "/_emulator/huawei/keys", json!({ "seconds": 900 })).await;
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Credentials::new_with_token(text("accessKey"), text("secretKey"), text("securityToken"))
    };
    let put = async |keys: &Credentials| {
        let url = bucket.put_object(Some(keys), "b.raw").sign(patience);
        let answer = cloud.http.put(url).body("x").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let keys = issue().await;
    assert_eq!(put(&keys).await.0, 200);
    for (effect, code) in [("expireCredentials", "ExpiredToken"), ("revokeCredentials", "InvalidAccessKeyId")]
    {
        let keys = issue().await;
        assert_eq!(put(&keys).await.0, 200);
        let rule = json!([{ "service": "oss", "operation": "PutObject", effect: true }]);
        cloud.control(Method::POST, "/_emulator/faults", rule).await;
        let (status, text) = put(&keys).await;
        assert!(status >= 400 && text.contains(code), "{effect}: {status} {text}");
        // What nobody issued stays good.
        let demo = Signer::demo();
        assert_eq!(put(&Credentials::new(demo.access_key, demo.secret_key)).await.0, 200);
    }
    for (origin, body) in
        [(None, "{}"), (None, "{\"seconds\":0}"), (Some("http://a.example"), "{\"seconds\":9}")]
    {
        let mut request = cloud.http.post(format!("{}/_emulator/huawei/keys", cloud.ims)).body(body);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = request.send().await.unwrap();
        assert!([400, 403].contains(&answer.status().as_u16()));
        assert!(!answer.text().await.unwrap().contains("accessKey"));
    }
}
