//! What the core says to OpenStack's Image service: requests, limits and permissions, as the API references have them.

use crate::fakes::call;
use ims_client::api::openstack::{OPERATIONS, find};
use ims_client::error::Kind;
use serde_json::{Value, json};

const ID: &str = "b2173dd3-7ad6-4362-baa6-a68bce3565cb";

/// Method, arguments; HTTP method, target, body.
fn requests() -> Vec<(&'static str, Value, &'static str, String, Value)> {
    let image = format!("/v2/images/{ID}");
    let of = |rest: &str| format!("{image}{rest}");
    let at = |target: &str| target.to_owned();
    vec![
        ("listVersions", json!([]), "GET", at("/"), json!(null)),
        ("getVersion", json!(["v2"]), "GET", at("/v2"), json!(null)),
        ("listImages", json!([]), "GET", at("/v2/images"), json!(null)),
        (
            "listImages",
            json!([{ "status": ["saving", "queued"], "name": "a:b", "tag": ["x", "y z"], "os_hidden": true,
                "limit": 2, "marker": "m", "sort_key": ["name", "size"], "sort_dir": ["asc", "desc"],
                "member_status": "all", "visibility": "shared", "created_at": "gt:2018-10-28T10:00:00Z",
                "size_min": 1, "protected": false, "owner": "p", "os_distro": "debian", "__os_type": "Linux",
                "left": null }]),
            "GET",
            at(
                "/v2/images?limit=2&marker=m&sort_key=name&sort_key=size&sort_dir=asc&sort_dir=desc&name=eq%3Aa%3Ab\
                &status=in%3Asaving%2Cqueued&visibility=shared&member_status=all&owner=p&tag=x&tag=y%20z\
                &protected=false&os_hidden=true&size_min=1&created_at=gt%3A2018-10-28T10%3A00%3A00Z\
                &__os_type=Linux&os_distro=debian",
            ),
            json!(null),
        ),
        (
            "listImages",
            json!([{ "sort": "name:asc,size" }]),
            "GET",
            at("/v2/images?sort=name%3Aasc%2Csize"),
            json!(null),
        ),
        (
            "createImage",
            json!([{ "name": "n", "disk_format": "qcow2", "min_disk": 1, "tags": ["t"], "os_distro": "debian",
                "__os_version": "x", "protected": true }]),
            "POST",
            at("/v2/images"),
            json!({ "name": "n", "disk_format": "qcow2", "min_disk": 1, "tags": ["t"], "os_distro": "debian",
                "__os_version": "x", "protected": true }),
        ),
        ("createImage", json!([{}]), "POST", at("/v2/images"), json!({})),
        ("getImage", json!(["a/b"]), "GET", at("/v2/images/a%2Fb"), json!(null)),
        (
            "updateImage",
            json!([ID, { "set": { "name": "n", "os_distro": "d" }, "remove": ["old/one"] }]),
            "PATCH",
            of(""),
            json!([
                { "op": "remove", "path": "/old~1one" },
                { "op": "replace", "path": "/name", "value": "n" },
                { "op": "add", "path": "/os_distro", "value": "d" },
            ]),
        ),
        (
            "updateImage",
            json!([ID, [{ "op": "replace", "path": "/tags", "value": ["a"] }]]),
            "PATCH",
            of(""),
            json!([{ "op": "replace", "path": "/tags", "value": ["a"] }]),
        ),
        ("deleteImage", json!([ID]), "DELETE", of(""), json!(null)),
        (
            "deleteImage",
            json!([ID, { "delete_backup": true }]),
            "DELETE",
            of(""),
            json!({ "delete_backup": true }),
        ),
        ("uploadFile", json!([ID]), "PUT", of("/file"), json!(null)),
        ("deactivateImage", json!([ID]), "POST", of("/actions/deactivate"), json!(null)),
        ("reactivateImage", json!([ID]), "POST", of("/actions/reactivate"), json!(null)),
        (
            "importImage",
            json!([ID, { "method": { "name": "web-download", "uri": "https://h/x" }, "all_stores": true }]),
            "POST",
            of("/import"),
            json!({ "method": { "name": "web-download", "uri": "https://h/x" }, "all_stores": true }),
        ),
        ("getImportInfo", json!([]), "GET", at("/v2/info/import"), json!(null)),
        ("listStores", json!([]), "GET", at("/v2/info/stores"), json!(null)),
        ("listImageTasks", json!([ID]), "GET", of("/tasks"), json!(null)),
        ("listMembers", json!([ID]), "GET", of("/members"), json!(null)),
        (
            "listMembers",
            json!([ID, { "limit": 5, "marker": "m" }]),
            "GET",
            of("/members?limit=5&marker=m"),
            json!(null),
        ),
        ("getMember", json!([ID, "p"]), "GET", of("/members/p"), json!(null)),
        ("addMember", json!([ID, { "member": "p" }]), "POST", of("/members"), json!({ "member": "p" })),
        (
            "updateMember",
            json!([ID, "p", { "status": "accepted", "vault_id": "v" }]),
            "PUT",
            of("/members/p"),
            json!({ "status": "accepted", "vault_id": "v" }),
        ),
        ("removeMember", json!([ID, "p"]), "DELETE", of("/members/p"), json!(null)),
        ("addTag", json!([ID, "a b"]), "PUT", of("/tags/a%20b"), json!(null)),
        ("removeTag", json!([ID, "ä"]), "DELETE", of("/tags/%C3%A4"), json!(null)),
        ("getImageSchema", json!([]), "GET", at("/v2/schemas/image"), json!(null)),
        ("getImagesSchema", json!([]), "GET", at("/v2/schemas/images"), json!(null)),
        ("getMemberSchema", json!([]), "GET", at("/v2/schemas/member"), json!(null)),
        ("getMembersSchema", json!([]), "GET", at("/v2/schemas/members"), json!(null)),
        (
            "listImagesV1",
            json!([{ "size_max": 9, "changes-since": "2018-10-28T10:00:00Z", "property-os_type": "linux" }]),
            "GET",
            at(
                "/v1.1/images/detail?size_max=9&changes-since=2018-10-28T10%3A00%3A00Z&property-os_type=linux",
            ),
            json!(null),
        ),
        ("getImageV1", json!([ID]), "HEAD", format!("/v1/images/{ID}"), json!(null)),
        ("deleteImageV1", json!([ID]), "DELETE", format!("/v1.1/images/{ID}"), json!(null)),
    ]
}

