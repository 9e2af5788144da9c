//! Images from files, servers, volumes and backups, and the jobs that make them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

pub fn file_image(key: &str) -> Value {
    json!({
        "name": "ims_test_file", "description": "from a file", "image_url": format!("ims-image:{key}"),
        "os_version": "CentOS 7.6 64bit", "min_disk": 40, "tags": ["aaa.111", "bbb.333"],
    })
}

async fn shown(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/v2/images/{id}")).await.ok()
}

/// Every operation that creates an image, once.
pub async fn scenario(cloud: &Cloud) {
    cloud.put_object("ims-image", "centos.qcow2", &qcow2(3)).await;
    cloud.put_object("ims-image", "big.raw", &[7; 4096]).await;
    let demo = cloud.demo().await;
    for (path, body, kind) in [
        ("/v2/cloudimages/action", file_image("centos.qcow2"), "imsImportImageJob"),
        ("/v2.1/cloudimages/action", file_image("centos.qcow2"), "imsImportImageJob"),
        ("/v2/cloudimages/action", json!({ "name": "s", "instance_id": SERVER }), "imsCreateImageByInstance"),
        (
            "/v2/cloudimages/action",
            json!({ "name": "v", "volume_id": VOLUME, "os_version": "CentOS 7.0 64bit", "type": "ECS" }),
            "imsVolumeCreateImageJob",
        ),
        ("/v2/cloudimages/quickimport/action", file_image("big.raw"), "imsImportImageJob"),
        (
            "/v2.1/cloudimages/quickimport/action",
            merged(
                file_image("big.raw"),
                json!({ "type": "DataImage", "os_version": null, "os_type": "Windows" }),
            ),
            "imsImportDataImageJob",
        ),
        (
            "/v1/cloudimages/dataimages/action",
            merged(file_image("big.raw"), json!({ "os_version": null })),
            "imsImportDataImageJob",
        ),
        (
            "/v2.1/cloudimages/dataimages/action",
            merged(file_image("big.raw"), json!({ "os_version": null })),
            "imsImportDataImageJob",
        ),
        (
            "/v1/cloudimages/wholeimages/action",
            json!({ "name": "w", "instance_id": SERVER, "vault_id": VOLUME }),
            "imsCreateWholeImageByInstanceJob",
        ),
    ] {
        let job = demo.job(Method::POST, path, body.clone()).await;
        assert_eq!((&job["status"], &job["job_type"]), (&json!("SUCCESS"), &json!(kind)), "{job}");
        let image = shown(&demo, &text(&job["entities"], "image_id")).await;
        if let Some(url) = body.get("image_url").and_then(|url| url.as_str()) {
            assert_eq!(image["__data_origin"], format!("file,{url}"));
        }
        assert_eq!((&image["status"], &image["owner"]), (&json!("active"), &json!(PROJECT)), "{image}");
        assert_eq!(image["name"], job["entities"]["image_name"]);
    }
    let id = text(
        &demo.post("/v2/images", json!({ "name": "r", "disk_format": "qcow2", "min_disk": 40 })).await.body,
        "id",
    );
    let job = demo
        .job(
            Method::PUT,
            &format!("/v1/cloudimages/{id}/upload"),
            json!({ "image_url": "ims-image:centos.qcow2" }),
        )
        .await;
    assert_eq!(
        (&job["job_type"], &job["entities"]),
        (&json!("imsNativeImportImageJob"), &json!({ "image_id": id }))
    );
    assert_eq!(shown(&demo, &id).await["status"], "active");
}

