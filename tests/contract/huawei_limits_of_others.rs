//! The limits of Huawei Cloud's pages on tags, searches, queries, sharing, copies and changes.

use crate::huawei_limits::{encode, refused, with};
use serde_json::{Value, json};

#[test]
fn tags_keep_their_limits() {
    let add = |key: Value, value: Value| vec![json!("i"), json!({ "key": key, "value": value })];
    assert!(encode("addImageTag", &add(json!("k".repeat(36)), json!(""))).is_ok());
    refused("addImageTag", &add(json!("k".repeat(37)), json!("")), "tag.key", "1 to 36 characters");
    refused("addImageTag", &add(json!("  "), json!("")), "tag.key", "not be blank");
    refused("addImageTag", &add(json!("k"), json!("v".repeat(44))), "tag.value", "0 to 43 characters");
    refused("addImageTag", &add(json!("k"), json!(null)), "tag.value", "is required");
    let batch = |action: &str, tags: Value| vec![json!("i"), json!({ "action": action, "tags": tags })];
    let old = json!([{ "key": "k".repeat(127), "value": "v".repeat(255) }]);
    assert!(encode("batchAddOrDeleteTags", &batch("delete", old.clone())).is_ok());
    refused("batchAddOrDeleteTags", &batch("create", old), "tags[0].key", "1 to 36");
    refused("batchAddOrDeleteTags", &batch("Create", json!([])), "action", "must be one of 'create'");
    refused("batchAddOrDeleteTags", &batch("create", json!([])), "tags", "1 to 20");
    let twice = json!([{ "key": "a", "value": "" }, { "key": "a", "value": "b" }]);
    refused("batchAddOrDeleteTags", &batch("create", twice.clone()), "tags[1].key", "must not stand twice");
    refused(
        "batchDeleteTags",
        &[json!("i"), json!({ "tags": twice })],
        "tags[1].key",
        "must not stand twice",
    );
    let long = json!([{ "key": "k".repeat(128) }]);
    refused("batchDeleteTags", &[json!("i"), json!({ "tags": long })], "tags[0].key", "1 to 127");
    let text = |tag: Value| vec![json!({ "image_id": "i", "tag": tag })];
    for tag in [".v", "k=v", "k.a.b", "k v", &"k".repeat(37), &format!("k.{}", "v".repeat(44))] {
        refused("createOrUpdateTags", &text(json!(tag)), "tag", "must be key.value");
    }
    let pair = json!({ "image_id": "i", "tag": "k.v", "image_tag": { "key": "k", "value": "v" } });
    refused("createOrUpdateTags", &[pair], "image_tag", "this is a tag as a text");
    refused("createOrUpdateTags", &[json!({ "image_id": "i" })], "request", "must have one of tag (");
    refused("deleteImageTag", &[json!("i"), json!("")], "key", "must not be empty");
}