fn list(arguments: &Value) -> Vec<Value> {
    arguments.as_array().expect("a list").clone()
}

#[test]
fn every_operation_says_what_the_reference_says() {
    let mut untried: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    for (name, arguments, method, target, body) in requests() {
        untried.retain(|known| *known != name);
        let operation = find(name).unwrap_or_else(|| panic!("there is no {name}"));
        let outcome = call(operation, &list(&arguments), 418, "");
        let [sent] = &outcome.sent[..] else { panic!("{name}: {:?}", outcome.result) };
        // serde_json orders the fields of an argument by itself.
        let sorted = |target: &str| {
            let mut pieces: Vec<String> = target.split(['?', '&']).map(str::to_owned).collect();
            pieces.sort();
            pieces
        };
        assert_eq!((sent.method, sorted(&sent.target)), (method, sorted(&target)), "{name}");
        let changes = |body: Value| match body {
            Value::Array(mut items) => {
                items.sort_by_key(Value::to_string);
                Value::Array(items)
            }
            other => other,
        };
        assert_eq!(changes(sent.body.clone().unwrap_or_default()), changes(body.clone()), "{name}");
        let content_type = sent.headers.iter().find(|(header, _)| header == "content-type");
        let expected = match name {
            _ if body.is_null() => None,
            "updateImage" => Some("application/openstack-images-v2.1-json-patch"),
            _ => Some("application/json"),
        };
        assert_eq!(content_type.map(|(_, value)| value.as_str()), expected, "{name}");
    }
    // Bytes are opened, not called: its request is that of the upload.
    assert_eq!(untried, ["downloadFile"]);
}

