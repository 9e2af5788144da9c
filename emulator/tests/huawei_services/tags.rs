//! Tags in all three families, and finding images by them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

fn tag(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value })
}

/// Every operation on tags once.
pub async fn scenario(cloud: &Cloud) {
    let demo = cloud.demo().await;
    let image = demo.image("tagged").await;
    let rows = format!("/v2/{PROJECT}/images/{image}/tags");
    let list = async || demo.get(&rows).await.ok()["tags"].clone();
    demo.put("/v1/cloudimages/tags", json!({ "image_id": image, "tag": "old.1" })).await.is(204);
    demo.put("/v1/cloudimages/tags", json!({ "image_id": image, "image_tag": tag("old", "2") }))
        .await
        .is(204);
    assert_eq!(list().await, json!([tag("old", "2")]));
    demo.post(&rows, json!({ "tag": tag("one", "") })).await.is(204);
    let more = json!({ "action": "create", "tags": [tag("two", "22"), tag("three", "33"), tag("old", "3")] });
    demo.post(&format!("{rows}/action"), more).await.is(204);
    assert_eq!(list().await, json!([tag("old", "3"), tag("one", ""), tag("two", "22"), tag("three", "33")]));
    let texts = demo.get("/v1/cloudimages/tags?limit=2&page=2&name=tagged").await.ok();
    assert_eq!(texts["tags"], json!(["three=33", "two=22"]));
    let all = demo.get(&format!("/v2/{PROJECT}/images/tags")).await.ok();
    assert!(all["tags"].as_array().unwrap().contains(&json!({ "key": "two", "values": ["22"] })));
    let search = format!("/v2/{PROJECT}/images/resource_instances/action");
    let wanted = json!([{ "key": "two", "values": ["22"] }]);
    let found = demo
        .post(&search, json!({ "action": "filter", "limit": "1", "offset": "0", "tags": wanted }))
        .await
        .ok();
    assert_eq!((&found["total_count"], &found["resources"][0]["resource_id"]), (&json!(1), &json!(image)));
    assert_eq!(found["resources"][0]["resource_detail"]["status"], "active");
    demo.delete(&format!("{rows}/two")).await.is(204);
    demo.delete(&format!("{rows}/two")).await.img(404, "IMG.0115");
    let gone = json!({ "tags": [tag("three", "33"), { "key": "never" }] });
    demo.send(Method::DELETE, &format!("/v1/{PROJECT}/cloudimages/{image}/tags/delete"), gone).await.is(204);
    assert_eq!(list().await, json!([tag("old", "3"), tag("one", "")]));
    demo.raw(Method::PUT, &format!("/v2/images/{image}/tags/native"), None, Vec::new()).await.is(204);
    assert_eq!(
        demo.get(&format!("/v2/images/{image}")).await.ok()["tags"],
        json!(["old=3", "one", "native"])
    );
    demo.delete(&format!("/v2/images/{image}/tags/native")).await.is(204);
    demo.delete(&format!("/v2/images/{image}/tags/native")).await.page(404);
}

