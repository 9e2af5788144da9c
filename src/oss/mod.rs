//! The S3 operations that moving an image needs: what is asked of the object store, signed, and what its answers
//! mean. Source: Amazon S3 API Reference, the operation of the same name; no I/O here.

pub mod note;
pub mod trouble;
pub mod xml;

use crate::auth::sigv4::{self, Keys, Scope, Signable, UNSIGNED_PAYLOAD};
use crate::error::{Error, Kind, Result};
use crate::http::url::{Endpoint, canonical_path, encode, query};
use crate::http::{Body, Headers, Method, Request};
use crate::json::Quoted;

/// How the bucket stands in the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// `https://store/bucket/key`.
    Path,
    /// `https://bucket.store/key`.
    Virtual,
}

/// One object in a store, and how the store wants to be spoken to.
#[derive(Clone, Debug)]
pub struct Place {
    pub endpoint: Endpoint,
    /// What is signed where a proxy rewrites host or path.
    pub signing_endpoint: Option<Endpoint>,
    pub bucket: String,
    pub key: String,
    pub region: String,
    pub addressing: Addressing,
    /// Milliseconds that the store's clock is ahead of ours.
    pub clock_skew_ms: f64,
}

/// A part as the store lists it or is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPart {
    pub number: u32,
    /// Without its quotes.
    pub etag: String,
    /// 0 where it is not told.
    pub size: u64,
}

/// One request to the store.
pub enum Ask<'a> {
    CreateMultipartUpload,
    UploadPart {
        number: u32,
        upload_id: &'a str,
        body: Body,
    },
    PutObject {
        body: Body,
    },
    ListParts {
        upload_id: &'a str,
        marker: u32,
    },
    CompleteMultipartUpload {
        upload_id: &'a str,
        parts: &'a [StoredPart],
    },
    AbortMultipartUpload {
        upload_id: &'a str,
    },
    /// Those of this object.
    ListMultipartUploads,
    HeadObject,
    DeleteObject,
}

impl Ask<'_> {
    /// The name that S3's API reference gives the operation.
    pub fn name(&self) -> &'static str {
        match self {
            Ask::CreateMultipartUpload => "CreateMultipartUpload",
            Ask::UploadPart { .. } => "UploadPart",
            Ask::PutObject { .. } => "PutObject",
            Ask::ListParts { .. } => "ListParts",
            Ask::CompleteMultipartUpload { .. } => "CompleteMultipartUpload",
            Ask::AbortMultipartUpload { .. } => "AbortMultipartUpload",
            Ask::ListMultipartUploads => "ListMultipartUploads",
            Ask::HeadObject => "HeadObject",
            Ask::DeleteObject => "DeleteObject",
        }
    }
}

impl Place {
    /// Host and path of the object behind an endpoint, by the addressing; the endpoint's own path is given.
    fn locate(&self, endpoint: &Endpoint, base_path: &str, key: &str) -> (String, String) {
        let key = encode(key, true);
        match self.addressing {
            Addressing::Path => {
                (endpoint.authority.clone(), format!("{base_path}/{}/{key}", encode(&self.bucket, false)))
            }
            Addressing::Virtual => {
                (format!("{}.{}", self.bucket, endpoint.authority), format!("{base_path}/{key}"))
            }
        }
    }

