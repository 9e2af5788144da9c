//! Each limit of Huawei Cloud's pages: what is at the border is sent, what is beyond it is refused by field and rule.

use crate::fixtures::core;
use ims_client::api::huawei_ims;
use ims_client::error::{Error, Kind};
use serde_json::{Value, json};

fn encode(operation: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    let operation = huawei_ims::find(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    let encoded = operation.encode_for(&core(arguments), Some("p"))?;
    Ok(encoded.body.map(|body| serde_json::from_str(&body).expect("JSON")))
}

fn refused(operation: &str, arguments: &[Value], field: &str, rule: &str) {
    let error = encode(operation, arguments).expect_err(&format!("{operation} {arguments:?}"));
    assert_eq!(error.kind(), Kind::Validation);
    assert_eq!(error.details().field.as_deref(), Some(field), "{operation} {arguments:?}: {error}");
    let given = error.details().rule.as_deref().unwrap_or_default();
    assert!(given.contains(rule), "{operation} {field}: {given}");
}

/// A body with one field set, replaced or removed (null).
fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().expect("an object").insert(field.to_owned(), value);
    body
}

fn file() -> Value {
    json!({ "name": "a", "image_url": "bucket:a.qcow2", "min_disk": 40 })
}

/// A field with values that are sent and values that are refused.
struct Limit {
    field: &'static str,
    good: Vec<Value>,
    bad: Vec<Value>,
    rule: &'static str,
}

fn limits() -> Vec<Limit> {
    let long = |count: usize| json!("x".repeat(count));
    let tags = |count: usize| (0..count).map(|n| json!(format!("k{n}.v"))).collect::<Value>();
    let pairs = |count: usize| (0..count).map(|n| json!({ "key": n.to_string(), "value": "" })).collect();
    let mut limits = vec![
        Limit {
            field: "name",
            good: vec![json!("a-b._ 1镜"), long(128)],
            bad: vec![json!(""), json!(" a"), json!("a "), json!("a/b"), long(129), json!(7)],
            rule: "must have 1 to 128 characters",
        },
        Limit {
            field: "description",
            good: vec![json!(""), long(1024), json!("两个")],
            bad: vec![long(1025), json!("a\nb"), json!("a\rb"), json!("<b"), json!("b>"), json!(1)],
            rule: "at most 1024 characters without line breaks",
        },
        Limit {
            field: "image_url",
            good: vec![json!("abc:o"), json!("my.bucket-1:folder/a b.qcow2")],
            bad: vec![
                json!("ab:o"),
                json!("bucket"),
                json!("bucket:"),
                json!("Bucket:o"),
                json!("a_b_c:o"),
                json!("https://bucket.obs.example.com/o"),
                json!(format!("{}:o", "b".repeat(64))),
                json!("bucket:a\nb"),
            ],
            rule: "must be bucket:object",
        },
        Limit {
            field: "min_disk",
            good: vec![json!(40), json!(1024)],
            bad: vec![json!(39), json!(1025), json!(40.5), json!("40"), json!(-1)],
            rule: "must be a whole number from 40 to 1024",
        },
        Limit {
            field: "enterprise_project_id",
            good: vec![json!("0"), json!("cf1b6a4c-8e2d-4c57-9a86-3a9f3fd0f2b1")],
            bad: vec![json!(""), json!("default"), json!("all_granted_eps"), json!("cf1b6a4c")],
            rule: "must be '0'",
        },
        Limit {
            field: "tags",
            good: vec![json!([]), tags(20), json!(["键.值"]), json!(["k"])],
            bad: vec![tags(21), json!("a.b"), json!(7)],
            rule: "must be a list of 0 to 20 items",
        },
        Limit {
            field: "image_tags",
            good: vec![pairs(20), json!([{ "key": "k".repeat(36), "value": "v".repeat(43) }])],
            bad: vec![pairs(21), json!({ "key": "k", "value": "v" })],
            rule: "must be a list of 0 to 20 items",
        },
        Limit {
            field: "data_images",
            good: vec![json!([{ "image_url": "abc:o", "min_disk": 1 }])],
            bad: vec![json!([]), json!([1, 2, 3, 4])],
            rule: "must be a list of 1 to 3 items",
        },
    ];
    for field in ["min_ram", "max_ram"] {
        limits.push(Limit {
            field,
            good: vec![json!(0), json!(2_147_483_647)],
            bad: vec![json!(-1), json!(2_147_483_648_u64), json!(1.5), json!("1")],
            rule: "must be a whole number from 0",
        });
    }
    for (field, good, bad) in [
        ("type", json!("Ironic"), json!("ecs")),
        ("architecture", json!("x86"), json!("x86_64")),
        ("hw_firmware_type", json!("bios"), json!("BIOS")),
        ("os_type", json!("Other"), json!("linux")),
    ] {
        limits.push(Limit { field, good: vec![good], bad: vec![bad, json!(1)], rule: "must be one of" });
    }
    for field in ["is_config", "is_config_init", "is_quick_import"] {
        let bad = vec![json!("true"), json!(0)];
        limits.push(Limit { field, good: vec![json!(false)], bad, rule: "must be true or false" });
    }
    for field in ["cmk_id", "os_version"] {
        limits.push(Limit {
            field,
            good: vec![long(255)],
            bad: vec![json!(""), long(256), json!(1)],
            rule: "must be a text with 1 to 255 characters",
        });
    }
    limits
}