#[tokio::test]
async fn tag_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn tags_are_bounded() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let image = demo.image("tagged").await;
    let rows = format!("/v2/{PROJECT}/images/{image}/tags");
    for (body, code) in [
        (json!({}), "IMG.0001"),
        (json!({ "tag": { "key": "a" } }), "IMG.0001"),
        (json!({ "tag": tag("", "v") }), "IMG.0115"),
        (json!({ "tag": tag(&"k".repeat(37), "v") }), "IMG.0115"),
        (json!({ "tag": tag("k", &"v".repeat(44)) }), "IMG.0115"),
        (json!({ "tag": tag("a=b", "v") }), "IMG.0115"),
    ] {
        demo.post(&rows, body).await.img(400, code);
    }
    let action = format!("{rows}/action");
    demo.post(&action, json!({ "action": "Create", "tags": [tag("a", "b")] })).await.img(400, "IMG.0001");
    demo.post(&action, json!({ "action": "create" })).await.img(400, "IMG.0001");
    let twice = json!({ "action": "create", "tags": [tag("a", "1"), tag("a", "2")] });
    demo.post(&action, twice).await.img(400, "IMG.0115");
    let eleven: Vec<Value> = (0..11).map(|number| tag(&format!("k{number}"), "v")).collect();
    demo.post(&action, json!({ "action": "create", "tags": eleven })).await.img(400, "IMG.0116");
    assert_eq!(demo.get(&rows).await.ok()["tags"], json!([]), "all or nothing");
    let set = async |body: Value| demo.put("/v1/cloudimages/tags", body).await;
    set(json!({ "image_id": image })).await.img(400, "IMG.0001");
    set(json!({ "image_id": image, "tag": "a.b", "image_tag": tag("a", "b") })).await.img(400, "IMG.0001");
    set(json!({ "image_id": image, "tag": "a b.c" })).await.img(400, "IMG.0115");
    set(json!({ "image_id": PUBLIC_IMAGE, "tag": "a.b" })).await.img(403, "IMG.0047");
    demo.get(&format!("/v2/{PARTNER_PROJECT}/images/{image}/tags")).await.img(400, "IMG.0030");
    let path = format!("/v2/images/{image}/tags/{}", "t".repeat(256));
    demo.raw(Method::PUT, &path, None, Vec::new()).await.page(400);
}

#[tokio::test]
async fn images_are_found_by_what_they_have_and_have_not() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    for (name, tags) in
        [("both", vec!["a=1", "b=2"]), ("first", vec!["a=1"]), ("other", vec!["a=9"]), ("none", vec![])]
    {
        let id = demo.image(name).await;
        for tag in tags {
            demo.raw(Method::PUT, &format!("/v2/images/{id}/tags/{tag}"), None, Vec::new()).await.is(204);
        }
    }
    let path = format!("/v2/{PROJECT}/images/resource_instances/action");
    let find = async |condition: Value| {
        let count = demo.post(&path, merged(json!({ "action": "count" }), condition.clone())).await.ok();
        let found = demo.post(&path, merged(json!({ "action": "filter" }), condition)).await.ok();
        assert_eq!(count["total_count"], found["total_count"]);
        let resources = found["resources"].as_array().unwrap();
        resources.iter().map(|resource| text(resource, "resource_name")).collect::<Vec<_>>()
    };
    let key = |key: &str, values: &[&str]| json!({ "key": key, "values": values });
    let (a1, b2) = (key("a", &["1"]), key("b", &["2"]));
    assert_eq!(find(json!({ "tags": [a1, b2] })).await, ["both"]);
    assert_eq!(find(json!({ "tags": [key("a", &[])] })).await, ["both", "first", "other"]);
    assert_eq!(find(json!({ "tags": [key("a", &["1", "9"])] })).await, ["both", "first", "other"]);
    assert_eq!(find(json!({ "tags_any": [b2, key("a", &["9"])] })).await, ["both", "other"]);
    assert_eq!(find(json!({ "not_tags": [a1, b2] })).await, ["first", "other", "none"]);
    assert_eq!(find(json!({ "not_tags_any": [a1, b2] })).await, ["other", "none"]);
    assert_eq!(find(json!({ "without_any_tag": true, "tags": [a1] })).await, ["none"]);
    assert_eq!(
        find(json!({ "matches": [{ "key": "resource_name", "value": "o" }] })).await,
        ["both", "other", "none"]
    );
    for (changes, part) in [
        (json!({ "action": "Filter" }), "action"),
        (json!({ "limit": "0" }), "limit"),
        (json!({ "limit": "1001" }), "limit"),
        (json!({ "offset": "-1" }), "offset"),
        (json!({ "matches": [{ "key": "colour", "value": "x" }] }), "key"),
        (json!({ "tags": [key("", &[])] }), "key"),
        (json!({ "tags": [key("a", &["1", "1"])] }), "values"),
        (json!({ "tags": [a1, a1] }), "twice"),
    ] {
        let answer = demo.post(&path, merged(json!({ "action": "filter" }), changes)).await;
        let message = answer.img(400, "IMG.0001");
        assert!(message.contains(part), "{message}");
    }
}
