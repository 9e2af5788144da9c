//! Requests to the object store with SigV4 in their headers, written from the specification.

use std::io;
use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use ims_emulator::store::Credentials;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::http::{Reply, send};
use crate::support::hex;

/// A request to the object store, to be signed.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    /// Not encoded yet.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    /// Added after signing.
    pub unsigned_headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub region: String,
    pub date: OffsetDateTime,
    /// What is signed as the body's hash, where that is not its hash.
    pub payload: Option<String>,
}

impl Call {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            unsigned_headers: Vec::new(),
            body: Vec::new(),
            region: "us-east-1".to_owned(),
            date: OffsetDateTime::now_utc(),
            payload: None,
        }
    }

    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn unsigned_payload(mut self) -> Self {
        self.payload = Some("UNSIGNED-PAYLOAD".to_owned());
        self
    }

    pub fn target(&self) -> String {
        let query = self.canonical_query();
        let path = encode(&self.path, b"/");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn canonical_query(&self) -> String {
        let mut pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name, b""), encode(value, b"")))
            .collect();
        pairs.sort();
        pairs.join("&")
    }

    /// All headers of the signed request.
    pub fn sign(&self, address: SocketAddr, credentials: &Credentials) -> Vec<(String, String)> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let date = self.date.format(format).unwrap();
        let payload = self.payload.clone().unwrap_or_else(|| hex(&Sha256::digest(&self.body)));
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        let mut add = |name: &str, value: String| {
            if !headers.iter().any(|(key, _)| key == name) {
                headers.push((name.to_owned(), value));
            }
        };
        add("host", address.to_string());
        add("x-amz-date", date.clone());
        add("x-amz-content-sha256", payload.clone());
        if !credentials.token.is_empty() {
            add("x-amz-security-token", credentials.token.clone());
        }
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let path = encode(&self.path, b"/");
        let canonical =
            format!("{}\n{path}\n{}\n{lines}\n{names}\n{payload}", self.method, self.canonical_query());
        let scope = format!("{}/{}/s3/aws4_request", &date[..8], self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let mut key = format!("AWS4{}", credentials.secret_key).into_bytes();
        for step in scope.split('/').chain([to_sign.as_str()]) {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(step.as_bytes());
            key = mac.finalize().into_bytes().to_vec();
        }
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            credentials.access_key,
            hex(&key)
        );
        headers.push(("authorization".to_owned(), authorization));
        headers.extend(self.unsigned_headers.iter().cloned());
        headers
    }

    pub async fn send(&self, address: SocketAddr, credentials: &Credentials) -> io::Result<Reply> {
        let headers = self.sign(address, credentials);
        send(address, self.method, &self.target(), &headers, &self.body).await
    }
}

fn encode(text: &str, keep: &[u8]) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
