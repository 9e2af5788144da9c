//! Addresses taken apart, spelt, compared, and told without secrets.

use super::*;

#[test]
fn endpoints_are_taken_apart() {
    let endpoint = Endpoint::parse("HTTPS://IMS.Example.com:443/a/b/", "endpoint").unwrap();
    assert_eq!(endpoint.url("/x", "y=1"), "https://ims.example.com/a/b/x?y=1");
    let endpoint = Endpoint::parse("http://[::1]:8080", "endpoint").unwrap();
    assert_eq!(endpoint.url("/x", ""), "http://[::1]:8080/x");
    assert_eq!(Endpoint::parse("http://[::1]", "endpoint").unwrap().authority, "[::1]");
    for (given, read) in [("http://h:08009", "h:8009"), ("https://h:0443", "h"), ("http://h:443", "h:443")] {
        assert_eq!(Endpoint::parse(given, "endpoint").unwrap().authority, read);
    }
}

#[test]
fn versions_at_the_end_of_an_address() {
    for (given, left) in [
        ("https://h/v3", "https://h"),
        ("https://h/v3/", "https://h"),
        ("https://h/identity/v2.0", "https://h/identity"),
        ("https://h", "https://h"),
        ("https://h/v", "https://h/v"),
        ("https://h/vault", "https://h/vault"),
        ("https://v3", "https://v3"),
    ] {
        assert_eq!(Endpoint::parse(given, "endpoint").unwrap().without_version().url("", ""), left);
    }
}

#[test]
fn bad_endpoints_are_refused_by_name() {
    for bad in [
        "",
        "ims.example.com",
        "ftp://x",
        "https://",
        "https://u:p@host",
        "https://h/?q",
        "https://h/#f",
        "https://h:0",
        "https://h:99999",
        "https://h:x",
        "https://h:+80",
        "https://h:",
        "https://h h",
        "https://h/a/../b",
        "https://主机",
        "h\u{e9}llo w\u{f6}rld",
    ] {
        let error = Endpoint::parse(bad, "endpoint").unwrap_err();
        assert_eq!(error.details().field.as_deref(), Some("endpoint"), "{bad}");
        assert!(!error.message().contains("u:p"), "no password in an error");
    }
}

#[test]
fn segments_stay_one_segment() {
    assert_eq!(encode("../x", false), "..%2Fx");
    assert_eq!(encode("a/b?c#d%2e 镜", false), "a%2Fb%3Fc%23d%252e%20%E9%95%9C");
    assert_eq!(encode("a/b c", true), "a/b%20c");
}

#[test]
fn every_spelling_of_a_path_has_one_canonical_form() {
    assert_eq!(
        canonical_path("/a(1)!'*/%7euser/%E9%95%9C%20%2b"),
        "/a%281%29%21%27%2A/~user/%E9%95%9C%20%2B"
    );
    assert_eq!(canonical_path("/100%/%zz/%4"), "/100%25/%25zz/%254");
    assert_eq!(canonical_path("/plain-._~/x"), "/plain-._~/x");
    assert_eq!(canonical_path(""), "");
}

#[test]
fn queries_are_taken_apart() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(pairs("&a=1&&b%20c=d=e&f&"), [pair("a", "1"), pair("b c", "d=e"), pair("f", "")]);
    assert_eq!(pairs(""), []);
    let signed = "https://h/a?x=1&y=2&Signature=a%2Bb%3D&y=3#s?z=4";
    assert_eq!(added_values("https://h/a?y=2&x=1#f?y=3", signed), ["a+b=", "3"]);
    assert_eq!(added_values("https://h/a", "https://h/b"), [""; 0]);
}

#[test]
fn an_answer_from_elsewhere_is_known() {
    let asked = "http://h:1/a?b=c";
    for answered in ["", asked, "http://h:1/a?b=c#d", "https://h:1/a?b=c"] {
        assert!(!is_elsewhere(asked, answered), "{answered}");
    }
    for answered in ["http://h/a?b=c", "http://h:1/a", "https://g:1/a?b=c", "http://h:1/a?b=c&d"] {
        assert!(is_elsewhere(asked, answered), "{answered}");
    }
    assert!(!is_elsewhere("https://h/#f", "https://h/"));
    assert!(is_elsewhere("https://h/", "http://h/"));
}

#[test]
fn addresses_are_told_without_what_may_be_secret() {
    for (given, told) in [
        (r#""https://h/a?Signature=x""#, r#""https://h/a?…""#),
        (r#""https://u:p@h:1/a#t""#, r#""https://…@h:1/a?…""#),
        (r#""https:/h/a?s=\"x\"y""#, r#""https:/h/a?…""#),
        (r#""https://u:pa55\"word@h/x""#, r#""https://…@h/x""#),
        (r#""https://u:pa55\\\"w\"@h/x?y\"z""#, r#""https://…@h/x?…""#),
        (r#"["https://h/a\\","https://u:p@h"]"#, r#"["https://h/a\\","https://…@h"]"#),
        (r#""u:p@h?x""#, r#""…@h?…""#),
        (r#"{"a":"http://h/?x","b":["https://h?y",1]}"#, r#"{"a":"http://h/?…","b":["https://h?…",1]}"#),
        (r#""plain \" text""#, r#""plain \" text""#),
        ("17", "17"),
    ] {
        assert_eq!(bare(given), told);
    }
    let given = Value::object([("a", "https://u:pass%2Bword@h/a?X=1&Signature=sig%2Fna".into())]);
    let found: Vec<_> = secrets_in(&[Value::Array(vec![given, "a?b=c".into()])])
        .iter()
        .map(|s| s.expose().to_owned())
        .collect();
    assert_eq!(found, ["1", "sig/na", "pass+word"]);
    for (url, secrets) in [
        ("https://h/a", &[][..]),
        ("https://ghp_0123456789@h/x", &["ghp_0123456789"]),
        ("https://ghp_0123456789:@h/x", &["ghp_0123456789"]),
        ("https://u:pa/ss\"w:rd@h/x", &["pa/ss\"w:rd"]),
        ("https://h/?abcdefgh12345", &["abcdefgh12345"]),
        ("https://h/a?b=c=d&efgh%3D&i=é#j=k?l&mnopqr#", &["c=d", "efgh=", "é", "k?l", "mnopqr"]),
        ("https://h/a#abcdefgh12345", &["abcdefgh12345"]),
    ] {
        let found = secrets_in(&[url.into()]);
        assert_eq!(found.iter().map(Secret::expose).collect::<Vec<_>>(), secrets, "{url}");
    }
}

#[test]
fn a_path_may_end_with_any_number_of_slashes() {
    let slashes = "/".repeat(1_000_000);
    let endpoint = Endpoint::parse(&format!("https://ims.example.com/ims{slashes}"), "endpoint").unwrap();
    assert_eq!(endpoint.base_path, "/ims");
}

#[test]
fn origins() {
    assert_eq!(origin_of("https://h:1/a?b"), "https://h:1");
    assert_eq!(origin_of("http://h"), "http://h");
}
