//! Image servers from creation to deletion, their jobs, and the product images.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::*;

/// The example of the document, with the lists that it leaves out.
pub fn server(name: &str) -> Value {
    json!({
        "name": name, "description": "Test image creation.", "availability_zone": "",
        "image_ref": {
            "id": "da02e5ca-c6ec-4685-8ecb-f116bb5bdd2c", "image_type": "gold",
            "spce_code": "90a6e84bb3e822fe54999b6be5bbae1e", "product_id": "OFFI874943784560095232",
        },
        "vpc_id": "59785ba5-e5d5-4836-b9de-19f22ac15175",
        "subnet_id": "a5842cb4-5718-4b0a-8b27-3a3e9c74f977",
        "product_id": "workspace.x86.performance.xlarge4",
        "attach_apps": [],
        "authorize_accounts": [{ "account": "administrator", "account_type": "USER", "domain": "wks.example.com" }],
        "ou_name": null,
        "root_volume": { "type": "SATA", "size": 60 },
        "is_vdi": true,
        "scheduler_hints": { "dedicated_host_id": "", "tenancy": "dedicated" },
        "extra_session_type": "CPU", "extra_session_size": 2, "flavor_id": "f",
        "route_policy": { "max_session": 10, "cpu_threshold": 80, "mem_threshold": 80 },
        "tags": [{ "key": "team", "value": "a/b" }, { "key": "cost centre" }],
        "enterprise_project_id": "0",
    })
}

fn path(rest: &str) -> String {
    format!("/v1/{PROJECT}/{rest}")
}

/// Every such operation once.
pub async fn scenario(cloud: &Cloud) {
    let demo = cloud.demo().await;
    let job = text(&demo.post(&path("image-servers"), server("Image_task-0508")).await.ok(), "job_id");
    let look = async || demo.get(&path(&format!("image-server-jobs/{job}"))).await.ok();
    assert_eq!(look().await["status"], "WAITING");
    let list = demo.get(&path("image-servers?server_name=task&limit=1")).await.ok();
    assert_eq!((&list["count"], &list["items"][0]["status"]), (&json!(1), &json!("CREATING")));
    let id = text(&list["items"][0], "id");
    assert_eq!(cloud.advance(1).await, [json!(job)]);
    assert_eq!(look().await["sub_jobs"][0]["status"], "RUNNING");
    assert!(cloud.advance(1).await.is_empty());
    let done = look().await;
    assert_eq!((&done["status"], &done["job_type"]), (&json!("SUCCESS"), &json!("CREATE_SERVER")));
    let part = &done["sub_jobs"][0];
    assert_eq!((&part["job_id"], &part["job_resource_info"]["resource_id"]), (&json!(job), &json!(id)));
    let one = path(&format!("image-servers/{id}"));
    let shown = demo.get(&one).await.ok();
    assert_eq!((&shown["status"], &shown["image_ref"]["image_type"]), (&json!("ACTIVE"), &json!("gold")));
    assert_eq!(shown["authorize_accounts"][0]["account"], "administrator");
    assert!(demo.patch(&one, json!({ "name": "renamed", "description": "" })).await.is(200).bytes.is_empty());
    assert_eq!(demo.get(&one).await.ok()["name"], "renamed");
    let attached =
        demo.post(&format!("{one}/actions/attach-app"), json!({ "items": ["app-1", "app-2"] })).await.ok();
    assert!(text(&attached, "uri").starts_with("file:///"));
    let latest = demo.get(&format!("{one}/actions/latest-attached-app")).await.ok();
    assert_eq!(latest["items"][1]["app_id"], "app-2");
    let body = json!({ "name": "my image 1", "description": "built", "execute_sysprep": true });
    let build = text(&demo.post(&format!("{one}/actions/recreate-image"), body).await.ok(), "job_id");
    assert_eq!(demo.get(&one).await.ok()["status"], "BUILDING");
    assert!(cloud.advance(3).await.is_empty());
    let built = demo.get(&one).await.ok();
    let image = demo.get(&format!("/v2/images/{}", text(&built, "image_id"))).await.ok();
    assert_eq!((&built["status"], &image["name"]), (&json!("BUILT"), &json!("my image 1")));
    let jobs = demo.get(&path("image-server-jobs?job_type=CREATE_SERVER_IMAGE&status=SUCCESS")).await.ok();
    assert_eq!((&jobs["count"], &jobs["items"][0]["id"]), (&json!(1), &json!(build)));
    assert_eq!(jobs["items"][0]["sub_jobs_total"], 1);
    let parts = demo.get(&path(&format!("image-server-sub-jobs?job_id={build}"))).await.ok();
    assert_eq!(parts["items"][0]["job_resource_info"]["resource_name"], "my image 1");
    let count = async || {
        demo.get(&path("image-server-sub-jobs/actions/count?status=SUCCESS")).await.ok()["count"].clone()
    };
    assert_eq!(count().await, 2);
    let gone = json!({ "items": [parts["items"][0]["id"]] });
    demo.patch(&path("image-server-sub-jobs/actions/batch-delete"), gone).await.is(200);
    assert_eq!(count().await, 1);
    let delete = json!({ "items": [id, "never-was"], "recursive": false });
    demo.patch(&path("image-servers/actions/batch-delete"), delete).await.ok();
    assert_eq!(demo.get(&one).await.ok()["status"], "DELETING");
    assert!(cloud.advance(3).await.is_empty());
    demo.get(&one).await.wks(404, "WKS.00211902");
    let products =
        demo.get(&format!("/v2/{PROJECT}/images?image_type=gold&os_type=Linux&limit=2")).await.ok();
    assert_eq!((&products["total_count"], products["images"].as_array().unwrap().len()), (&json!(3), 2));
}

