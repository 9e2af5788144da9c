//! What Workspace refuses, field by field.

use serde_json::{Value, json};

use crate::support::*;
use crate::workspace::server;

#[tokio::test]
async fn creating_an_image_server_is_checked_in_depth() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let path = format!("/v1/{PROJECT}/image-servers");
    let long = |length: usize| "x".repeat(length);
    let volume =
        |changes: Value| json!({ "root_volume": merged(json!({ "type": "SSD", "size": 60 }), changes) });
    let image = |changes: Value| {
        let base = json!({ "id": "i", "image_type": "gold", "spce_code": "s", "product_id": "p" });
        json!({ "image_ref": merged(base, changes) })
    };
    let account = |changes: Value| json!({ "authorize_accounts": [merged(json!({ "account": "a", "account_type": "USER" }), changes)] });
    let tags = |count: usize| -> Vec<Value> {
        (0..count).map(|number| json!({ "key": format!("k{number}") })).collect()
    };
    let tag = |key: &str, value: &str| json!({ "tags": [{ "key": key, "value": value }] });
    for (changes, part) in [
        (json!({ "name": null }), "name: is required"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": long(65) }), "1 to 64"),
        (json!({ "name": "a b" }), "name"),
        (json!({ "description": long(256) }), "description"),
        (json!({ "root_volume": null }), "root_volume: is required"),
        (json!({ "root_volume": 60 }), "must be a JSON object"),
        (volume(json!({ "type": "NVME" })), "root_volume.type"),
        (volume(json!({ "type": null })), "root_volume.type: is required"),
        (volume(json!({ "size": 65 })), "multiple of 10"),
        (volume(json!({ "size": 0 })), "root_volume.size"),
        (volume(json!({ "size": 1030 })), "root_volume.size"),
        (volume(json!({ "cluster_id": long(256) })), "root_volume.cluster_id"),
        (volume(json!({ "colour": "red" })), "root_volume.colour"),
        (json!({ "image_ref": null }), "image_ref"),
        (image(json!({ "id": "" })), "image_ref.id"),
        (image(json!({ "image_type": "silver" })), "image_ref.image_type"),
        (
            image(json!({ "spce_code": null })),
            "image_ref.spce_code: is required for an image of the type gold",
        ),
        (
            image(json!({ "product_id": "" })),
            "image_ref.product_id: is required for an image of the type gold",
        ),
        (image(json!({ "product_id": "a b" })), "image_ref.product_id"),
        (json!({ "vpc_id": null }), "vpc_id"),
        (json!({ "subnet_id": null }), "subnet_id"),
        (json!({ "product_id": null }), "product_id: is required"),
        (json!({ "flavor_id": "" }), "flavor_id"),
        (json!({ "availability_zone": long(256) }), "availability_zone"),
        (json!({ "attach_apps": ["a", "a"] }), "attach_apps"),
        (json!({ "attach_apps": vec!["a"; 101] }), "0 to 100"),
        (json!({ "attach_apps": [long(129)] }), "attach_apps"),
        (json!({ "authorize_accounts": null }), "authorize_accounts: is required"),
        (json!({ "authorize_accounts": [] }), "1 to 1"),
        (account(json!({ "account": null })), "authorize_accounts[0].account: is required"),
        (account(json!({ "account_type": "ROBOT" })), "account_type"),
        (account(json!({ "domain": long(65) })), "domain"),
        (json!({ "ou_name": long(256) }), "ou_name"),
        (json!({ "is_vdi": "yes" }), "is_vdi"),
        (json!({ "scheduler_hints": { "tenancy": "" } }), "scheduler_hints.tenancy"),
        (json!({ "extra_session_type": "TPU" }), "extra_session_type"),
        (json!({ "extra_session_size": 0 }), "extra_session_size"),
        (json!({ "route_policy": { "max_session": 1025 } }), "route_policy.max_session"),
        (json!({ "route_policy": { "cpu_threshold": 0 } }), "route_policy.cpu_threshold"),
        (json!({ "route_policy": { "mem_threshold": 101 } }), "route_policy.mem_threshold"),
        (json!({ "tags": tags(21) }), "0 to 20"),
        (tag("", "v"), "tags[0].key"),
        (tag("_sys_x", "v"), "tags[0].key"),
        (tag("k ", "v"), "tags[0].key"),
        (tag("k*", "v"), "tags[0].key"),
        (tag(&long(129), "v"), "1 to 128"),
        (tag("k", &long(256)), "0 to 255"),
        (tag("k", "v*"), "tags[0].value"),
        (json!({ "tags": [{ "key": "k" }, { "key": "k" }] }), "stands twice"),
        (json!({ "enterprise_project_id": long(65) }), "enterprise_project_id"),
        (json!({ "colour": "red" }), "colour: is not a field here"),
    ] {
        let answer = demo.post(&path, merged(server("s"), changes.clone())).await;
        let message = answer.wks(400, "WKS.00211102");
        assert!(message.contains(part), "{changes}: {message}");
    }
    let header = demo.clone().with("x-linked-id", &long(65)).post(&path, server("s")).await;
    assert!(header.wks(400, "WKS.00211102").contains("x-linked-id"));
    let good = merged(server("s"), json!({ "tags": tags(20) }));
    demo.post(&path, merged(good, volume(json!({ "size": 1020 })))).await.ok();
    assert!(demo.post(&path, server("s")).await.wks(409, "WKS.00211103").contains("already"));
    let bare = json!({ "image_ref": { "id": "i", "image_type": "private" }, "name": "bare", "tags": null });
    demo.post(&path, merged(server("s"), bare)).await.ok();
}

