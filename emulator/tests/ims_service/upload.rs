//! The states of an upload: what upload-prepare and upload-done do in each of them.

use serde_json::{Value, json};

use crate::support::*;

#[tokio::test]
async fn a_raw_file_becomes_an_active_image() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let file = bytes(300_000);
    let image_id = client.create(json!({})).await;
    let prepared = client.prepare(&image_id, file.len()).await;
    assert_eq!(prepared["image_url"], "");
    assert_eq!(
        (text(&prepared, "file"), text(&prepared, "domain")),
        (image_id.as_str(), emulator.oss.as_str())
    );
    assert!(!text(&prepared, "token").is_empty());
    assert_eq!(client.find(&image_id).await.unwrap()["size"], file.len());
    assert_eq!(client.store(&prepared, &file).await, 200);
    let answer = client
        .post(
            &format!("private-images/{image_id}/upload-done"),
            json!({ "result": "success", "uploadId": "test" }),
        )
        .await;
    assert!(answer.body.get("data").is_none(), "the document shows no data: {}", answer.body);
    answer.success();
    let image = client.wait_for(&image_id, "active").await;
    assert_eq!((&image["progress"], &image["size"]), (&json!("100"), &json!(file.len())));
    assert_eq!(image["checksum"], md5_of(&file));
    assert_eq!(client.download(&image_id).await, file);
}

#[tokio::test]
async fn a_qcow2_file_is_measured_by_its_header() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let file = qcow2(2);
    let image_id = client.create(json!({ "diskFormat": "qcow2", "minDisk": 1 })).await;
    let prepared = client.prepare(&image_id, file.len()).await;
    assert_eq!(client.store(&prepared, &file).await, 200);
    client.done(&image_id, "success").await.error("IMG.OperationFailed.MinDiskSize");
    // The mistake can be mended: the image is still queued.
    let larger = merged(update(), json!({ "diskFormat": "qcow2", "minDisk": 2 }));
    client.put(&format!("private-images/{image_id}"), larger).await.success();
    client.done(&image_id, "success").await.success();
    assert_eq!(client.wait_for(&image_id, "active").await["checksum"], md5_of(&file));
}

#[tokio::test]
async fn a_file_that_is_no_qcow2_is_refused() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    for file in [bytes(1000), b"QFI".to_vec()] {
        let image_id = client.create(json!({ "diskFormat": "qcow2" })).await;
        let prepared = client.prepare(&image_id, file.len()).await;
        assert_eq!(client.store(&prepared, &file).await, 200);
        let message = client.done(&image_id, "success").await.error("IMG.OperationFailed.UploadError");
        assert!(message.contains("qcow2"), "{message}");
        assert_eq!(client.find(&image_id).await.unwrap()["status"], "queued");
    }
}

#[tokio::test]
async fn success_without_the_object_is_refused_and_the_upload_can_go_on() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.create(json!({})).await;
    let message = client.done(&image_id, "success").await.error("IMG.OperationFailed.UploadError");
    assert!(message.contains("upload-prepare"), "{message}");
    let prepared = client.prepare(&image_id, 100).await;
    client.done(&image_id, "success").await.error("IMG.OperationFailed.UploadError");
    client.store_one_part(&prepared, &bytes(100)).await;
    client.done(&image_id, "success").await.error("IMG.OperationFailed.UploadError");
    assert_eq!(client.store(&prepared, &bytes(99)).await, 200);
    let message = client.done(&image_id, "success").await.error("IMG.OperationFailed.ImageSize");
    assert!(message.contains("100") && message.contains("99"), "{message}");
    // Prepared anew: other keys, same place; the size of the last call counts.
    let again = client.prepare(&image_id, 99).await;
    assert_ne!(again["accessKey"], prepared["accessKey"]);
    assert_eq!((&again["bucket"], &again["file"]), (&prepared["bucket"], &prepared["file"]));
    client.done(&image_id, "success").await.success();
    client.wait_for(&image_id, "active").await;
}

#[tokio::test]
async fn failed_kills_the_image_and_removes_everything() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.create(json!({})).await;
    let prepared = client.prepare(&image_id, 100).await;
    assert_eq!(client.store(&prepared, &bytes(100)).await, 200);
    client.store_one_part(&prepared, &bytes(100)).await;
    client.done(&image_id, "failed").await.success();
    assert_eq!(client.find(&image_id).await.unwrap()["status"], "killed");
    assert!(emulator.object(text(&prepared, "bucket"), &image_id).await.is_none());
    assert_eq!(client.store(&prepared, &bytes(100)).await, 403, "the credentials are revoked");
    client.done(&image_id, "failed").await.success();
    client.done(&image_id, "success").await.error("IMG.OperationDenied.ActionNotMatchStatus");
    let prepare =
        client.post(&format!("private-images/{image_id}/upload-prepare"), json!({ "size": 1 })).await;
    prepare.error("IMG.OperationFailed.UploadNotAllowed");
    client.delete(&format!("private-images/{image_id}")).await.success();
}

