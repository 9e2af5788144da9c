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
    // adminPass, as services of OpenStack call it; a SAS is signed by sig.
    PARTS.iter().any(|part| name.contains(part))
        || name.ends_with("pass")
        || ["apikey", "xapikey", "sig"].contains(&name.as_str())
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
                _ => url(value),
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

/// A query as it was sent, but for its secrets, and those of URLs in it.
pub(super) fn query(query: &str) -> String {
    masked_pairs(query, escaped_url)
}

fn masked_pairs(query: &str, told: impl Fn(&str) -> String) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("X-Amz-Credential") => {
            let separator = if value.contains('/') { "/" } else { "%2F" };
            format!("{name}={}", credential(value, separator))
        }
        Some((name, _)) if is_secret(name) => format!("{name}={MASKED}"),
        Some((name, value)) => format!("{name}={}", told(value)),
        None => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A text as it was sent, but for what a URL in it holds: who asks, and the secrets of its query (a file's presigned address).
fn url(text: String) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text };
    let (place, asked) = match rest.split_once(['?', '#']) {
        Some((place, asked)) => (place, Some((&rest[place.len()..=place.len()], asked))),
        None => (rest, None),
    };
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{MASKED}@{host}"),
        None => authority.to_owned(),
    };
    // Not deeper: somebody may send a URL in a URL in a URL, without an end.
    let pairs = |asked: &str| masked_pairs(asked, str::to_owned);
    let asked = asked
        .map(|(mark, asked)| format!("{mark}{}", asked.split('#').map(pairs).collect::<Vec<_>>().join("#")))
        .unwrap_or_default();
    format!("{scheme}://{host}{path}{asked}")
}

/// The same of a value that is escaped in a query: it is only told in clear where something had to be masked.
fn escaped_url(value: &str) -> String {
    let clear = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
    let masked = url(clear.clone());
    if masked == clear { value.to_owned() } else { masked }
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
        Value::String(text) => Value::String(url(text)),
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
        assert_eq!(
            json(value!({ "server": { "adminPass": "p", "passthrough": "x" } })),
            value!({ "server": { "adminPass": "***", "passthrough": "x" } })
        );
    }

    #[test]
    fn what_urls_hold_does_not_get_through() {
        let sent = "https://u:pw@h:8/a/b.raw?X-Amz-Expires=9&X-Amz-Signature=s&sig=t#access_token=u";
        let told = "https://***@h:8/a/b.raw?X-Amz-Expires=9&X-Amz-Signature=***&sig=***";
        let body =
            json(value!({ "imageUrl": sent, "volumeImages": [{ "imageUrl": "http://u@h" }], "at": "a@b" }));
        assert!(body["imageUrl"].as_str().unwrap().starts_with(told), "{body}");
        assert!(!body.to_string().contains("access_token=u"), "{body}");
        assert_eq!(
            (&body["volumeImages"][0]["imageUrl"], &body["at"]),
            (&value!("http://***@h"), &value!("a@b"))
        );
        assert_eq!(
            query("url=http%3A%2F%2Fu%3Apw%40h%2Fx&b=http%3A%2F%2Fh%2Fx"),
            "url=http://***@h/x&b=http%3A%2F%2Fh%2Fx"
        );
        let mut sent = HeaderMap::new();
        sent.insert("referer", "http://u:pw@h/?token=t".parse().unwrap());
        assert_eq!(headers(&sent)["referer"], "http://***@h/?token=***");
        for text in ["://", "a://?", "x://@", "http://h?#", "é://ü?é#ü"] {
            url(text.to_owned());
        }
    }
}
