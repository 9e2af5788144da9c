//! The way of a request through the object store: gate, signature (s3s), operation, and error answers made whole.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{HttpRequest, S3Result};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::access::Keys;
use super::refusal::{default_message, element, unescape};
use super::{Refusal, gate};
use crate::server::RequestId;
use crate::store::ObjectStore;
use crate::store::random::to_hex;

/// Most bytes of a request that is not an object's: 10,000 parts of a CompleteMultipartUpload fit.
const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
const LARGEST_ERROR: usize = 64 * 1024;

pub(crate) fn router(store: ObjectStore) -> Router {
    let keys = || Keys { store: store.clone() };
    let mut builder = S3ServiceBuilder::new(store.clone());
    builder.set_auth(keys());
    builder.set_access(keys());
    builder.set_host(LocalhostBuckets);
    // The gate has judged the date already, by the store's own clock, which may be set wrong on purpose.
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    let service = builder.build();
    Router::new().fallback(move |request: Request| {
        let (store, service) = (store.clone(), service.clone());
        async move { handle(store, service, request).await }
    })
}

/// Buckets as subdomains of localhost (which browsers send to loopback); any other host is path-style.
struct LocalhostBuckets;

impl S3Host for LocalhostBuckets {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let host = VirtualHost::new(host);
        let bucket = bucket_of_host(host.domain()).map(str::to_owned);
        Ok(match bucket {
            Some(bucket) => host.with_bucket(bucket),
            None => host,
        })
    }
}

/// The bucket in `bucket.localhost:port`.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty())
}

async fn handle(store: ObjectStore, service: S3Service, request: Request) -> Response {
    let resource = request.uri().path().to_owned();
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    match admit(store, request).await {
        Ok(request) => match service.call(request).await {
            Ok(response) => complete_error(response.map(Body::new), &resource, &request_id).await,
            Err(_) => internal().into_response(&resource, &request_id),
        },
        Err(refusal) => refusal.into_response(&resource, &request_id),
    }
}

fn internal() -> Refusal {
    let code = "InternalError";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, default_message(code))
}

async fn admit(store: ObjectStore, request: Request) -> Result<HttpRequest, Refusal> {
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let checked = tokio::task::spawn_blocking(move || gate::check(&store, &method, &uri, &headers)).await;
    checked.map_err(|_| internal())??;
    let body = if parts.method == Method::POST {
        let bytes = document(body).await?;
        check_hash(parts.headers.get("x-amz-content-sha256"), &bytes)?;
        s3s::Body::from(bytes)
    } else {
        s3s::Body::http_body_unsync(body)
    };
    Ok(HttpRequest::from_parts(parts, body))
}

async fn document(body: Body) -> Result<Bytes, Refusal> {
    match Limited::new(body, LARGEST_DOCUMENT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "MaxMessageLengthExceeded",
            format!("Your request was too big: at most {LARGEST_DOCUMENT} bytes are allowed."),
        )),
        Err(_) => {
            Err(Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", default_message("IncompleteBody")))
        }
    }
}

/// Compares a document with its signed hash: s3s would call a mismatch an internal error here.
fn check_hash(announced: Option<&HeaderValue>, bytes: &[u8]) -> Result<(), Refusal> {
    let announced = announced.and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_hash = announced.len() == 64 && announced.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash && announced != to_hex(&Sha256::digest(bytes)) {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ));
    }
    Ok(())
}

/// s3s's errors have no resource and no request ID, and often no message: written anew, with all of them.
async fn complete_error(response: Response, resource: &str, request_id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes =
        Limited::new(body, LARGEST_ERROR).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let xml = String::from_utf8_lossy(&bytes);
    let code = element(&xml, "Code").unwrap_or("InternalError").to_owned();
    let message = element(&xml, "Message").map(unescape).unwrap_or_else(|| default_message(&code).to_owned());
    let mut answer = Refusal::new(status, code, message).into_response(resource, request_id);
    for (name, value) in &parts.headers {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}
