//! What IMS refuses, with the code of each rule.

use reqwest::Method;
use serde_json::{Value, json};

use crate::ims_create::file_image;
use crate::support::*;

async fn prepared() -> Cloud {
    let cloud = Cloud::start();
    cloud.put_object("ims-image", "a.qcow2", &qcow2(3)).await;
    cloud.put_object("ims-image", "a.raw", &[7; 4096]).await;
    cloud.put_object("ims-image", "bad.qcow2", &[7; 4096]).await;
    cloud
}

#[tokio::test]
async fn creating_from_a_file_is_checked_field_by_field() {
    let cloud = prepared().await;
    let demo = cloud.demo().await;
    let long = |length: usize| "x".repeat(length);
    for (changes, code, part) in [
        (json!({ "name": null }), "IMG.0013", "name"),
        (json!({ "name": "" }), "IMG.0013", "name"),
        (json!({ "name": long(129) }), "IMG.0002", "129"),
        (json!({ "name": " a" }), "IMG.0003", "space"),
        (json!({ "name": "a/b" }), "IMG.0003", "a/b"),
        (json!({ "description": long(1025) }), "IMG.0004", "1025"),
        (json!({ "description": "a<b" }), "IMG.0054", "angle"),
        (json!({ "image_url": "no-colon" }), "IMG.0017", "bucket:file"),
        (json!({ "image_url": ":a" }), "IMG.0068", ":a"),
        (json!({ "image_url": "ims-image:none.qcow2" }), "IMG.0057", "no such object"),
        (json!({ "image_url": "no-bucket:a.qcow2" }), "IMG.0057", "no such bucket"),
        (json!({ "image_url": "ims-image:bad.qcow2" }), "IMG.0057", "not of the format"),
        (json!({ "min_disk": null }), "IMG.0055", "min_disk"),
        (json!({ "min_disk": 0 }), "IMG.0055", "from 1 to 1024"),
        (json!({ "min_disk": 1025 }), "IMG.0055", "1025"),
        (json!({ "min_disk": "40" }), "IMG.0055", "\"40\""),
        (json!({ "os_version": "BeOS 5" }), "IMG.0056", "BeOS 5"),
        (json!({ "type": "VM" }), "IMG.0024", "VM"),
        (json!({ "type": "IsoImage", "os_version": null }), "IMG.0166", "os_version"),
        (json!({ "type": "IsoImage" }), "IMG.0057", "qcow2"),
        (json!({ "type": "BMS", "cmk_id": VOLUME }), "IMG.0118", "cmk_id"),
        (json!({ "architecture": "mips" }), "IMG.0212", "mips"),
        (json!({ "hw_firmware_type": "coreboot" }), "IMG.0141", "coreboot"),
        (json!({ "architecture": "arm", "hw_firmware_type": "bios" }), "IMG.0141", "uefi"),
        (json!({ "min_ram": 100, "max_ram": 50 }), "IMG.0055", "max_ram"),
        (json!({ "is_quick_import": true }), "IMG.0072", "quickly"),
        (json!({ "is_quick_import": true, "os_version": null }), "IMG.0056", "required"),
        (json!({ "is_config": "yes" }), "IMG.0001", "is_config"),
        (json!({ "image_tags": [{ "key": "a", "value": "b" }] }), "IMG.0001", "beside tags"),
        (json!({ "tags": null, "image_tags": [{ "key": long(37), "value": "b" }] }), "IMG.0115", "36"),
        (json!({ "tags": null, "image_tags": [{ "key": "a", "value": long(44) }] }), "IMG.0115", "43"),
        (json!({ "tags": ["a.1", "a.2"] }), "IMG.0115", "twice"),
        (json!({ "enterprise_project_id": "mine" }), "IMG.0001", "UUID"),
        (json!({ "instance_id": SERVER }), "IMG.0001", "beside each other"),
        (json!({ "image_url": null }), "IMG.0001", "one of instance_id"),
        (json!({ "colour": "red" }), "IMG.0001", "colour"),
        (
            json!({ "data_images": [{ "image_url": "ims-image:a.qcow2", "min_disk": 1 }] }),
            "IMG.0123",
            "a.qcow2",
        ),
        (
            json!({ "data_images": [{ "image_url": "ims-image:a.raw", "min_disk": 2049 }] }),
            "IMG.0055",
            "2048",
        ),
        (json!({ "data_images": [{}, {}, {}, {}] }), "IMG.0001", "0 to 3"),
    ] {
        let answer =
            demo.post("/v2/cloudimages/action", merged(file_image("a.qcow2"), changes.clone())).await;
        let message = answer.img(400, code);
        assert!(message.contains(part), "{changes}: {message}");
    }
}

