//! Import and export: bytes that really move.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::*;

/// A server to import from.
async fn files() -> (String, Arc<AtomicUsize>) {
    let hits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&hits);
    let router = Router::new()
        .route("/disk.raw", get(|| async { bytes(2_000_000) }))
        .route("/data.raw", get(|| async { bytes(70_000) }))
        .route("/disk.qcow2", get(|| async { qcow2(3) }))
        .route("/empty", get(|| async { Vec::new() }))
        .route("/gone", get(|| async { StatusCode::NOT_FOUND }))
        .route("/moved", get(|| async { Redirect::temporary("/disk.raw") }))
        .route("/elsewhere", get(|| async { Redirect::temporary("http://192.0.2.1/disk.raw") }))
        .layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
            counter.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, hits)
}

#[tokio::test]
async fn an_import_downloads_the_file() {
    let emulator = Emulator::start(&["--pause-jobs"]);
    let client = emulator.client();
    let (server, _) = files().await;
    let body = import(&format!("{server}/moved"));
    let imported = client.post("private-images/import", body).await.success();
    let mut keys: Vec<&str> = imported.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let document = [
        "createdAt",
        "diskFormat",
        "id",
        "imageId",
        "imageType",
        "minDisk",
        "minRam",
        "name",
        "owner",
        "status",
        "updatedAt",
    ];
    assert_eq!(keys, document);
    assert_eq!((&imported["status"], &imported["imageType"]), (&json!("saving"), &json!("os_image")));
    let image_id = text(&imported, "imageId");
    assert_eq!(client.find(image_id).await.unwrap()["status"], "saving");
    client.done(image_id, "failed").await.error("IMG.OperationDenied.ActionNotMatchStatus");
    emulator.pause_jobs(false).await;
    let image = client.wait_for(image_id, "active").await;
    assert_eq!((&image["checksum"], &image["size"]), (&json!(md5_of(&bytes(2_000_000))), &json!(2_000_000)));
    assert_eq!(client.download(image_id).await, bytes(2_000_000));
}

#[tokio::test]
async fn data_disks_make_a_whole_image_and_are_exported_too() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let (server, _) = files().await;
    let disks = json!([
        { "imageUrl": format!("{server}/data.raw"), "minDisk": "5" },
        { "minDisk": 7 },
        { "imageUrl": format!("{server}/disk.raw"), "minDisk": 5 },
    ]);
    let body = merged(import(&format!("{server}/disk.raw")), json!({ "volumeImages": disks }));
    let imported = client.post("private-images/import", body).await.success();
    assert_eq!(imported["imageType"], "whole_image");
    let image_id = text(&imported, "imageId").to_owned();
    client.wait_for(&image_id, "active").await;
    let bucket = format!("iaas-image-{DEMO_TENANT}");
    assert_eq!(emulator.object(&bucket, &format!("{image_id}-volume-1")).await.unwrap(), bytes(70_000));
    assert_eq!(emulator.object(&bucket, &format!("{image_id}-volume-3")).await.unwrap(), bytes(2_000_000));

    let buckets = client.get(&format!("private-images/{image_id}/oss-bucket-list")).await.success();
    assert!(buckets.as_array().unwrap().len() >= 2, "an array, not a page: {buckets}");
    let body = json!({ "bucket": buckets[1] });
    assert_eq!(client.post(&format!("custom-images/{image_id}/export"), body).await.success(), Value::Null);
    let target = text(&buckets[1], "name");
    assert_eq!(wait_for_object(&emulator, target, &format!("{image_id}.raw")).await, bytes(2_000_000));
    let volume = wait_for_object(&emulator, target, &format!("{image_id}-volume-1.raw")).await;
    assert_eq!(volume, bytes(70_000));
    wait_for_object(&emulator, target, &format!("{image_id}-volume-3.raw")).await;
    // The last file is there a moment before the export is over.
    let begun = Instant::now();
    while client.delete(&format!("private-images/{image_id}")).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for key in [image_id.clone(), format!("{image_id}-volume-1"), format!("{image_id}-volume-3")] {
        assert!(emulator.object(&bucket, &key).await.is_none(), "{key}");
    }
    assert!(emulator.object(target, &format!("{image_id}.raw")).await.is_some(), "the export stays");
}