    /// The signed request. It asks for no cookies; to an address of the page's own origin XMLHttpRequest sends them all the same.
    pub fn request(&self, ask: Ask<'_>, keys: &Keys, now: f64) -> Request {
        let upload = |id: &str| ("uploadId", id.to_owned());
        // What is asked of the bucket names no object.
        let key = if matches!(ask, Ask::ListMultipartUploads) { "" } else { self.key.as_str() };
        let (method, parameters, body) = match ask {
            Ask::CreateMultipartUpload => (Method::Post, vec![("uploads", String::new())], Body::Empty),
            Ask::UploadPart { number, upload_id, body } => {
                (Method::Put, vec![("partNumber", number.to_string()), upload(upload_id)], body)
            }
            Ask::PutObject { body } => (Method::Put, vec![], body),
            Ask::ListParts { upload_id, marker } => {
                let mut parameters = vec![upload(upload_id)];
                if marker > 0 {
                    parameters.push(("part-number-marker", marker.to_string()));
                }
                (Method::Get, parameters, Body::Empty)
            }
            Ask::CompleteMultipartUpload { upload_id, parts } => {
                let text = xml::complete_multipart_upload(parts);
                (Method::Post, vec![upload(upload_id)], Body::of(text.into_bytes()))
            }
            Ask::AbortMultipartUpload { upload_id } => (Method::Delete, vec![upload(upload_id)], Body::Empty),
            Ask::ListMultipartUploads => {
                (Method::Get, vec![("uploads", String::new()), ("prefix", self.key.clone())], Body::Empty)
            }
            Ask::HeadObject => (Method::Head, vec![], Body::Empty),
            Ask::DeleteObject => (Method::Delete, vec![], Body::Empty),
        };
        // Signed is the store's own encoding of the path, however the endpoint spells it; sent is that spelling.
        let signing = self.signing_endpoint.as_ref().unwrap_or(&self.endpoint);
        let (host, path) = self.locate(signing, &canonical_path(&signing.base_path), key);
        let mut headers = Headers::default();
        let signable = Signable {
            method: method.name(),
            host: &host,
            path: &path,
            query: &parameters,
            payload: UNSIGNED_PAYLOAD,
        };
        let scope = Scope { region: &self.region, service: "s3" };
        sigv4::sign(&signable, &mut headers, keys, scope, now + self.clock_skew_ms);
        let (host, path) = self.locate(&self.endpoint, &self.endpoint.base_path, key);
        let text = query(&parameters);
        let mark = if text.is_empty() { "" } else { "?" };
        let scheme = if self.endpoint.secure { "https" } else { "http" };
        let mut request = Request::new(method, format!("{scheme}://{host}{path}{mark}{text}"));
        request.headers = headers;
        request.body = body;
        request
    }
}

/// A page of ListParts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartsPage {
    pub parts: Vec<StoredPart>,
    /// Where the next page starts; none at the end.
    pub next: Option<u32>,
}

/// The upload ID out of the answer to CreateMultipartUpload.
pub fn upload_id(text: &str) -> Result<String> {
    xml::find(text, "UploadId").filter(|id| !id.is_empty()).ok_or_else(|| {
        Error::new(Kind::Protocol, "the store's answer to CreateMultipartUpload holds no UploadId")
    })
}

/// An ETag without quotes and weakness mark.
pub fn plain_etag(etag: &str) -> String {
    let etag = crate::text::trim(etag);
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"').to_owned()
}

/// Whether a URL can carry a key: parsers resolve the segments `.` and `..`, however they are encoded, so that
/// another object would be asked for than was signed.
pub fn is_carried_by_urls(key: &str) -> bool {
    !key.as_bytes().split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b".."))
}

/// Whether a text can name a bucket, in any store there ever was: nothing that ends a host or a segment of a path. Stores of
/// today allow less.
fn is_bucket(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 255
        && ends(bytes.first())
        && ends(bytes.last())
        && !crate::text::contains(text, "..")
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte))
}

/// Refuses a place that the service names where requests could go elsewhere by it, or to another object than was signed for.
pub fn check_place(bucket: &str, key: &str) -> Result<()> {
    let rules = [
        (
            "bucket",
            bucket,
            is_bucket(bucket),
            "must have 1 to 255 letters, digits, - . and _, a letter or digit first and last",
        ),
        ("file", key, is_carried_by_urls(key), "must have no . or .. between slashes"),
    ];
    for (name, value, is_right, rule) in rules {
        if !is_right {
            let mut error = Error::invalid(name, Quoted(value).to_string(), rule);
            error.details_mut().kind = Kind::Protocol;
            return Err(error);
        }
    }
    Ok(())
}

/// Whether a text can be an MD5: 32 hexadecimal digits.
pub fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
