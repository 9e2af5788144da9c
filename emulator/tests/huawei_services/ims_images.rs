//! Querying and updating images, exporting and copying them, the quota and the OS versions.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

fn names(list: &Value) -> Vec<String> {
    list["images"].as_array().unwrap().iter().map(|image| text(image, "name")).collect()
}

/// Every such operation once.
pub async fn scenario(cloud: &Cloud) {
    let demo = cloud.demo().await;
    let image = demo.image("web").await;
    let change = json!([
        { "op": "replace", "path": "/name", "value": "web 2" },
        { "op": "add", "path": "/__description", "value": "changed" },
        { "op": "add", "path": "/colour", "value": "red" },
        { "op": "replace", "path": "/min_ram", "value": "2048" },
    ]);
    let changed = demo.patch(&format!("/v2/cloudimages/{image}"), change).await.ok();
    assert_eq!((&changed["name"], &changed["colour"]), (&json!("web 2"), &json!("red")));
    assert_eq!((&changed["min_ram"], &changed["__description"]), (&json!(2048), &json!("changed")));
    let list = demo.get("/v2/cloudimages?name=web%202&colour=red").await.ok();
    assert_eq!(names(&list), ["web 2"]);
    for (version, key) in [("v1", "out.qcow2"), ("v2.1", "folder/out 2.vhd")] {
        cloud.put_object("exports", "other", b"x").await;
        let format = if version == "v1" { "qcow2" } else { "vhd" };
        let body = json!({ "bucket_url": format!("exports:{key}"), "file_format": format });
        let job = demo.job(Method::POST, &format!("/{version}/cloudimages/{image}/file"), body).await;
        assert_eq!(
            (&job["status"], &job["job_type"]),
            (&json!("SUCCESS"), &json!("imsNativeExportImageJob"))
        );
        assert_eq!(cloud.object("exports", key).await.unwrap(), qcow2(3));
    }
    for version in ["v1", "v2.1"] {
        let body = json!({ "name": "copy", "description": "of web", "cmk_id": VOLUME });
        let job = demo.job(Method::POST, &format!("/{version}/cloudimages/{image}/copy"), body).await;
        assert_eq!(job["job_type"], "imsCopyImageInRegionJob");
        let copy = demo.get(&format!("/v2/images/{}", text(&job["entities"], "image_id"))).await.ok();
        assert_eq!((&copy["status"], &copy["__originalimagename"]), (&json!("active"), &json!(image)));
        assert_eq!((&copy["colour"], &copy["__system__cmkid"]), (&json!("red"), &json!(VOLUME)));
    }
    let body = json!({ "name": "away", "region": "region1", "project_name": "region1", "agency_name": "ims_agency" });
    let job = demo.job(Method::POST, &format!("/v1/cloudimages/{image}/cross_region_copy"), body).await;
    assert_eq!(job["status"], "SUCCESS");
    // It is in the other region, which this one does not see into.
    demo.get(&format!("/v2/images/{}", text(&job["entities"], "image_id"))).await.page(404);
    let quota = demo.get("/v1/cloudimages/quota").await.ok();
    assert_eq!(quota["quotas"]["resources"][0]["type"], "image");
    let versions = demo.get("/v1/cloudimages/os_version?tag=arm").await.ok();
    assert!(versions.as_array().unwrap().iter().all(|platform| platform["version_list"][0]["os_bit"] == 64));
    assert!(
        demo.get("/v1/cloudimages/os_version").await.ok().as_array().unwrap().len()
            > versions.as_array().unwrap().len()
    );
    demo.get("/v1/cloudimages/os_version?tag=mips").await.img(400, "IMG.0001");
}

