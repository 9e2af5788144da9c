//! `/_emulator/requests`: what arrived is listed and cleared here.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::RequestLog;
use crate::server::Service;

/// The routes of the log.
pub(crate) fn router(log: RequestLog) -> Router {
    Router::new().route("/_emulator/requests", get(list).delete(clear)).with_state(log)
}

/// `?service=ims|oss|huawei&since=ID`: both optional.
async fn list(State(log): State<RequestLog>, RawQuery(query): RawQuery) -> Response {
    let (mut service, mut since) = (None, 0);
    for (name, value) in crate::store::query_pairs(query.as_deref().unwrap_or("")) {
        let rule = match (name.as_str(), value.as_str()) {
            (_, "") => continue,
            ("service", "ims") => {
                service = Some(Service::Ims);
                continue;
            }
            ("service", "oss") => {
                service = Some(Service::Oss);
                continue;
            }
            ("service", "huawei") => {
                service = Some(Service::Huawei);
                continue;
            }
            ("service", _) => "must be \"ims\", \"oss\" or \"huawei\"",
            ("since", text) => match text.parse() {
                Ok(id) => {
                    since = id;
                    continue;
                }
                Err(_) => "must be the ID of a request, from 0",
            },
            _ => "is not a parameter here; there are service and since",
        };
        let message = format!("{name}: {rule} (it is {value:?})");
        let error = json!({ "field": name, "value": value, "rule": rule, "message": message });
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    }
    let (requests, last) = log.list(service, since);
    Json(json!({ "requests": requests, "last": last })).into_response()
}

async fn clear(State(log): State<RequestLog>) -> Json<Value> {
    log.clear();
    Json(json!({ "requests": [] }))
}
