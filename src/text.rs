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

/// What follows the scheme of a URL, which may be missing.
pub fn without_scheme(url: &str) -> &str {
    split_once(url, "://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!((without_scheme("a://b"), without_scheme("b")), ("b", "b"));
    }
}
