//! Each rule at its border.

use super::*;

/// A value as the core has it, written as JSON.
macro_rules! json {
    ($($text:tt)*) => { Value::from(serde_json::json!($($text)*)) };
}

fn refused(rule: Rule, value: Value) -> bool {
    check(&value, "f".into(), &rule).is_err()
}

#[test]
fn names_follow_the_document() {
    for good in ["a", "test", "centos8.2", "镜像 1_a-b.c", &"x".repeat(128), &"𠀀".repeat(128)] {
        assert!(!refused(Rule::IMAGE_NAME, json!(good)), "{good}");
    }
    for bad in ["", " a", "a ", "a/b", "a\n", "naïve", "a:b", "名称！", &"x".repeat(129), &"镜".repeat(129)]
    {
        assert!(refused(Rule::IMAGE_NAME, json!(bad)), "{bad}");
    }
    assert!(refused(Rule::IMAGE_NAME, json!(5)));
}

#[test]
fn numbers_are_whole_and_in_range() {
    let rule = || Rule::Integer { min: 1, max: INT_MAX };
    for good in [json!(1), json!(INT_MAX)] {
        assert!(!refused(rule(), good));
    }
    for bad in [json!(0), json!(-1), json!(1.5), json!("1"), json!(INT_MAX + 1), json!(1e300), json!(true)] {
        assert!(refused(rule(), bad.clone()), "{bad}");
    }
}

#[test]
fn texts_are_counted_in_characters() {
    let rule = || Rule::Text { min: 2, max: 256 };
    assert!(!refused(rule(), json!("镜像")));
    assert!(!refused(rule(), json!("𠀀".repeat(256))));
    assert!(refused(rule(), json!("x")));
    assert!(refused(rule(), json!("x".repeat(257))));
}

#[test]
fn filters_cannot_be_broken_out_of() {
    let text = |value: Value| {
        expressions::filter(&value, "filter").map_err(|error| error.details().field.clone().unwrap())
    };
    assert_eq!(text(json!({"imageId": "img-1", "name": "a b"})), Ok("name:lk:a b|imageId:eq:img-1".into()));
    assert_eq!(text(json!({"name": null})), Ok(String::new()));
    for bad in ["a|imageId:eq:x", "a:b", "a\u{0}", ""] {
        assert_eq!(text(json!({ "name": bad })), Err("filter.name".into()), "{bad}");
    }
    assert_eq!(text(json!({"nmae": "x"})), Err("filter.nmae".into()));
    assert_eq!(text(json!("name:lk:x")), Err("filter".into()));
}

#[test]
fn urls_are_http_with_a_host() {
    for good in ["https://xxx", "HTTPS://X/y", "Http://x", "http://10.0.0.1:9000/a/b.qcow2?x=%20"] {
        assert!(!refused(Rule::Url, json!(good)), "{good}");
    }
    for bad in ["", "xxx", "file:///etc/passwd", "https://", "https:///x", "https://a b"] {
        assert!(refused(Rule::Url, json!(bad)), "{bad}");
    }
}

#[test]
fn one_value_or_a_list_of_them() {
    const TAG: Rule = Rule::Text { min: 1, max: 4 };
    const TAGS: Rule = Rule::OneOrMore(&TAG);
    let tried = |json: &str| check(&Value::parse(json).unwrap(), "tag".into(), &TAGS);
    assert_eq!(tried(r#""a""#).unwrap().to_string(), r#""a""#);
    assert_eq!(tried(r#"["a","b"]"#).unwrap().to_string(), r#"["a","b"]"#);
    for (wrong, expected) in [
        (r#""""#, "tag: \"\" is refused: must be a text with 1 to 4 characters"),
        ("[]", "tag: [] is refused: must be a text with 1 to 4 characters, or a list of such"),
        (r#"["a",7]"#, "tag[1]: 7 is refused: must be a text"),
        (r#"[["a"]]"#, "tag[0]: [\"a\"] is refused: must be a text"),
    ] {
        let error = tried(wrong).unwrap_err();
        assert!(error.message().starts_with(expected), "{wrong}: {}", error.message());
    }
}

#[test]
fn a_list_becomes_the_filter_in() {
    let tried = |json: &str| check(&Value::parse(json).unwrap(), "name".into(), &Rule::TEXT_OR_IN);
    for (given, sent) in [
        (r#""a""#, "a"),
        (r#""in:a,b""#, "in:a,b"),
        (r#""a:b""#, "eq:a:b"),
        (r#"["a"]"#, "in:a"),
        (r#"["a","b,c","d:e"]"#, "in:a,\"b,c\",d:e"),
    ] {
        assert_eq!(tried(given).unwrap().as_str(), Some(sent));
    }
    for (wrong, expected) in [
        (r#""""#, "name: \"\" is refused: must be a text that is not empty, or a list"),
        ("[]", "name: [] is refused"),
        ("7", "name: 7 is refused"),
        (r#"["a","b\"c"]"#, "name[1]: \"b\\\"c\" is refused: must be a text without \""),
        (r#"["a",""]"#, "name[1]: \"\" is refused"),
    ] {
        let error = tried(wrong).unwrap_err();
        assert!(error.message().starts_with(expected), "{wrong}: {}", error.message());
    }
}