#[test]
fn searches_by_tags_keep_their_limits() {
    let find = |field: &str, value: Value| vec![with(&json!({ "action": "filter" }), field, value)];
    for (field, good, sent) in
        [("limit", json!(1000), "1000"), ("limit", json!("1"), "1"), ("offset", json!(0), "0")]
    {
        let body = encode("listImageByTags", &find(field, good)).expect("sent").expect("a body");
        assert_eq!(body[field], json!(sent), "over the wire these are texts");
    }
    for bad in [json!(0), json!(1001), json!("x"), json!(1.5), json!("-1"), json!(true)] {
        refused("listImageByTags", &find("limit", bad), "limit", "must be a whole number from 1 to 1000");
    }
    refused("listImageByTags", &find("offset", json!(-1)), "offset", "whole number from 0");
    refused(
        "listImageByTags",
        &[json!({ "action": "count", "limit": 1 })],
        "limit",
        "this is a count of images",
    );
    refused("listImageByTags", &[json!({ "action": "Filter" })], "action", "'filter'");
    let filters =
        |count: usize| (0..count).map(|n| json!({ "key": n.to_string(), "values": [] })).collect::<Value>();
    for field in ["tags", "tags_any", "not_tags", "not_tags_any"] {
        assert!(encode("listImageByTags", &find(field, filters(10))).is_ok());
        for count in [0, 11] {
            refused("listImageByTags", &find(field, filters(count)), field, "1 to 10 items");
        }
        let key = |length| json!([{ "key": "k".repeat(length), "values": [] }]);
        assert!(encode("listImageByTags", &find(field, key(127))).is_ok());
        let inside = format!("{field}[0].key");
        refused("listImageByTags", &find(field, key(128)), &inside, "1 to 127");
        let values: Value = (0..11).map(|n| json!(n.to_string())).collect();
        let inside = format!("{field}[0].values");
        refused(
            "listImageByTags",
            &find(field, json!([{ "key": "k", "values": values }])),
            &inside,
            "0 to 10",
        );
        let twice = json!([{ "key": "k", "values": [] }, { "key": "k", "values": ["a"] }]);
        refused("listImageByTags", &find(field, twice), &format!("{field}[1].key"), "must not stand twice");
    }
    refused("listImageByTags", &find("matches", json!([])), "matches", "at least 1 item");
    let long = json!([{ "key": "k".repeat(129), "value": "v" }]);
    refused("listImageByTags", &find("matches", long), "matches[0].key", "1 to 128");
    let empty = json!([{ "key": "resource_name", "value": "" }]);
    refused("listImageByTags", &find("matches", empty), "matches[0].value", "1 to 255");
}

#[test]
fn queries_keep_their_limits() {
    let list = |field: &str, value: Value| vec![with(&json!({}), field, value)];
    for (field, value, rule) in [
        ("__imagetype", json!("public"), "'gold'"),
        ("__os_bit", json!(64), "'32'"),
        ("__platform", json!("Plan 9"), "'Ubuntu'"),
        ("__isregistered", json!(true), "'true'"),
        ("limit", json!(0), "from 1"),
        ("min_disk", json!(1025), "from 1 to 1024"),
        ("sort_key", json!("owner"), "'created_at'"),
        ("sort_dir", json!("down"), "'asc'"),
        ("status", json!("ready"), "'active'"),
        ("protected", json!("true"), "true or false"),
        ("flavor_id", json!("a,b"), "one flavor"),
        ("member_status", json!("accepted"), "must come with visibility 'shared'"),
        ("created_at", json!("2018-10-28T10:00:00Z"), "must be operator:time"),
        ("created_at", json!("after:2018-10-28T10:00:00Z"), "must be operator:time"),
        ("updated_at", json!("gt:2018-10-28"), "must be operator:time"),
        ("enterprise_project_id", json!("all"), "all_granted_eps"),
        ("disk_format", json!("vmdk"), "'zvhd2'"),
        ("colour", json!("red"), "is not a field of this request"),
    ] {
        refused("listImages", &list(field, value), field, rule);
    }
    for query in [
        json!({ "created_at": "neq:2018-10-28 10:00:00", "enterprise_project_id": "all_granted_eps" }),
        json!({ "member_status": "pending", "visibility": "shared" }),
    ] {
        assert!(encode("listImages", &[query]).is_ok());
    }
    refused("listTags", &list("page", json!(0)), "page", "from 1");
    refused(
        "listTags",
        &list("enterprise_project_id", json!("all_granted_eps")),
        "enterprise_project_id",
        "UUID",
    );
    refused("listOsVersions", &list("tag", json!("riscv")), "tag", "'uefi'");
    refused("listOsVersions", &list("tag", json!(["uefi", "x"])), "tag[1]", "'uefi'");
    refused("listImageMembers", &[json!("i"), json!({ "limit": "1" })], "limit", "whole number");
}

