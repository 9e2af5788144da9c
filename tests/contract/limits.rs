//! Each limit that the document sets for a body: taken at its border, refused one beyond, by field, value and rule.

use crate::fixtures::example;
use ims_client::api::cecloud::OPERATIONS;
use ims_client::api::operation::{Answer, Argument};
use ims_client::api::rules::{InputField, Presence};
use ims_client::error::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const INT_MAX: u64 = 2_147_483_647;

/// A limit as the document words it.
enum Limit {
    /// One of these values.
    Choice(&'static [&'static str]),
    /// 1 to 128 of the characters that 1.5 and 1.6 list.
    Name,
    /// 2 to 256 characters.
    Description,
    /// An `int` from this number.
    From(u64),
    /// A required text whose values the document leaves open.
    Text,
    /// A text that the document's own examples leave empty.
    MaybeEmpty,
    Url,
    /// A list of objects.
    Objects,
}
use Limit::{Choice, Description, From, MaybeEmpty, Name, Objects, Text, Url};

const BOOT: Limit = Choice(&["BIOS", "UEFI"]);
const FORMAT: Limit = Choice(&["raw", "qcow2"]);
const KIND: Limit = Choice(&["os_image", "data_image", "whole_image"]);
const WIDTH: Limit = Choice(&["32-bits", "64-bits"]);
const ARCH: Limit = Choice(&["x86", "arm"]);
const OS: Limit = Choice(&["linux", "windows", "other"]);
const PLATFORM: Limit = Choice(&["windows", "ubuntu", "CentOS", "kylin", "CCLinux", "other"]);

/// The document's tables of the bodies: field, whether it is required, limit.
const BODIES: &[(&str, &[(&str, bool, Limit)])] = &[
    (
        "updateImage",
        &[
            ("bootMode", true, BOOT),
            ("cpuArch", true, Text),
            ("diskFormat", true, Text),
            ("instruction", true, WIDTH),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("osType", true, OS),
            ("osVersion", true, Text),
            ("platform", true, PLATFORM),
        ],
    ),
    (
        "createImage",
        &[
            ("diskFormat", true, FORMAT),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("imageType", true, KIND),
            ("instruction", true, WIDTH),
            ("cpuArch", true, ARCH),
            ("description", false, Description),
            ("osType", true, OS),
            ("platform", true, PLATFORM),
            ("visibility", true, Choice(&["public", "private", "market"])),
            ("imageTags", false, Objects),
            ("usage", true, Choice(&["sec", "cke", "bms", "ecs"])),
            ("departmentId", true, Text),
            ("tenantId", true, Text),
            ("resourceGroupId", false, MaybeEmpty),
            ("bootMode", false, BOOT),
        ],
    ),
    (
        "importImage",
        &[
            ("diskFormat", true, FORMAT),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("imageType", false, KIND),
            ("instruction", true, WIDTH),
            ("cpuArch", true, ARCH),
            ("description", false, Description),
            ("osType", true, Text),
            ("platform", true, Text),
            ("visibility", true, Choice(&["private"])),
            ("imageTags", false, Objects),
            ("usage", true, Choice(&["ecs", "cks"])),
            ("departmentId", true, Text),
            ("tenantId", true, Text),
            ("resourceGroupId", false, MaybeEmpty),
            ("imageUrl", true, Url),
            ("osVersion", true, Text),
            ("volumeImages", false, Objects),
            // These two stand in the example only.
            ("imageSource", false, From(0)),
            ("region", false, Text),
        ],
    ),
    (
        "copySharedImage",
        &[
            ("tenantId", true, Text),
            ("departmentId", true, Text),
            ("resourceGroupId", true, Text),
            ("name", true, Name),
            ("description", false, Description),
        ],
    ),
    ("completeUpload", &[("result", true, Choice(&["success", "failed"])), ("uploadId", false, Text)]),
    ("exportImage", &[("name", true, Text), ("azId", true, Text), ("cellId", true, Text)]),
];

/// The rule in the words of the error.
fn words(limit: &Limit) -> String {
    match limit {
        Choice(values) => format!("must be one of '{}'", values.join("', '")),
        Name => "must have 1 to 128 characters: letters a-z and A-Z, digits, - . _ space, Chinese characters; the \
                 first and the last must not be a space"
            .into(),
        Description => "must be a text with 2 to 256 characters".into(),
        From(least) => format!("must be a whole number from {least} to {INT_MAX}"),
        Text => "must be a text with at least 1 character(s)".into(),
        MaybeEmpty => "must be a text".into(),
        Url => "must be a URL that starts with http:// or https://".into(),
        Objects => "must be a list of objects".into(),
    }
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|text| json!(text)).collect()
}

/// Values at the border, and values beyond it.
fn borders(limit: &Limit) -> (Vec<Value>, Vec<Value>) {
    let (good, mut bad) = match limit {
        Choice(values) => {
            let mut bad = vec![json!(""), json!("unheard-of"), json!(format!(" {}", values[0]))];
            bad.extend(
                values.iter().map(|value| json!(value.to_uppercase())).filter(|v| !texts(values).contains(v)),
            );
            (texts(values), bad)
        }
        Name => {
            let mut good =
                texts(&["a", "-", ".", "_", "镜", "〇", "㐀", "𠀀", "a b", "Az09-._ 名称", "导入镜像"]);
            good.extend([json!("x".repeat(128)), json!("镜".repeat(128))]);
            let mut bad = texts(&[
                "",
                " ",
                " a",
                "a ",
                "a/b",
                "a\tb",
                "a\n",
                "a\u{3000}b",
                "é",
                "a+b",
                "名，称",
                "😀",
                "あ",
            ]);
            bad.extend([json!("x".repeat(129)), json!("镜".repeat(129))]);
            (good, bad)
        }
        Description => (
            vec![json!("ab"), json!("描述"), json!("x".repeat(256)), json!("述".repeat(256)), json!("😀😀")],
            vec![
                json!(""),
                json!("a"),
                json!("述"),
                json!("😀"),
                json!("x".repeat(257)),
                json!("述".repeat(257)),
            ],
        ),
        From(least) => {
            let mut bad = vec![json!(INT_MAX + 1), json!(-1), json!(1.5), json!("10"), json!("")];
            if *least > 0 {
                bad.push(json!(least - 1));
            }
            (vec![json!(least), json!(least + 1), json!(INT_MAX)], bad)
        }
        Text => (texts(&["a", "描", " ", "7074631167051202560"]), texts(&[""])),
        MaybeEmpty => (texts(&["", "a"]), vec![]),
        Url => (
            texts(&["http://h", "https://h/a?b=c", "https://10.0.0.1:8009/x.qcow2"]),
            texts(&[
                "",
                "h",
                "ftp://h/x",
                "file:///x",
                "https://",
                "https:///x",
                "https://h/a b",
                "javascript:1",
            ]),
        ),
        Objects => (vec![json!([]), json!([{}])], vec![json!({}), json!("[]")]),
    };
    bad.extend(if matches!(limit, Objects) {
        vec![json!(true), json!(1)]
    } else {
        vec![json!(true), json!([]), json!({})]
    });
    if !matches!(limit, From(_) | Objects) {
        bad.push(json!(1));
    }
    (good, bad)
}

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
    let encoded = example.operation().encode(&arguments)?;
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
            Answer::Object(fields) | Answer::List(fields) | Answer::Page(fields) => count(fields, &mut most),
            Answer::Nothing | Answer::Bytes => {}
        }
    }
    assert!((30..=64).contains(&most), "the largest table has {most} fields");
}
