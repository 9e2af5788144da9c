//! The Glance API: from metadata over the file to deletion, lists, schemas, versions, and what is left of version 1.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

/// Every such operation once.
pub async fn scenario(cloud: &Cloud) {
    let demo = cloud.demo().await;
    let versions = cloud.nobody().get("/").await;
    assert_eq!(versions.is(300).body["versions"][0]["status"], "CURRENT");
    let version = cloud.nobody().get("/v2.0").await;
    assert_eq!(version.is(300).body["versions"].as_array().unwrap().len(), 1);
    assert_eq!(cloud.nobody().get("/v2/").await.is(300).body["versions"].as_array().unwrap().len(), 3);
    cloud.nobody().get("/v9").await.page(404);
    let body = json!({
        "name": "native", "disk_format": "qcow2", "container_format": "bare", "min_disk": 100, "min_ram": 1024,
        "tags": ["test=testvalue", "image"], "visibility": "private", "protected": false,
        "__os_version": "Ubuntu 18.04 server 64bit", "hw_disk_bus": "scsi",
    });
    let made = demo.post("/v2/images", body).await;
    let image = made.is(201).body.clone();
    let id = text(&image, "id");
    assert_eq!(made.header("location"), format!("{}/v2/images/{id}", cloud.huawei));
    assert_eq!(
        (&image["status"], &image["size"], &image["checksum"]),
        (&json!("queued"), &Value::Null, &Value::Null)
    );
    assert_eq!((&image["__platform"], &image["__os_bit"]), (&json!("Ubuntu"), &json!("64")));
    assert_eq!(
        (&image["hw_disk_bus"], &image["tags"]),
        (&json!("scsi"), &json!(["test=testvalue", "image"]))
    );
    let path = format!("/v2/images/{id}");
    demo.get(&format!("{path}/file")).await.is(204);
    let bytes = qcow2(3);
    demo.upload(&id, &bytes).await.is(204);
    let shown = demo.get(&path).await.ok();
    assert_eq!((&shown["status"], &shown["size"]), (&json!("active"), &json!(bytes.len())));
    let digest: String =
        <md5::Md5 as md5::Digest>::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&shown["checksum"], &shown["os_hash_algo"]), (&json!(digest), &json!("sha512")));
    assert_eq!(shown["os_hash_value"], hex(&<sha2::Sha512 as sha2::Digest>::digest(&bytes)));
    let file = demo.get(&format!("{path}/file")).await;
    assert_eq!((file.is(200).header("content-md5"), &file.bytes), (digest, &bytes));
    let part = demo.clone().with("range", "bytes=10-19").get(&format!("{path}/file")).await;
    assert_eq!(
        (part.is(206).bytes.as_slice(), part.header("content-range")),
        (&bytes[10..20], format!("bytes 10-19/{}", bytes.len()))
    );
    demo.clone().with("range", "bytes=9999999-").get(&format!("{path}/file")).await.page(416);
    let patch = json!([{ "op": "replace", "path": "/name", "value": "renamed" }]).to_string().into_bytes();
    let media_type = Some("application/openstack-images-v2.1-json-patch");
    assert_eq!(demo.raw(Method::PATCH, &path, media_type, patch).await.ok()["name"], "renamed");
    let list = demo.get("/v2/images?limit=1&name=renamed").await.ok();
    assert_eq!(
        (&list["images"][0]["id"], &list["first"]),
        (&json!(id), &json!("/v2/images?limit=1&name=renamed"))
    );
    for (schema, name) in
        [("image", "image"), ("images", "images"), ("member", "member"), ("members", "members")]
    {
        let document = demo.get(&format!("/v2/schemas/{schema}")).await.ok();
        assert_eq!((&document["name"], document["properties"].is_object()), (&json!(name), true));
    }
    let old = demo.get("/v1.1/images/detail?name=renamed").await.ok();
    assert_eq!(
        (&old["images"][0]["is_public"], &old["images"][0]["deleted"]),
        (&json!(false), &json!(false))
    );
    let head = demo.raw(Method::HEAD, &format!("/v1/images/{id}"), None, Vec::new()).await;
    assert_eq!(
        (head.is(200).header("x-image-meta-name"), head.header("x-image-meta-is_public")),
        ("renamed".to_owned(), "False".to_owned())
    );
    assert_eq!(head.header("x-image-meta-size"), bytes.len().to_string());
    demo.delete(&path).await.is(204);
    demo.get(&path).await.page(404);
    let other = demo.image("second").await;
    demo.delete(&format!("/v1.1/images/{other}")).await.is(200);
}