#[test]
fn what_the_service_would_refuse_is_refused_before() {
    let long = "x".repeat(256);
    let cases = [
        ("listImages", json!([{ "limit": -1 }]), "limit", "must be a whole number from 0"),
        ("listImages", json!([{ "limit": "2" }]), "limit", "must be a whole number"),
        ("listImages", json!([{ "sort_key": "owner" }]), "sort_key", "must be one of 'name'"),
        ("listImages", json!([{ "sort_key": ["name", "x"] }]), "sort_key[1]", "must be one of 'name'"),
        ("listImages", json!([{ "sort_dir": "up" }]), "sort_dir", "must be one of 'asc', 'desc'"),
        (
            "listImages",
            json!([{ "sort_key": "name", "sort_dir": ["asc", "desc"] }]),
            "sort_dir",
            "as many as",
        ),
        ("listImages", json!([{ "sort": "name", "sort_dir": "asc" }]), "sort", "must not stand beside"),
        ("listImages", json!([{ "sort": "name:up" }]), "sort", "must be keys and directions"),
        ("listImages", json!([{ "status": [] }]), "status", "or a list of such"),
        ("listImages", json!([{ "name": ["a\"b"] }]), "name[0]", "without \""),
        ("listImages", json!([{ "visibility": "mine" }]), "visibility", "must be one of 'public'"),
        ("listImages", json!([{ "member_status": "maybe" }]), "member_status", "must be one of 'pending'"),
        ("listImages", json!([{ "protected": "true" }]), "protected", "must be true or false"),
        ("listImages", json!([{ "created_at": "yesterday" }]), "created_at", "must be a time"),
        ("listImages", json!([{ "updated_at": "gt:" }]), "updated_at", "must be a time"),
        ("listImages", json!([{ "tag": "" }]), "tag", "must be a text with 1 to 255"),
        ("listImages", json!([{ "tag": [long] }]), "tag[0]", "must be a text with 1 to 255"),
        ("listImages", json!([{ "os_distro": "" }]), "os_distro", "must not be empty"),
        ("listImages", json!([{ "os_distro": ["a"] }]), "os_distro", "must be a text"),
        ("listImages", json!(["x"]), "filters", "must be an object"),
        ("createImage", json!([]), "image", "must be an object"),
        ("createImage", json!([{ "name": long }]), "name", "must be a text with 0 to 255"),
        ("createImage", json!([{ "id": "7" }]), "id", "must be a UUID"),
        ("createImage", json!([{ "visibility": "all" }]), "visibility", "must be one of 'private'"),
        ("createImage", json!([{ "tags": "a" }]), "tags", "must be a list"),
        ("createImage", json!([{ "tags": [long] }]), "tags[0]", "must be a text with 0 to 255"),
        ("createImage", json!([{ "min_disk": 1.5 }]), "min_disk", "must be a whole number"),
        ("createImage", json!([{ "protected": 1 }]), "protected", "must be true or false"),
        ("createImage", json!([{ "status": "active" }]), "status", "must not be set: the service does"),
        ("createImage", json!([{ "os_hash_algo": "md5" }]), "os_hash_algo", "must not be set"),
        ("createImage", json!([{ "os_glance_x": "1" }]), "os_glance_x", "must not begin with os_glance"),
        ("createImage", json!([{ "cores": 4 }]), "cores", "must be a text"),
        ("createImage", json!([{ "x": {} }]), "x", "must be a text"),
        ("updateImage", json!([ID, {}]), "changes", "must hold at least one change"),
        (
            "updateImage",
            json!([ID, { "set": { "checksum": "x" } }]),
            "changes.set.checksum",
            "must not be set",
        ),
        ("updateImage", json!([ID, { "set": { "cores": 4 } }]), "changes.set.cores", "must be a text"),
        ("updateImage", json!([ID, { "remove": ["name"] }]), "changes.remove[0]", "cannot be removed"),
        ("updateImage", json!([ID, { "set": { "owner": "" } }]), "changes.set.owner", "1 to 255"),
        ("updateImage", json!([ID, { "set": { "min_disk": null } }]), "changes.set.min_disk", "whole number"),
        ("updateImage", json!([ID, { "remove": ["size"] }]), "changes.remove[0]", "cannot be removed"),
        (
            "updateImage",
            json!([ID, [{ "op": "copy", "path": "/a" }]]),
            "changes[0].op",
            "must be one of 'add'",
        ),
        ("deleteImage", json!([ID, { "delete_backup": "true" }]), "delete_backup", "must be true or false"),
        ("deleteImage", json!([ID, { "force": true }]), "force", "is not a field"),
        ("importImage", json!([ID, {}]), "method", "is required"),
        (
            "importImage",
            json!([ID, { "method": { "name": "x", "uri": "/x" } }]),
            "method.uri",
            "must be a URL",
        ),
        ("importImage", json!([ID, { "method": { "name": "x" }, "stores": [] }]), "stores", "at least 1"),
        ("addMember", json!([ID, { "member": "" }]), "member", "must be a text with 1 to 255"),
        ("addMember", json!([ID, {}]), "member", "is required"),
        ("updateMember", json!([ID, "p", { "status": "yes" }]), "status", "must be one of 'accepted'"),
        ("updateMember", json!([ID, "", { "status": "accepted" }]), "memberId", "must not be empty"),
        ("addTag", json!([ID, long]), "tag", "must have at most 255"),
        ("addTag", json!([ID, ".."]), "tag", "must not be a path"),
        ("getImage", json!([]), "imageId", "must be a string"),
        ("listImagesV1", json!([{ "changes-since": "x" }]), "changes-since", "must be a time"),
    ];
    for (name, arguments, field, rule) in cases {
        let outcome = call(find(name).expect("an operation"), &list(&arguments), 200, "{}");
        let error = outcome.result.expect_err(name);
        assert_eq!(error.kind(), Kind::Validation, "{name} {arguments}: {error}");
        let details = error.details();
        assert_eq!(details.field.as_deref(), Some(field), "{name} {arguments}: {error}");
        let told = details.rule.clone().unwrap_or_default();
        assert!(told.contains(rule), "{name} {arguments}: {told}");
        assert!(outcome.sent.is_empty(), "{name} {arguments} is sent");
    }
}

