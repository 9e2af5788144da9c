//! Tokens: asked for in every way, looked at, used, expired, revoked; projects and domains.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

/// Every identity operation once.
pub async fn scenario(cloud: &Cloud) {
    let nobody = cloud.nobody();
    let answer = nobody.get("/v3").await.ok();
    assert!(text(&answer["version"]["links"][0], "href").ends_with("/v3/"));
    let versions = nobody.get("/identity").await;
    assert_eq!(versions.is(300).body["versions"]["values"][0]["status"], "stable");
    let demo = cloud.demo().await;
    let token = demo.headers[0].1.clone();
    let seen = demo.clone().with("x-subject-token", &token).get("/v3/auth/tokens").await;
    assert_eq!(seen.ok()["token"]["project"]["id"], PROJECT);
    let list = demo.get("/v3/projects?name=region0").await.ok();
    assert_eq!(
        (&list["projects"][0]["id"], list["projects"].as_array().unwrap().len()),
        (&json!(PROJECT), 1)
    );
    assert_eq!(demo.get("/v3/projects").await.ok()["projects"].as_array().unwrap().len(), 3);
    assert_eq!(demo.get("/v3/auth/projects").await.ok()["projects"][1]["id"], SUB_PROJECT);
    assert_eq!(demo.get("/v3/auth/domains").await.ok()["domains"][0]["id"], DOMAIN);
    assert_eq!(demo.get("/v3/auth/catalog").await.ok()["catalog"][1]["type"], "image");
    let other = cloud.demo().await;
    demo.clone().with("x-subject-token", &other.headers[0].1).delete("/v3/auth/tokens").await.is(204);
    other.get("/v2/cloudimages").await.img(401, "IMG.0087");
}

#[tokio::test]
async fn identity_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn tokens_have_scope_roles_catalogue_and_an_end() {
    let cloud = Cloud::with(&["--token-ttl", "60"]);
    let ask = async |scope: Value| {
        let body = password_auth("demo-user", "demo-domain", "Demo-Password-1", scope);
        cloud.nobody().post("/v3/auth/tokens", body).await
    };
    let by_name = json!({ "project": { "name": "region0", "domain": { "id": DOMAIN } } });
    for scope in
        [json!({ "project": { "id": PROJECT } }), by_name, json!({ "project": { "name": "region0" } })]
    {
        let answer = ask(scope).await;
        let token = &answer.is(201).body["token"];
        assert_eq!((&token["project"]["id"], &token["methods"]), (&json!(PROJECT), &json!(["password"])));
        assert_eq!(token["user"]["domain"]["name"], "demo-domain");
        let image = &token["catalog"][1];
        assert_eq!((&image["type"], image["endpoints"].as_array().unwrap().len()), (&json!("image"), 3));
        let endpoint = &image["endpoints"][0];
        let shown = (&endpoint["interface"], &endpoint["region"], &endpoint["url"]);
        assert_eq!(shown, (&json!("public"), &json!("region0"), &json!(cloud.huawei)));
        let moment = |name: &str| {
            let rfc3339 = &time::format_description::well_known::Rfc3339;
            time::OffsetDateTime::parse(&text(token, name), rfc3339).unwrap()
        };
        assert_eq!((moment("expires_at") - moment("issued_at")).whole_seconds(), 60);
    }
    let domain = ask(json!({ "domain": { "id": DOMAIN } })).await;
    assert_eq!(domain.is(201).body["token"]["domain"]["id"], DOMAIN);
    let client = cloud.nobody().with("x-auth-token", &domain.header("x-subject-token"));
    client.get("/v3/auth/projects").await.ok();
    assert!(client.get("/v2/images").await.page(403).contains("not scoped to a project"));
    let unscoped = ask(Value::Null).await;
    assert!(unscoped.is(201).body["token"].get("catalog").is_none());
    let path = "/v3/auth/tokens?nocatalog";
    let scope = json!({ "project": { "id": PROJECT } });
    let body = password_auth("demo-user", "demo-domain", "Demo-Password-1", scope);
    assert!(cloud.nobody().post(path, body).await.is(201).body["token"].get("catalog").is_none());
}