#[tokio::test]
async fn the_other_ways_are_checked_too() {
    let cloud = prepared().await;
    let demo = cloud.demo().await;
    let missing = "00000000-0000-4000-8000-000000000000";
    let running = "11111111-0000-4000-8000-000000000000";
    let create = "/v2/cloudimages/action";
    let quick = "/v2/cloudimages/quickimport/action";
    let data = "/v1/cloudimages/dataimages/action";
    let whole = "/v1/cloudimages/wholeimages/action";
    let volume = json!({ "name": "v", "volume_id": VOLUME, "os_version": "CentOS 7.0 64bit" });
    let of_file = merged(file_image("a.raw"), json!({ "os_version": null }));
    for (path, body, code) in [
        (create, json!({ "name": "s", "instance_id": missing }), "IMG.0005"),
        (create, json!({ "name": "s", "instance_id": running }), "IMG.0008"),
        (create, json!({ "name": "s", "instance_id": "" }), "IMG.0012"),
        (create, merged(volume.clone(), json!({ "volume_id": missing })), "IMG.0120"),
        (create, merged(volume.clone(), json!({ "os_version": null })), "IMG.0056"),
        (create, merged(volume, json!({ "type": "IsoImage" })), "IMG.0024"),
        (
            create,
            json!({ "instance_id": SERVER, "data_images": [{ "name": "d", "volume_id": VOLUME }] }),
            "IMG.0001",
        ),
        (create, json!({ "data_images": [{ "name": "d", "volume_id": missing }] }), "IMG.0120"),
        (create, json!({}), "IMG.0001"),
        (create, json!([]), "IMG.0001"),
        (quick, file_image("a.qcow2"), "IMG.0072"),
        (quick, merged(file_image("a.raw"), json!({ "os_version": null })), "IMG.0056"),
        (quick, merged(file_image("a.raw"), json!({ "type": "IsoImage" })), "IMG.0024"),
        (quick, merged(file_image("a.raw"), json!({ "os_type": "Other" })), "IMG.0122"),
        (data, merged(of_file.clone(), json!({ "min_disk": 39 })), "IMG.0055"),
        (data, merged(of_file.clone(), json!({ "min_disk": 2049 })), "IMG.0055"),
        (data, merged(of_file, json!({ "os_type": "Other" })), "IMG.0122"),
        (whole, json!({ "name": "w" }), "IMG.0001"),
        (whole, json!({ "name": "w", "instance_id": SERVER, "backup_id": VOLUME }), "IMG.0001"),
        (whole, json!({ "name": "w", "backup_id": "" }), "IMG.0019"),
        (whole, json!({ "name": "w", "backup_id": missing }), "IMG.0020"),
        (whole, json!({ "name": "w", "backup_id": VOLUME, "whole_image_type": "X" }), "IMG.0001"),
    ] {
        demo.post(path, body.clone()).await.img(400, code);
    }
    let empty = demo.raw(Method::POST, create, Some("application/json"), Vec::new()).await;
    empty.img(400, "IMG.0007");
    let broken = demo.raw(Method::POST, create, Some("application/json"), b"{".to_vec()).await;
    assert!(broken.img(400, "IMG.0001").contains("not JSON"));
    let typed = demo.raw(Method::POST, create, Some("text/plain"), b"{}".to_vec()).await;
    assert!(typed.img(400, "IMG.0001").contains("Content-Type"));
}

