//! Killing the program at any moment: what it said stays true, and what it had begun goes on.

use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn saving_goes_on_after_a_kill() {
    let emulator = Emulator::start(&["--pause-jobs"]);
    let file = bytes(500_000);
    let client = emulator.client();
    let image_id = client.create(json!({})).await;
    let prepared = client.prepare(&image_id, file.len()).await;
    assert_eq!(client.store(&prepared, &file).await, 200);
    client.done(&image_id, "success").await.success();
    assert_eq!(client.find(&image_id).await.unwrap()["status"], "saving");
    let emulator = emulator.kill_and_restart(&[]);
    let image = emulator.client().wait_for(&image_id, "active").await;
    assert_eq!(image["checksum"], md5_of(&file));
    assert_eq!(emulator.client().download(&image_id).await, file);
}

#[tokio::test]
async fn an_upload_goes_on_after_a_kill() {
    let emulator = Emulator::start(&[]);
    let image_id = emulator.client().create(json!({})).await;
    let mut prepared = emulator.client().prepare(&image_id, 1000).await;
    let emulator = emulator.kill_and_restart(&[]);
    // The credentials outlive the program; only its port is another.
    prepared["domain"] = json!(emulator.oss);
    assert_eq!(emulator.client().store(&prepared, &bytes(1000)).await, 200);
    emulator.client().done(&image_id, "success").await.success();
    emulator.client().wait_for(&image_id, "active").await;
}

#[tokio::test]
async fn copies_imports_and_shares_outlive_a_kill() {
    let emulator = Emulator::start(&[]);
    let file = bytes(200_000);
    let image_id = emulator.client().upload(json!({}), &file).await;
    let share = format!("private-images/{image_id}/share");
    emulator.client().post(&share, users(&[PARTNER_USER])).await.success();
    emulator.pause_jobs(true).await;
    let shares = emulator.partner().get("shared-images?current=1&size=1").await.success();
    let path = format!("shared-images/{}/copy", text(&shares["list"][0], "shareId"));
    let copied = emulator.partner().post(&path, copy("later")).await.success();
    let emulator = emulator.kill_and_restart(&[]);
    let copy_id = text(&copied, "imageId");
    emulator.partner().wait_for(copy_id, "active").await;
    assert_eq!(emulator.partner().download(copy_id).await, file);
    let again = emulator.partner().get("shared-images?current=1&size=1").await.success();
    assert_eq!(again, shares);
}

#[tokio::test]
async fn kills_in_the_middle_of_work_leave_every_image_whole_or_on_its_way() {
    let mut emulator = Emulator::start(&[]);
    let file = bytes(100_000);
    let mut made = Vec::new();
    for _ in 0..4 {
        let client = emulator.client();
        for _ in 0..3 {
            let image_id = client.create(json!({})).await;
            let prepared = client.prepare(&image_id, file.len()).await;
            assert_eq!(client.store(&prepared, &file).await, 200);
            client.done(&image_id, "success").await.success();
            made.push(image_id);
        }
        // At once: the last jobs have hardly begun.
        emulator = emulator.kill_and_restart(&[]);
    }
    for image_id in &made {
        let image = emulator.client().wait_for(image_id, "active").await;
        assert_eq!(image["checksum"], md5_of(&file));
        assert_eq!(emulator.client().download(image_id).await, file);
    }
}
