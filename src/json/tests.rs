//! Compared with serde_json, which reads and writes the same.

use super::*;

#[test]
fn what_serde_json_takes_is_taken_and_written_the_same() {
    let texts = [
        "null",
        " true ",
        "false",
        "0",
        "-0",
        "12",
        "-1.5e+10",
        "\"\"",
        r#""a\"\\\/\b\f\n\r\t\u00e9é镜\ud83d\ude00""#,
        "[]",
        "[ ]",
        "{}",
        "[1,[2,{\"a\":null}],\"x\"]",
        r#"{"a":1,"b":{"c":[true]},"é":"\u0001"}"#,
        "",
        "nul",
        "nullx",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":1}}",
        "[",
        "{",
        "[1",
        "{\"a\":1",
        "\u{feff}1",
        "é",
    ];
    for text in texts {
        let (ours, theirs) = (Value::parse(text), serde_json::from_str::<serde_json::Value>(text));
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}: {ours:?}");
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&ours.to_string()).unwrap(),
                theirs,
                "{text}"
            );
        }
        let mut scanner = Scanner::new(text);
        let raw = scanner.raw();
        assert_eq!(
            raw.is_ok() && scanner.end().is_ok(),
            serde_json::from_str::<serde_json::Value>(text).is_ok(),
            "{text}"
        );
    }
    assert_eq!(Value::parse(r#""\ud800x""#).unwrap(), Value::from("\u{fffd}x"), "half a pair");
}

#[test]
fn nesting_has_an_end() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Value::parse(&deep(128)).is_ok() && Scanner::new(&deep(128)).raw().is_ok());
    for depth in [129, 1_000_000] {
        assert!(Value::parse(&deep(depth)).is_err() && Scanner::new(&deep(depth)).raw().is_err());
    }
}

#[test]
fn mistakes_are_found_where_they_are() {
    assert_eq!(Value::parse("[1 2]").unwrap_err().to_string(), "a comma is expected at byte 3");
    assert_eq!(Value::parse("{\"a\":}").unwrap_err().to_string(), "a value is expected at byte 5");
}

#[test]
fn numbers_keep_their_digits() {
    let value = Value::parse("[123456789012345678901234567890,1.50,7]").unwrap();
    assert_eq!(value.to_string(), "[123456789012345678901234567890,1.50,7]");
    let Value::Array(items) = value else { panic!("a list") };
    assert_eq!(items.iter().map(Value::as_u64).collect::<Vec<_>>(), [None, None, Some(7)]);
}

/// Pieces of JSON in any order: nearly all of these texts are none.
pub fn broken_texts() -> impl Iterator<Item = String> {
    let pieces =
        ["{", "}", "[", "]", "\"id\"", ":", ",", "null", "1", "\"%\"", "\"list\"", "é", "-", "1e999", "\\"];
    let mut seed = 1u64;
    core::iter::repeat_with(move || {
        let piece = |_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            pieces[(seed >> 33) as usize % pieces.len()]
        };
        (0..8).map(piece).collect()
    })
    .take(20_000)
}
