//! Method, path, query and body of every operation are what the document says.

use crate::fixtures::{self, examples};
use ims_client::api::cecloud::{self, OPERATIONS};
use ims_client::api::operation::Encoded;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `image_Id` as `imageId`: the document spells the placeholders now so, now so.
fn one_spelling(template: &str) -> String {
    let mut text = String::new();
    let mut raise = false;
    let mut inside = false;
    for c in template.chars() {
        match c {
            '_' if inside => raise = true,
            _ if raise => {
                text.push(c.to_ascii_uppercase());
                raise = false;
            }
            _ => {
                inside = (inside || c == '{') && c != '}';
                text.push(c);
            }
        }
    }
    text
}

fn query_set(encoded: &Encoded) -> BTreeSet<(String, String)> {
    let set: BTreeSet<_> =
        encoded.query.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
    assert_eq!(set.len(), encoded.query.len(), "no parameter twice: {encoded:?}");
    set
}

/// Percent-decodes a query, independently of the encoder under test.
fn decoded(query: &str) -> BTreeSet<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).expect("two hexadecimal digits"));
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).expect("UTF-8")
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').expect("name=value"))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[test]
fn the_document_and_the_core_have_the_same_operations() {
    let ours: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let theirs: Vec<&str> = examples().iter().map(|example| example.operation().name).collect();
    assert_eq!(ours, theirs, "each once, in the order of the document");
    assert_eq!(ours.len(), 18);
    let names: BTreeSet<&str> = ours.iter().copied().collect();
    assert_eq!(names.len(), ours.len(), "no name twice");
    for operation in OPERATIONS {
        assert!(std::ptr::eq(cecloud::find(operation.name).unwrap(), *operation));
    }
    assert!(cecloud::find("download").is_none() && cecloud::find("").is_none());
}

#[test]
fn method_path_and_section_are_the_document_s() {
    for example in examples() {
        let operation = example.operation();
        let name = operation.name;
        assert_eq!(operation.section, example.section(), "{name}");
        assert_eq!(operation.method.name(), example.http_method(), "{name}");
        assert_eq!(one_spelling(operation.path), one_spelling(example.template()), "{name}");
    }
}

#[test]
fn the_document_s_requests_are_encoded_as_it_writes_them() {
    for example in examples() {
        let operation = example.operation();
        let encoded = operation
            .encode(&crate::fixtures::core(&example.arguments()))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(encoded.path, example.path(), "{}", operation.name);
        assert_eq!(query_set(&encoded), example.query(), "{}", operation.name);
        let body: Option<Value> = encoded.body.as_deref().map(|body| serde_json::from_str(body).unwrap());
        assert_eq!(body, example.request(), "{}", operation.name);
    }
}

/// The second example of 1.10 ends its filter with a `|` that separates nothing, and names `requestInfo`, which its
/// table does not: neither is sent.
#[test]
fn the_filter_is_the_document_s_expression() {
    let example = fixtures::example("listPrivateImages");
    let others = example.other_queries();
    assert_eq!(others.len(), 1, "the document shows one more query");
    for other in others {
        let mut wanted = decoded(other["rawQuery"].as_str().unwrap());
        assert!(wanted.remove(&("requestInfo".into(), "region77".into())), "{wanted:?}");
        assert!(wanted.remove(&("filter".into(), "name:lk:1|imageId:eq:1|".into())), "{wanted:?}");
        wanted.insert(("filter".into(), "name:lk:1|imageId:eq:1".into()));
        let argument = json!({ "filter": other["filter"], "size": 10 });
        let encoded = example.operation().encode(&crate::fixtures::core(&[argument])).unwrap();
        assert_eq!(query_set(&encoded), wanted);
    }
}

/// The import of 1.18 sends two fields that its table does not know; everything else in the document's requests
/// is in a table, so that a misspelt field is refused.
#[test]
fn a_field_that_no_table_has_is_refused() {
    for example in examples() {
        let Some(Value::Object(_)) = example.request() else { continue };
        let mut arguments = example.arguments();
        let Some(Value::Object(last)) = arguments.last_mut() else { continue };
        last.insert("nmae".into(), json!("x"));
        let error = example.operation().encode(&crate::fixtures::core(&arguments)).unwrap_err();
        assert!(error.details().field.as_deref().unwrap().ends_with("nmae"), "{error}");
        assert!(error.message().starts_with(example.operation().name), "{error}");
        assert!(
            error.details().rule.as_deref().unwrap().starts_with("is not a field of this request"),
            "{error}"
        );
    }
    let import = fixtures::json("1.18-import-image.request.json");
    assert_eq!((&import["imageSource"], &import["region"]), (&json!(1), &json!("region0")));
}

#[test]
fn an_id_stays_one_segment_of_the_path() {
    let odd = [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("a?b#c", "a%3Fb%23c"),
        ("a%2e", "a%252e"),
        ("镜像 1", "%E9%95%9C%E5%83%8F%201"),
        ("a+b&c=d;e", "a%2Bb%26c%3Dd%3Be"),
        ("{imageId}", "%7BimageId%7D"),
    ];
    let mut seen = 0;
    for example in examples() {
        let operation = example.operation();
        if !operation.path.contains('{') {
            continue;
        }
        seen += 1;
        let (before, after) =
            (operation.path.split('{').next().unwrap(), operation.path.split('}').nth(1).unwrap());
        let mut arguments = example.arguments();
        for (id, encoded) in odd {
            arguments[0] = json!(id);
            assert_eq!(
                operation.encode(&crate::fixtures::core(&arguments)).unwrap().path,
                format!("{before}{encoded}{after}")
            );
        }
        let name = operation.arguments[0].name();
        for bad in
            [json!(""), json!("."), json!(".."), json!("a\nb"), json!("x".repeat(256)), json!(1), json!(null)]
        {
            arguments[0] = bad.clone();
            let error = operation.encode(&crate::fixtures::core(&arguments)).unwrap_err();
            assert_eq!(error.details().field.as_deref(), Some(name), "{bad}");
            assert_eq!(error.details().value.as_deref(), Some(bad.to_string().as_str()));
        }
        arguments[0] = json!("x".repeat(255));
        assert!(operation.encode(&crate::fixtures::core(&arguments)).is_ok());
    }
    assert_eq!(seen, 13, "every operation of one image or share was tried");
}
