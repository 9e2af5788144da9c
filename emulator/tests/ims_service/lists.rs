//! The public and the private list: pages, filter, order, what belongs to whom.

use serde_json::{Value, json};

use crate::support::*;

fn ids(page: &Value) -> Vec<&str> {
    page["list"].as_array().unwrap().iter().map(|image| text(image, "imageId")).collect()
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_without_gaps() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(client.create(json!({ "name": format!("number {number}") })).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    for current in 1..=4 {
        let page = client.get(&format!("private-images?current={current}&size=3")).await.success();
        assert_eq!(
            (&page["current"], &page["size"], &page["total"]),
            (&json!(current), &json!(3), &json!(7))
        );
        seen.extend(ids(&page).into_iter().map(str::to_owned));
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn the_filter_narrows_by_name_and_id() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let one = client.create(json!({ "name": "Web-Server 1" })).await;
    let two = client.create(json!({ "name": "web_server 2" })).await;
    let chinese = client.create(json!({ "name": "网页服务器" })).await;
    let filtered = async |filter: &str| {
        let page = client.get(&format!("private-images?current=1&size=10&filter={filter}")).await.success();
        let list: Vec<String> = ids(&page).into_iter().map(str::to_owned).collect();
        assert_eq!(page["total"], list.len());
        list
    };
    assert_eq!(filtered("name:lk:web").await, [two.clone(), one.clone()]);
    assert_eq!(filtered("name:lk:WEB-").await, std::slice::from_ref(&one));
    assert_eq!(filtered("name:lk:%E6%9C%8D%E5%8A%A1").await, [chinese]);
    assert_eq!(filtered("name:lk:_").await, std::slice::from_ref(&two), "an underscore is no wildcard");
    assert!(filtered("name:lk:%25").await.is_empty(), "neither is a per cent sign");
    assert_eq!(filtered(&format!("name:lk:web%7CimageId:eq:{one}%7C")).await, std::slice::from_ref(&one));
    assert_eq!(filtered(&format!("imageId:eq:{}", &two[4..])).await, [two], "contains, as the document says");
    assert_eq!(filtered("").await.len(), 3);
    for bad in ["name", "name:eq:x", "size:lk:1", "name:lk:"] {
        let answer = client.get(&format!("private-images?current=1&size=1&filter={bad}")).await;
        assert!(answer.error("IMG.InvalidParameter").contains("filter"));
    }
}

#[tokio::test]
async fn paging_is_required_and_checked() {
    let emulator = Emulator::start(&[]);
    for list in ["images", "private-images", "shared-images"] {
        for (query, field) in [
            ("", "size"),
            ("current=1", "size"),
            ("size=1", "current"),
            ("current=0&size=1", "current"),
            ("current=1&size=0", "size"),
            ("current=1&size=x", "size"),
            ("current=1&size=1001", "size"),
        ] {
            let answer = emulator.client().get(&format!("{list}?{query}")).await;
            assert!(answer.error("IMG.InvalidParameter").contains(field), "{list}?{query}");
        }
    }
}

#[tokio::test]
async fn items_look_as_the_document_shows() {
    let emulator = Emulator::start(&["--seed-demo"]);
    let client = emulator.client();
    let public = client.get("images?current=1&size=10").await.success();
    assert_eq!(public["total"], 3);
    let item = &public["list"][0];
    assert_eq!((&item["imageTags"], &item["progress"]), (&Value::Null, &json!("100")));
    assert_eq!((&item["visibility"], &item["region"]), (&json!("public"), &json!("region0")));
    assert!(item.get("owner").is_none() && item["osVersion"].is_string() && item["id"].is_i64());
    let private = client.get("private-images?current=1&size=10").await.success();
    let item = &private["list"][0];
    assert_eq!((&item["owner"], &item["tenantName"]), (&json!(DEMO_TENANT), &json!("demo")));
    assert_eq!(item["imageTags"], Value::Null);
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let mine = client.create(json!({})).await;
    let public = client.upload(json!({ "visibility": "public" }), &bytes(10)).await;
    let waiting = client.create(json!({ "visibility": "public" })).await;
    assert!(partner.find(&mine).await.is_none());
    assert_eq!(ids(&partner.get("images?current=1&size=10").await.success()), [public]);
    assert!(client.find(&waiting).await.is_some(), "public, but not active: only its owner sees it");
    let theirs = partner.create(json!({ "tenantId": PARTNER_TENANT })).await;
    assert!(client.find(&theirs).await.is_none());
    for (path, body) in [
        ("upload-prepare", json!({ "size": 1 })),
        ("upload-done", json!({ "result": "success" })),
        ("upload-done", json!({ "result": "failed" })),
        ("share", users(&["12"])),
        ("unshare", users(&["12"])),
    ] {
        let answer = partner.post(&format!("private-images/{mine}/{path}"), body).await;
        answer.error("IMG.OperationDenied.Identity");
    }
    for path in ["share", "oss-bucket-list", "file"] {
        partner.get(&format!("private-images/{mine}/{path}")).await.error("IMG.OperationDenied.Identity");
    }
    partner.delete(&format!("private-images/{mine}")).await.error("IMG.OperationDenied.Identity");
}
