//! What comes in, and what the caller gets.

use super::*;

const INNER: &[AnswerField] = &[AnswerField { name: "x", kind: FieldKind::Text, required: false }];
const FIELDS: &[AnswerField] = &[
    AnswerField { name: "id", kind: FieldKind::Text, required: true },
    AnswerField { name: "size", kind: FieldKind::Number, required: false },
    AnswerField { name: "progress", kind: FieldKind::Percent, required: false },
    AnswerField { name: "tags", kind: FieldKind::List, required: false },
    AnswerField { name: "shared", kind: FieldKind::Flag, required: false },
    AnswerField { name: "inner", kind: FieldKind::Object(INNER), required: false },
    AnswerField { name: "any", kind: FieldKind::Any, required: false },
];

fn object(text: &str) -> Result<String> {
    whole(text, FieldKind::Object(FIELDS))
}

#[test]
fn progress_comes_in_three_spellings() {
    for (came, read) in [("\"100\"", "100"), ("\"0%\"", "0"), ("100", "100"), ("\" 42 %\"", "42")] {
        let text = format!(r#"{{"id":"a","progress":{came}}}"#);
        assert_eq!(object(&text).unwrap(), format!(r#"{{"id":"a","progress":{read}}}"#));
    }
    for came in ["\"soon\"", "\"\"", "\"1e9\"", "\"007\"", "\"1.\"", "{}", "[1]", "true"] {
        let text = format!(r#"{{"id":"a","progress":{came},"tags":{{}}}}"#);
        assert_eq!(object(&text).unwrap(), r#"{"id":"a"}"#, "{came}");
    }
    assert!(object(r#"{"id":{}}"#).unwrap_err().message().contains("id is missing"));
}

#[test]
fn types_are_bent_into_shape_and_the_unknown_is_ignored() {
    let came = r#"{"new":{"deep":[1]},"id":7,"size":"27205947","tags":null,"shared":"true",
                   "inner":{"x":"\u00e9\"","y":1},"any":[1,{"a":2}]}"#;
    let read =
        r#"{"id":"7","size":27205947,"tags":[],"shared":true,"inner":{"x":"\u00e9\""},"any":[1,{"a":2}]}"#;
    // White space stays where it was.
    assert_eq!(object(came).unwrap().replace("\n                   ", ""), read);
    assert_eq!(object(r#"{"id":"a","inner":null,"size":null}"#).unwrap(), r#"{"id":"a"}"#);
}

#[test]
fn a_missing_key_or_a_wrong_shape_is_an_error_that_says_so() {
    assert!(object("{}").unwrap_err().message().contains("the field id is missing"));
    assert_eq!(object("[1]").unwrap_err().kind(), Kind::Protocol);
    assert_eq!(whole("{}", FieldKind::List).unwrap_err().kind(), Kind::Protocol);
}

#[test]
fn no_bytes_make_it_panic() {
    for text in crate::json::tests::broken_texts() {
        let _ = object(&text);
    }
}