#[test]
fn each_limit_of_a_file_holds_at_its_border() {
    for operation in ["createImage", "createImageInSafeMode"] {
        for Limit { field, good, bad, rule } in limits() {
            for value in good {
                let body = with(&file(), field, value.clone());
                let sent = encode(operation, &[body]).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(sent.expect("a body")[field], value, "{operation} {field}");
            }
            for value in bad {
                refused(operation, &[with(&file(), field, value)], field, rule);
            }
        }
    }
}

#[test]
fn a_body_is_of_one_shape() {
    let server = json!({ "name": "a", "instance_id": "s" });
    let volume = json!({ "name": "a", "volume_id": "v", "os_version": "CentOS 7.0 64bit" });
    let iso =
        json!({ "name": "a", "image_url": "abc:o", "min_disk": 40, "os_version": "x", "type": "IsoImage" });
    let quick = with(&with(&file(), "is_quick_import", json!(true)), "os_version", json!("x"));
    let disks = json!({ "data_images": [{ "name": "d", "volume_id": "v" }] });
    for body in [&server, &volume, &iso, &quick, &disks, &file()] {
        assert_eq!(encode("createImage", &[body.clone()]).expect("a shape"), Some(body.clone()));
    }
    let create = |body: Value, field: &str, rule: &str| refused("createImage", &[body], field, rule);
    create(json!({ "name": "a" }), "request", "must have one of instance_id (an image from a server)");
    create(json!([]), "request", "must be an object");
    create(
        with(&server, "volume_id", json!("v")),
        "volume_id",
        "must not be there: this is an image from a server",
    );
    create(with(&server, "data_images", json!([])), "data_images", "this is an image from a server");
    create(with(&server, "min_disk", json!(40)), "min_disk", "this is an image from a server");
    create(with(&server, "nmae", json!("a")), "nmae", "is not a field of this request");
    create(with(&server, "name", json!(null)), "name", "is required");
    create(with(&volume, "os_version", json!(null)), "os_version", "is required");
    create(with(&volume, "image_url", json!("abc:o")), "image_url", "this is an image from a data disk");
    create(with(&quick, "os_version", json!(null)), "os_version", "is required");
    create(with(&iso, "os_version", json!(null)), "os_version", "is required");
    create(with(&iso, "cmk_id", json!("k")), "cmk_id", "this is an image from an ISO file");
    create(with(&iso, "is_quick_import", json!(true)), "is_quick_import", "an ISO file");
    create(with(&file(), "min_disk", json!(null)), "min_disk", "is required");
    create(with(&disks, "name", json!("a")), "name", "data disk images from data disks");
    create(json!({ "data_images": [{ "name": "d" }] }), "data_images[0].volume_id", "is required");
    create(json!({ "data_images": [] }), "data_images", "at least 1");

    let whole = json!({ "name": "a", "backup_id": "b" });
    assert!(encode("createWholeImage", &[whole.clone()]).is_ok());
    assert!(encode("createWholeImage", &[with(&whole, "whole_image_type", json!("CBR"))]).is_ok());
    refused(
        "createWholeImage",
        &[with(&whole, "whole_image_type", json!("cbr"))],
        "whole_image_type",
        "'CSBS'",
    );
    refused("createWholeImage", &[with(&whole, "vault_id", json!("v"))], "vault_id", "a CSBS backup");
    refused("createWholeImage", &[with(&server, "backup_id", json!("b"))], "backup_id", "from a server");
    refused(
        "createWholeImage",
        &[json!({ "name": "a", "whole_image_type": "CBR" })],
        "backup_id",
        "is required",
    );

    for name in ["importImageQuick", "importImageQuickInSafeMode"] {
        let data = with(&file(), "type", json!("DataImage"));
        assert!(encode(name, &[data.clone()]).is_ok());
        refused(name, &[file()], "os_version", "is required");
        refused(name, &[with(&data, "license_type", json!("byol"))], "license_type", "of a data disk");
        refused(name, &[with(&file(), "os_type", json!("Linux"))], "os_type", "of a system disk");
        refused(name, &[with(&data, "min_disk", json!(1025))], "min_disk", "from 1 to 1024");
    }
    for name in ["exportImage", "exportImageInSafeMode"] {
        let fast = json!({ "bucket_url": "abc:o", "is_quick_export": true });
        assert!(encode(name, &[json!("i"), fast.clone()]).is_ok());
        refused(
            name,
            &[json!("i"), with(&fast, "file_format", json!("vhd"))],
            "file_format",
            "a fast export",
        );
        refused(name, &[json!("i"), json!({ "bucket_url": "abc:o" })], "file_format", "is required");
        refused(name, &[json!("i"), json!({})], "bucket_url", "is required");
    }
    for name in ["createDataImage", "createDataImageInSafeMode"] {
        assert!(encode(name, &[with(&file(), "min_disk", json!(2048))]).is_ok());
        refused(name, &[with(&file(), "min_disk", json!(2049))], "min_disk", "from 40 to 2048");
        refused(name, &[with(&file(), "os_type", json!("Other"))], "os_type", "'Windows'");
    }
}

