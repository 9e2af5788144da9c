//! Every error code of the document is provoked as the table in the README says.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

/// What every provocation starts from.
struct Scene {
    emulator: Emulator,
    /// Its quota is 1, and used up.
    full: Emulator,
    active: String,
    queued: String,
    killed: String,
    shared: String,
    public: String,
}

async fn scene() -> Scene {
    let emulator = Emulator::start(&[]);
    let full = Emulator::start(&["--quota", "1"]);
    full.client().create(json!({})).await;
    let client = emulator.client();
    let file = bytes(5000);
    let active = client.upload(json!({}), &file).await;
    let shared = client.upload(json!({}), &file).await;
    let public = client.upload(json!({ "visibility": "public" }), &file).await;
    let queued = client.create(json!({})).await;
    let killed = client.create(json!({})).await;
    client.done(&killed, "failed").await.success();
    client.post(&format!("private-images/{shared}/share"), users(&[PARTNER_USER])).await.success();
    Scene { emulator, full, active, queued, killed, shared, public }
}

fn private(image_id: &str, rest: &str) -> String {
    format!("private-images/{image_id}{rest}")
}

async fn create_named(scene: &Scene, name: &str) -> Answer {
    scene.emulator.client().post("private-images", merged(image(), json!({ "name": name }))).await
}

async fn provoke(scene: &Scene, code: &str) -> Answer {
    let client = scene.emulator.client();
    let partner = scene.emulator.partner();
    let (active, queued, shared) = (scene.active.as_str(), scene.queued.as_str(), scene.shared.as_str());
    match code {
        "IMG.InvalidParameter" => {
            client.post(&private(queued, "/upload-prepare"), json!({ "size": 0 })).await
        }
        "IMG.DBGet.Fail" => client.get("private-images?current=1&size=1&filter=name:lk:fail-DBGet").await,
        "IMG.DBUpdate.Fail" => create_named(scene, "x fail-DBUpdate").await,
        "IMG.DBGet.NoData" => client.get("images/img-nothing").await,
        "IMG.Internal.Error" => create_named(scene, "fail-Internal").await,
        "IMG.OperationFailed.ImageSize" => {
            let image_id = client.create(json!({})).await;
            let prepared = client.prepare(&image_id, 1000).await;
            assert_eq!(client.store(&prepared, &bytes(999)).await, 200);
            client.done(&image_id, "success").await
        }
        "IMG.OperationFailed.UploadError" => {
            let image_id = client.create(json!({})).await;
            let prepared = client.prepare(&image_id, 1000).await;
            client.store_one_part(&prepared, &bytes(1000)).await;
            client.done(&image_id, "success").await
        }
        "IMG.OperationDenied.ActionNotMatchStatus" => client.put(&private(&scene.killed, ""), update()).await,
        "IMG.OperationFailed.MinDiskSize" => {
            let image_id = client.create(json!({ "diskFormat": "qcow2", "minDisk": 1 })).await;
            let file = qcow2(2);
            let prepared = client.prepare(&image_id, file.len()).await;
            assert_eq!(client.store(&prepared, &file).await, 200);
            client.done(&image_id, "success").await
        }
        "IMG.OperationFailed.UploadNotAllowed" => {
            client.post(&private(active, "/upload-prepare"), json!({ "size": 1 })).await
        }
        "IMG.OperationFailed.DownloadNotAllowed" => client.get(&private(queued, "/file")).await,
        "IMG.OperationFailed.DeleteNotAllowed" => {
            scene.emulator.pause_jobs(true).await;
            let image_id = client.create(json!({})).await;
            let prepared = client.prepare(&image_id, 10).await;
            assert_eq!(client.store(&prepared, &bytes(10)).await, 200);
            client.done(&image_id, "success").await.success();
            let answer = client.delete(&private(&image_id, "")).await;
            scene.emulator.pause_jobs(false).await;
            answer
        }
        "IMG.OperationFailed.UploadNotPermission" => {
            let image_id = client.create(json!({ "name": "fail-UploadNotPermission" })).await;
            client.post(&private(&image_id, "/upload-prepare"), json!({ "size": 1 })).await
        }
        "IMG.OperationFailed.UserInfo" => {
            client.with("x-emulator-user", "nobody").get("private-images?current=1&size=1").await
        }
        "IMG.OperationDenied.Identity" => partner.put(&private(active, ""), update()).await,
        "IMG.OperationDenied.Quota" => create_named(scene, "fail-QuotaCheck").await,
        "IMG.OperationDenied.QuotaNotEnough" => scene.full.client().post("private-images", image()).await,
        "IMG.OperationDenied.QuotaDeduct" => create_named(scene, "fail-QuotaDeduct").await,
        "IMG.OperationFailed.Transfer" => {
            let list = partner.get("shared-images?current=1&size=1").await.success();
            let path = format!("shared-images/{}/copy", text(&list["list"][0], "shareId"));
            partner.post(&path, merged(copy("x"), json!({ "tenantId": DEMO_TENANT }))).await
        }
        "IMG.OperationDenied.AuthFail" => partner.post("private-images", image()).await,
        "IMG.OperationFailed.ResourceCenter" => {
            let image_id = client.create(json!({ "name": "fail-ResourceCenter" })).await;
            client.delete(&private(&image_id, "")).await
        }
        "IMG.OperationFailed.ModifyMinDiskSize" => {
            client.put(&private(active, ""), merged(update(), json!({ "minDisk": 9 }))).await
        }
        "IMG.OperationFailed.ActionNotMatch" => {
            client.post(&private(&scene.public, "/share"), users(&[PARTNER_USER])).await
        }
        "IMG.OperationFailed.DuplicateUserId" => {
            client.post(&private(active, "/share"), users(&["1", "2", "1"])).await
        }
        "IMG.OperationFailed.InvalidUserId" => {
            client.post(&private(active, "/share"), users(&["somebody"])).await
        }
        "IMG.OperationFailed.AlreadyShared" => {
            client.post(&private(shared, "/share"), users(&["12", PARTNER_USER])).await
        }
        "IMG.OperationFailed.NotShared" => client.post(&private(active, "/unshare"), users(&["12"])).await,
        "IMG.OperationFailed.ResourceInfo" => {
            let buckets = client.get(&private(active, "/oss-bucket-list")).await.success();
            let bucket = merged(buckets[0].clone(), json!({ "azId": "AZ9" }));
            client.post(&format!("custom-images/{active}/export"), json!({ "bucket": bucket })).await
        }
        "IMG.OperationFailed.ResourceStatus" => create_named(scene, "fail-ResourceStatus").await,
        "IMG.OperationFailed.ImageIsShared" => client.delete(&private(shared, "")).await,
        unknown => panic!("{unknown} is described, but nothing here provokes it"),
    }
}

