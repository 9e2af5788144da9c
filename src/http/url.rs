//! URLs as far as the client needs them: an endpoint taken apart, paths and queries percent-encoded.

use crate::auth::secret::Secret;
use crate::error::{Error, Result};
use crate::json::{Quoted, Value};
use crate::text::{
    before, contains, find_any, has_any, of_bytes, split_last, split_once, whole_number, without_scheme,
};

/// Percent-encodes everything but RFC 3986's unreserved characters, and `/` where it may stay.
pub fn encode(text: &str, keep_slash: bool) -> String {
    encode_bytes(text.as_bytes(), keep_slash)
}

fn encode_bytes(bytes: &[u8], keep_slash: bool) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (keep_slash && byte == b'/')
        {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// Undoes percent-encoding; what looks like it and is none stays.
pub fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = digits.and_then(|digits| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            Some((digit(digits[0])? * 16 + digit(digits[1])?) as u8)
        });
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    decoded
}

/// A path that is encoded in any way, encoded by [`encode`]: the form that signatures are made of. Its slashes stay.
pub fn canonical_path(path: &str) -> String {
    encode_bytes(&decode(path), true)
}

/// The name and value pairs of a query, decoded.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let text = |encoded: &str| of_bytes(decode(encoded));
    let (mut pairs, mut rest) = (Vec::new(), query);
    while !rest.is_empty() {
        let (pair, after) = split_once(rest, "&").unwrap_or((rest, ""));
        rest = after;
        if !pair.is_empty() {
            let (name, value) = split_once(pair, "=").unwrap_or((pair, ""));
            pairs.push((text(name), text(value)));
        }
    }
    pairs
}

/// Whether an answer came from elsewhere than was asked, both as a browser spells them: it follows redirects of some requests
/// by itself. Where nobody tells whence it came, and where http became https on the way (the browser saw to that), it did not.
pub fn is_elsewhere(asked: &str, answered: &str) -> bool {
    let (asked, answered) = (before(asked, "#"), before(answered, "#"));
    let is_upgrade = || {
        asked.strip_prefix("http://").is_some_and(|asked| answered.strip_prefix("https://") == Some(asked))
    };
    !answered.is_empty() && asked != answered && !is_upgrade()
}

/// What stands in the query of a URL, without a fragment.
pub fn query_of(url: &str) -> &str {
    split_once(before(url, "#"), "?").map_or("", |(_, query)| query)
}

/// The values in the query of a URL, decoded, that another one has not: what signing adds is secret.
pub fn added_values(unsigned: &str, signed: &str) -> Vec<String> {
    let known = pairs(query_of(unsigned));
    let added = pairs(query_of(signed)).into_iter().filter(|pair| !known.contains(pair));
    added.map(|(_, value)| value).collect()
}

/// JSON with addresses in it, without what may be secret of them: what stands in front of an `@`, queries and fragments.
pub fn bare(json: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(json.len()), json);
    loop {
        // A quote behind a backslash does not end a text.
        let mut escaped = false;
        let end = rest.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let piece = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        let shown = before(piece, "?#");
        let (front, host) = split_last(shown, b'@').unwrap_or(("", shown));
        if host.len() < shown.len() {
            let (scheme, _) = split_once(front, "://").unwrap_or_default();
            out.push_str(scheme);
            out.push_str(if scheme.is_empty() { "…@" } else { "://…@" });
        }
        out.push_str(host);
        if shown.len() < piece.len() {
            out.push_str("?…");
        }
        let Some(end) = end else { return out };
        out.push('"');
        rest = rest.get(end + 1..).unwrap_or_default();
    }
}

/// What must not be told of the addresses in some values: what [`bare`] hides, but for names that say what a secret is, or
/// whose.
pub fn secrets_in(values: &[Value]) -> Vec<Secret> {
    let mut found = Vec::new();
    values.iter().for_each(|value| collect(value, &mut found));
    found
}

fn collect(value: &Value, found: &mut Vec<Secret>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.iter().for_each(|(_, value)| collect(value, found)),
        Value::String(url) if contains(url, "://") => {
            // Without its name where it has one: `Signature=…`, `user:…`; a name alone is what it is.
            let mut add = |text: &str, mark: &str| {
                let (name, value) = split_once(text, mark).unwrap_or((text, ""));
                let secret = if value.is_empty() { name } else { value };
                found.push(Secret::new(of_bytes(decode(secret))));
            };
            let shown = before(url, "?#");
            let mut rest = url.get(shown.len() + 1..).unwrap_or_default();
            while !rest.is_empty() {
                let piece = before(rest, "&#");
                add(piece, "=");
                rest = rest.get(piece.len() + 1..).unwrap_or_default();
            }
            if let Some((user, _)) = split_last(shown, b'@') {
                add(without_scheme(user), ":");
            }
        }
        _ => {}
    }
}