#[test]
fn what_holds_between_fields_is_checked() {
    let both = with(&with(&file(), "tags", json!(["a.b"])), "image_tags", json!([]));
    let names = ["createImage", "createImageInSafeMode", "createDataImage", "createDataImageInSafeMode"];
    for name in names {
        refused(name, &[both.clone()], "image_tags", "must not stand beside tags");
        refused(name, &[with(&file(), "tags", json!(["a.1", "a.2"]))], "tags[1]", "a key that stands twice");
        let twice = json!([{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }]);
        refused(name, &[with(&file(), "image_tags", twice)], "image_tags[1].key", "must not stand twice");
    }
    let inside = json!([{ "image_url": "abc:o", "min_disk": 1, "tags": [], "image_tags": [] }]);
    refused(
        "createImage",
        &[with(&file(), "data_images", inside)],
        "data_images[0].image_tags",
        "beside tags",
    );
    let server = json!({ "name": "a", "instance_id": "s", "tags": [], "image_tags": [] });
    refused("createWholeImage", &[server], "image_tags", "beside tags");
    let arm = with(&with(&file(), "architecture", json!("arm")), "hw_firmware_type", json!("bios"));
    refused("createImage", &[arm.clone()], "hw_firmware_type", "must be 'uefi'");
    refused("importImageQuick", &[with(&arm, "os_version", json!("x"))], "hw_firmware_type", "'uefi'");
    assert!(encode("createImage", &[with(&arm, "hw_firmware_type", json!("uefi"))]).is_ok());
}

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
        refused("listImageByTags", &find(field, filters(11)), field, "0 to 10 items");
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
    // In the order of the caller, which serde_json makes that of the alphabet.
    let wanted = json!([
        { "op": "remove", "path": "/old", "value": "" },
        { "op": "replace", "path": "/min_ram", "value": "1024" },
        { "op": "add", "path": "/my_own", "value": "x" },
        { "op": "replace", "path": "/name", "value": "a" },
    ]);
    assert_eq!(sent.expect("sent"), Some(wanted));
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