#[tokio::test]
async fn image_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    for name in ["b", "a", "c"] {
        demo.image(name).await;
    }
    let list = async |query: &str| demo.get(&format!("/v2/cloudimages?{query}")).await.ok();
    let own = format!("owner={PROJECT}");
    assert_eq!(names(&list(&format!("{own}&sort_key=name&sort_dir=asc")).await), ["a", "b", "c"]);
    assert_eq!(names(&list(&format!("{own}&sort_key=name")).await), ["c", "b", "a"]);
    let mut marker = String::new();
    let mut seen = Vec::new();
    loop {
        let page = list(&format!("{own}&sort_key=name&sort_dir=asc&limit=2{marker}")).await;
        seen.extend(names(&page));
        let Some(next) = page["page_info"]["next_marker"].as_str() else { break };
        marker = format!("&marker={next}");
    }
    assert_eq!(seen, ["a", "b", "c"]);
    let public = list("__imagetype=gold&visibility=public&protected=true").await;
    assert_eq!(public["images"].as_array().unwrap().len(), 4);
    for (query, count) in [
        ("__imagetype=private", 3),
        ("__imagetype=market", 0),
        ("__os_type=Windows", 1),
        ("__platform=CentOS", 1),
        ("architecture=arm", 1),
        ("flavor_id=s6.small.1", 4),
        ("enterprise_project_id=0&__imagetype=private", 3),
        ("enterprise_project_id=all_granted_eps", 7),
        ("min_disk=60", 1),
        ("status=active", 7),
        ("status=queued", 0),
        ("created_at=gt:2018-10-28T10:00:00Z", 7),
        ("created_at=lt:2018-10-28%2010:00:00", 0),
        ("updated_at=neq:2018-10-28T10:00:00Z", 7),
        ("__support_kvm=true", 4),
        ("id=bc6bed6e-ba3a-4447-afcc-449174a3eb52", 1),
        ("__isregistered=false", 0),
        ("name=a", 1),
        ("member_status=accepted&visibility=shared&__imagetype=shared", 0),
    ] {
        assert_eq!(list(query).await["images"].as_array().unwrap().len(), count, "{query}");
    }
    for (query, part) in [
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("sort_key=colour", "sort key"),
        ("sort_dir=up", "sort direction"),
        ("__imagetype=silver", "__imagetype"),
        ("status=broken", "status"),
        ("member_status=maybe", "member_status"),
        ("created_at=2018-10-28T10:00:00Z", "created_at"),
        ("created_at=gt:yesterday", "created_at"),
        ("min_disk=x", "min_disk"),
    ] {
        let message = demo.get(&format!("/v2/cloudimages?{query}")).await.img(400, "IMG.0001");
        assert!(message.contains(part), "{query}: {message}");
    }
    demo.get("/v2/cloudimages?marker=none").await.img(400, "IMG.0027");
}

#[tokio::test]
async fn updates_refuse_what_is_fixed_or_wrong() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let image = demo.image("web").await;
    let path = format!("/v2/cloudimages/{image}");
    let one = |op: &str, path: &str, value: Value| {
        let change = json!({ "op": op, "path": path, "value": value });
        json!([merged(change, if value.is_null() { json!({ "value": null }) } else { json!({}) })])
    };
    for (body, code) in [
        (json!([]), "IMG.0001"),
        (json!({}), "IMG.0001"),
        (one("move", "/name", json!("x")), "IMG.0001"),
        (one("replace", "name", json!("x")), "IMG.0001"),
        (one("replace", "/a/b", json!("x")), "IMG.0001"),
        (one("replace", "/name", Value::Null), "IMG.0001"),
        (one("add", "/Colour", json!("x")), "IMG.0001"),
        (one("replace", "/colour", json!("x")), "IMG.0035"),
        (one("remove", "/colour", Value::Null), "IMG.0035"),
        (one("remove", "/name", Value::Null), "IMG.0105"),
        (one("replace", "/status", json!("x")), "IMG.0105"),
        (one("replace", "/owner", json!("x")), "IMG.0105"),
        (one("replace", "/__image_size", json!("1")), "IMG.0105"),
        (one("replace", "/name", json!("a/b")), "IMG.0003"),
        (one("add", "/__description", json!("a<b")), "IMG.0054"),
        (one("add", "/hw_firmware_type", json!("x")), "IMG.0141"),
        (one("replace", "/min_ram", json!("much")), "IMG.0055"),
        (one("add", "/__support_amd", json!("maybe")), "IMG.0001"),
        (one("replace", "/__os_version", json!("BeOS")), "IMG.0056"),
        (
            json!([
                { "op": "add", "path": "/__support_xen", "value": "true" },
                { "op": "add", "path": "/__support_xen_hana", "value": "true" },
            ]),
            "IMG.0035",
        ),
    ] {
        demo.patch(&path, body.clone()).await.img(400, code);
    }
    assert_eq!(demo.get(&format!("/v2/images/{image}")).await.ok()["name"], "web", "all or nothing");
    let add = one("add", "/colour", json!("red"));
    demo.patch(&format!("/v2/cloudimages/{PUBLIC_IMAGE}"), add.clone()).await.img(403, "IMG.0047");
    let queued = text(&demo.post("/v2/images", json!({})).await.body, "id");
    demo.patch(&format!("/v2/cloudimages/{queued}"), add.clone()).await.img(400, "IMG.0046");
    demo.patch(&path, add).await.ok();
    let removed = demo.patch(&path, one("remove", "/colour", Value::Null)).await.ok();
    assert!(removed.get("colour").is_none());
}
