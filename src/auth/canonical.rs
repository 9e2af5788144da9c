//! What signatures by AWS's and by Huawei Cloud's rules have in common: the canonical request, the text that is
//! signed, SHA-256 and HMAC. Where the two rules differ is data ([`Rules`]).

use crate::http::Headers;
use crate::http::url::encode;
use crate::text;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Says that the body is not part of the signature.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// What is signed.
pub struct Signable<'a> {
    pub method: &'a str,
    pub host: &'a str,
    /// The path as it goes over the wire, percent-encoded once.
    pub path: &'a str,
    /// Names and values, not yet encoded, in any order.
    pub query: &'a [(&'a str, String)],
    /// The body's SHA-256 in hex, or [`UNSIGNED_PAYLOAD`].
    pub payload: &'a str,
}

/// Where the rules of canonical requests differ.
pub struct Rules {
    /// Parameters are sorted as they are, not as they are encoded.
    pub sorts_decoded: bool,
    /// The path ends with a slash, whether the URL's does or not.
    pub closes_path: bool,
    /// Spaces inside the value of a header become one.
    pub joins_spaces: bool,
    /// Whether a header is signed; the host always is.
    pub signs: fn(&str) -> bool,
}

/// The rules of AWS Signature Version 4 for S3: every header is signed.
pub static AWS: Rules =
    Rules { sorts_decoded: false, closes_path: false, joins_spaces: true, signs: |_| true };

/// The canonical request and the list of the headers in it.
pub fn request(request: &Signable<'_>, headers: &Headers, rules: &Rules) -> (String, String) {
    let encoded = |text: &str| encode(text, false);
    let plain = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
    let query: Vec<(String, String)> = match rules.sorts_decoded {
        true => request.query.iter().map(plain).collect(),
        false => request.query.iter().map(|(name, value)| (encoded(name), encoded(value))).collect(),
    };
    let mut sorted: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    sort_few(&mut sorted);
    let pairs = sorted.into_iter().map(|(name, value)| match rules.sorts_decoded {
        true => format!("{}={}", encoded(name), encoded(value)),
        false => format!("{name}={value}"),
    });
    let query = text::join(pairs, "&");
    let mut lines: Vec<(&str, &str)> = headers.iter().filter(|(name, _)| (rules.signs)(name)).collect();
    lines.push(("host", request.host));
    sort_few(&mut lines);
    let names = text::join(lines.iter().map(|(name, _)| *name), ";");
    let slash = if rules.closes_path && !request.path.ends_with("/") { "/" } else { "" };
    let mut canonical = format!("{}\n{}{slash}\n{query}\n", request.method, request.path);
    for (name, value) in lines {
        canonical.push_str(name);
        canonical.push(':');
        if rules.joins_spaces {
            canonical.push_str(&text::spaced(value));
        } else {
            canonical.push_str(value.trim_ascii());
        }
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(&names);
    canonical.push('\n');
    canonical.push_str(request.payload);
    (canonical, names)
}

/// Sorts a handful of things. (The standard library's sort weighs ten times as much as all of this file.)
pub fn sort_few<T: PartialOrd>(things: &mut [T]) {
    for end in 1..things.len() {
        let mut at = end;
        while at > 0 && things[at] < things[at - 1] {
            things.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// The text that is signed: the lines of the algorithm, and the digest of the canonical request.
pub fn string_to_sign(lines: &[&str], canonical: &str) -> String {
    format!("{}\n{}", text::join(lines, "\n"), sha256_hex(canonical.as_bytes()))
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length: this cannot fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}
