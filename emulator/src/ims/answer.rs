//! The envelope `{requestId, code, message, data}` around every answer, and the answers outside of it.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::errors::ImsError;

/// What an operation answers. The request ID is added by [`seal`], which knows it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// `data` holds this value, which may be null.
    Data(Value),
    /// The document shows no `data` here: it is absent, not null.
    WithoutData,
}

/// The body of an answer before it has its request ID; travels in the response's extensions.
#[derive(Clone)]
struct Unsealed {
    code: String,
    message: String,
    data: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    request_id: &'a str,
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

fn unsealed(status: StatusCode, code: &str, message: String, data: Option<Value>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.extensions_mut().insert(Unsealed { code: code.to_owned(), message, data });
    response
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let data = match self {
            Answer::Data(value) => Some(value),
            Answer::WithoutData => None,
        };
        unsealed(StatusCode::OK, "Success", "调用成功".to_owned(), data)
    }
}

impl IntoResponse for ImsError {
    fn into_response(self) -> Response {
        refusal(StatusCode::BAD_REQUEST, &self)
    }
}

/// An error of the document with a status of its own (the document's errors are all 400).
pub fn refusal(status: StatusCode, error: &ImsError) -> Response {
    unsealed(status, error.code.as_str(), error.message(), Some(Value::Null))
}

/// Gives a response its request ID: as a header, and in the envelope where it has one.
pub fn seal(mut response: Response, request_id: &str) -> Response {
    if let Some(body) = response.extensions_mut().remove::<Unsealed>() {
        let envelope =
            Envelope { request_id, code: &body.code, message: &body.message, data: body.data.as_ref() };
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        response = (status, Json(&envelope)).into_response();
        response.headers_mut().extend(headers);
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// A new request ID.
pub fn new_request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// 404 for a path that no operation has.
pub fn no_such_path(method: &axum::http::Method, uri: &Uri) -> Response {
    let message = format!("no operation has the path {method} {}", uri.path());
    seal(unsealed(StatusCode::NOT_FOUND, "NotFound", message, Some(Value::Null)), &new_request_id())
}

/// 405 for a path that exists with other methods.
pub fn no_such_method(method: &axum::http::Method, uri: &Uri) -> Response {
    let message = format!("{} does not take {method}", uri.path());
    let response = unsealed(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, Some(Value::Null));
    seal(response, &new_request_id())
}

/// 401 in the shape of OpenStack services, which sit in front of IMS and check the token.
pub fn unauthorized(message: &str) -> Response {
    let body = serde_json::json!({"error": {"code": 401, "title": "Unauthorized", "message": message}});
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
