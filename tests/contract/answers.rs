//! The document's responses, through the whole of a call, come out in the shape that the types promise.

use crate::fakes::{call, open};
use crate::fixtures::{self, examples};
use ims_client::api::operation::Answer;
use serde_json::{Map, Value, json};

/// What the types make of an example: written from the document's tables, not from the core's.
fn promised(operation: &str, data: &Value) -> Value {
    match data {
        Value::Object(object) if object.contains_key("list") => {
            let mut page = object.clone();
            let list = page["list"].as_array().expect("a list");
            page["list"] = list.iter().map(|entry| promised_object(operation, entry)).collect();
            Value::Object(page)
        }
        Value::Object(_) => promised_object(operation, data),
        Value::Array(list) => list.iter().map(|entry| promised_object(operation, entry)).collect(),
        other => other.clone(),
    }
}

fn promised_object(operation: &str, entry: &Value) -> Value {
    let mut shaped = Map::new();
    for (name, value) in entry.as_object().expect("an object") {
        let value = match (name.as_str(), value) {
            // No tags are an empty list, never null.
            ("imageTags", Value::Null) => json!([]),
            // What is null is as good as absent.
            (_, Value::Null) => continue,
            // "100" and "0%": a number of percent.
            ("progress", Value::String(text)) => {
                json!(text.trim_end_matches('%').parse::<u64>().expect("percent"))
            }
            // The tables of 1.6 and 1.21 say text, their examples hold numbers.
            ("id", Value::Number(number)) if ["createImage", "copySharedImage"].contains(&operation) => {
                json!(number.to_string())
            }
            ("image", Value::Object(_)) => promised_object(operation, value),
            (_, value) => value.clone(),
        };
        shaped.insert(name.clone(), value);
    }
    Value::Object(shaped)
}

/// Numbers are compared as numbers: 1 and 1.0 are one to JavaScript.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_response_of_the_document_arrives_with_all_its_fields() {
    let mut answered = 0;
    for example in examples() {
        let Some(text) = example.response() else { continue };
        let operation = example.operation();
        let name = operation.name;
        let came: Value = serde_json::from_str(&text).unwrap();
        let outcome = call(operation, &example.arguments(), 200, &text);
        let wanted = promised(name, came.get("data").unwrap_or(&Value::Null));
        assert_eq!(plain(&outcome.value()), plain(&wanted), "{name}");
        answered += 1;

        let [sent] = &outcome.sent[..] else { panic!("{name}: one request") };
        assert_eq!(sent.method, example.http_method(), "{name}");
        assert_eq!(sent.target.split('?').next(), Some(example.path().as_str()), "{name}");
        assert_eq!(sent.target.contains('?'), !example.query().is_empty(), "{name}: {}", sent.target);
        assert_eq!(sent.body, example.request(), "{name}");
        let mut headers = vec![("accept", "application/json"), ("x-regionid", "region0")];
        if sent.body.is_some() {
            headers.insert(1, ("content-type", "application/json"));
        }
        let ours: Vec<_> = sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(ours, headers, "{name}");
    }
    assert_eq!(answered, 17, "all but the download show a response");
}

/// The same response with its oddities made odder: what a service may do without notice.
#[test]
fn a_response_may_be_looser_than_its_example() {
    let example = fixtures::example("listPrivateImages");
    let mut came: Value = serde_json::from_str(&example.response().unwrap()).unwrap();
    let strict = call(example.operation(), &example.arguments(), 200, &came.to_string()).value();
    came["data"]["total"] = json!("8");
    came["data"]["more"] = json!([{"deep": {}}]);
    let image = came["data"]["list"][0].as_object_mut().unwrap();
    for (name, value) in [
        ("id", json!("12")),
        ("size", json!("27205947")),
        ("progress", json!("100%")),
        ("minDisk", json!(5.0)),
        ("unheardOf", json!({"a": [1, 2]})),
    ] {
        image.insert(name.into(), value);
    }
    let loose = call(example.operation(), &example.arguments(), 200, &came.to_string()).value();
    assert_eq!(plain(&loose), plain(&strict));
    came["data"]["list"][0]["status"] = json!("archived");
    let unknown = call(example.operation(), &example.arguments(), 200, &came.to_string()).value();
    assert_eq!(unknown["list"][0]["status"], "archived", "an unknown value is kept as it came");
}

/// Operations that answer with nothing take `data` null, absent, or anything.
#[test]
fn nothing_is_nothing_however_it_is_said() {
    for example in examples().iter().filter(|example| matches!(example.operation().answer, Answer::Nothing)) {
        for data in ["", r#","data":null"#, r#","data":{}"#, r#","data":"ok""#] {
            let text = format!(r#"{{"requestId":"r","code":"Success","message":"调用成功"{data}}}"#);
            let outcome = call(example.operation(), &example.arguments(), 200, &text);
            assert_eq!(outcome.value(), Value::Null, "{} {data}", example.method_of_class());
        }
    }
}

/// An answer that lacks the one thing its caller needs is an error that names it.
#[test]
fn an_answer_without_its_id_is_not_understood() {
    for (method, field) in [
        ("getImage", "imageId"),
        ("createImage", "imageId"),
        ("importImage", "imageId"),
        ("copySharedImage", "imageId"),
        ("prepareUpload", "accessKey"),
        ("prepareUpload", "secretKey"),
        ("prepareUpload", "bucket"),
        ("prepareUpload", "file"),
        ("prepareUpload", "domain"),
    ] {
        let example = fixtures::example(method);
        let mut came: Value = serde_json::from_str(&example.response().unwrap()).unwrap();
        came["data"].as_object_mut().unwrap().remove(field).expect(field);
        let error =
            call(example.operation(), &example.arguments(), 200, &came.to_string()).result.unwrap_err();
        assert_eq!(error.kind(), ims_client::error::Kind::Protocol, "{method} {field}");
        assert!(error.message().contains(&format!("the field {field} is missing")), "{error}");
        assert_eq!(error.details().operation, method);
        assert_eq!(error.details().request_id.as_deref(), came["requestId"].as_str());
    }
}

#[test]
fn a_download_hands_the_bytes_on_and_recognizes_an_error() {
    let example = fixtures::example("download");
    let outcome =
        open(example.operation(), &example.arguments(), 200, "application/octet-stream", "the file");
    assert_eq!(outcome.result.unwrap(), "the file");
    assert_eq!((outcome.sent[0].method, outcome.sent[0].target.as_str()), ("GET", example.path().as_str()));
    assert!(outcome.sent[0].headers.contains(&("x-regionid".into(), "region0".into())));
    let refusal =
        r#"{"requestId":"r","code":"IMG.OperationFailed.DownloadNotAllowed","message":"当前镜像不允许下载"}"#;
    for status in [200, 400] {
        let outcome = open(example.operation(), &example.arguments(), status, "application/json", refusal);
        assert_eq!(
            outcome.result.unwrap_err().code(),
            Some("IMG.OperationFailed.DownloadNotAllowed"),
            "{status}"
        );
    }
}
