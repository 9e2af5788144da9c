//! What an envelope tells, and what of its data the caller gets.

use super::*;
use crate::api::answer::FieldKind;

const FIELDS: &[AnswerField] = &[AnswerField { name: "id", kind: FieldKind::Text, required: true }];

#[test]
fn pages_fill_in_what_is_left_out() {
    let full = r#"{"total":"8","list":[{"id":"a"},{"id":"b"}],"current":2,"size":2}"#;
    assert_eq!(
        page(Some(full), FIELDS, "1", "10").unwrap(),
        r#"{"list":[{"id":"a"},{"id":"b"}],"total":8,"current":2,"size":2}"#
    );
    let empty = r#"{"list":[],"total":0,"current":3,"size":10}"#;
    for came in [None, Some(r#"{"list":null}"#), Some("{}")] {
        assert_eq!(page(came, FIELDS, "3", "10").unwrap(), empty);
    }
}

#[test]
fn a_missing_key_or_a_wrong_shape_is_an_error_that_says_so() {
    assert!(object(Some("{}"), FIELDS).unwrap_err().message().contains("the field id is missing"));
    assert_eq!(object(Some("[1]"), FIELDS).unwrap_err().kind(), Kind::Protocol);
    assert_eq!(object(None, FIELDS).unwrap_err().kind(), Kind::Protocol);
    assert_eq!(list(Some("{}"), FIELDS).unwrap_err().kind(), Kind::Protocol);
    assert_eq!(list(None, FIELDS).unwrap(), "[]");
}

#[test]
fn envelopes_are_opened_or_refused() {
    let opened = open(r#"{"requestId":"r","code":"Success","message":"调用成功","data":null}"#).unwrap();
    assert_eq!((opened.code.as_deref(), opened.data), (Some("Success"), None));
    assert_eq!(open(r#"{"code":200,"data":[1]}"#).unwrap().code.as_deref(), Some("200"));
    for no in ["", "<html>", r#"{"code":"Success","da"#, "[]", "5"] {
        assert!(open(no).is_none(), "{no}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for text in crate::json::tests::broken_texts() {
        let _ = (open(&text), object(Some(&text), FIELDS), page(Some(&text), FIELDS, "1", "1"));
    }
}

#[test]
fn long_data_that_come_last_are_taken_up_to_the_last_bracket() {
    let items = vec![r#"{"id":"a"}"#; 1_000].join(",");
    let text = |list: &str, end: &str| format!(r#"{{"code":"Success","data":{{"list":[{list}]{end}"#);
    let whole = text(&items, "} } \n");
    let data = opened(&whole, true).unwrap().data.unwrap();
    assert_eq!(Some(data), open(&whole).unwrap().data);
    assert_eq!(page(Some(data), FIELDS, "1", "10").unwrap().matches("\"a\"").count(), 1_000);
    // What follows them is found by whoever reads them.
    let more = text(&items, "},\"requestId\":\"r\"}");
    assert!(page(opened(&more, true).unwrap().data, FIELDS, "1", "10").is_err());
    assert!(page(open(&more).unwrap().data, FIELDS, "1", "10").is_ok());
    for broken in [text(&items, "}"), text(&format!("{items},"), "}}"), text(&items, "]}}")] {
        let read = opened(&broken, true).map(|opened| page(opened.data, FIELDS, "1", "10"));
        assert!(read.is_none_or(|page| page.is_err()), "{}", &broken[broken.len() - 20..]);
    }
    // Short data, and those whose code is not known yet, are read as ever.
    assert_eq!(opened(r#"{"code":"Success","data":[1}"#, true), None);
    let late = format!(r#"{{"data":[{}],"code":"Success"}}"#, vec!["1"; 5_000].join(","));
    assert_eq!(opened(&late, true), open(&late));
}

#[test]
fn objects_may_differ_from_the_one_before() {
    let fields: &[AnswerField] = Box::leak(Box::new([
        AnswerField { name: "id", kind: FieldKind::Text, required: true },
        AnswerField { name: "size", kind: FieldKind::Number, required: false },
        AnswerField { name: "tags", kind: FieldKind::List, required: false },
    ]));
    let came = r#"[ {"id":"a","size":1,"tags":null,"more":{"id":"x"}}
        ,{"id":"b","size":2,"tags":["t"],"more":0}, {"size":"3","id":"c"}, {"id":"d","id":"e","size":null},{"id":"\u0066"}]"#;
    let promised = r#"[{"id":"a","size":1,"tags":[]},{"id":"b","size":2,"tags":["t"]},{"size":3,"id":"c"},{"id":"d"},{"id":"\u0066"}]"#;
    assert_eq!(list(Some(came), fields).unwrap(), promised);
    for broken in
        [r#"[{"id":"a"},{"id":"b" "size":1}]"#, r#"[{"id":"a"},{"id":}]"#, r#"[{"id":"a"},{"id":"b"]"#]
    {
        assert!(list(Some(broken), fields).is_err(), "{broken}");
    }
}