#[tokio::test]
async fn glance_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn errors_have_the_shape_that_accept_asks_for() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let path = "/v2/images/none";
    let page = demo.clone().with("accept", "*/*").get(path).await.page(404);
    assert!(
        page.contains("<title>404 Not Found</title>") && page.contains("No image found with ID none<br />")
    );
    let answer = demo.clone().with("accept", "application/json").get(path).await;
    let expected = json!({
        "message": "No image found with ID none<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found",
    });
    assert_eq!(answer.is(404).body, expected);
    let answer = demo.clone().with("accept", "text/plain").get(path).await;
    assert!(answer.is(404).header("content-type").starts_with("text/plain"));
    let cloud = Cloud::with(&["--huawei-errors", "native"]);
    let answer = cloud.demo().await.get(path).await;
    assert_eq!(answer.img(404, "IMG.0144"), "No image found with ID none");
}

#[tokio::test]
async fn lists_page_by_marker_and_narrow_by_anything() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    for (name, colour) in [("a", "red"), ("b", "green"), ("c d&e", "red")] {
        demo.post("/v2/images", json!({ "name": name, "colour": colour, "tags": [colour] })).await.is(201);
    }
    let owner = format!("owner={PROJECT}");
    let mut next = Some(format!("/v2/images?limit=2&sort=name:asc&{owner}"));
    let mut names = Vec::new();
    while let Some(path) = next {
        let list = demo.get(&path).await.ok();
        names.extend(list["images"].as_array().unwrap().iter().map(|image| text(image, "name")));
        next = list["next"].as_str().map(str::to_owned);
    }
    assert_eq!(names, ["a", "b", "c d&e"]);
    for (query, count) in [
        ("colour=red", 2),
        ("colour=red&name=a", 1),
        ("tag=red", 2),
        ("tag=red&tag=green", 0),
        ("name=in:a,b", 2),
        ("name=c%20d%26e", 1),
        ("status=in:queued,active", 3),
        ("visibility=private", 3),
        ("visibility=shared", 0),
        ("size_min=1", 0),
        ("limit=0", 0),
        ("protected=False", 3),
        ("sort_key=name&sort_dir=asc&sort_key=id&sort_dir=desc", 3),
    ] {
        let list = demo.get(&format!("/v2/images?{owner}&{query}")).await.ok();
        assert_eq!(list["images"].as_array().unwrap().len(), count, "{query}");
    }
    for query in [
        "limit=x",
        "limit=-1",
        "marker=none",
        "sort_key=colour",
        "sort=name:up",
        "sort=name&sort_key=name",
        "visibility=x",
        "member_status=x",
        "status=x",
    ] {
        demo.get(&format!("/v2/images?{query}")).await.page(400);
    }
    demo.post("/v2/images", json!({ "os_hidden": true, "name": "hidden" })).await.is(201);
    assert_eq!(demo.get(&format!("/v2/images?{owner}&name=hidden")).await.ok()["images"], json!([]));
    let list = demo.get(&format!("/v2/images?{owner}&name=hidden&os_hidden=true")).await.ok();
    assert_eq!(list["images"].as_array().unwrap().len(), 1);
    let twenty_five = demo.get("/v2/images").await.ok();
    assert_eq!(twenty_five["images"].as_array().unwrap().len(), 7, "the public ones, too");
}

#[tokio::test]
async fn creating_checks_every_attribute() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    for (body, status) in [
        (json!({ "status": "active" }), 403),
        (json!({ "self": "x" }), 403),
        (json!({ "location": "x" }), 403),
        (json!({ "owner": PARTNER_PROJECT }), 403),
        (json!({ "visibility": "public" }), 403),
        (json!({ "visibility": "secret" }), 400),
        (json!({ "id": "1" }), 400),
        (json!({ "name": 1 }), 400),
        (json!({ "name": "x".repeat(256) }), 400),
        (json!({ "protected": "yes" }), 400),
        (json!({ "min_disk": -1 }), 400),
        (json!({ "min_ram": "1" }), 400),
        (json!({ "disk_format": "floppy" }), 400),
        (json!({ "container_format": "box" }), 400),
        (json!({ "tags": "a" }), 400),
        (json!({ "tags": ["x".repeat(256)] }), 400),
        (json!({ "colour": 7 }), 400),
        (json!([]), 400),
    ] {
        demo.post("/v2/images", body.clone()).await.page(status);
    }
    let empty = demo.raw(Method::POST, "/v2/images", Some("application/json"), Vec::new()).await;
    assert!(empty.page(400).contains("Body expected in request."));
    let id = "4ca46bf1-5c61-48ff-b4f3-0ad4e5e3ba86";
    demo.post("/v2/images", json!({ "id": id })).await.is(201);
    assert!(demo.post("/v2/images", json!({ "id": id })).await.page(409).contains("already exists"));
}