#[tokio::test]
async fn exports_and_copies_are_checked() {
    let cloud = prepared().await;
    let demo = cloud.demo().await;
    let image = demo.image("source").await;
    let queued = text(&demo.post("/v2/images", json!({ "name": "q" })).await.body, "id");
    let job = demo
        .job(
            Method::POST,
            "/v1/cloudimages/wholeimages/action",
            json!({ "name": "w", "instance_id": SERVER }),
        )
        .await;
    let whole = text(&job["entities"], "image_id");
    let export = json!({ "bucket_url": "ims-image:out.qcow2", "file_format": "qcow2" });
    let to = |url: &str| merged(export.clone(), json!({ "bucket_url": url }));
    let file = |id: &str| format!("/v1/cloudimages/{id}/file");
    let copy = |id: &str| format!("/v1/cloudimages/{id}/copy");
    let cross = format!("/v1/cloudimages/{image}/cross_region_copy");
    let away =
        json!({ "name": "c", "region": "region1", "project_name": "region1", "agency_name": "ims_agency" });
    let missing = "00000000-0000-4000-8000-000000000000";
    for (path, body, status, code) in [
        (file(&image), to("nowhere"), 400, "IMG.0017"),
        (file(&image), to("no-bucket:a"), 400, "IMG.0069"),
        (file(&image), to("ims-image:a.raw"), 400, "IMG.0070"),
        (file(&image), to("ims-image:folder/"), 400, "IMG.0073"),
        (file(&image), to(&format!("ims-image:{}", "x".repeat(129))), 400, "IMG.0074"),
        (file(&image), to("ims-image:a*b"), 400, "IMG.0075"),
        (file(&image), merged(export.clone(), json!({ "file_format": "raw" })), 400, "IMG.0072"),
        (file(&image), merged(export.clone(), json!({ "file_format": null })), 400, "IMG.0072"),
        (file(&image), merged(export.clone(), json!({ "is_quick_export": true })), 400, "IMG.0001"),
        (file(PUBLIC_IMAGE), export.clone(), 400, "IMG.0077"),
        (file(&whole), export.clone(), 400, "IMG.0130"),
        (file(&queued), export.clone(), 400, "IMG.0046"),
        (file(missing), export.clone(), 404, "IMG.0144"),
        (copy(&whole), json!({ "name": "c" }), 400, "IMG.0130"),
        (copy(&queued), json!({ "name": "c" }), 400, "IMG.0046"),
        (copy(PUBLIC_IMAGE), json!({ "name": "c" }), 403, "IMG.0047"),
        (copy(&image), json!({}), 400, "IMG.0013"),
        (cross.clone(), merged(away.clone(), json!({ "region": "region0" })), 400, "IMG.0105"),
        (cross.clone(), merged(away.clone(), json!({ "region": "mars" })), 400, "IMG.0001"),
        (cross.clone(), merged(away.clone(), json!({ "project_name": "region0" })), 400, "IMG.0001"),
        (cross, merged(away, json!({ "agency_name": null })), 400, "IMG.0001"),
    ] {
        demo.post(&path, body).await.img(status, code);
    }
    let register = |id: &str| format!("/v1/cloudimages/{id}/upload");
    demo.put(&register(&image), json!({ "image_url": "ims-image:a.qcow2" })).await.img(400, "IMG.0046");
    demo.put(&register(&queued), json!({ "image_url": "ims-image:none.raw" })).await.img(400, "IMG.0057");
    demo.put(&register(missing), json!({ "image_url": "ims-image:a.qcow2" })).await.img(404, "IMG.0144");
}

#[tokio::test]
async fn the_quota_holds() {
    let cloud = Cloud::with(&["--pause-jobs", "--quota", "1"]);
    let demo = cloud.demo().await;
    demo.post("/v2/images", json!({})).await.is(201);
    let message = demo.post("/v2/cloudimages/action", json!({ "name": "s", "instance_id": SERVER })).await;
    assert!(message.img(400, "IMG.0015").contains("The quota is 1 images"));
    demo.post("/v2/images", json!({})).await.page(400);
    let quota: Value = demo.get("/v1/cloudimages/quota").await.ok();
    assert_eq!(quota["quotas"]["resources"][0]["used"], 1);
}