async fn wait_for_object(emulator: &Emulator, bucket: &str, key: &str) -> Vec<u8> {
    let begun = Instant::now();
    loop {
        if let Some(object) = emulator.object(bucket, key).await {
            return object;
        }
        assert!(begun.elapsed() < PATIENCE, "{bucket}/{key} never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A server whose file stops half-way until it is told to go on.
async fn halting_file(file: Vec<u8>) -> (String, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let handed_out = Arc::clone(&gate);
    let router = Router::new().route(
        "/disk.raw",
        get(move || {
            let gate = Arc::clone(&handed_out);
            let (first, second) = (file[..file.len() / 2].to_vec(), file[file.len() / 2..].to_vec());
            let length = file.len();
            async move {
                let rest = async move {
                    gate.acquire().await.unwrap().forget();
                    Ok::<_, std::io::Error>(second)
                };
                let start = futures_util::stream::iter([Ok(first)]);
                let body = Body::from_stream(start.chain(futures_util::stream::once(rest)));
                ([("content-length", length.to_string())], body)
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/disk.raw", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, gate)
}

#[tokio::test]
async fn an_import_shows_its_progress_and_begins_anew_after_a_kill() {
    let emulator = Emulator::start(&[]);
    let file = bytes(2_000_000);
    let (url, gate) = halting_file(file.clone()).await;
    let imported = emulator.client().post("private-images/import", import(&url)).await.success();
    let image_id = text(&imported, "imageId");
    wait_for_half(&emulator, image_id).await;
    let emulator = emulator.kill_and_restart(&[]);
    wait_for_half(&emulator, image_id).await;
    gate.add_permits(2);
    emulator.client().wait_for(image_id, "active").await;
    assert_eq!(emulator.client().download(image_id).await, file);
}

/// Half of the file has passed: progress is told in steps of at least five.
async fn wait_for_half(emulator: &Emulator, image_id: &str) {
    let begun = Instant::now();
    loop {
        let image = emulator.client().find(image_id).await.unwrap();
        assert_eq!(image["status"], "saving");
        if (45..=50).contains(&text(&image, "progress").parse::<u32>().unwrap()) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "no progress: {image}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_import_that_cannot_be_ends_killed() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let (server, _) = files().await;
    for (path, changes) in [
        ("/gone", json!({})),
        ("/empty", json!({})),
        ("/elsewhere", json!({})),
        ("/disk.raw", json!({ "diskFormat": "qcow2" })),
        ("/disk.qcow2", json!({ "diskFormat": "qcow2", "minDisk": 2 })),
    ] {
        let body = merged(import(&format!("{server}{path}")), changes);
        let imported = client.post("private-images/import", body).await.success();
        let image_id = text(&imported, "imageId");
        client.wait_for(image_id, "killed").await;
        client.delete(&format!("private-images/{image_id}")).await.success();
    }
    let body =
        merged(import(&format!("{server}/disk.qcow2")), json!({ "diskFormat": "qcow2", "minDisk": 3 }));
    let imported = client.post("private-images/import", body).await.success();
    client.wait_for(text(&imported, "imageId"), "active").await;
}

#[tokio::test]
async fn import_requests_are_checked_and_only_allowed_hosts_are_asked() {
    let emulator = Emulator::start(&["--import-allow", "files.example:81"]);
    let client = emulator.client();
    let (server, hits) = files().await;
    let good = import(&format!("{server}/disk.raw"));
    for field in [
        "diskFormat",
        "minDisk",
        "minRam",
        "name",
        "instruction",
        "cpuArch",
        "osType",
        "platform",
        "visibility",
        "usage",
        "departmentId",
        "tenantId",
        "imageUrl",
        "osVersion",
    ] {
        let answer = client.post("private-images/import", merged(good.clone(), json!({ field: null }))).await;
        assert!(answer.error("IMG.InvalidParameter").contains(field));
    }
    for (field, value) in [
        ("visibility", json!("public")),
        ("usage", json!("bms")),
        ("imageUrl", json!("https://127.0.0.1/x")),
        ("imageUrl", json!("http://10.0.0.1/x")),
        ("imageUrl", json!("http://files.example/x")),
        ("imageUrl", json!("file:///etc/passwd")),
        ("imageUrl", json!("no url")),
        ("volumeImages", json!([{ "imageUrl": "http://10.0.0.1/x" }])),
        ("volumeImages", json!([{ "minDisk": "many" }])),
        ("volumeImages", json!([1])),
    ] {
        let answer =
            client.post("private-images/import", merged(good.clone(), json!({ field: value }))).await;
        let message = answer.error("IMG.InvalidParameter");
        assert!(message.contains(field), "{field} = {value}: {message}");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0);
    assert_eq!(client.get("private-images?current=1&size=1").await.success()["total"], 0);
}

#[tokio::test]
async fn exports_need_an_active_image_and_a_bucket_of_ones_own() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let image_id = client.upload(json!({}), &bytes(10)).await;
    let queued = client.create(json!({})).await;
    let buckets = client.get(&format!("private-images/{image_id}/oss-bucket-list")).await.success();
    let export = async |image_id: &str, bucket: Value| {
        client.post(&format!("custom-images/{image_id}/export"), json!({ "bucket": bucket })).await
    };
    export(&queued, buckets[0].clone()).await.error("IMG.OperationDenied.ActionNotMatchStatus");
    let other = merged(buckets[0].clone(), json!({ "name": format!("iaas-image-{DEMO_TENANT}") }));
    export(&image_id, other).await.error("IMG.DBGet.NoData");
    for field in ["name", "azId", "cellId"] {
        let answer = export(&image_id, merged(buckets[0].clone(), json!({ field: null }))).await;
        assert!(answer.error("IMG.InvalidParameter").contains(&format!("bucket.{field}")));
    }
    let answer = client.post(&format!("custom-images/{image_id}/export"), json!({})).await;
    assert!(answer.error("IMG.InvalidParameter").contains("bucket"));
}