#[tokio::test]
async fn the_neighbours_are_checked_too() {
    let cloud = Cloud::start();
    let demo = cloud.demo().await;
    let path = |rest: &str| format!("/v1/{PROJECT}/{rest}");
    demo.post(&path("image-servers"), server("s")).await.ok();
    let list = demo.get(&path("image-servers")).await.ok();
    let id = text(&list["items"][0], "id");
    let delete = path("image-servers/actions/batch-delete");
    let too_many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    for (body, part) in [
        (json!({ "recursive": true }), "items"),
        (json!({ "items": [], "recursive": true }), "1 to 20"),
        (json!({ "items": too_many, "recursive": true }), "1 to 20"),
        (json!({ "items": ["a", "a"], "recursive": true }), "twice"),
        (json!({ "items": [id] }), "recursive"),
        (json!({ "items": [id], "recursive": true }), "CREATING"),
    ] {
        let message = demo.patch(&delete, body).await.wks(400, "WKS.00211102");
        assert!(message.contains(part), "{message}");
    }
    let one = path(&format!("image-servers/{id}"));
    let recreate = format!("{one}/actions/recreate-image");
    demo.post(&recreate, json!({ "name": "n" })).await.wks(409, "WKS.00211103");
    for body in [
        json!({}),
        json!({ "name": " n" }),
        json!({ "name": "n*" }),
        json!({ "name": "n", "description": "a<b" }),
        json!({ "name": "n", "execute_sysprep": "yes" }),
    ] {
        demo.post(&recreate, body).await.wks(400, "WKS.00211102");
    }
    demo.post(&format!("{one}/actions/attach-app"), json!({ "items": [] })).await.wks(400, "WKS.00211102");
    demo.patch(&one, json!({ "name": "a b" })).await.wks(400, "WKS.00211102");
    demo.patch(&path("image-servers/none"), json!({ "name": "a" })).await.wks(404, "WKS.00211902");
    let parts = demo.get(&path("image-server-sub-jobs")).await.ok();
    let waiting = json!({ "items": [parts["items"][0]["id"]] });
    let answer = demo.patch(&path("image-server-sub-jobs/actions/batch-delete"), waiting).await;
    assert!(answer.wks(400, "WKS.00211102").contains("WAITING"));
    for query in [
        "image-servers?limit=0",
        "image-servers?limit=101",
        "image-servers?offset=-1",
        "image-server-jobs?status=DONE",
        "image-server-jobs?job_type=CREATE",
        "image-server-sub-jobs?status=DONE",
        "image-server-sub-jobs/actions/count?job_type=CREATE",
    ] {
        demo.get(&path(query)).await.wks(400, "WKS.00211102");
    }
    demo.get(&path("image-server-jobs/none")).await.wks(404, "WKS.00211902");
}
