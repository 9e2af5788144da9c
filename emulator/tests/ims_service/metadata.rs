//! Create, update, delete, details: what they take, what they refuse, what their answers look like.

use serde_json::{Value, json};

use crate::support::*;

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn create_answers_as_the_document_shows() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let created = client.post("private-images", image()).await.success();
    let document = [
        "bootMode",
        "cpuArch",
        "createdAt",
        "departmentId",
        "diskFormat",
        "id",
        "imageId",
        "imageTags",
        "imageType",
        "instructions",
        "minDisk",
        "minRam",
        "name",
        "osType",
        "osVersion",
        "owner",
        "platform",
        "progress",
        "resourceGroupId",
        "sourceType",
        "status",
        "updatedAt",
        "uploadId",
        "usage",
        "visibility",
    ];
    assert_eq!(keys(&created), document);
    assert_eq!(created["progress"], "0%");
    assert_eq!(created["status"], "queued");
    assert_eq!(created["imageTags"], json!([]));
    assert_eq!(created["bootMode"], "BIOS");
    assert_eq!(created["owner"], DEMO_TENANT);
    assert!(created["id"].is_i64());
    assert!(text(&created, "createdAt").ends_with('Z') && text(&created, "createdAt").len() == 24);
    let image_id = text(&created, "imageId");
    assert!(image_id.starts_with("img-") && image_id.len() == 18, "{image_id}");
}

#[tokio::test]
async fn create_takes_the_fields_wrapped_too() {
    let emulator = Emulator::start(&[]);
    let tags = json!([{ "key": "a", "value": "b" }]);
    let body = json!({ "image": merged(image(), json!({ "imageTags": tags, "bootMode": "UEFI" })) });
    let created = emulator.client().post("private-images", body).await.success();
    assert_eq!((&created["imageTags"], &created["bootMode"]), (&tags, &json!("UEFI")));
}

#[tokio::test]
async fn create_refuses_what_the_document_forbids() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let required = [
        "diskFormat",
        "minDisk",
        "minRam",
        "name",
        "imageType",
        "instruction",
        "cpuArch",
        "osType",
        "platform",
        "visibility",
        "usage",
        "departmentId",
        "tenantId",
    ];
    for field in required {
        let message = client.post("private-images", merged(image(), json!({ field: null }))).await;
        assert!(message.error("IMG.InvalidParameter").contains(&format!("{field}: is required")));
    }
    let long_name = "x".repeat(129);
    let long_description = "长".repeat(257);
    for (field, value) in [
        ("diskFormat", json!("vmdk")),
        ("diskFormat", json!(1)),
        ("minDisk", json!(0)),
        ("minDisk", json!("10")),
        ("minDisk", json!(10.5)),
        ("minRam", json!(-1)),
        ("name", json!("")),
        ("name", json!(" x")),
        ("name", json!("x ")),
        ("name", json!("a/b")),
        ("name", json!(long_name)),
        ("imageType", json!("iso")),
        ("instruction", json!("64")),
        ("cpuArch", json!("mips")),
        ("description", json!("x")),
        ("description", json!(long_description)),
        ("osType", json!("Linux")),
        ("platform", json!("debian")),
        ("visibility", json!("shared")),
        ("imageTags", json!("a")),
        ("imageTags", json!(["a"])),
        ("usage", json!("vm")),
        ("bootMode", json!("uefi")),
        ("departmentId", json!(1)),
    ] {
        let answer = client.post("private-images", merged(image(), json!({ field: value }))).await;
        let message = answer.error("IMG.InvalidParameter");
        assert!(message.contains(field), "{field} = {value}: {message}");
    }
    assert_eq!(client.get("private-images?current=1&size=1").await.success()["total"], 0);
}

#[tokio::test]
async fn update_changes_what_it_says() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.create(json!({})).await;
    let path = format!("private-images/{image_id}");
    assert_eq!(client.put(&path, update()).await.success(), Value::Null);
    let image = client.find(&image_id).await.unwrap();
    for (field, value) in update().as_object().unwrap() {
        let field = if field == "instruction" { "instructions" } else { field };
        assert_eq!(image[field], *value, "{field}");
    }
    for field in update().as_object().unwrap().keys() {
        let answer = client.put(&path, merged(update(), json!({ field.as_str(): null }))).await;
        assert!(answer.error("IMG.InvalidParameter").contains(field.as_str()));
    }
    let answer = client.put(&path, merged(update(), json!({ "diskFormat": "qcow2" }))).await;
    assert!(answer.error("IMG.InvalidParameter").contains("diskFormat: must stay raw"));
    client.put("private-images/img-x", update()).await.error("IMG.DBGet.NoData");
}

#[tokio::test]
async fn details_know_public_images_and_ones_own() {
    let emulator = Emulator::start(&[]);
    let (client, partner) = (emulator.client(), emulator.partner());
    let public = client.upload(json!({ "visibility": "public" }), &bytes(100)).await;
    let private = client.create(json!({})).await;
    let details = client.get(&format!("images/{public}")).await.success();
    assert_eq!(details["imageTags"], json!([]));
    assert_eq!(details["progress"], "100");
    assert_eq!(details["region"], "region0");
    assert!(details.get("osVersion").is_none() && details.get("owner").is_none(), "{details}");
    assert!(text(&details, "createdAt").ends_with("+08:00"));
    partner.get(&format!("images/{public}")).await.success();
    client.get(&format!("images/{private}")).await.success();
    partner.get(&format!("images/{private}")).await.error("IMG.DBGet.NoData");

    let strict = Emulator::start(&["--details-public-only"]);
    let private = strict.client().create(json!({})).await;
    strict.client().get(&format!("images/{private}")).await.error("IMG.DBGet.NoData");
    assert!(strict.client().find(&private).await.is_some());
}

#[tokio::test]
async fn a_deleted_image_is_gone_with_its_file_and_credentials() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.upload(json!({}), &bytes(100)).await;
    let bucket = format!("iaas-image-{DEMO_TENANT}");
    assert!(emulator.object(&bucket, &image_id).await.is_some());
    let answer = client.delete(&format!("private-images/{image_id}")).await;
    assert!(answer.body.get("data").is_none(), "the document shows no data: {}", answer.body);
    answer.success();
    assert!(emulator.object(&bucket, &image_id).await.is_none());
    assert!(client.find(&image_id).await.is_none());
    client.get(&format!("images/{image_id}")).await.error("IMG.DBGet.NoData");
    client.delete(&format!("private-images/{image_id}")).await.error("IMG.DBGet.NoData");
    client.put(&format!("private-images/{image_id}"), update()).await.error("IMG.DBGet.NoData");

    let queued = client.create(json!({})).await;
    let prepared = client.prepare(&queued, 10).await;
    client.delete(&format!("private-images/{queued}")).await.success();
    assert_eq!(client.store(&prepared, &bytes(10)).await, 403, "the credentials are revoked");
}

#[tokio::test]
async fn odd_ids_in_the_path_are_one_segment() {
    let emulator = Emulator::start(&[]);
    for id in ["%2e%2e%2fx", "a%2Fb%3Fc", "%00", "%E9%95%9C", "%27%20OR%201=1"] {
        emulator.client().get(&format!("images/{id}")).await.error("IMG.DBGet.NoData");
    }
    emulator.client().get("images/%ff").await.error("IMG.InvalidParameter");
}