#[tokio::test]
async fn uploads_need_a_queued_image_and_the_right_bytes() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let new = async |body: Value| text(&demo.post("/v2/images", body).await.is(201).body, "id");
    let id = new(json!({ "disk_format": "qcow2" })).await;
    let json =
        demo.raw(Method::PUT, &format!("/v2/images/{id}/file"), Some("application/json"), vec![1]).await;
    json.page(415);
    assert!(demo.upload(&id, b"not a qcow2 file").await.page(415).contains("does not match stream format"));
    assert_eq!(demo.get(&format!("/v2/images/{id}")).await.ok()["status"], "queued");
    demo.upload(&id, &qcow2(1)).await.is(204);
    assert!(demo.upload(&id, &qcow2(1)).await.page(409).contains("from active to saving"));
    let bare = new(json!({ "disk_format": null, "container_format": null })).await;
    assert!(demo.upload(&bare, b"x").await.page(400).contains("must be set prior"));
    demo.upload("none", b"x").await.page(404);
    demo.upload(PUBLIC_IMAGE, b"x").await.page(403);
    let partner = cloud.partner().await;
    partner.upload(&bare, b"x").await.page(404);
    demo.get(&format!("/v2/images/{PUBLIC_IMAGE}/file")).await.is(204);
}

#[tokio::test]
async fn deleting_asks_who_and_whether() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let id = demo.image("kept").await;
    let path = format!("/v2/images/{id}");
    let protect = |value: bool| {
        json!([{ "op": "replace", "path": "/protected", "value": value }]).to_string().into_bytes()
    };
    let media_type = Some("application/openstack-images-v2.1-json-patch");
    demo.raw(Method::PATCH, &path, media_type, protect(true)).await.ok();
    assert!(demo.delete(&path).await.page(403).contains("is protected and cannot be deleted"));
    demo.raw(Method::PATCH, &path, media_type, protect(false)).await.ok();
    cloud.partner().await.delete(&path).await.page(404);
    demo.delete(&format!("/v2/images/{PUBLIC_IMAGE}")).await.page(403);
    demo.send(Method::DELETE, &path, json!({ "delete_backup": "yes" })).await.page(400);
    demo.delete(&path).await.is(204);
    demo.delete(&path).await.page(404);
    demo.post("/v2/cloudimages/action", json!({ "name": "s", "instance_id": SERVER })).await.ok();
    let saving = demo.get("/v2/images?status=saving").await.ok();
    demo.delete(&format!("/v2/images/{}", text(&saving["images"][0], "id"))).await.page(409);
}

/// Sends the head and the beginning of an upload, and leaves it at that.
fn begin_upload(cloud: &Cloud, client: &Client<'_>, id: &str) -> std::net::TcpStream {
    use std::io::Write;
    let host = cloud.huawei.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let (name, token) = &client.headers[0];
    let head = format!(
        "PUT /v2/images/{id}/file HTTP/1.1\r\nHost: {host}\r\n{name}: {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n0123456789"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

async fn wait_for(client: &Client<'_>, id: &str, status: &str) {
    let begun = std::time::Instant::now();
    while client.get(&format!("/v2/images/{id}")).await.ok()["status"] != status {
        assert!(begun.elapsed().as_secs() < 60, "never {status}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_can_be_made_again() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let id = text(&demo.post("/v2/images", json!({ "disk_format": "raw" })).await.body, "id");
    let stream = begin_upload(&cloud, &demo, &id);
    wait_for(&demo, &id, "saving").await;
    demo.upload(&id, b"meanwhile").await.page(409);
    drop(stream);
    wait_for(&demo, &id, "queued").await;
    let _stream = begin_upload(&cloud, &demo, &id);
    wait_for(&demo, &id, "saving").await;
    let headers = demo.headers.clone();
    let cloud = cloud.kill_and_restart(&[]);
    let demo = Client { cloud: &cloud, headers };
    wait_for(&demo, &id, "queued").await;
    demo.upload(&id, b"at last").await.is(204);
    assert_eq!(demo.get(&format!("/v2/images/{id}/file")).await.is(200).bytes, b"at last");
}