#[tokio::test]
async fn workspace_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn a_server_of_a_missing_image_ends_in_error() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let image = json!({ "id": "00000000-0000-4000-8000-000000000000", "image_type": "private" });
    let body = merged(server("broken"), json!({ "image_ref": image }));
    let job = text(&demo.post(&path("image-servers"), body).await.ok(), "job_id");
    assert!(cloud.advance(3).await.is_empty());
    let done = demo.get(&path(&format!("image-server-jobs/{job}"))).await.ok();
    assert_eq!(done["status"], "FAILED");
    let info = &done["sub_jobs"][0]["job_execute_info"];
    assert_eq!(info["error_code"], "WKS.00129901");
    assert!(text(info, "error_message").contains("does not exist"));
    assert_eq!(demo.get(&path("image-servers")).await.ok()["items"][0]["status"], "ERROR");
}

#[tokio::test]
async fn servers_are_paged_and_belong_to_their_project() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    for name in ["one", "two", "three"] {
        demo.post(&path("image-servers"), server(name)).await.ok();
    }
    let list = async |query: &str| demo.get(&path(&format!("image-servers?{query}"))).await.ok();
    let names = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|item| text(item, "name")).collect()
    };
    assert_eq!(names(&list("limit=2").await), ["three", "two"]);
    assert_eq!(names(&list("limit=2&offset=2").await), ["one"]);
    assert_eq!(names(&list("server_name=o").await), ["two", "one"]);
    assert_eq!(list("enterprise_project_id=other").await["count"], 0);
    let id = text(&list("server_name=one").await["items"][0], "id");
    assert_eq!(list(&format!("server_id={id}")).await["count"], 1);
    let partner = cloud.partner().await;
    partner.get(&path("image-servers")).await.wks(403, "WKS.00081102");
    let foreign = format!("/v1/{PARTNER_PROJECT}/image-servers/{id}");
    partner.get(&foreign).await.wks(404, "WKS.00211902");
    demo.send(Method::PUT, &path("image-servers"), json!({})).await.wks(405, "WKS.00000405");
}

#[tokio::test]
async fn product_images_are_filtered_sorted_and_paged() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    demo.image("own").await;
    let list = async |query: &str| demo.get(&format!("/v2/{PROJECT}/images?{query}")).await.ok();
    for (query, total, shown) in [
        ("", 5, 5),
        ("image_type=private", 1, 1),
        ("image_type=gold", 4, 4),
        ("architecture=arm", 1, 1),
        ("os_type=Windows", 1, 1),
        ("platform=CentOS", 1, 1),
        ("image_id=da02e5ca-c6ec-4685-8ecb-f116bb5bdd2c", 1, 1),
        ("package_type=general", 5, 5),
        ("limit=0", 5, 0),
        ("limit=2&offset=4", 5, 1),
    ] {
        let answer = list(query).await;
        let count = answer["images"].as_array().unwrap().len();
        assert_eq!((&answer["total_count"], count), (&json!(total), shown), "{query}");
    }
    let sorted = list("sort_field=name&sort_type=desc").await;
    assert_eq!(sorted["images"][0]["name"], "own");
    for query in [
        "limit=101",
        "limit=-1",
        "offset=5001",
        "image_type=silver",
        "architecture=mips",
        "sort_field=colour",
        "sort_type=up",
    ] {
        demo.get(&format!("/v2/{PROJECT}/images?{query}")).await.wks(400, "WKS.00211102");
    }
    cloud.partner().await.get(&format!("/v2/{PROJECT}/images")).await.wks(403, "WKS.00081102");
}
