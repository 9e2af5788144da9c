//! SDK-HMAC-SHA256: whether a request was signed with the key it names (Huawei Cloud, API Request Signing Guide).

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::moments;

/// What the Authorization header begins with.
pub(super) const ALGORITHM: &str = "SDK-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// How far `X-Sdk-Date` may be from the gateway's clock.
const MOST_SKEW_MILLISECONDS: i64 = 15 * 60 * 1000;
/// What RFC 3986 does not reserve is not encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The parts of the Authorization header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// What is signed.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a Method,
    /// As sent, percent-encoded.
    pub(super) path: &'a str,
    /// As sent, percent-encoded.
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a> Authorization<'a> {
    /// Reads `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…`.
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        let rest = text.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let rest = rest.ok_or_else(|| format!("Authorization must begin with {ALGORITHM}"))?;
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split(',').map(str::trim) {
            match part.split_once('=') {
                Some(("Access", value)) => access_key = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                _ => return Err(format!("Authorization has an unknown part {part:?}")),
            }
        }
        let missing = |name: &str| format!("Authorization has no {name}");
        Ok(Self {
            access_key: access_key.ok_or_else(|| missing("Access"))?,
            signed_headers: signed_headers.ok_or_else(|| missing("SignedHeaders"))?.split(';').collect(),
            signature: signature.ok_or_else(|| missing("Signature"))?,
        })
    }

    /// Checks the signature at the time `now` (milliseconds since 1970).
    pub(super) fn verify(&self, signed: Signed<'_>, secret_key: &str, now: i64) -> Result<(), String> {
        let header = |name: &str| signed.headers.get(name).and_then(|value| value.to_str().ok());
        for name in ["host", "x-sdk-date"] {
            if !self.signed_headers.contains(&name) {
                return Err(format!("SignedHeaders must name {name}"));
            }
        }
        let sorted = self.signed_headers.windows(2).all(|pair| pair[0] < pair[1]);
        let lower =
            self.signed_headers.iter().all(|name| !name.bytes().any(|byte| byte.is_ascii_uppercase()));
        if !sorted || !lower {
            return Err("SignedHeaders must be in lower case and sorted".to_owned());
        }
        let date = header("x-sdk-date").ok_or("the header X-Sdk-Date is missing")?;
        let moment = moments::parse_sdk_date(date)
            .ok_or_else(|| format!("X-Sdk-Date must be YYYYMMDDTHHMMSSZ, is {date:?}"))?;
        if (now - moment).abs() > MOST_SKEW_MILLISECONDS {
            return Err(format!(
                "signature expired: X-Sdk-Date {date} is more than 15 minutes from the gateway's time"
            ));
        }
        let payload = payload(signed)?;
        let canonical = self.canonical_request(signed, &payload)?;
        let string_to_sign = format!("{ALGORITHM}\n{date}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
        let expected = sign(secret_key, &string_to_sign);
        if expected == self.signature {
            return Ok(());
        }
        // As the gateway does: what it made of the request, for the caller to compare.
        Err(format!("canonicalRequest={}", canonical.replace('\n', "|")))
    }

    fn canonical_request(&self, signed: Signed<'_>, payload: &str) -> Result<String, String> {
        let mut headers = String::new();
        for name in &self.signed_headers {
            let values: Vec<&str> = signed
                .headers
                .get_all(*name)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .map(str::trim)
                .collect();
            if values.is_empty() {
                return Err(format!("SignedHeaders names {name}, which the request has not"));
            }
            headers.push_str(&format!("{name}:{}\n", values.join(",")));
        }
        Ok(format!(
            "{}\n{}\n{}\n{headers}\n{}\n{payload}",
            signed.method,
            canonical_path(signed.path),
            canonical_query(signed.query),
            self.signed_headers.join(";"),
        ))
    }
}

/// The last line of the canonical request.
fn payload(signed: Signed<'_>) -> Result<String, String> {
    let header = |name: &str| signed.headers.get(name).and_then(|value| value.to_str().ok());
    let digest = hex(&Sha256::digest(signed.body));
    match header("x-sdk-content-sha256") {
        // The digest of nothing is known to everybody, and the SDKs sign that where there is no body.
        _ if signed.body.is_empty() => Ok(digest),
        Some(UNSIGNED) => {
            let media_type = header("content-type").unwrap_or_default().to_ascii_lowercase();
            if media_type.starts_with("application/json") || media_type.starts_with("application/bson") {
                return Err(format!("{UNSIGNED} is for bodies that are not JSON"));
            }
            Ok(UNSIGNED.to_owned())
        }
        Some(told) if told != digest => Err("X-Sdk-Content-Sha256 is not the body's digest".to_owned()),
        _ => Ok(digest),
    }
}

/// The path with each segment encoded anew and a slash at its end.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy().into_owned();
    let encoded: Vec<String> = decoded.split('/').map(encode).collect();
    let mut path = encoded.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// The pairs, sorted by name and then by value, encoded anew. The official SDKs sort before they encode.
fn canonical_query(query: &str) -> String {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn sign(secret_key: &str, text: &str) -> String {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