#[tokio::test]
async fn images_are_created_in_every_way() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn a_job_goes_from_init_over_running_to_success() {
    let cloud = Cloud::start();
    cloud.put_object("ims-image", "centos.qcow2", &qcow2(3)).await;
    let demo = cloud.demo().await;
    let id = text(&demo.post("/v2/cloudimages/action", file_image("centos.qcow2")).await.ok(), "job_id");
    let look = async || {
        let old = demo.get(&format!("/v1/{PROJECT}/jobs/{id}")).await.ok();
        let new = demo.get(&format!("/v1/cloudimages/job/{id}")).await.ok();
        assert_eq!((&old["status"], &old["job_id"]), (&new["status"], &json!(id)));
        (text(&old, "status"), old, new)
    };
    let (status, old, new) = look().await;
    assert_eq!(
        (status.as_str(), &old["end_time"], &new["entities"]["process_percent"]),
        ("INIT", &Value::Null, &json!(0.0))
    );
    assert_eq!(old["error_code"], Value::Null);
    let image = text(&old["entities"], "image_id");
    assert_eq!(shown(&demo, &image).await["status"], "saving");
    assert_eq!(cloud.advance(1).await, [json!(id)]);
    let (status, _, new) = look().await;
    assert_eq!((status.as_str(), &new["entities"]["process_percent"]), ("RUNNING", &json!(50.0)));
    assert!(cloud.advance(1).await.is_empty());
    let (status, old, new) = look().await;
    assert_eq!((status.as_str(), &new["entities"]["process_percent"]), ("SUCCESS", &json!(100.0)));
    assert!(old["end_time"].is_string());
    let made = shown(&demo, &image).await;
    let expected = [
        ("__os_version", "CentOS 7.6 64bit"),
        ("__os_type", "Linux"),
        ("__platform", "CentOS"),
        ("__os_bit", "64"),
        ("__imagetype", "private"),
        ("__description", "from a file"),
        ("virtual_env_type", "FusionCompute"),
        ("disk_format", "qcow2"),
        ("container_format", "bare"),
        ("hw_firmware_type", "bios"),
    ];
    for (name, value) in expected {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!((&made["tags"], &made["virtual_size"]), (&json!(["aaa=111", "bbb=333"]), &json!(3_i64 << 30)));
    assert_eq!(made["__image_size"], made["size"].to_string());
    let file = demo.get(&format!("/v2/images/{image}/file")).await;
    assert_eq!(file.is(200).bytes, qcow2(3), "the file is the object as it was");
    let stranger = cloud.partner().await;
    stranger.get(&format!("/v1/cloudimages/job/{id}")).await.img(404, "IMG.0023");
    stranger.get(&format!("/v1/{PROJECT}/jobs/{id}")).await.img(400, "IMG.0030");
}

#[tokio::test]
async fn a_job_that_fails_says_why_and_kills_the_image() {
    let cloud = Cloud::start();
    cloud.put_object("ims-image", "large.qcow2", &qcow2(100)).await;
    let demo = cloud.demo().await;
    let job = demo.job(Method::POST, "/v2/cloudimages/action", file_image("large.qcow2")).await;
    assert_eq!((&job["status"], &job["error_code"]), (&json!("FAIL"), &json!("IMG.0055")), "{job}");
    assert!(text(&job, "fail_reason").contains("min_disk is 40 GB"));
    let image = text(&job["entities"], "image_id");
    assert_eq!(shown(&demo, &image).await["status"], "killed");
    demo.delete(&format!("/v2/images/{image}")).await.is(204);
}

#[tokio::test]
async fn several_disks_make_sub_jobs() {
    let cloud = Cloud::start();
    cloud.put_object("ims-image", "system.qcow2", &qcow2(3)).await;
    cloud.put_object("ims-image", "data.raw", &[1; 1000]).await;
    let demo = cloud.demo().await;
    let data = json!([{ "image_url": "ims-image:data.raw", "min_disk": 1 }]);
    let body = merged(file_image("system.qcow2"), json!({ "data_images": data }));
    let job = demo.job(Method::POST, "/v2/cloudimages/action", body).await;
    let parts = job["entities"]["sub_jobs_result"].as_array().unwrap();
    assert_eq!((parts.len(), job["entities"]["sub_jobs_list"].as_array().unwrap().len()), (2, 2));
    let disk = shown(&demo, &text(&parts[1]["entities"], "image_id")).await;
    assert_eq!(
        (&disk["virtual_env_type"], &disk["name"]),
        (&json!("DataImage"), &json!("ims_test_file-data"))
    );
    let volumes = json!({ "data_images": [{ "name": "d", "volume_id": VOLUME, "image_tags": [{ "key": "k", "value": "v" }] }] });
    let job = demo.job(Method::POST, "/v2/cloudimages/action", volumes).await;
    assert_eq!(job["job_type"], "imsVolumesToSysDataImagesJob");
    let part = &job["entities"]["sub_jobs_result"][0];
    assert_eq!((&part["job_type"], &part["status"]), (&json!("imsCopyVolumeToImageJob"), &json!("SUCCESS")));
    assert_eq!(shown(&demo, &text(&part["entities"], "image_id")).await["tags"], json!(["k=v"]));
}

#[tokio::test]
async fn a_backup_makes_one_image_and_may_go_with_it() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let body = json!({ "name": "w", "backup_id": VOLUME, "whole_image_type": "CBR" });
    let path = "/v1/cloudimages/wholeimages/action";
    let job = demo.job(Method::POST, path, body.clone()).await;
    assert_eq!(job["job_type"], "imsCreateWholeImageByBackupJob");
    let image = text(&job["entities"], "image_id");
    assert_eq!(shown(&demo, &image).await["__backup_id"], VOLUME);
    demo.post(path, body.clone()).await.img(400, "IMG.0029");
    demo.send(Method::DELETE, &format!("/v2/images/{image}"), json!({ "delete_backup": false }))
        .await
        .is(204);
    let job = demo.job(Method::POST, path, body.clone()).await;
    let image = text(&job["entities"], "image_id");
    demo.send(Method::DELETE, &format!("/v2/images/{image}"), json!({ "delete_backup": true })).await.is(204);
    assert!(demo.post(path, body).await.img(400, "IMG.0020").contains("was deleted"));
}

