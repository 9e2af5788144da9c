//! AWS Signature Version 4 in the header form, as the object store wants it.
//!
//! Source: Amazon S3 API Reference, “Authenticating Requests: Using the Authorization Header”. Each step
//! (canonical request, string to sign, signature) is a function of its own, tested against published examples.

use crate::auth::canonical::{self, AWS, hmac, string_to_sign};
use crate::auth::secret::Secret;
use crate::error::{Error, Kind, Result};
use crate::http::{Headers, is_header_value};
use crate::platform::Utc;
use zeroize::Zeroize;

pub use crate::auth::canonical::{Signable, UNSIGNED_PAYLOAD, hex, sha256_hex, sort_few};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Keys of the object store, as `upload-prepare` hands them out.
#[derive(Clone, Debug)]
pub struct Keys {
    pub access_key: String,
    pub secret_key: Secret,
    /// Empty where there is none.
    pub session_token: Secret,
}

impl Keys {
    /// Refuses keys of a service's that no header can carry, without showing them.
    pub fn check(&self) -> Result<()> {
        for (name, text) in [("accessKey", &*self.access_key), ("token", self.session_token.expose())] {
            if !is_header_value(text) {
                let rule = "must be a text of visible ASCII characters";
                let mut error = Error::invalid(name, "\"***\"", rule);
                error.details_mut().kind = Kind::Protocol;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes what is secret of them out of a text that is about to be shown.
    pub fn scrub(&self, text: String) -> String {
        self.session_token.scrub(self.secret_key.scrub(text))
    }
}

/// Where a signature is valid: region and service.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub region: &'a str,
    pub service: &'a str,
}

/// Adds `x-amz-date`, `x-amz-content-sha256`, the session token and `authorization` to the headers; all headers
/// that are there already are signed too.
pub fn sign(request: &Signable<'_>, headers: &mut Headers, keys: &Keys, scope: Scope<'_>, now: f64) {
    let date = Utc::from_milliseconds(now).basic();
    headers.set("x-amz-date", date.clone());
    headers.set("x-amz-content-sha256", request.payload);
    if !keys.session_token.is_empty() {
        headers.set("x-amz-security-token", keys.session_token.expose());
    }
    let (canonical, signed_headers) = canonical::request(request, headers, &AWS);
    let day = date.get(..8).unwrap_or_default();
    let credential_scope = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let to_sign = string_to_sign(&[ALGORITHM, &date, &credential_scope], &canonical);
    let signature = signature(&keys.secret_key, day, scope, &to_sign);
    headers.set(
        "authorization",
        format!(
            "{ALGORITHM} Credential={}/{credential_scope}, SignedHeaders={signed_headers}, Signature={signature}",
            keys.access_key
        ),
    );
}

/// The signature in hex; the derived keys are wiped.
pub fn signature(secret: &Secret, day: &str, scope: Scope<'_>, to_sign: &str) -> String {
    let mut start = String::with_capacity(4 + secret.expose().len());
    start.push_str("AWS4");
    start.push_str(secret.expose());
    let mut key = hmac(start.as_bytes(), day.as_bytes());
    start.zeroize();
    for part in [scope.region, scope.service, "aws4_request"] {
        let next = hmac(&key, part.as_bytes());
        key.zeroize();
        key = next;
    }
    let signature = hmac(&key, to_sign.as_bytes());
    key.zeroize();
    hex(&signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples of the S3 API Reference, “Examples: Signature Calculations”.
    const DATE: f64 = 1_369_353_600_000.0; // 2013-05-24T00:00:00Z
    const SCOPE: Scope<'static> = Scope { region: "us-east-1", service: "s3" };
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn keys() -> Keys {
        Keys {
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into()),
            session_token: Secret::new(String::new()),
        }
    }

    fn signature_of(request: &Signable<'_>, extra: &[(&str, &str)]) -> String {
        let mut headers = Headers::default();
        for (name, value) in extra {
            headers.set(name, *value);
        }
        sign(request, &mut headers, &keys(), SCOPE, DATE);
        let authorization = headers.get("authorization").unwrap();
        authorization.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn published_example_get_object_with_range() {
        let request = Signable {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: &[],
            payload: EMPTY,
        };
        assert_eq!(
            signature_of(&request, &[("range", "bytes=0-9")]),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn published_example_put_object() {
        let request = Signable {
            method: "PUT",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test%24file.text",
            query: &[],
            payload: &sha256_hex(b"Welcome to Amazon S3."),
        };
        let extra =
            [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
        assert_eq!(
            signature_of(&request, &extra),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
    }

    #[test]
    fn published_examples_bucket_lifecycle_and_list() {
        let mut request = Signable {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/",
            query: &[("lifecycle", String::new())],
            payload: EMPTY,
        };
        assert_eq!(
            signature_of(&request, &[]),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        );
        let list = [("prefix", "J".to_owned()), ("max-keys", "2".to_owned())];
        request.query = &list;
        assert_eq!(
            signature_of(&request, &[]),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let mut headers = Headers::default();
        let mut keys = keys();
        keys.session_token = Secret::new("token+/=".into());
        let request = Signable { method: "GET", host: "h", path: "/", query: &[], payload: UNSIGNED_PAYLOAD };
        sign(&request, &mut headers, &keys, SCOPE, DATE);
        assert_eq!(headers.get("x-amz-security-token"), Some("token+/="));
        assert!(headers.get("authorization").unwrap().contains("x-amz-date;x-amz-security-token,"));
    }
}
