//! The answers that fault rules ask for, in the form of the service that is asked.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::Service;
use crate::faults::{Answer, AnswerBody};
use crate::store::Refusal;

/// The answer itself.
pub(super) fn build(answer: &Answer, service: Service, path: &str, request_id: &str) -> Response {
    let mut response = match &answer.body {
        Some(AnswerBody::Text(text)) => with_type(text.clone(), media_type(text)),
        Some(AnswerBody::Json(value)) => with_type(value.to_string(), "application/json"),
        None => error(answer, service, path, request_id),
    };
    *response.status_mut() = answer.status;
    for (name, value) in &answer.headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

/// CompleteMultipartUpload may answer 200 before it is done, and then have an error to tell.
pub(super) fn error_in_200(path: &str, request_id: &str) -> Response {
    let message = "We encountered an internal error. Please try again.";
    let xml = Refusal::new(StatusCode::OK, "InternalError", message).to_xml(path, request_id);
    with_type(xml, "application/xml")
}

fn with_type(body: String, media_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn media_type(text: &str) -> &'static str {
    let start: String = text.trim_start().chars().take(9).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        "text/html; charset=utf-8"
    } else if start.starts_with('<') {
        "application/xml"
    } else if start.starts_with(['{', '[']) {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    }
}

fn error(answer: &Answer, service: Service, path: &str, request_id: &str) -> Response {
    let message = answer.message.clone().unwrap_or_else(|| "Asked for by a fault rule.".to_owned());
    match service {
        Service::Oss => {
            let code = answer.code.clone().unwrap_or_else(|| oss_code(answer.status).to_owned());
            Refusal::new(answer.status, code, message).into_response(path, request_id)
        }
        Service::Huawei => crate::huawei::dictated(answer, path, request_id),
        Service::Ims => {
            let code = answer.code.clone().unwrap_or_else(|| "IMG.Internal.Error".to_owned());
            let envelope = json!({ "requestId": request_id, "code": code, "message": message, "data": null });
            with_type(envelope.to_string(), "application/json")
        }
    }
}

/// The code that S3 most often sends with a status.
fn oss_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "InvalidRequest",
        401 | 403 => "AccessDenied",
        404 => "NoSuchKey",
        405 => "MethodNotAllowed",
        408 => "RequestTimeout",
        409 => "OperationAborted",
        412 => "PreconditionFailed",
        416 => "InvalidRange",
        429 => "TooManyRequests",
        501 => "NotImplemented",
        503 => "SlowDown",
        _ => "InternalError",
    }
}