/// `a=1&b=x%7Cy` of name and value pairs, in their order.
pub fn query<N: AsRef<str>>(pairs: &[(N, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(&encode(name.as_ref(), false));
        text.push('=');
        text.push_str(&encode(value, false));
    }
    text
}

/// The base URL of a service: scheme, host, port, and a path in front of every operation's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub secure: bool,
    /// Host and, where it is not the scheme's own, port: what the Host header says.
    pub authority: String,
    /// Without a slash at its end; empty where the service stands at the root.
    pub base_path: String,
}

impl Endpoint {
    /// Without the version of an API that it ends with, as some catalogs' endpoints do: paths begin with theirs.
    pub fn without_version(mut self) -> Self {
        if let Some((front, last)) = split_last(&self.base_path, b'/') {
            let version = last.strip_prefix("v").unwrap_or_default();
            let digits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
            if !version.is_empty() && version.bytes().all(digits) {
                self.base_path = front.to_owned();
            }
        }
        self
    }

    /// Takes an absolute http(s) URL apart; `field` names it in the error.
    pub fn parse(text: &str, field: &str) -> Result<Self> {
        // A value that holds a password, or a query, is not repeated.
        let shown = match has_any(text, "@?#") {
            true => "\"…\"".to_owned(),
            false => Quoted(text).to_string(),
        };
        let refuse = |rule: &str| Err(Error::invalid(field, shown.as_str(), rule));
        let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
        let (secure, rest) = if lower.starts_with("https://") {
            (true, text.get(8..).unwrap_or_default())
        } else if lower.starts_with("http://") {
            (false, text.get(7..).unwrap_or_default())
        } else {
            return refuse("must be an absolute URL that starts with https:// or http://");
        };
        if rest.bytes().any(|byte| byte <= b' ' || byte >= 0x7f || matches!(byte, b'\\' | b'"' | b'<' | b'>'))
        {
            return refuse("must be a URL without spaces and with other letters than ASCII percent-encoded");
        }
        if has_any(rest, "?#") {
            return refuse("must have no query and no fragment");
        }
        let (authority, path) =
            rest.split_at_checked(find_any(rest, "/").unwrap_or(rest.len())).unwrap_or((rest, ""));
        if has_any(authority, "@") {
            // The value is not repeated: it holds a password.
            return Err(Error::invalid(field, "\"…@…\"", "must hold no user name or password"));
        }
        let (host, port) = match split_last(authority, b':') {
            Some((host, port)) if !authority.ends_with("]") => (host, Some(port)),
            _ => (authority, None),
        };
        if host.is_empty() {
            return refuse("must name a host");
        }
        // As a number: what is signed must be what is sent, and URL parsers drop leading zeros.
        let number = port.map(|port| whole_number(port).filter(|number| *number < 65_536).unwrap_or(0));
        let authority = match number {
            Some(0) => return refuse("must have a port from 1 to 65535"),
            Some(number) if number != if secure { 443 } else { 80 } => {
                format!("{}:{number}", host.to_ascii_lowercase())
            }
            _ => host.to_ascii_lowercase(),
        };
        if path.as_bytes().split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b"..")) {
            return refuse("must have no . or .. in its path");
        }
        Ok(Endpoint { secure, authority, base_path: without_slash(path).to_owned() })
    }

    /// `https://host:port`.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }

    /// The URL of a path that starts with a slash, with its query where there is one.
    pub fn url(&self, path: &str, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{path}{mark}{query}", self.origin(), self.base_path)
    }
}

/// A path without the slashes at its end.
fn without_slash(mut path: &str) -> &str {
    while let Some(shorter) = path.strip_suffix("/") {
        path = shorter;
    }
    path
}

/// `https://host:port` of an absolute URL.
pub fn origin_of(url: &str) -> &str {
    let start = url.len() - without_scheme(url).len();
    let end = find_any(url.get(start..).unwrap_or_default(), "/?#").map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests;
