//! A text that is wiped when it is dropped and never printed.

use crate::http::url::encode;
use crate::text::{contains, replace};
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

    /// Replaces every place where a text repeats this secret. Very short values are left: they would hit
    /// ordinary words, and are no secrets.
    pub fn scrub(&self, text: String) -> String {
        if self.0.len() < 6 {
            return text;
        }
        let mut text = text;
        for form in [Zeroizing::new(self.0.to_string()), Zeroizing::new(encode(&self.0, false))] {
            if contains(&text, &form) {
                text = replace(&text, &form, "***");
            }
        }
        text
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
}