/// The rows of Huawei Cloud's permission tables (Image Management Service API reference, "Permissions Policies and
/// Supported Actions"): actions; whether enterprise projects are supported.
const ROWS: &[(&str, &str, &[&str], bool)] = &[
    ("GET", "/v2/images", &["ims:images:list"], false),
    ("GET", "/v2/images/{image_id}", &["ims:images:get"], true),
    ("PATCH", "/v2/images/{image_id}", &["ims:images:update"], true),
    ("DELETE", "/v2/images/{image_id}", &["ims:images:delete"], true),
    ("POST", "/v2/images", &["ims:images:create"], false),
    (
        "PUT",
        "/v2/images/{image_id}/file",
        &["ims:images:get", "ims:images:update", "ims:images:upload"],
        false,
    ),
    ("GET", "/", &[], false),
    ("GET", "/{version}", &[], false),
    ("GET", "/v1.1/images/detail", &["ims:images:list"], false),
    ("HEAD", "/v1/images/{image_id}", &["ims:images:get"], false),
    ("DELETE", "/v1.1/images/{image_id}", &["ims:images:delete"], false),
    ("PUT", "/v2/images/{image_id}/tags/{tag}", &["ims:images:get", "ims:images:update"], false),
    ("DELETE", "/v2/images/{image_id}/tags/{tag}", &["ims:images:get", "ims:images:update"], false),
    ("GET", "/v2/schemas/image", &[], false),
    ("GET", "/v2/schemas/images", &[], false),
    ("GET", "/v2/schemas/member", &[], false),
    ("GET", "/v2/schemas/members", &[], false),
    ("POST", "/v2/images/{image_id}/members", &["ims:images:get", "ims:images:share"], false),
    ("GET", "/v2/images/{image_id}/members", &["ims:images:get", "ims:images:share"], false),
    ("GET", "/v2/images/{image_id}/members/{member_id}", &["ims:images:get", "ims:images:share"], false),
    ("PUT", "/v2/images/{image_id}/members/{member_id}", &["ims:images:get", "ims:images:share"], false),
    ("DELETE", "/v2/images/{image_id}/members/{member_id}", &["ims:images:get", "ims:images:share"], false),
];

#[test]
fn every_row_of_the_permission_tables_is_an_operation() {
    let mut with_permission: Vec<&str> = Vec::new();
    for (method, path, actions, enterprise) in ROWS {
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.method.name() == *method && operation.path == *path)
            .unwrap_or_else(|| panic!("there is no {method} {path}"));
        let permission = operation.permission.unwrap_or_else(|| panic!("{method} {path} has no permission"));
        assert_eq!(permission.actions, *actions, "{method} {path}");
        assert_eq!(permission.enterprise_project, *enterprise, "{method} {path}");
        assert!(permission.iam_project, "{method} {path}");
        with_permission.push(operation.name);
    }
    for operation in OPERATIONS.iter().filter(|operation| operation.permission.is_some()) {
        assert!(with_permission.contains(&operation.name), "{} is in no table", operation.name);
    }
}
