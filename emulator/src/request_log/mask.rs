//! Keeping secrets out of the request log: what is masked is told to be there, and no more.

use http::HeaderMap;
use serde_json::{Map, Value};

const MASKED: &str = "***";

/// Whether the value of a header, a query parameter or a JSON field of this name is secret.
fn is_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    const PARTS: [&str; 8] =
        ["token", "secret", "password", "passwd", "signature", "authorization", "cookie", "accesskey"];
    PARTS.iter().any(|part| name.contains(part)) || name == "apikey" || name == "xapikey"
}

/// Headers as an object; several of one name are joined by commas.
pub(super) fn headers(headers: &HeaderMap) -> Value {
    let mut told = Map::new();
    for name in headers.keys() {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .map(|value| match name.as_str() {
                "authorization" => authorization(&value),
                // What a page asks leave for, not what it sends.
                "access-control-request-headers" => value,
                name if is_secret(name) => MASKED.to_owned(),
                _ => value,
            })
            .collect();
        told.insert(name.as_str().to_owned(), Value::String(values.join(", ")));
    }
    Value::Object(told)
}

/// Scheme, scope and signed headers are no secrets, and what one looks for when a signature is refused.
fn authorization(value: &str) -> String {
    let (scheme, rest) = value.split_once(' ').unwrap_or((MASKED, ""));
    let fields: Vec<String> = rest
        .split(',')
        .map(|field| match field.trim().split_once('=') {
            Some(("Credential", value)) => format!("Credential={}", credential(value, "/")),
            Some(("SignedHeaders", value)) => format!("SignedHeaders={value}"),
            Some((name @ ("Signature" | "Access"), _)) => format!("{name}={MASKED}"),
            _ => MASKED.to_owned(),
        })
        .collect();
    format!("{scheme} {}", fields.join(", "))
}

/// The scope without the access key.
fn credential(value: &str, separator: &str) -> String {
    match value.split_once(separator) {
        Some((_, scope)) => format!("{MASKED}{separator}{scope}"),
        None => MASKED.to_owned(),
    }
}

/// A query as it was sent, but for its secrets.
pub(super) fn query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("X-Amz-Credential") => {
            let separator = if value.contains('/') { "/" } else { "%2F" };
            format!("{name}={}", credential(value, separator))
        }
        Some((name, _)) if is_secret(name) => format!("{name}={MASKED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A JSON body with the values of secret fields masked, however deep.
pub(super) fn json(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let value =
                        if is_secret(&name) && !value.is_null() { MASKED.into() } else { json(value) };
                    (name, value)
                })
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(json).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn secrets_do_not_get_through() {
        let mut sent = HeaderMap::new();
        let signed =
            "AWS4-HMAC-SHA256 Credential=KEYID/20250101/r/s3/aws4_request, SignedHeaders=host, Signature=abc";
        sent.insert("authorization", signed.parse().unwrap());
        sent.insert("x-auth-token", "t0ken".parse().unwrap());
        sent.insert("x-amz-security-token", "t0ken".parse().unwrap());
        sent.insert("cookie", "t0ken".parse().unwrap());
        sent.insert("x-regionid", "region0".parse().unwrap());
        let told = headers(&sent);
        let text = told.to_string();
        assert!(!text.contains("t0ken") && !text.contains("KEYID") && !text.contains("abc"), "{text}");
        assert_eq!(told["x-regionid"], "region0");
        let scope =
            "AWS4-HMAC-SHA256 Credential=***/20250101/r/s3/aws4_request, SignedHeaders=host, Signature=***";
        assert_eq!(told["authorization"], scope);
        assert_eq!(authorization("Bearer abc"), "Bearer ***");
        assert_eq!(authorization("abc"), "*** ***");
        assert_eq!(
            query("a=1&X-Amz-Signature=s&X-Amz-Credential=K%2Fd&X-Amz-Security-Token=t&token=u"),
            "a=1&X-Amz-Signature=***&X-Amz-Credential=***%2Fd&X-Amz-Security-Token=***&token=***"
        );
        assert_eq!(
            json(value!({ "a": [{ "secretKey": "s", "accessKey": "k", "token": null }], "name": "n" })),
            value!({ "a": [{ "secretKey": "***", "accessKey": "***", "token": null }], "name": "n" })
        );
    }
}
