//! From a text as JSON spells it to the text that is meant.

/// Undoes the escapes of a text that was scanned. Half a surrogate pair reads as U+FFFD.
pub(super) fn unescape(quoted: &str) -> String {
    // Never longer than the escapes, so that a secret is not left behind by a buffer that grew.
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted.chars();
    let unit = |rest: &mut core::str::Chars<'_>| {
        rest.by_ref().take(4).fold(0, |sum, c| sum * 16 + c.to_digit(16).unwrap_or(0))
    };
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.push(match rest.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let mut code = unit(&mut rest);
                if let (0xd800..0xdc00, Some(tail)) = (code, rest.as_str().strip_prefix("\\u")) {
                    let mut tail = tail.chars();
                    if let low @ 0xdc00..0xe000 = unit(&mut tail) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        rest = tail;
                    }
                }
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(c) => c,
            None => break,
        });
    }
    text
}
