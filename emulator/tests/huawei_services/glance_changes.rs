//! JSON patch as Glance reads it, in both spellings.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

const NEW: &str = "application/openstack-images-v2.1-json-patch";
const OLD: &str = "application/openstack-images-v2.0-json-patch";

async fn patch(client: &Client<'_>, id: &str, media_type: &str, body: Value) -> Answer {
    client
        .raw(Method::PATCH, &format!("/v2/images/{id}"), Some(media_type), body.to_string().into_bytes())
        .await
}

#[tokio::test]
async fn both_spellings_change_an_image() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let id = demo.image("first").await;
    let body = json!([
        { "op": "replace", "path": "/name", "value": "second" },
        { "op": "add", "path": "/a~1b~0c", "value": "escaped" },
        { "op": "add", "path": "/colour", "value": "red" },
        { "op": "replace", "path": "/tags", "value": ["x", "y", "x"] },
        { "op": "replace", "path": "/visibility", "value": "shared" },
        { "op": "replace", "path": "/min_ram", "value": 7 },
    ]);
    let image = patch(&demo, &id, NEW, body).await.ok();
    assert_eq!((&image["name"], &image["a/b~c"]), (&json!("second"), &json!("escaped")));
    assert_eq!((&image["tags"], &image["visibility"]), (&json!(["x", "y"]), &json!("shared")));
    assert_eq!((&image["min_ram"], &image["__imagetype"]), (&json!(7), &json!("shared")));
    let body = json!([{ "replace": "/name", "value": "third" }, { "remove": "/colour" }, { "add": "/n", "value": "1" }]);
    let image = patch(&demo, &id, OLD, body).await.ok();
    assert_eq!((&image["name"], &image["n"], image.get("colour")), (&json!("third"), &json!("1"), None));
}

#[tokio::test]
async fn wrong_changes_are_refused_with_the_right_status() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let id = demo.image("first").await;
    let unsupported = patch(&demo, &id, "application/json", json!([])).await;
    unsupported.page(415);
    assert!(unsupported.header("accept-patch").contains(NEW));
    for (change, status) in [
        (json!({ "op": "replace", "path": "/status", "value": "x" }), 403),
        (json!({ "op": "replace", "path": "/size", "value": 1 }), 403),
        (json!({ "op": "add", "path": "/deleted", "value": "x" }), 403),
        (json!({ "op": "add", "path": "/os_glance_x", "value": "x" }), 403),
        (json!({ "op": "replace", "path": "/owner", "value": "x" }), 403),
        (json!({ "op": "replace", "path": "/visibility", "value": "public" }), 403),
        (json!({ "op": "replace", "path": "/disk_format", "value": "raw" }), 403),
        (json!({ "op": "remove", "path": "/name" }), 403),
        (json!({ "op": "remove", "path": "/colour" }), 409),
        (json!({ "op": "replace", "path": "/colour", "value": "red" }), 409),
        (json!({ "op": "move", "path": "/name", "value": "x" }), 400),
        (json!({ "op": "replace", "value": "x" }), 400),
        (json!({ "op": "replace", "path": "/name" }), 400),
        (json!({ "op": "replace", "path": "name", "value": "x" }), 400),
        (json!({ "op": "replace", "path": "/", "value": "x" }), 400),
        (json!({ "op": "replace", "path": "/tags/-", "value": "x" }), 400),
        (json!({ "op": "add", "path": "/a~2", "value": "x" }), 400),
        (json!({ "op": "add", "path": "/colour", "value": 7 }), 400),
        (json!({ "op": "replace", "path": "/min_disk", "value": "7" }), 400),
        (json!("name"), 400),
    ] {
        let rename = json!({ "op": "replace", "path": "/name", "value": "half" });
        let answer = patch(&demo, &id, NEW, json!([rename, change])).await;
        assert_eq!(answer.status, status, "{change}");
        answer.page(status);
    }
    patch(&demo, &id, NEW, json!({})).await.page(400);
    patch(&demo, &id, OLD, json!([{ "value": "x" }])).await.page(400);
    patch(&demo, &id, OLD, json!([{ "add": "/a", "remove": "/b", "value": "x" }])).await.page(400);
    patch(&demo, PUBLIC_IMAGE, NEW, json!([])).await.page(403);
    patch(&demo, "none", NEW, json!([])).await.page(404);
    assert_eq!(demo.get(&format!("/v2/images/{id}")).await.ok()["name"], "first", "all or nothing");
}
