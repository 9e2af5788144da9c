//! What the core reads from OpenStack's Image service: images with any properties, and errors of all shapes.

use crate::fakes::{Outcome, call, call_with, open};
use ims_client::api::openstack::find;
use ims_client::error::Kind;
use serde_json::{Value, json};

fn answered(name: &str, arguments: Value, status: u16, body: &Value) -> Value {
    let arguments = arguments.as_array().expect("a list").clone();
    call(find(name).expect("an operation"), &arguments, status, &body.to_string()).value()
}

#[test]
fn properties_of_an_image_are_kept_whoever_made_them() {
    let image = json!({ "id": "i", "name": null, "size": "12", "virtual_size": null, "protected": false,
        "tags": null, "os_distro": "debian", "__os_type": "Linux", "self": "/v2/images/i", "x/y": "z", "gone": null,
        "number": 7, "ä": "ö" });
    let read = json!({ "id": "i", "size": 12, "protected": false, "tags": [], "os_distro": "debian",
        "__os_type": "Linux", "self": "/v2/images/i", "x/y": "z", "number": 7, "ä": "ö" });
    assert_eq!(answered("getImage", json!(["i"]), 200, &image), read);
    assert_eq!(answered("createImage", json!([{}]), 201, &image), read);
    let list =
        json!({ "images": [image], "next": "/v2/images?marker=i", "first": "/v2/images", "schema": "s" });
    let answer = answered("listImages", json!([]), 200, &list);
    assert_eq!(answer["images"], json!([read]));
    assert_eq!(answer["next"], "/v2/images?marker=i");
}

#[test]
fn lists_schemas_and_versions() {
    let versions = json!({ "versions": [{ "id": "v2.9", "status": "CURRENT", "links": [{ "rel": "self", "href": "h" }] }] });
    for status in [200, 300] {
        assert_eq!(answered("listVersions", json!([]), status, &versions), versions);
    }
    let schema = json!({ "name": "image", "properties": { "id": { "type": "string" } }, "links": [],
        "additionalProperties": { "type": "string" } });
    assert_eq!(answered("getImageSchema", json!([]), 200, &schema), schema);
    let members = json!({ "members": [{ "member_id": "p", "status": "pending" }], "schema": "s",
        "page_info": { "next_marker": "m", "current_count": 1 } });
    assert_eq!(answered("listMembers", json!(["i"]), 200, &members), members);
    let tasks =
        json!({ "tasks": [{ "id": "t", "type": "import", "status": "success", "input": { "a": 1 } }] });
    assert_eq!(answered("listImageTasks", json!(["i"]), 200, &tasks), tasks);
    let methods = json!({ "import-methods": { "type": "array", "value": ["web-download"] } });
    assert_eq!(answered("getImportInfo", json!([]), 200, &methods), methods);
    let v1 = json!({ "images": [{ "id": "i", "is_public": true, "properties": { "a": "b" } }] });
    assert_eq!(answered("listImagesV1", json!([]), 200, &v1), v1);
}

#[test]
fn an_image_out_of_headers() {
    let headers = [
        ("x-image-meta-id", "i"),
        ("x-image-meta-property-os_type", "linux"),
        ("date", "today"),
        ("x-image-meta-", "?"),
    ];
    let outcome = call_with(find("getImageV1").expect("an operation"), &[json!("i")], 200, &headers, "");
    assert_eq!(outcome.value(), json!({ "id": "i", "property-os_type": "linux" }));
}

#[test]
fn answers_of_another_shape_are_clear_errors() {
    for (name, body, words) in [
        ("getImage", "", "an empty body"),
        ("getImage", "<html>hello</html>", "a page of HTML"),
        ("getImage", "[]", "an object"),
        ("getImage", "{}", "the field id is missing"),
        ("getImage", "{\"id\":", "is not what the document describes"),
        ("listImages", "{}", "the field images is missing"),
        ("listImages", "{\"images\":{}}", "the field images is missing"),
    ] {
        let arguments = if name == "getImage" { vec![json!("i")] } else { vec![] };
        let error = call(find(name).expect("an operation"), &arguments, 200, body).result.expect_err(body);
        assert_eq!(error.kind(), Kind::Protocol, "{body}: {error}");
        assert!(error.message().contains(words), "{body}: {error}");
    }
}

fn failed(status: u16, body: &str) -> Outcome {
    let headers = [("x-openstack-request-id", "req-7")];
    call_with(find("getImage").expect("an operation"), &[json!("i")], status, &headers, body)
}

#[test]
fn errors_of_all_shapes_say_what_the_service_says() {
    let page = "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                No image found with ID i<br /><br />\n\n\n </body>\n</html>";
    let title = json!({ "message": "Failed to find image i<br /><br />\n\n", "code": "404 Not Found",
        "title": "Not Found" });
    let keystone = json!({ "error": { "code": 401, "title": "Unauthorized",
        "message": "The request you have made requires authentication." } });
    let huawei = json!({ "error": { "code": "IMG.0027", "message": "Image not found" } });
    let gateway = json!({ "error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information",
        "request_id": "gw-1" });
    let nova = json!({ "badRequest": { "code": 400, "message": "Invalid input" } });
    for (status, body, kind, code, words, request) in [
        (404, page.to_owned(), Kind::Service, None, "No image found with ID i", "req-7"),
        (404, title.to_string(), Kind::Service, None, "Failed to find image i", "req-7"),
        (401, keystone.to_string(), Kind::Auth, None, "requires authentication", "req-7"),
        (404, huawei.to_string(), Kind::Service, Some("IMG.0027"), "Image not found", "req-7"),
        (401, gateway.to_string(), Kind::Auth, Some("APIGW.0301"), "Incorrect IAM", "gw-1"),
        (400, nova.to_string(), Kind::Service, None, "Invalid input", "req-7"),
        (409, "conflicting words".to_owned(), Kind::Service, None, "conflicting words", "req-7"),
        (403, String::new(), Kind::Auth, None, "status 403, forbidden", "req-7"),
    ] {
        let error = failed(status, &body).result.expect_err(&body);
        let details = error.details();
        assert_eq!((error.kind(), details.status), (kind, Some(status)), "{body}: {error}");
        assert_eq!(error.code(), code, "{body}");
        assert!(error.message().contains(words), "{body}: {error}");
        assert!(!error.message().contains('<'), "{error}");
        assert_eq!(details.request_id.as_deref(), Some(request), "{body}");
        assert!(!details.retryable, "{body}");
    }
    let error = failed(503, "").result.expect_err("unavailable");
    assert!(error.details().retryable);
    assert_eq!(error.details().attempts.len(), 3, "a read is repeated");
}

#[test]
fn bytes_are_opened_whatever_they_look_like() {
    let operation = find("downloadFile").expect("an operation");
    let opened = open(operation, &[json!("i")], 200, "application/json", "{\"error\":1}");
    assert_eq!(opened.result.expect("the bytes of an image"), "{\"error\":1}");
    let error = open(operation, &[json!("i")], 204, "text/html", "").result.expect_err("no bytes");
    assert_eq!(error.kind(), Kind::Protocol);
}
