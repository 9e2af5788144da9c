//! Huawei Cloud's own calls: the operations are those of the service's data, requests are what the official SDK sends,
//! answers come out in the shape that the types promise.

use crate::fixtures::{core, project_file};
use ims_client::api::answer;
use ims_client::api::huawei_ims::{self, OPERATIONS};
use ims_client::api::operation::{Answer, Argument, Operation};
use ims_client::api::workspace;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub fn fixture(name: &str) -> Value {
    let name = format!("tests/fixtures/huawei/{name}");
    serde_json::from_str(&project_file(&name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// `create_image` as `createImage`.
fn method(operation: &str) -> String {
    let mut words = operation.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| format!("{name}{}{}", word[..1].to_ascii_uppercase(), &word[1..]))
}

fn find(operation: &str) -> &'static Operation {
    huawei_ims::find(&method(operation)).unwrap_or_else(|| panic!("no operation {operation}"))
}

/// The cases of the SDK that are about these calls; OpenStack's are others'.
fn cases() -> Vec<Value> {
    let own = |case: &Value| {
        let operation = case["operation"].as_str().expect("operation");
        !operation.starts_with("glance_") && !["list_versions", "show_version"].contains(&operation)
    };
    let Value::Array(all) = fixture("sdk-requests.json")["cases"].take() else { panic!("a list") };
    all.into_iter().filter(own).collect()
}

/// The arguments of the public method that stand for what the SDK was given.
fn arguments(operation: &Operation, given: &Value) -> Vec<Value> {
    let mut segments = operation
        .path
        .split('{')
        .skip(1)
        .map(|rest| rest.split('}').next().expect("a placeholder"))
        .filter(|name| *name != "project_id");
    operation
        .arguments
        .iter()
        .map(|argument| match argument {
            Argument::Segment(_) => given["path"][segments.next().expect("a placeholder")].clone(),
            Argument::Query(..) => given["query"].clone(),
            Argument::Wrapped { inside, .. } => given["body"][*inside].clone(),
            _ => given["body"].clone(),
        })
        .collect()
}

/// A percent-encoded text, decoded without the encoder under test.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).expect("two digits"));
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn the_operations_are_those_of_the_service() {
    let Value::Array(listed) = fixture("operations.json") else { panic!("a list") };
    let theirs: BTreeSet<(String, String, String)> = listed
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect("a text").to_owned();
            (method(&text("operation")), text("method"), text("path"))
        })
        .collect();
    let ours: BTreeSet<(String, String, String)> = OPERATIONS
        .iter()
        .map(|one| (one.name.to_owned(), one.method.name().to_owned(), one.path.to_owned()))
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!((OPERATIONS.len(), listed.len()), (33, 33));
    for operation in OPERATIONS {
        assert!(operation.permission.is_some() && !operation.section.is_empty(), "{}", operation.name);
    }
}

/// There are no differences: each case of each operation is sent as the SDK sends it.
#[test]
fn requests_are_what_the_official_sdk_sends() {
    let project = fixture("sdk-requests.json")["credentials"]["projectId"].clone();
    let tried = compare(&cases(), &project, find);
    let all: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(tried.keys().copied().collect::<BTreeSet<_>>(), all, "each operation has a case");
    assert!(tried["createImage"] >= 7 && tried["listImages"] >= 5);
}

/// Nor are there any for Workspace.
#[test]
fn requests_to_workspace_are_what_the_official_sdk_sends() {
    let mut fixture = fixture("workspace-requests.json");
    let Value::Array(cases) = fixture["cases"].take() else { panic!("a list") };
    let tried = compare(&cases, &fixture["credentials"]["projectId"], |operation| {
        workspace::find(&method(operation)).unwrap_or_else(|| panic!("no operation {operation}"))
    });
    let all: BTreeSet<&str> = workspace::OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(tried.keys().copied().collect::<BTreeSet<_>>(), all, "each operation has a case");
}

