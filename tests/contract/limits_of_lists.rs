//! Limits outside the bodies' plain fields: paging, filters, user IDs, the size of an upload, data disks, and what
//! is no argument at all.

use crate::fixtures::example;
use ims_client::api::operation::Encoded;
use ims_client::error::{Error, Kind};
use serde_json::{Value, json};

const INT_MAX: u64 = 2_147_483_647;
const SAFE_MAX: u64 = 9_007_199_254_740_991;

/// Encodes the document's example with its last argument replaced.
fn encode(method: &str, last: &Value) -> Result<Encoded, Error> {
    let example = example(method);
    let mut arguments = example.arguments();
    *arguments.last_mut().expect("an argument") = last.clone();
    example.operation().encode(&crate::fixtures::core(&arguments))
}

fn query(method: &str, last: &Value) -> String {
    let query = encode(method, last).unwrap_or_else(|error| panic!("{error}")).query;
    query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[track_caller]
fn refused(method: &str, last: &Value, field: &str, rule: &str) -> Error {
    let error = encode(method, last).expect_err("a refusal");
    assert_eq!(error.kind(), Kind::Validation);
    assert_eq!(error.details().field.as_deref(), Some(field), "{last}");
    assert_eq!(error.details().rule.as_deref(), Some(rule), "{last}");
    assert!(error.message().starts_with(&format!("{method}: {field}: ")), "{error}");
    error
}

const LISTS: [&str; 4] = ["listImages", "listPrivateImages", "listImageShares", "listSharedImages"];

#[test]
fn pages_are_counted_from_one() {
    let rule = format!("must be a whole number from 1 to {INT_MAX}");
    for method in LISTS {
        assert_eq!(query(method, &Value::Null), "current=1&size=10", "{method}: the document requires both");
        assert_eq!(query(method, &json!({})), "current=1&size=10");
        for number in [1, 2, INT_MAX] {
            let asked = json!({"current": number, "size": number});
            assert_eq!(query(method, &asked), format!("current={number}&size={number}"));
        }
        for name in ["current", "size"] {
            for bad in
                [json!(0), json!(-1), json!(INT_MAX + 1), json!(1.5), json!("1"), json!([1]), json!(true)]
            {
                refused(method, &json!({ name: bad }), name, &rule);
            }
        }
        for bad in [json!([]), json!("1"), json!(1)] {
            // As the argument is called.
            let argument =
                if matches!(method, "listImages" | "listImageShares") { "page" } else { "request" };
            refused(method, &bad, argument, "must be an object");
        }
    }
}

#[test]
fn the_order_and_the_region_of_a_list_are_texts() {
    let asked = json!({"orderBy": "createdAt:desc", "requestInfo": "region0"});
    assert_eq!(
        query("listSharedImages", &asked),
        "current=1&size=10&orderBy=createdAt:desc&requestInfo=region0"
    );
    for name in ["orderBy", "requestInfo"] {
        for bad in [json!(""), json!(1), json!({})] {
            refused(
                "listSharedImages",
                &json!({ name: bad }),
                name,
                "must be a text with at least 1 character(s)",
            );
        }
    }
}

#[test]
fn a_filter_cannot_be_broken_out_of() {
    let filter = |filter: Value| query("listPrivateImages", &json!({ "filter": filter }));
    let page = "current=1&size=10";
    assert_eq!(
        filter(json!({"imageId": "img-1", "name": "a b"})),
        format!("{page}&filter=name:lk:a b|imageId:eq:img-1")
    );
    assert_eq!(filter(json!({"name": "名&=%7C"})), format!("{page}&filter=name:lk:名&=%7C"));
    assert_eq!(filter(json!({"imageId": "img-1"})), format!("{page}&filter=imageId:eq:img-1"));
    for nothing in [json!(null), json!({}), json!({"name": null})] {
        assert_eq!(filter(nothing), page);
    }
    let out = "must be a text without | and : and control characters, which would break out of the filter";
    for name in ["name", "imageId"] {
        let field = format!("filter.{name}");
        for bad in ["a|b", "|", "a:b", "x|status:eq:deleted", "a\nb", "\u{7f}"] {
            refused("listPrivateImages", &json!({"filter": {name: bad}}), &field, out);
        }
        for bad in [json!(1), json!(["a"]), json!({})] {
            refused("listPrivateImages", &json!({"filter": {name: bad}}), &field, out);
        }
        refused("listPrivateImages", &json!({"filter": {name: ""}}), &field, "must not be empty");
    }
    let shape = "must be an object with name or imageId";
    for bad in [json!("name:lk:a"), json!([]), json!(1)] {
        refused("listPrivateImages", &json!({ "filter": bad }), "filter", shape);
    }
    refused("listPrivateImages", &json!({"filter": {"status": "active"}}), "filter.status", shape);
}

#[test]
fn one_to_fifty_users() {
    let ids =
        |count: usize| Value::from((0..count).map(|number| format!("user-{number}")).collect::<Vec<_>>());
    for method in ["shareImage", "unshareImage"] {
        for count in [1, 50] {
            let body = encode(method, &ids(count)).unwrap().body;
            let sent: Value = serde_json::from_str(&body.unwrap()).unwrap();
            assert_eq!(sent, json!({"shares": {"user_ids": ids(count)}}));
        }
        for count in [0, 51] {
            let error = refused(method, &ids(count), "userIds", "must hold 1 to 50 user IDs");
            assert_eq!(error.details().value, Some(format!("{count} IDs")));
        }
        for bad in [json!(null), json!("user-1"), json!({"0": "user-1"}), json!(1)] {
            refused(method, &bad, "userIds", "must be a list of user IDs");
        }
        for bad in [json!(""), json!("  "), json!(7), json!(null), json!(["a"])] {
            refused(method, &json!(["a", bad]), "userIds[1]", "must be a user ID (a text)");
        }
        refused(method, &json!(["a", "b", "a"]), "userIds[2]", "must not be listed twice");
        assert!(encode(method, &json!(["a", "A"])).is_ok(), "IDs are compared to the letter");
    }
}

#[test]
fn an_upload_has_from_one_byte_to_what_javascript_counts() {
    for size in [1, 104_234, SAFE_MAX] {
        let body = encode("prepareUpload", &json!({ "size": size })).unwrap().body;
        assert_eq!(body, Some(format!("{{\"size\":{size}}}")));
    }
    let rule = format!("must be a whole number from 1 to {SAFE_MAX}");
    for bad in [json!(0), json!(-1), json!(SAFE_MAX + 1), json!(0.5), json!("104234"), json!(true)] {
        refused("prepareUpload", &json!({ "size": bad }), "size", &rule);
    }
    refused("prepareUpload", &json!({}), "size", &format!("is required and {rule}"));
}

#[test]
fn what_is_in_a_list_is_named_by_its_place() {
    let request = |field: &str, value: Value| {
        let mut request = example("importImage").request().unwrap();
        request[field] = value;
        request
    };
    let disks = json!([{}, {"imageUrl": "https://h/a.raw"}, {"imageUrl": "http://h/b", "minDisk": 1}]);
    let body = encode("importImage", &request("volumeImages", disks.clone())).unwrap().body;
    assert_eq!(serde_json::from_str::<Value>(&body.unwrap()).unwrap()["volumeImages"], disks);
    let disk = format!("must be a whole number from 1 to {INT_MAX}");
    for bad in [json!(0), json!("10"), json!(INT_MAX + 1)] {
        let request = request("volumeImages", json!([{"minDisk": 1}, {"minDisk": bad}]));
        refused("importImage", &request, "volumeImages[1].minDisk", &disk);
    }
    let url = "must be a URL that starts with http:// or https://";
    refused(
        "importImage",
        &request("volumeImages", json!([{"imageUrl": "h"}])),
        "volumeImages[0].imageUrl",
        url,
    );
    let unknown = "is not a field of this request (known: imageUrl, minDisk)";
    refused("importImage", &request("volumeImages", json!([{"size": 1}])), "volumeImages[0].size", unknown);
    for list in ["volumeImages", "imageTags"] {
        for bad in [json!(null), json!("x"), json!([])] {
            let field = format!("{list}[1]");
            refused("importImage", &request(list, json!([{}, bad])), &field, "must be an object");
        }
    }
    let tags = json!([{"key": "a", "anything": [1]}]);
    let body = encode("importImage", &request("imageTags", tags.clone())).unwrap().body;
    assert_eq!(serde_json::from_str::<Value>(&body.unwrap()).unwrap()["imageTags"], tags, "sent as they are");
}

#[test]
fn arguments_are_counted_and_bodies_are_objects() {
    for method in
        ["createImage", "updateImage", "importImage", "copySharedImage", "prepareUpload", "completeUpload"]
    {
        let example = example(method);
        let name = example.operation().arguments.last().unwrap().name();
        for bad in [json!(null), json!([]), json!("x"), json!(1)] {
            refused(method, &bad, name, "must be an object");
        }
    }
    for bad in [json!(null), json!([]), json!("bucket")] {
        refused("exportImage", &bad, "bucket", "must be an object");
    }
    for example in crate::fixtures::examples() {
        let mut arguments = example.arguments();
        let count = arguments.len();
        arguments.push(json!("more"));
        let error = example.operation().encode(&crate::fixtures::core(&arguments)).unwrap_err();
        assert_eq!(error.details().field, Some(format!("arguments[{count}]")));
        let takes = format!("{} takes {count} argument(s)", example.operation().name);
        assert_eq!(error.details().rule, Some(takes));
    }
}
