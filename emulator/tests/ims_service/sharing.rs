//! Sharing between two tenants: both sides of it, and copies that really are copies.

use serde_json::{Value, json};

use crate::support::*;

async fn share_of(client: &Client<'_>, image_id: &str) -> Value {
    let list = client.get("shared-images?current=1&size=100").await.success()["list"].take();
    list.as_array().unwrap().iter().find(|share| share["imageId"] == image_id).cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_share_is_seen_on_both_sides_and_taken_back() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let image_id = client.upload(json!({}), &bytes(100)).await;
    let share = format!("private-images/{image_id}/share");
    assert_eq!(client.post(&share, users(&[PARTNER_USER, "12345"])).await.success(), Value::Null);

    let list = client.get(&share).await.success();
    assert_eq!((&list["total"], &list["size"], &list["current"]), (&json!(2), &json!(10), &json!(1)));
    let seen = list["list"].as_array().unwrap().iter().find(|share| share["userId"] == PARTNER_USER).unwrap();
    assert_eq!((&seen["image"], &seen["userName"]), (&Value::Null, &json!("partner-user")));
    assert!(text(seen, "shareId").starts_with("img-share-"));
    let second = client.get(&format!("{share}?requestInfo=region0&current=2&size=1")).await.success();
    assert_eq!(second["list"].as_array().unwrap().len(), 1);

    let received = share_of(&partner, &image_id).await;
    assert_eq!(received["shareId"], seen["shareId"]);
    let image = &received["image"];
    assert_eq!((&image["imageId"], &image["owner"]), (&json!(image_id), &json!(DEMO_TENANT)));
    assert_eq!((&image["checksum"], &image["progress"]), (&json!(md5_of(&bytes(100))), &json!("100")));
    assert!(image.get("region").is_none(), "the document shows none here");
    assert_eq!(share_of(&client, &image_id).await, Value::Null, "the owner received nothing");

    client.delete(&format!("private-images/{image_id}")).await.error("IMG.OperationFailed.ImageIsShared");
    let unshare = format!("private-images/{image_id}/unshare");
    let all = client.post(&unshare, users(&[PARTNER_USER, "999"])).await;
    all.error("IMG.OperationFailed.NotShared");
    assert_ne!(share_of(&partner, &image_id).await, Value::Null, "all or none");
    client.post(&unshare, users(&[PARTNER_USER, "12345"])).await.success();
    assert_eq!(share_of(&partner, &image_id).await, Value::Null);
    client.delete(&format!("private-images/{image_id}")).await.success();
}

#[tokio::test]
async fn the_receiver_gives_a_share_back() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let image_id = client.upload(json!({}), &bytes(100)).await;
    client.post(&format!("private-images/{image_id}/share"), users(&[PARTNER_USER])).await.success();
    let path = format!("shared-images/{}", text(&share_of(&partner, &image_id).await, "shareId"));
    client.delete(&path).await.error("IMG.OperationDenied.Identity");
    assert_eq!(partner.delete(&path).await.success(), Value::Null);
    partner.delete(&path).await.error("IMG.DBGet.NoData");
    assert_eq!(client.get(&format!("private-images/{image_id}/share")).await.success()["total"], 0);
}

#[tokio::test]
async fn share_requests_are_checked() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.upload(json!({}), &bytes(100)).await;
    let path = format!("private-images/{image_id}/share");
    let fifty: Vec<String> = (1..=50).map(|number: u32| number.to_string()).collect();
    let fifty_one: Vec<String> = (1..=51).map(|number: u32| number.to_string()).collect();
    for body in [
        json!({}),
        json!({ "user_ids": ["1"] }),
        json!({ "shares": {} }),
        json!({ "shares": { "user_ids": [] } }),
        json!({ "shares": { "user_ids": "1" } }),
        json!({ "shares": { "user_ids": [1] } }),
        json!({ "shares": { "user_ids": fifty_one } }),
    ] {
        let message = client.post(&path, body.clone()).await.error("IMG.InvalidParameter");
        assert!(message.contains("shares"), "{body}: {message}");
    }
    client.post(&path, users(&[DEMO_USER])).await.error("IMG.OperationFailed.InvalidUserId");
    client.post(&path, users(&["1", "1"])).await.error("IMG.OperationFailed.DuplicateUserId");
    client.post(&path, json!({ "shares": { "user_ids": fifty } })).await.success();
    client.post(&path, users(&["51", "50"])).await.error("IMG.OperationFailed.AlreadyShared");
    assert_eq!(client.get(&path).await.success()["total"], 50, "all or none");
    let queued = client.create(json!({})).await;
    let answer = client.post(&format!("private-images/{queued}/share"), users(&["1"])).await;
    answer.error("IMG.OperationFailed.ActionNotMatch");
}

