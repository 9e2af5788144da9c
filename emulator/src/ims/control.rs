//! The emulator's own paths: what it is, its error codes, the store's root credentials, and holding the jobs.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Ims;
use super::answer::{new_request_id, seal, unauthorized};
use super::body::JsonBody;
use super::caller::check_token;
use super::errors::{Code, ERROR_CODES_JSON, ImsError};
use super::tenants;
use crate::server::is_from_a_page;

/// `/_emulator/info`, `/_emulator/error-codes`, `/_emulator/store-credentials` and `/_emulator/jobs`.
pub fn router() -> Router<Arc<Ims>> {
    Router::new()
        .route("/_emulator/info", get(info))
        .route("/_emulator/error-codes", get(error_codes))
        .route("/_emulator/store-credentials", get(store_credentials))
        .route("/_emulator/jobs", get(jobs).post(hold_jobs))
}

/// What a page needs to know before it can call anything; open to everybody, so nothing secret.
async fn info(State(ims): State<Arc<Ims>>, headers: HeaderMap) -> Json<Value> {
    let options = &ims.options;
    Json(json!({
        "service": "ims-emulator",
        "version": env!("CARGO_PKG_VERSION"),
        "region": options.region,
        "ossRegion": options.oss_region,
        "ims": options.ims_url,
        "oss": ims.oss_url_for(&headers),
        "huawei": options.huawei_url,
        "tokenRequired": options.token.is_some(),
        "quota": options.quota,
        "credentialTtlSeconds": options.credential_ttl.as_secs(),
        "defaultTenant": tenants::DEFAULT.tenant_id,
        "tenants": tenants::ALL,
    }))
}

async fn error_codes() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], ERROR_CODES_JSON)
}

/// Keys for looking into the store with any S3 tool, for instance at what an export wrote.
async fn store_credentials(State(ims): State<Arc<Ims>>, headers: HeaderMap) -> Response {
    if let Err(message) = check_token(&ims, &headers) {
        return unauthorized(&message);
    }
    // Pages may call everything else here; the keys to all files are for tools on this machine.
    if is_from_a_page(&headers) {
        let refused = ImsError::new(Code::Identity, "the store's own keys are not given to web pages");
        return seal(refused.into_response(), &new_request_id());
    }
    let credentials = ims.store.root_credentials();
    Json(json!({
        "accessKey": credentials.access_key,
        "secretKey": credentials.secret_key,
        "token": credentials.token,
        "region": ims.options.oss_region,
        "domain": ims.oss_url_for(&headers),
    }))
    .into_response()
}

async fn jobs(State(ims): State<Arc<Ims>>) -> Response {
    match ims.jobs.describe(&ims.database) {
        Ok(description) => Json(description).into_response(),
        Err(error) => seal(error.into_response(), &new_request_id()),
    }
}

/// `{"paused": true}` leaves images in `saving` until `{"paused": false}`.
async fn hold_jobs(State(ims): State<Arc<Ims>>, JsonBody(body): JsonBody) -> Response {
    let Some(paused) = body.get("paused").and_then(Value::as_bool) else {
        return seal(ImsError::field("paused", "must be true or false").into_response(), &new_request_id());
    };
    ims.jobs.pause(paused);
    jobs(State(ims)).await
}
