//! What stands before every operation: finding it, who is calling, the body; and what stands behind: the answer's shape.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderName, HeaderValue, Request, StatusCode, header, request::Parts};
use http_body_util::BodyExt;

use super::call::{Answer, Call, Caller, Content};
use super::query::Query;
use super::refusal::{Family, Refusal};
use super::rows::{self, Access, Found, Row, Work};
use super::signature::{self, Authorization, Signed};
use super::{Huawei, Result, glance, identity};
use crate::server::RequestId;
use crate::store::ObjectReader;

/// "AK/SK authentication supports API requests with a body not larger than 12 MB."
const LARGEST_SIGNED_BODY: usize = 12 << 20;
/// Far more than any JSON here needs.
const LARGEST_JSON: usize = 1 << 20;
/// Bytes of a download that are read at a time.
const CHUNK: u64 = 256 * 1024;

/// The router of all services: one entrance, since the operations are a table.
pub fn router(huawei: &Arc<Huawei>) -> Router {
    Router::new().fallback(enter).with_state(Arc::clone(huawei))
}

async fn enter(State(huawei): State<Arc<Huawei>>, request: Request<Body>) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let path = request.uri().path().to_owned();
    let family = Family::of(&path);
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_head = request.method() == http::Method::HEAD;
    let mut response = match handle(&huawei, family, request).await {
        Ok(answer) => respond(answer),
        Err(refusal) => {
            let shape = match family {
                Family::Glance if huawei.options.native_errors => Family::Ims,
                family => family,
            };
            refusal.into_response(shape, accept.as_deref(), &id)
        }
    };
    if matches!(family, Family::Glance | Family::Identity)
        && let Ok(value) = HeaderValue::from_str(&format!("req-{id}"))
    {
        response.headers_mut().insert(HeaderName::from_static("x-openstack-request-id"), value);
    }
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

async fn handle(huawei: &Arc<Huawei>, family: Family, request: Request<Body>) -> Result<Answer> {
    let (parts, body) = request.into_parts();
    let (row, parameters) = match rows::find(&parts.method, parts.uri.path()) {
        Found::Row(row, parameters) => (row, parameters),
        Found::OtherMethods(methods) => {
            let message = format!("The method {} is not allowed for this resource.", parts.method);
            return Err(Refusal::plain(family, 405, message).with_header(header::ALLOW, methods.join(", ")));
        }
        Found::Nothing => {
            let message = "The API does not exist or has not been published in the environment";
            return Err(Refusal::gateway(404, "APIGW.0101", message));
        }
    };
    let (caller, body) = authenticate(huawei, family, row, &parts, body).await?;
    let mut call = Call {
        huawei: Arc::clone(huawei),
        family,
        caller,
        parameters,
        path: parts.uri.path().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body: Bytes::new(),
    };
    check_project(&call, row)?;
    match row.work {
        Work::Blocking(operation) => {
            call.body = whole(body, LARGEST_JSON).await?;
            tokio::task::spawn_blocking(move || operation(&call))
                .await
                .unwrap_or_else(|error| Err(Refusal::internal(error.to_string())))
        }
        Work::Upload => glance::file::upload(Arc::new(call), body).await,
    }
}

/// Who is calling; a body that had to be read for that comes back as it was.
async fn authenticate(
    huawei: &Arc<Huawei>,
    family: Family,
    row: &Row,
    parts: &Parts,
    body: Body,
) -> Result<(Caller, Body)> {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if row.access == Access::Open {
        return Ok((Caller::default(), body));
    }
    if let Some(authorization) = text("authorization").filter(|text| text.starts_with(signature::ALGORITHM)) {
        if row.access == Access::Token {
            return Err(unknown(huawei, family));
        }
        let body = whole(body, LARGEST_SIGNED_BODY).await?;
        return Ok((by_signature(huawei, parts, authorization, &body)?, Body::from(body)));
    }
    let Some(token) = text("x-auth-token") else { return Err(unknown(huawei, family)) };
    let caller = identity::tokens::caller(huawei, token)?.ok_or_else(|| unknown(huawei, family))?;
    if family != Family::Identity && caller.project.is_empty() {
        return Err(Refusal::plain(family, 403, "The token is not scoped to a project."));
    }
    Ok((caller, body))
}

