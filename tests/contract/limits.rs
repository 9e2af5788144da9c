//! Each limit that the document sets for a body: taken at its border, refused one beyond, by field, value and rule.

use crate::fixtures::example;
use crate::limits_of_tables::{BODIES, borders, words};
use ims_client::api::cecloud::OPERATIONS;
use ims_client::api::operation::{Answer, Argument};
use ims_client::api::rules::{InputField, Presence};
use ims_client::error::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The body's fields in the core, and where an error says they are.
fn table(method: &str) -> (usize, &'static str, &'static [InputField]) {
    let arguments = example(method).operation().arguments;
    let found = arguments.iter().enumerate().find_map(|(index, argument)| match argument {
        Argument::Body(_, fields) => Some((index, "", *fields)),
        Argument::Wrapped { argument, fields, .. } => Some((index, *argument, *fields)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{method} has no body"))
}

/// Encodes the document's example with one field changed.
fn with(method: &str, index: usize, field: &str, value: Option<&Value>) -> ims_client::error::Result<Value> {
    let example = example(method);
    let mut arguments = example.arguments();
    let body: &mut Map<String, Value> = arguments[index].as_object_mut().expect("an object");
    match value {
        Some(value) => body.insert(field.to_owned(), value.clone()),
        None => body.remove(field),
    };
    let encoded = example.operation().encode(&crate::fixtures::core(&arguments))?;
    let sent: Value = serde_json::from_str(&encoded.body.expect("a body")).expect("JSON");
    Ok(sent.get("bucket").cloned().unwrap_or(sent))
}

#[test]
fn the_tables_are_the_document_s() {
    for (method, fields) in BODIES {
        let (_, _, ours) = table(method);
        let ours: BTreeSet<_> =
            ours.iter().map(|field| (field.name, matches!(field.presence, Presence::Required))).collect();
        let theirs: BTreeSet<_> = fields.iter().map(|(name, required, _)| (*name, *required)).collect();
        assert_eq!(ours, theirs, "{method}");
    }
    let bodies = OPERATIONS.iter().filter(|operation| {
        operation
            .arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Body(..) | Argument::Wrapped { .. }))
    });
    let with_body: BTreeSet<_> =
        bodies.map(|operation| operation.name).filter(|name| *name != "prepareUpload").collect();
    assert_eq!(with_body, BODIES.iter().map(|(method, _)| *method).collect(), "every body is tried");
}

#[test]
fn a_value_at_the_border_is_sent_as_it_is() {
    for (method, fields) in BODIES {
        let (index, _, _) = table(method);
        for (name, _, limit) in *fields {
            for good in borders(limit).0 {
                let sent = with(method, index, name, Some(&good))
                    .unwrap_or_else(|error| panic!("{method}: {error}"));
                assert_eq!(sent[*name], good, "{method}.{name}");
            }
        }
    }
}

#[test]
fn a_value_beyond_the_border_is_refused_by_name() {
    for (method, fields) in BODIES {
        let (index, parent, _) = table(method);
        for (name, _, limit) in *fields {
            let path = if parent.is_empty() { (*name).to_owned() } else { format!("{parent}.{name}") };
            for bad in borders(limit).1 {
                let error = match with(method, index, name, Some(&bad)) {
                    Err(error) => error,
                    Ok(sent) => panic!("{method}.{name} takes {bad}: {sent}"),
                };
                let details = error.details();
                assert_eq!(details.kind, Kind::Validation);
                assert_eq!(details.field.as_deref(), Some(path.as_str()), "{method}: {bad}");
                assert_eq!(details.value.as_deref(), Some(bad.to_string().as_str()), "{method}.{name}");
                assert_eq!(details.rule.as_deref(), Some(words(limit).as_str()), "{method}.{name}: {bad}");
                assert!(error.message().starts_with(&format!("{method}: {path}: ")), "{error}");
                assert!(!details.retryable && details.attempts.is_empty(), "nothing was sent");
            }
        }
    }
}

#[test]
fn a_required_field_must_be_there_and_another_may_be_missing() {
    for (method, fields) in BODIES {
        let (index, parent, _) = table(method);
        for (name, required, limit) in *fields {
            let path = if parent.is_empty() { (*name).to_owned() } else { format!("{parent}.{name}") };
            for missing in [None, Some(&Value::Null)] {
                match with(method, index, name, missing) {
                    Ok(sent) => assert!(!required && sent.get(*name).is_none(), "{method}.{name}: {sent}"),
                    Err(error) => {
                        assert!(required, "{method}.{name} is optional: {error}");
                        let details = error.details();
                        assert_eq!(details.field.as_deref(), Some(path.as_str()));
                        assert_eq!(details.value.as_deref(), Some("undefined"));
                        let rule = format!("is required and {}", words(limit));
                        assert_eq!(details.rule.as_deref(), Some(rule.as_str()));
                    }
                }
            }
        }
    }
}

/// The decoder remembers the fields it has seen in one word of 64 bits.
#[test]
fn no_table_has_more_than_64_fields() {
    fn count(fields: &'static [ims_client::api::answer::AnswerField], most: &mut usize) {
        *most = fields.len().max(*most);
        let names: BTreeSet<_> = fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), fields.len(), "no field twice");
        for field in fields {
            if let ims_client::api::answer::FieldKind::Object(inner) = field.kind {
                count(inner, most);
            }
        }
    }
    let mut most = 0;
    for operation in OPERATIONS {
        match operation.answer {
            Answer::Data(fields, _) => count(fields, &mut most),
            Answer::Nothing | Answer::Bytes | Answer::Json(_) | Answer::Headers(_) | Answer::Headed(_) => {}
        }
    }
    assert!((30..=128).contains(&most), "the largest table has {most} fields");
}