#[tokio::test]
async fn jobs_run_by_themselves_and_survive_a_kill() {
    let cloud = Cloud::start();
    cloud.put_object("ims-image", "centos.qcow2", &qcow2(3)).await;
    let demo = cloud.demo().await;
    let id = text(&demo.post("/v2/cloudimages/action", file_image("centos.qcow2")).await.ok(), "job_id");
    let headers = demo.headers.clone();
    let cloud = cloud.kill_and_restart(&[]);
    // The token is kept, too.
    let demo = Client { cloud: &cloud, headers };
    let begun = std::time::Instant::now();
    loop {
        let job = demo.get(&format!("/v1/{PROJECT}/jobs/{id}")).await.ok();
        if job["status"] == "SUCCESS" {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "{job}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_job_takes_its_time_where_it_is_given_one() {
    let cloud = Cloud::with(&["--job-millis", "3600000"]);
    let demo = cloud.demo().await;
    let body = json!({ "name": "s", "instance_id": SERVER });
    let id = text(&demo.post("/v2/cloudimages/action", body).await.ok(), "job_id");
    let look = async || demo.get(&format!("/v1/cloudimages/job/{id}")).await.ok();
    let begun = std::time::Instant::now();
    while look().await["status"] == "INIT" {
        assert!(begun.elapsed().as_secs() < 60, "never running");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let job = look().await;
    assert_eq!((&job["status"], &job["entities"]["process_percent"]), (&json!("RUNNING"), &json!(1.0)));
    // Half an hour later, by the emulator's clock.
    let skew = json!({ "clockSkewMs": 1_800_000, "path": "/v1/cloudimages/job" });
    cloud.control(Method::POST, "/_emulator/faults", skew).await;
    let job = look().await;
    let percent = job["entities"]["process_percent"].as_f64().unwrap();
    assert!((50.0..60.0).contains(&percent), "{job}");
    assert!(cloud.advance(1).await.is_empty());
    assert_eq!(look().await["status"], "SUCCESS");
}