#[tokio::test]
async fn shared_images_are_ordered_as_asked() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let mut made = Vec::new();
    for _ in 0..3 {
        let image_id = client.upload(json!({}), &bytes(10)).await;
        client.post(&format!("private-images/{image_id}/share"), users(&[PARTNER_USER])).await.success();
        made.push(image_id);
    }
    let ordered = async |order: &str| -> Vec<String> {
        let page = partner.get(&format!("shared-images?current=1&size=10{order}")).await.success();
        page["list"].as_array().unwrap().iter().map(|share| text(share, "imageId").to_owned()).collect()
    };
    assert_eq!(ordered("&orderBy=createdAt:asc").await, made);
    made.reverse();
    assert_eq!(ordered("&orderBy=createdAt:desc").await, made);
    assert_eq!(ordered("").await, made);
    for bad in ["name:desc", "createdAt:down", "createdAt:desc;DROP"] {
        let answer = partner.get(&format!("shared-images?current=1&size=10&orderBy={bad}")).await;
        assert!(answer.error("IMG.InvalidParameter").contains("orderBy"));
    }
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_lives_on_its_own() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let file = bytes(3_000_000);
    let image_id = client.upload(json!({}), &file).await;
    client.post(&format!("private-images/{image_id}/share"), users(&[PARTNER_USER])).await.success();
    let share_id = text(&share_of(&partner, &image_id).await, "shareId").to_owned();
    let path = format!("shared-images/{share_id}/copy");

    emulator.pause_jobs(true).await;
    let copied = partner.post(&path, copy("名称")).await.success();
    for absent in ["progress", "size", "checksum"] {
        assert!(copied.get(absent).is_none(), "the document's example has no {absent}");
    }
    assert_eq!((&copied["status"], &copied["describe"]), (&json!("saving"), &json!("描述")));
    assert_eq!((&copied["shared"], &copied["volumeImages"]), (&json!(false), &Value::Null));
    // While the copy needs the file, the owner cannot take it away.
    client.post(&format!("private-images/{image_id}/unshare"), users(&[PARTNER_USER])).await.success();
    client.delete(&format!("private-images/{image_id}")).await.error("IMG.OperationFailed.DeleteNotAllowed");
    emulator.pause_jobs(false).await;

    let copy_id = text(&copied, "imageId");
    let image = partner.wait_for(copy_id, "active").await;
    assert_eq!((&image["checksum"], &image["size"]), (&json!(md5_of(&file)), &json!(file.len())));
    assert_eq!((&image["name"], &image["owner"]), (&json!("名称"), &json!(PARTNER_TENANT)));
    client.delete(&format!("private-images/{image_id}")).await.success();
    assert_eq!(partner.download(copy_id).await, file);
    partner.post(&path, copy("again")).await.error("IMG.DBGet.NoData");
}

#[tokio::test]
async fn copy_requests_are_checked() {
    let emulator = Emulator::start(&["--quota", "1"]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let image_id = client.upload(json!({}), &bytes(10)).await;
    client.post(&format!("private-images/{image_id}/share"), users(&[PARTNER_USER])).await.success();
    let path = format!("shared-images/{}/copy", text(&share_of(&partner, &image_id).await, "shareId"));
    for field in ["tenantId", "departmentId", "resourceGroupId", "name"] {
        let answer = partner.post(&path, merged(copy("x"), json!({ field: null }))).await;
        assert!(answer.error("IMG.InvalidParameter").contains(field));
    }
    client.post(&path, copy("x")).await.error("IMG.OperationDenied.Identity");
    let first = partner.post(&path, copy("first")).await.success();
    partner.post(&path, copy("second")).await.error("IMG.OperationDenied.QuotaNotEnough");
    partner.wait_for(text(&first, "imageId"), "active").await;
}
