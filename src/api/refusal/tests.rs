//! What stands in the place of an answer, in words.

use super::*;
use crate::api::answer::{AnswerField, FieldKind};

#[test]
fn what_is_no_envelope_is_told_in_words() {
    let error = not_an_envelope("<html><head><title>502 Bad Gateway</title></head></html>", 502);
    assert!(error.message().contains("502 Bad Gateway") && error.details().retryable);
    assert!(not_an_envelope("", 200).message().contains("an empty body"));
}

#[test]
fn a_code_instead_of_what_was_asked_for_is_an_error() {
    const JOB: Answer = Answer::Json(FieldKind::Object(&[AnswerField {
        name: "job_id",
        kind: FieldKind::Text,
        required: true,
    }]));
    let refusal = r#"{"error_code":"IMG.1","error_msg":"no"}"#;
    assert!(is_refusal(&JOB, refusal) && is_refusal(&Answer::Nothing, refusal));
    assert!(!is_refusal(&Answer::Bytes, refusal), "a file may hold anything");
    for answer in [
        r#"{"job_id":"j","error_code":"IMG.1","error_msg":"no"}"#,
        r#"{"error_msg":"no"}"#,
        r#"{"error_code":null,"error_msg":"no"}"#,
        "{}",
        "",
    ] {
        assert!(!is_refusal(&JOB, answer), "{answer}");
    }
}

#[test]
fn a_secret_answer_is_told_by_its_names_and_its_size() {
    let veiled = |text: &str| veiled(text.to_owned());
    assert_eq!(
        veiled(r#"{"code":"X.1","message":"no","data":[{"secretKey":"sk","port":1,"error":{"a":null}}]}"#),
        r#"{"code":"X.1","message":"no","data":[{"secretKey":"***","port":"***","error":{"a":null}}]}"#
    );
    for (text, told) in
        [("{\"secretKey\":\"sk", "{… "), ("<SecretKey>sk</SecretKey>", "<>"), ("sk", ""), (" ", "")]
    {
        let shown = veiled(text);
        assert!(shown.starts_with(told) && !shown.contains("sk"), "{shown}");
    }
    assert!(not_an_envelope(&veiled("{\"secretKey\":"), 200).message().contains("cut off"));
    assert!(not_an_envelope(&veiled("<SecretKey>"), 200).message().contains("a page"));
}