#[tokio::test]
async fn in_saving_nothing_is_lost_and_failed_still_kills() {
    let emulator = Emulator::start(&["--pause-jobs"]);
    let client = emulator.client();
    let saving = async || {
        let image_id = client.create(json!({})).await;
        let prepared = client.prepare(&image_id, 100).await;
        assert_eq!(client.store(&prepared, &bytes(100)).await, 200);
        client.done(&image_id, "success").await.success();
        assert_eq!(client.find(&image_id).await.unwrap()["status"], "saving");
        (image_id, prepared)
    };
    let (image_id, prepared) = saving().await;
    client.done(&image_id, "success").await.success();
    assert_eq!(client.store(&prepared, &bytes(100)).await, 403, "what is being saved cannot be overwritten");
    let prepare =
        client.post(&format!("private-images/{image_id}/upload-prepare"), json!({ "size": 1 })).await;
    prepare.error("IMG.OperationFailed.UploadNotAllowed");
    client
        .get(&format!("private-images/{image_id}/file"))
        .await
        .error("IMG.OperationFailed.DownloadNotAllowed");
    client
        .put(&format!("private-images/{image_id}"), update())
        .await
        .error("IMG.OperationDenied.ActionNotMatchStatus");
    client.delete(&format!("private-images/{image_id}")).await.error("IMG.OperationFailed.DeleteNotAllowed");
    let (given_up, _) = saving().await;
    client.done(&given_up, "failed").await.success();
    emulator.pause_jobs(false).await;
    client.wait_for(&image_id, "active").await;
    assert_eq!(client.find(&given_up).await.unwrap()["status"], "killed");
    assert!(emulator.object(text(&prepared, "bucket"), &given_up).await.is_none());
}

#[tokio::test]
async fn an_active_image_stays_active() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.upload(json!({}), &bytes(100)).await;
    client.done(&image_id, "success").await.success();
    client.done(&image_id, "failed").await.error("IMG.OperationDenied.ActionNotMatchStatus");
    let other = json!({ "result": "success", "uploadId": "another upload" });
    let answer = client.post(&format!("private-images/{image_id}/upload-done"), other).await;
    answer.error("IMG.OperationDenied.ActionNotMatchStatus");
    assert_eq!(client.download(&image_id).await, bytes(100));
}

#[tokio::test]
async fn bodies_are_checked() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.create(json!({})).await;
    let prepare = format!("private-images/{image_id}/upload-prepare");
    for size in [json!(0), json!(-1), json!("5"), json!(1.5), json!(6_000_000_000_000_i64), Value::Null] {
        let answer = client.post(&prepare, json!({ "size": size })).await;
        assert!(answer.error("IMG.InvalidParameter").contains("size"), "{size}");
    }
    let done = format!("private-images/{image_id}/upload-done");
    for body in [json!({}), json!({ "result": "ok" }), json!({ "result": true })] {
        assert!(client.post(&done, body).await.error("IMG.InvalidParameter").contains("result"));
    }
    let wrong_id = json!({ "result": "failed", "uploadId": 5 });
    assert!(client.post(&done, wrong_id).await.error("IMG.InvalidParameter").contains("uploadId"));
    assert_eq!(client.find(&image_id).await.unwrap()["status"], "queued");
}

#[tokio::test]
async fn credentials_are_good_for_their_object_only() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let (one, two) = (client.create(json!({})).await, client.create(json!({})).await);
    let mut prepared = client.prepare(&one, 10).await;
    client.prepare(&two, 10).await;
    prepared["file"] = json!(two);
    assert_eq!(client.store(&prepared, &bytes(10)).await, 403);
}

#[tokio::test]
async fn quotas_count_what_is_neither_deleted_nor_killed() {
    let emulator = Emulator::start(&["--quota", "2"]);
    let client = emulator.client();
    let one = client.create(json!({})).await;
    let two = client.create(json!({})).await;
    client.post("private-images", image()).await.error("IMG.OperationDenied.QuotaNotEnough");
    client.delete(&format!("private-images/{one}")).await.success();
    client.create(json!({})).await;
    client.done(&two, "failed").await.success();
    client.create(json!({})).await;
    client.post("private-images", image()).await.error("IMG.OperationDenied.QuotaNotEnough");
    emulator.partner().create(json!({ "tenantId": PARTNER_TENANT })).await;
}
