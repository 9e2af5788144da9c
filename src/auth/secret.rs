//! A text that is wiped when it is dropped and never printed.

use super::Authenticator;
use crate::text::split_once;
use core::cell::RefCell;
use zeroize::Zeroizing;

/// A password, a token, a secret key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces every place where a text repeats this secret, as it is or as URLs, JSON and HTML spell it: whichever of its
    /// characters are percent-encoded, escaped, or entities, and that twice. Very short values are left: they would hit
    /// ordinary words, and are no secrets.
    pub fn scrub(&self, text: String) -> String {
        without(&[&self.0], text)
    }

    /// The same for the value of a header, of which services also repeat what follows its scheme (`Basic …`, `Bearer …`).
    pub fn scrub_header(&self, text: String) -> String {
        without(&self.in_header(), text)
    }

    fn in_header(&self) -> [&str; 2] {
        [&self.0, split_once(&self.0, " ").map_or("", |(_, rest)| rest)]
    }
}

/// A text without any of these secrets. All at once, and most of its bytes are looked at once: answers may be many megabytes,
/// and the secrets many.
fn without(secrets: &[&str], text: String) -> String {
    let secrets = || secrets.iter().map(|secret| secret.as_bytes()).filter(|secret| secret.len() >= 6);
    let mut begins = [false; 256];
    for first in secrets().map(|secret| secret[0]).chain(*MARKS) {
        begins[usize::from(first)] = true;
    }
    let (mut clean, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(rest) = text.as_bytes().get(at..)
        && let Some(next) = rest.iter().position(|byte| begins[usize::from(*byte)])
    {
        at += next;
        let rest = rest.get(next..).unwrap_or_default();
        let firsts = [0, 1, 2].map(|times| Sign::read(rest, times).map(|sign| sign.bytes[0]));
        let likely = secrets().filter(|secret| firsts.contains(&Some(secret[0])));
        match likely.filter_map(|secret| repeated(rest, secret)).max() {
            Some(length) => {
                // A secret is a text: it begins and ends where characters do.
                clean.push_str(text.get(copied..at).unwrap_or_default());
                clean.push_str("***");
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return text;
    }
    clean.push_str(text.get(copied..).unwrap_or_default());
    clean
}

/// What begins another spelling.
const MARKS: &[u8; 4] = b"%\\&+";

/// How much of the start of a text repeats a secret. A secret may hold what looks like a spelling: each is tried first.
fn repeated(text: &[u8], secret: &[u8]) -> Option<usize> {
    let orders: [&[u8]; 3] = [&[1, 0], &[0, 1], &[2, 1, 0]];
    orders.into_iter().find_map(|order| {
        let (mut rest, mut length) = (secret, 0);
        while !rest.is_empty() {
            let here = text.get(length..)?;
            let spelt = |times: &u8| {
                let sign = Sign::read(here, *times)?;
                Some((rest.strip_prefix(sign.bytes.get(..sign.count)?)?, sign.length))
            };
            let (after, taken) = match MARKS.contains(here.first()?) {
                true => order.iter().find_map(spelt)?,
                false => spelt(&0)?,
            };
            rest = after;
            length += taken;
        }
        Some(length)
    })
}

/// A character that a text begins with, or a byte of one.
struct Sign {
    /// In UTF-8.
    bytes: [u8; 4],
    count: usize,
    /// How long its spelling is.
    length: usize,
}

impl Sign {
    fn of(code: u32, length: usize) -> Option<Self> {
        let mut bytes = [0; 4];
        let count = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Sign { bytes, count, length })
    }

    fn byte(byte: u8, length: usize) -> Self {
        Sign { bytes: [byte, 0, 0, 0], count: 1, length }
    }

    /// `times`: how often the text was spelt, each time what came of the last.
    fn read(text: &[u8], times: u8) -> Option<Self> {
        let Some(times) = times.checked_sub(1) else { return Some(Sign::byte(*text.first()?, 1)) };
        let first = Sign::read(text, times)?;
        let mut length = first.length;
        let mut next = || {
            let sign = Sign::read(text.get(length..)?, times)?;
            length += sign.length;
            Some(sign.bytes[0])
        };
        let digit = |byte: u8, base| char::from(byte).to_digit(base);
        match first.bytes[0] {
            b'+' => Some(Sign::byte(b' ', length)),
            b'%' => {
                let byte = digit(next()?, 16)? * 16 + digit(next()?, 16)?;
                Some(Sign::byte(byte as u8, length))
            }
            b'\\' => match next()? {
                b'u' => {
                    let unit = |next: &mut dyn FnMut() -> Option<u8>| {
                        (0..4).try_fold(0, |sum, _| Some(sum * 16 + digit(next()?, 16)?))
                    };
                    let mut code = unit(&mut next)?;
                    if matches!(code, 0xd800..0xdc00) {
                        // The other half of a pair, behind its own `\u`.
                        next().and(next())?;
                        code = 0x10000 + ((code & 0x3ff) << 10) + (unit(&mut next)? & 0x3ff);
                    }
                    Sign::of(code, length)
                }
                b't' => Some(Sign::byte(b'\t', length)),
                byte => Some(Sign::byte(byte, length)),
            },
            b'&' => {
                // No entity that is meant is longer.
                let mut name = [0; 8];
                let mut count = 0;
                loop {
                    match next()? {
                        b';' => break,
                        byte => *name.get_mut(count)? = byte,
                    }
                    count += 1;
                }
                let number = |digits: &[u8], base| {
                    digits.iter().try_fold(0, |sum, byte| Some(sum * base + digit(*byte, base)?))
                };
                let code = match name.get(..count)? {
                    b"amp" => 0x26,
                    b"lt" => 0x3c,
                    b"gt" => 0x3e,
                    b"quot" => 0x22,
                    b"apos" => 0x27,
                    [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                    [b'#', digits @ ..] => number(digits, 10)?,
                    _ => return None,
                };
                Sign::of(code, length)
            }
            _ => Some(first),
        }
    }
}

/// A text without what an authenticator knows, and without these.
pub fn scrub(authenticator: &dyn Authenticator, secrets: &[Secret], text: String) -> String {
    secrets.iter().fold(authenticator.scrub(text), |text, secret| secret.scrub(text))
}

/// As many secrets are remembered that calls under way may have been sent with.
const MOST_RECENT: usize = 64;

/// The secrets that were used last, each once: what a slow call is answered may repeat one that was renewed meanwhile.
#[derive(Default)]
pub struct Recent(RefCell<Vec<Secret>>);

impl Recent {
    pub fn keep(&self, secret: Secret) {
        let mut kept = self.0.borrow_mut();
        kept.retain(|known| *known != secret);
        if kept.len() == MOST_RECENT {
            kept.remove(0);
        }
        kept.push(secret);
    }

    pub fn scrub(&self, text: String) -> String {
        let kept = self.0.borrow();
        let all: Vec<&str> = kept.iter().flat_map(Secret::in_header).collect();
        without(&all, text)
    }

    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_printed_and_can_be_scrubbed() {
        let secret = Secret::new("s3cr3t-t0ken".into());
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.scrub("bad token s3cr3t-t0ken!".into()), "bad token ***!");
        assert_eq!(Secret::new("to/k+en=".into()).scrub("?t=to%2Fk%2Ben%3D&x".into()), "?t=***&x");
        assert_eq!(Secret::new("a".into()).scrub("a banana".into()), "a banana");
    }

    #[test]
    fn it_is_found_however_it_is_spelt() {
        let secret = "p(a)s!s*'w/é+\"\\%2f~";
        let told = |spelling: &str| Secret::new(secret.into()).scrub(format!("é {spelling} is {spelling}"));
        let encoded = crate::http::url::encode(secret, false);
        let spellings = [
            secret.to_owned(),
            encoded.to_lowercase(),
            encoded.clone(),
            // As encodeURIComponent writes it.
            "p(a)s!s*'w%2F%C3%A9%2B%22%5C%252f~".into(),
            "p%28a)s!s%2a'w/%c3%A9+%22%5c%252f%7E".into(),
            crate::json::Quoted(secret).to_string().trim_matches('"').to_owned(),
            "p(a)s!s*'w\\/é+\\\"\\\\%2f~".into(),
            // As Python's JSON, Go's and Gson's, and pages; twice.
            r#"p(a)s!s*'w/\u00e9+\"\\%2f~"#.into(),
            r"p(a)s!s*\u0027w/\u00E9\u002b\u0022\\%2f~".into(),
            "p(a)s!s*&#39;w/é+&quot;\\%2f~".into(),
            "p(a)s!s*&#x27;w&#X2F;&#233;&#043;&#34;&#92;%2f~".into(),
            "p(a)s!s*&apos;w/é+&quot;\\%2f~".into(),
            crate::http::url::encode(&encoded, false),
            r#"p(a)s!s*'w/é+\\\"\\\\%2f~"#.into(),
            r"p(a)s!s*\u0026#39;w/é+\u0026quot;\\%2f~".into(),
        ];
        for spelling in spellings {
            assert_eq!(told(&spelling), "é *** is ***", "{spelling}");
        }
        assert_eq!(told("p(a)s!s*'w"), "é p(a)s!s*'w is p(a)s!s*'w");
        let secret = Secret::new("<a&amp; b>\u{1f511}\\u0041%41".into());
        for spelling in [
            "<a&amp; b>\u{1f511}\\u0041%41",
            "&lt;a&amp;amp;+b&gt;&#128273;\\u0041%41",
            r"\u003ca\u0026amp; b\u003e\ud83d\udd11\\u0041%41",
            "%3Ca%26amp%3B+b%3E%F0%9F%94%91%5Cu0041%2541",
        ] {
            assert_eq!(secret.scrub(format!("&{spelling};")), "&***;", "{spelling}");
        }
        for apart in [
            "&#x;",
            "&#99999999999;",
            "&#1114112;",
            "&nosuchname;",
            "\\u12",
            "\\ud83d\\u",
            "%",
            "%2",
            "&",
            "\\",
        ] {
            assert_eq!(secret.scrub(apart.into()), apart);
        }
        let header = Secret::new("Basic dXNlcjpwYXNz".into());
        assert_eq!(header.scrub_header("dXNlcjpwYXNz, Basic dXNlcjpwYXNz".into()), "***, ***");
    }

    #[test]
    fn long_texts_of_nothing_but_marks_are_looked_through_in_a_moment() {
        let recent = Recent::default();
        for number in 0..MOST_RECENT {
            recent.keep(Secret::new(format!("Bearer {number:02}{}", "x".repeat(200))));
        }
        let started = std::time::Instant::now();
        for mark in
            ["\\", "&", "%", "+", "%25", "&amp;", "&#38;", "\\u005c", "\\\"", "&\\%xxxx", "plain <text>, "]
        {
            let text = mark.repeat(2 * 1024 / mark.len());
            assert_eq!(recent.scrub(text.clone()), text);
        }
        // Once for each secret it took minutes without an optimiser; like this, seconds.
        assert!(started.elapsed().as_secs() < 30);
    }

    #[test]
    fn the_last_secrets_are_remembered_each_once() {
        let recent = Recent::default();
        recent.keep(Secret::new("the-first".into()));
        for number in 0..MOST_RECENT {
            recent.keep(Secret::new("Bearer the-same".into()));
            assert_eq!(recent.scrub("the-first the-same".into()), "*** ***", "{number}");
        }
        for number in 0..MOST_RECENT {
            recent.keep(Secret::new(format!("{number:02}-secret")));
        }
        assert_eq!(recent.scrub("the-first 00-secret 63-secret.".into()), "the-first *** ***.");
        recent.clear();
        assert_eq!(recent.scrub("01-secret".into()), "01-secret");
    }
}