#[tokio::test]
async fn tokens_come_from_tokens_and_from_application_credentials() {
    let cloud = Cloud::start();
    let ask = async |auth: Value| cloud.nobody().post("/v3/auth/tokens", json!({ "auth": auth })).await;
    let id = "26bce2f7c7e34d49b8d2d4b2b5c00001";
    let credential = |proof: Value| json!({ "identity": { "methods": ["application_credential"], "application_credential": proof } });
    let secret = "Demo-Application-Credential-Secret-1";
    let answer = ask(credential(json!({ "id": id, "secret": secret }))).await;
    assert_eq!(answer.is(201).body["token"]["methods"], json!(["application_credential"]));
    assert_eq!(answer.body["token"]["project"]["id"], PROJECT);
    let user = json!({ "name": "demo-user", "domain": { "name": "demo-domain" } });
    ask(credential(json!({ "name": "demo-credential", "secret": secret, "user": user }))).await.is(201);
    ask(credential(json!({ "id": id, "secret": "wrong" }))).await.keystone(401);
    let mut scoped = credential(json!({ "id": id, "secret": secret }));
    scoped["scope"] = json!({ "project": { "id": PROJECT } });
    assert!(ask(scoped).await.keystone(401).contains("cannot request a scope"));
    let token = cloud.demo().await.headers[0].1.clone();
    let identity = json!({ "methods": ["token"], "token": { "id": token } });
    let answer = ask(json!({ "identity": identity, "scope": { "project": { "id": SUB_PROJECT } } })).await;
    assert_eq!(answer.is(201).body["token"]["project"]["name"], "region0_sub");
    assert_eq!(answer.body["token"]["methods"], json!(["token", "password"]));
}

#[tokio::test]
async fn what_keystone_refuses_it_refuses_in_its_own_shape() {
    let cloud = Cloud::start();
    let ask = async |body: Value| cloud.nobody().post("/v3/auth/tokens", body).await;
    let scope = || json!({ "project": { "id": PROJECT } });
    let wrong = ask(password_auth("demo-user", "demo-domain", "wrong", scope())).await;
    assert_eq!(wrong.keystone(401), "The username or password is wrong.");
    ask(password_auth("nobody", "demo-domain", "Demo-Password-1", scope())).await.keystone(401);
    let foreign = json!({ "project": { "id": PARTNER_PROJECT } });
    ask(password_auth("demo-user", "demo-domain", "Demo-Password-1", foreign)).await.keystone(401);
    let methods = |methods: Value| json!({ "auth": { "identity": { "methods": methods, "totp": {} } } });
    for (body, part) in [
        (json!({}), "auth is missing"),
        (json!({ "auth": {} }), "identity is missing"),
        (methods(json!([])), "must name one method"),
        (methods(json!(["password"])), "password is missing"),
    ] {
        let message = ask(body).await.keystone(400);
        assert!(message.contains(part), "{message}");
    }
    assert!(ask(methods(json!(["totp"]))).await.keystone(401).contains("unsupported method"));
    let answer =
        cloud.nobody().raw(Method::POST, "/v3/auth/tokens", Some("application/json"), b"{".to_vec()).await;
    assert!(answer.keystone(400).contains("The request body is invalid"));
    let demo = cloud.demo().await;
    let stranger = demo.clone().with("x-subject-token", "stranger").get("/v3/auth/tokens").await;
    assert_eq!(stranger.keystone(404), "X-Subject-Token is invalid in the request");
    demo.get("/v3/auth/tokens").await.keystone(400);
    let nobody = cloud.nobody().get("/v3/projects").await;
    nobody.keystone(401);
    assert!(nobody.header("www-authenticate").starts_with("Keystone uri="));
    demo.get("/v3/projects?page=0&per_page=1").await.keystone(400);
    demo.get(&format!("/v3/projects?domain_id={PARTNER_DOMAIN}")).await.keystone(403);
    cloud.nobody().put("/v3/auth/tokens", json!({})).await.keystone(405);
}

#[tokio::test]
async fn each_service_says_in_its_own_shape_that_a_token_is_no_good() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    demo.get("/v2/cloudimages").await.ok();
    cloud
        .control(
            Method::POST,
            "/_emulator/faults",
            json!({ "expireCredentials": true, "path": "/v2/cloudimages" }),
        )
        .await;
    for client in [demo, cloud.nobody().with("x-auth-token", "stranger"), cloud.nobody()] {
        client.get("/v2/cloudimages").await.img(401, "IMG.0087");
        let glance = client.get("/v2/images").await;
        assert_eq!(glance.keystone(401), "The request you have made requires authentication.");
        assert!(glance.header("www-authenticate").contains("/v3"));
        client.get(&format!("/v2/{PROJECT}/images")).await.wks(401, "WKS.00211302");
        client.get("/v3/auth/projects").await.keystone(401);
    }
    cloud.demo().await.get("/v2/cloudimages").await.ok();
}
