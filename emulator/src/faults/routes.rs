//! `/_emulator/faults`: rules are posted, listed and cleared here.

use axum::extract::rejection::StringRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Faults, RuleError};

/// The routes of the rules.
pub(crate) fn router(faults: Faults) -> Router {
    Router::new()
        .route("/_emulator/faults", get(list).post(add).delete(clear))
        .route("/_emulator/faults/{id}", axum::routing::delete(remove))
        .with_state(faults)
}

async fn list(State(faults): State<Faults>) -> Json<Value> {
    Json(json!({ "rules": faults.list(), "clockSkewMs": faults.clock_skew() }))
}

/// The body is read as JSON whatever its type says: a rule is often sent by hand.
async fn add(State(faults): State<Faults>, body: Result<String, StringRejection>) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let status = rejection.status();
            let rule = match status {
                StatusCode::PAYLOAD_TOO_LARGE => "must not be longer than 2 MiB".to_owned(),
                _ => format!("must be a text: {}", rejection.body_text()),
            };
            return refuse(status, &RuleError { field: "the body".to_owned(), value: Value::Null, rule });
        }
    };
    let posted = match serde_json::from_str(&body) {
        Ok(posted) => posted,
        Err(error) => {
            let rule = format!("must be JSON: {error}");
            return refuse(
                StatusCode::BAD_REQUEST,
                &RuleError { field: "the body".to_owned(), value: Value::String(body), rule },
            );
        }
    };
    match faults.add(&posted) {
        Ok(rules) => (StatusCode::CREATED, Json(json!({ "rules": rules }))).into_response(),
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error),
    }
}

fn refuse(status: StatusCode, error: &RuleError) -> Response {
    let answer = json!({
        "error": { "field": error.field, "value": error.value, "rule": error.rule, "message": error.to_string() }
    });
    (status, Json(answer)).into_response()
}

async fn clear(State(faults): State<Faults>) -> Json<Value> {
    Json(json!({ "rules": faults.clear() }))
}

async fn remove(State(faults): State<Faults>, Path(id): Path<String>) -> Response {
    match id.parse().ok().and_then(|id| faults.remove(id)) {
        Some(report) => Json(report).into_response(),
        None => {
            let message = format!("There is no rule {id:?}.");
            (StatusCode::NOT_FOUND, Json(json!({ "error": { "message": message } }))).into_response()
        }
    }
}