/// Holds each case against what the SDK sent, and counts them by operation.
fn compare(
    cases: &[Value],
    project: &Value,
    find: fn(&str) -> &'static Operation,
) -> BTreeMap<&'static str, usize> {
    let mut tried = BTreeMap::new();
    for case in cases {
        let name = format!("{}, {}", case["operation"], case["case"]);
        let operation = find(case["operation"].as_str().expect("a text"));
        *tried.entry(operation.name).or_default() += 1;
        let encoded = operation
            .encode_for(&core(&arguments(operation, &case["given"])), project.as_str())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let sent = &case["sent"];
        assert_eq!(Some(operation.method.name()), sent["method"].as_str(), "{name}");
        let target = sent["target"].as_str().expect("target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        assert_eq!(encoded.path, path, "{name}");
        let theirs: BTreeSet<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map(|(name, value)| (decoded(name), decoded(value))).expect("="))
            .collect();
        let ours: BTreeSet<(String, String)> =
            encoded.query.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
        assert_eq!(ours, theirs, "{name}");
        let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let body = sent["body"].as_str().filter(|body| !body.is_empty()).map(parsed);
        assert_eq!(encoded.body.as_deref().map(parsed), body, "{name}");
        if let Some(kind) = sent["headers"]["content-type"].as_str().filter(|_| body.is_some()) {
            assert!(operation.content_type.eq_ignore_ascii_case(kind), "{name}: {kind}");
        }
    }
    tried
}

/// What is null is as good as absent, everything else is kept; some pages show a list where they say object.
fn promised(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut shaped = Map::new();
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let value = match value {
                    Value::Array(list) if name == "page_info" => &list[0],
                    value => value,
                };
                shaped.insert(name.clone(), promised(value));
            }
            Value::Object(shaped)
        }
        Value::Array(list) => list.iter().map(promised).collect(),
        other => other.clone(),
    }
}

fn read(operation: &Operation, text: &str) -> ims_client::error::Result<Value> {
    let Answer::Json(kind) = operation.answer else { panic!("{} answers nothing", operation.name) };
    answer::whole(text, kind).map(|text| serde_json::from_str(&text).expect("JSON"))
}

#[test]
fn the_answers_of_the_pages_are_read_as_they_are() {
    let Value::Object(answers) = fixture("answers.json") else { panic!("an object") };
    for operation in OPERATIONS {
        let example = answers.iter().find(|(name, _)| method(name) == operation.name);
        let Some((_, example)) = example else {
            assert!(matches!(operation.answer, Answer::Nothing), "{}: no answer", operation.name);
            continue;
        };
        let got = read(operation, &example.to_string()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(got, promised(example), "{}", operation.name);
    }
    assert_eq!(answers.len(), 28);
}

#[test]
fn reading_is_tolerant_and_never_silent() {
    let image = json!({ "id": "i", "status": "new", "min_disk": "40", "protected": "true", "tags": null,
        "__support_new": "true", "name": null });
    let got = read(find("update_image"), &image.to_string()).expect("an image");
    let wanted = json!({ "id": "i", "status": "new", "min_disk": 40, "protected": true, "tags": [],
        "__support_new": "true" });
    assert_eq!(got, wanted);
    for (operation, text, missing) in [
        ("update_image", r#"{"status":"active"}"#, "the field id is missing"),
        ("list_images", "{}", "the field images is missing"),
        ("create_image", r#"{"job":"x"}"#, "the field job_id is missing"),
        ("show_job_progress", r#"{"job_id":"x"}"#, "the field status is missing"),
        ("list_os_versions", "{}", "a list"),
        ("show_image_quota", r#"{"quotas":{}}"#, "the field resources is missing"),
        ("list_tags", "[]", "an object"),
    ] {
        let error = read(find(operation), text).expect_err(operation);
        assert!(error.message().contains(missing), "{operation}: {}", error.message());
    }
    let empty = read(find("list_images"), r#"{"images":null}"#).expect("a page");
    assert_eq!(empty, json!({ "images": [] }));
}
