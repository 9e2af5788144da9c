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

    /// Replaces every place where a text repeats this secret, as it is or as URLs and JSON spell it: whichever of its
    /// characters are percent-encoded, or stand behind a backslash. Very short values are left: they would hit ordinary words,
    /// and are no secrets.
    pub fn scrub(&self, text: String) -> String {
        let secret = self.0.as_bytes();
        if secret.len() < 6 {
            return text;
        }
        // Answers may be many megabytes: most of their bytes are looked at once.
        let begins = |byte: &u8| *byte == secret[0] || matches!(byte, b'%' | b'\\');
        let (mut clean, mut copied, mut at) = (String::new(), 0, 0);
        while let Some(next) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(begins)) {
            at += next;
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            match repeated(rest, secret, false).or_else(|| repeated(rest, secret, true)) {
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

    /// The same for the value of a header, of which services also repeat what follows its scheme (`Basic …`, `Bearer …`).
    pub fn scrub_header(&self, text: String) -> String {
        let text = self.scrub(text);
        match split_once(&self.0, " ") {
            Some((_, rest)) => Secret::new(rest.to_owned()).scrub(text),
            None => text,
        }
    }
}

/// How much of the start of a text repeats a secret. `plain`: what can be read as itself is; a secret may hold `%` and `\`.
fn repeated(text: &[u8], secret: &[u8], plain: bool) -> Option<usize> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut length = 0;
    for byte in secret {
        let rest = text.get(length..)?;
        let spelt = match rest {
            [b'%', high, low, ..]
                if Some(u32::from(*byte))
                    == digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low) =>
            {
                3
            }
            [b'\\', next, ..] if next == byte => 2,
            _ => 0,
        };
        length += match rest.first() == Some(byte) {
            true if plain || spelt == 0 => 1,
            false if spelt == 0 => return None,
            _ => spelt,
        };
    }
    Some(length)
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
        self.0.borrow().iter().fold(text, |text, secret| secret.scrub_header(text))
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
            encoded,
            // As encodeURIComponent writes it.
            "p(a)s!s*'w%2F%C3%A9%2B%22%5C%252f~".into(),
            "p%28a)s!s%2a'w/%c3%A9+%22%5c%252f%7E".into(),
            crate::json::Quoted(secret).to_string().trim_matches('"').to_owned(),
            "p(a)s!s*'w\\/é+\\\"\\\\%2f~".into(),
        ];
        for spelling in spellings {
            assert_eq!(told(&spelling), "é *** is ***", "{spelling}");
        }
        assert_eq!(told("p(a)s!s*'w"), "é p(a)s!s*'w is p(a)s!s*'w");
        let header = Secret::new("Basic dXNlcjpwYXNz".into());
        assert_eq!(header.scrub_header("dXNlcjpwYXNz, Basic dXNlcjpwYXNz".into()), "***, ***");
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