#[test]
fn sharing_keeps_its_limits() {
    for name in ["batchAddMembers", "batchDeleteMembers"] {
        let share = |projects: Value| vec![json!({ "images": ["i"], "projects": projects })];
        let many = |count: usize| (0..count).map(|n| json!(n.to_string())).collect::<Value>();
        assert!(encode(name, &share(many(256))).is_ok());
        refused(name, &share(many(257)), "projects", "0 to 256");
        refused(name, &share(json!([])), "projects", "must name somebody");
        refused(name, &share(json!(["a", "a"])), "projects[1]", "must not be listed twice");
        refused(name, &[json!({ "images": [], "projects": ["p"] })], "images", "at least 1");
        refused(name, &[json!({ "images": ["i"] })], "projects", "is required");
    }
    let decide =
        |status: &str| json!({ "images": ["i"], "project_id": "p", "status": status, "vault_id": "v" });
    assert!(encode("batchUpdateMembers", &[decide("accepted")]).is_ok());
    refused("batchUpdateMembers", &[decide("rejected")], "vault_id", "a refusal of shared images");
    refused("batchUpdateMembers", &[decide("pending")], "request", "status=accepted");
    for name in ["copyImageInRegion", "copyImageInRegionInSafeMode"] {
        refused(name, &[json!("i"), json!({})], "name", "is required");
        refused(name, &[json!("i"), json!({ "name": "a", "region": "r" })], "region", "is not a field");
    }
    let copy = json!({ "name": "a", "region": "r", "project_name": "p", "agency_name": "g" });
    assert!(encode("copyImageCrossRegion", &[json!("i"), copy.clone()]).is_ok());
    for field in ["name", "region", "project_name", "agency_name"] {
        refused("copyImageCrossRegion", &[json!("i"), with(&copy, field, json!(null))], field, "is required");
    }
    refused("registerImage", &[json!("i"), json!({ "image_url": "o" })], "image_url", "bucket:object");
}

#[test]
fn changes_keep_their_limits() {
    let update = |changes: Value| vec![json!("i"), changes];
    let set = |name: &str, value: Value| update(json!({ "set": { name: value } }));
    let sent = encode(
        "updateImage",
        &update(json!({ "set": { "name": "a", "min_ram": 1024, "my_own": "x" }, "remove": ["old"] })),
    );
    // In the order of the caller; serde_json has an order of its own, so each is looked for.
    let wanted = json!([
        { "op": "remove", "path": "/old", "value": "" },
        { "op": "replace", "path": "/min_ram", "value": "1024" },
        { "op": "add", "path": "/my_own", "value": "x" },
        { "op": "replace", "path": "/name", "value": "a" },
    ]);
    let Some(Some(Value::Array(sent))) = sent.ok() else { panic!("a list of changes") };
    assert_eq!(sent.len(), 4);
    assert!(wanted.as_array().expect("a list").iter().all(|change| sent.contains(change)), "{sent:?}");
    refused("updateImage", &set("name", json!("a/b")), "changes.set.name", "1 to 128");
    refused("updateImage", &set("__description", json!("<")), "changes.set.__description", "1024");
    refused("updateImage", &set("min_ram", json!(-1)), "changes.set.min_ram", "from 0");
    refused("updateImage", &set("__support_amd", json!(true)), "changes.set.__support_amd", "'true'");
    refused("updateImage", &set("hw_firmware_type", json!("efi")), "changes.set.hw_firmware_type", "'bios'");
    refused("updateImage", &set("My_Own", json!("x")), "changes.set.My_Own", "in lower case");
    refused("updateImage", &update(json!({ "remove": ["Old"] })), "changes.remove[0]", "in lower case");
    refused("updateImage", &update(json!({ "remove": ["name"] })), "changes.remove[0]", "cannot be removed");
    refused(
        "updateImage",
        &update(json!([{ "op": "add", "path": "/Old", "value": "" }])),
        "changes[0].path",
        "lower case",
    );
    refused("updateImage", &update(json!({})), "changes", "at least one change");
    let apart = json!({ "set": { "__support_kvm_gpu_type": "V100", "__support_xen": "true" } });
    refused(
        "updateImage",
        &update(apart),
        "changes.set.__support_kvm_gpu_type",
        "together with __support_xen",
    );
    let off = json!({ "set": { "__support_kvm_gpu_type": "V100", "__support_xen": "false" } });
    assert!(encode("updateImage", &update(off)).is_ok());
    let listed = json!([
        { "op": "add", "path": "/__support_xen", "value": "true" },
        { "op": "add", "path": "/__support_xen_hana", "value": "true" },
    ]);
    refused("updateImage", &update(listed), "changes[1].value", "together with __support_xen");
}
