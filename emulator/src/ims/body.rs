//! The body of a request as JSON, and the IDs in its path; every refusal is in the service's own words.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::answer::refusal;
use super::errors::ImsError;

/// A body that is JSON.
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type =
            content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            let rule =
                if status == StatusCode::PAYLOAD_TOO_LARGE { "is longer than 1 MiB" } else { "broke off" };
            refusal(status, &ImsError::field("body", rule))
        })?;
        if !media_type.eq_ignore_ascii_case("application/json") {
            let rule = format!("must be application/json, is {media_type:?}");
            return Err(ImsError::field("Content-Type", rule).into_response());
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(JsonBody(value)),
            Err(error) => Err(ImsError::field("body", format!("is not JSON: {error}")).into_response()),
        }
    }
}

/// The ID of an image or a share in the path, percent-decoded.
pub struct PathId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ImsError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ImsError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(PathId(id)),
            Err(rejection) => Err(ImsError::field("path", rejection.body_text())),
        }
    }
}
