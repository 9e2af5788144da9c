//! Each limit of Huawei Cloud's pages on what creates an image: what is at the border is sent, what is beyond it is
//! refused by field and rule.

use crate::fixtures::core;
use ims_client::api::huawei_ims;
use ims_client::error::{Error, Kind};
use serde_json::{Value, json};

pub fn encode(operation: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    let operation = huawei_ims::find(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    let encoded = operation.encode_for(&core(arguments), Some("p"))?;
    Ok(encoded.body.map(|body| serde_json::from_str(&body).expect("JSON")))
}

pub fn refused(operation: &str, arguments: &[Value], field: &str, rule: &str) {
    let error = encode(operation, arguments).expect_err(&format!("{operation} {arguments:?}"));
    assert_eq!(error.kind(), Kind::Validation);
    assert_eq!(error.details().field.as_deref(), Some(field), "{operation} {arguments:?}: {error}");
    let given = error.details().rule.as_deref().unwrap_or_default();
    assert!(given.contains(rule), "{operation} {field}: {given}");
}

/// A body with one field set, replaced or removed (null).
pub fn with(body: &Value, field: &str, value: Value) -> Value {
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
        assert_eq!(encode("createImage", std::slice::from_ref(body)).expect("a shape"), Some(body.clone()));
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
    assert!(encode("createWholeImage", std::slice::from_ref(&whole)).is_ok());
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
        assert!(encode(name, std::slice::from_ref(&data)).is_ok());
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
        refused(name, std::slice::from_ref(&both), "image_tags", "must not stand beside tags");
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
    refused("createImage", std::slice::from_ref(&arm), "hw_firmware_type", "must be 'uefi'");
    refused("importImageQuick", &[with(&arm, "os_version", json!("x"))], "hw_firmware_type", "'uefi'");
    assert!(encode("createImage", &[with(&arm, "hw_firmware_type", json!("uefi"))]).is_ok());
}