fn by_signature(huawei: &Huawei, parts: &Parts, authorization: &str, body: &[u8]) -> Result<Caller> {
    let refuse = |reason: &str| {
        let message = format!("Incorrect IAM authentication information: {reason}");
        Refusal::gateway(401, "APIGW.0301", message)
    };
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = Authorization::parse(authorization).map_err(|reason| refuse(&reason))?;
    let (account, key) = huawei
        .accounts
        .by_access_key(authorization.access_key)
        .ok_or_else(|| refuse("Get secretKey failed, the access key does not exist"))?;
    let signed = Signed {
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body,
    };
    authorization
        .verify(signed, &key.secret_key, huawei.now())
        .map_err(|reason| refuse(&format!("verify aksk signature fail, {reason}")))?;
    if text("x-security-token").unwrap_or_default() != key.security_token {
        return Err(refuse("verify aksk signature fail, X-Security-Token does not belong to the access key"));
    }
    if text("x-domain-id").is_some_and(|domain| domain != account.domain_id) {
        return Err(refuse("X-Domain-Id is not the access key's account"));
    }
    let project = match text("x-project-id") {
        Some(id) => account
            .project(id)
            .ok_or_else(|| refuse("X-Project-Id is no project of the access key's account"))?,
        // Without a header it is the region's own project.
        None => account.projects.first().ok_or_else(|| refuse("the account has no project"))?,
    };
    Ok(Caller {
        project: project.id.to_owned(),
        domain: account.domain_id.to_owned(),
        user: account.user_id.to_owned(),
    })
}

/// 401 for a request without valid credentials, as the service says it.
fn unknown(huawei: &Huawei, family: Family) -> Refusal {
    let status = StatusCode::UNAUTHORIZED;
    match family {
        Family::Ims => Refusal { status, ..Refusal::img("IMG.0087", "") },
        Family::Workspace => Refusal::workspace(401, "User authorization error."),
        Family::Identity | Family::Glance => {
            Refusal::plain(family, 401, "The request you have made requires authentication.")
                .with_header(header::WWW_AUTHENTICATE, format!("Keystone uri=\"{}/v3\"", huawei.options.url))
        }
    }
}

/// A project in the path must be the caller's.
fn check_project(call: &Call, row: &Row) -> Result<()> {
    let project = call.parameter("project_id");
    if project == call.caller.project || !row.path.contains("{project_id}") {
        return Ok(());
    }
    match call.family {
        Family::Workspace => {
            let message = "User does not have permission to access this resource.";
            Err(Refusal::workspace(403, message))
        }
        _ => Err(Refusal::img("IMG.0030", format!("project_id: {project:?} is not the caller's project"))),
    }
}

/// Reads a body that must not be longer.
async fn whole(body: Body, most: usize) -> Result<Bytes> {
    let mut body = body;
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| Refusal::gateway(400, "APIGW.0106", format!("the body broke off: {error}")))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > most {
                let message = format!("The request entity is too large: at most {most} bytes are taken");
                return Err(Refusal::gateway(413, "APIGW.0201", message));
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes.freeze())
}

fn respond(answer: Answer) -> Response {
    let (body, media_type) = match answer.content {
        Content::None => (Body::empty(), None),
        Content::Json(value) => (Body::from(value.to_string()), Some("application/json")),
        Content::Bytes { reader, first, length } => (stream_of(reader, first, length), None),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if let Some(media_type) = media_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    for (name, value) in answer.headers {
        // Names of images may have characters that headers cannot; those are sent as UTF-8.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    }
    response
}

/// The bytes, read piece by piece as the connection takes them: a slow reader holds no thread.
fn stream_of(reader: ObjectReader, first: u64, length: u64) -> Body {
    let start = (Some(reader), first, length);
    Body::from_stream(stream::try_unfold(start, |(reader, position, left)| async move {
        let Some(mut reader) = reader.filter(|_| left > 0) else { return Ok(None) };
        let piece = tokio::task::spawn_blocking(move || -> std::io::Result<_> {
            let mut buffer = vec![0; usize::try_from(left.min(CHUNK)).unwrap_or(0)];
            reader.seek(SeekFrom::Start(position))?;
            reader.read_exact(&mut buffer)?;
            Ok((Bytes::from(buffer), reader))
        });
        let (bytes, reader) = piece.await.map_err(std::io::Error::other)??;
        let length = bytes.len() as u64;
        Ok::<_, std::io::Error>(Some((bytes, (Some(reader), position + length, left - length))))
    }))
}