fn described() -> Vec<Value> {
    serde_json::from_str(include_str!("../../src/ims/error_codes.json")).unwrap()
}

#[tokio::test]
async fn every_code_is_provoked() {
    let scene = scene().await;
    for row in described() {
        let code = text(&row, "code");
        let message = provoke(&scene, code).await.error(code);
        assert!(message.starts_with(text(&row, "chinese")), "{code}: {message}");
    }
}

#[tokio::test]
async fn any_code_comes_when_a_header_asks_for_it_and_nothing_is_done() {
    let emulator = Emulator::start(&[]);
    for row in described() {
        let code = text(&row, "code");
        emulator.client().with("x-emulator-fail", code).post("private-images", image()).await.error(code);
    }
    let list = emulator.client().get("private-images?current=1&size=1").await.success();
    assert_eq!(list["total"], 0);
    let wrong =
        emulator.client().with("x-emulator-fail", "IMG.Nonsense").post("private-images", image()).await;
    assert!(wrong.error("IMG.InvalidParameter").contains("x-emulator-fail"));
}

#[tokio::test]
async fn the_codes_are_those_of_the_document_and_are_served() {
    let emulator = Emulator::start(&[]);
    let served =
        emulator.client().send(emulator.client().request(Method::GET, "/_emulator/error-codes")).await;
    assert_eq!(served.body, Value::from(described()));
    // The document has 32 rows; one is Success, and DownloadNotAllowed stands there twice.
    assert_eq!(described().len(), 30);
}

#[test]
fn the_table_in_the_readme_says_the_same() {
    let readme = include_str!("../../README.md");
    for row in described() {
        let (code, english, how) = (text(&row, "code"), text(&row, "english"), text(&row, "how"));
        let line = format!("| `{code}` | {} | {english} | {how} |", text(&row, "chinese"));
        assert!(readme.contains(&line), "the README's table of error codes lacks this line:\n{line}");
    }
}
