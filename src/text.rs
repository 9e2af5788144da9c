//! Searching in texts. Those that this client searches are short; the standard library's search is made for long ones,
//! and weighs more in a download than all that it would be used for here.

/// Where a text stands in another one, in bytes.
pub fn find(text: &str, wanted: &str) -> Option<usize> {
    (0..=text.len().checked_sub(wanted.len())?)
        .find(|at| text.as_bytes()[*at..].starts_with(wanted.as_bytes()))
}

pub fn contains(text: &str, wanted: &str) -> bool {
    find(text, wanted).is_some()
}

/// What stands before a text and what stands after it.
pub fn split_once<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, wanted)?;
    // Both ends of what is found are ends of characters, for it is a text itself.
    Some((text.get(..at)?, text.get(at + wanted.len()..)?))
}

/// A text with another one in the place of each that is wanted.
pub fn replace(text: &str, wanted: &str, with: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while !wanted.is_empty()
        && let Some((before, after)) = split_once(rest, wanted)
    {
        out.push_str(before);
        out.push_str(with);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first of some ASCII characters.
pub fn find_any(text: &str, wanted: &str) -> Option<usize> {
    text.bytes().position(|byte| wanted.bytes().any(|wanted| wanted == byte))
}

/// What stands before the first of some ASCII characters: all of it where there is none.
pub fn before<'a>(text: &'a str, wanted: &str) -> &'a str {
    find_any(text, wanted).and_then(|at| text.get(..at)).unwrap_or(text)
}

/// Whether one of some ASCII characters stands in it.
pub fn has_any(text: &str, wanted: &str) -> bool {
    find_any(text, wanted).is_some()
}

/// What stands before the last of an ASCII character and what stands after it.
pub fn split_last(text: &str, wanted: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == wanted)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Pieces with something between them.
pub fn join<T: AsRef<str>>(pieces: impl IntoIterator<Item = T>, between: &str) -> String {
    let (mut list, mut before) = (String::new(), "");
    for piece in pieces {
        list.push_str(before);
        list.push_str(piece.as_ref());
        before = between;
    }
    list
}

/// The rule of a value that must be one of a list.
pub fn one_of(values: &[&str]) -> String {
    format!("must be one of '{}'", join(values, "', '"))
}

/// A text out of bytes; what is none reads as U+FFFD.
pub fn of_bytes(bytes: Vec<u8>) -> String {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error,
    };
    let (mut text, mut rest) = (String::new(), error.as_bytes());
    while let Err(wrong) = core::str::from_utf8(rest) {
        let (right, after) = rest.split_at(wrong.valid_up_to());
        text.push_str(core::str::from_utf8(right).unwrap_or_default());
        text.push(char::REPLACEMENT_CHARACTER);
        rest = after.get(wrong.error_len().unwrap_or(after.len())..).unwrap_or_default();
    }
    text.push_str(core::str::from_utf8(rest).unwrap_or_default());
    text
}

/// A whole number of digits only; none where it is larger than any that is meant.
pub fn whole_number(text: &str) -> Option<u64> {
    let digit = |sum: u64, byte: u8| match byte {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    };
    if text.is_empty() { None } else { text.bytes().try_fold(0, digit) }
}

/// What Unicode calls white space: the standard library looks it up in a table that would be in every download.
pub fn is_white(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// A letter or a digit of any script: the standard library's tables would be two kilobytes of a download, and every
/// engine of JavaScript has them.
pub fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    #[cfg(target_arch = "wasm32")]
    return js_sys::RegExp::new("[\\p{Alphabetic}\\p{N}]", "u").test(c.encode_utf8(&mut [0; 4]));
    #[cfg(not(target_arch = "wasm32"))]
    c.is_alphanumeric()
}

/// Words with one space between them.
pub fn spaced(text: &str) -> String {
    let (mut spaced, mut apart) = (String::new(), false);
    for c in text.chars() {
        if is_white(c) {
            apart = !spaced.is_empty();
            continue;
        }
        if core::mem::take(&mut apart) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    spaced
}

/// A text without white space at its ends.
pub fn trim(text: &str) -> &str {
    let start = text.char_indices().find(|(_, c)| !is_white(*c)).map_or(text.len(), |(at, _)| at);
    let rest = text.get(start..).unwrap_or_default();
    let mut end = rest.len();
    while let Some(c) = rest.get(..end).unwrap_or_default().chars().next_back()
        && is_white(c)
    {
        end -= c.len_utf8();
    }
    rest.get(..end).unwrap_or_default()
}

/// What follows the scheme of a URL, which may be missing.
pub fn without_scheme(url: &str) -> &str {
    split_once(url, "://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_what_the_standard_library_takes_for_it() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_white(c), c.is_whitespace(), "{c:?}");
        }
        for text in ["", " ", " a ", "\u{3000}a b\n\u{a0}", "é", "\u{2003}", "é \u{85}"] {
            assert_eq!(trim(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        for bytes in [
            &b""[..],
            b"a",
            b"\xffa",
            b"a\xe2\x82",
            b"\xe2\x28\xa1\xf0\x90\x8c",
            "\u{e9}\u{955c}".as_bytes(),
            b"\xc3\xc3\xa9\xed\xa0\x80",
        ] {
            assert_eq!(of_bytes(bytes.to_vec()), String::from_utf8_lossy(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn whole_numbers_are_digits() {
        for text in ["0", "007", "65535", "18446744073709551615"] {
            assert_eq!(whole_number(text), text.parse().ok());
        }
        for text in ["", "+1", "-1", "1.0", "1e3", " 1", "١", "18446744073709551616", "99999999999999999999"]
        {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_found_as_the_standard_library_finds_them() {
        for text in ["", "a", "aab", "aaab", "é€é", "x://y://z", "ababab"] {
            for wanted in ["", "a", "ab", "aab", "€", "é", "://", "b", "aaaaaaaaaa"] {
                assert_eq!(find(text, wanted), text.find(wanted), "{text} {wanted}");
                assert_eq!(split_once(text, wanted), text.split_once(wanted), "{text} {wanted}");
                assert_eq!(contains(text, wanted), text.contains(wanted));
                if !wanted.is_empty() {
                    assert_eq!(replace(text, wanted, "ü"), text.replace(wanted, "ü"), "{text} {wanted}");
                }
            }
        }
        assert_eq!(replace("abc", "", "x"), "abc");
        for text in ["", "a", "a:b", ":", "€:é:a", "a?b#c"] {
            assert_eq!(find_any(text, "#:?"), text.find(['#', ':', '?']), "{text}");
            assert_eq!(has_any(text, "?:"), text.contains(['?', ':']));
            assert_eq!(Some(before(text, ":#")), text.split([':', '#']).next());
            assert_eq!(split_last(text, b':'), text.rsplit_once(':'), "{text}");
        }
        for list in [&["a"][..], &["a", "é", "b"], &["", "a", "", "b", ""], &["", ""], &[]] {
            assert_eq!(join(list, ", "), list.join(", "));
        }
        assert_eq!((without_scheme("a://b"), without_scheme("b")), ("b", "b"));
    }
}
