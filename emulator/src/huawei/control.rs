//! The emulator's own paths for these services: who may call, which jobs are unfinished, and moving them on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::StringRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Huawei, jobs, workspace};
use crate::server::is_from_a_page;

/// Temporary keys are good for a day at most, as IAM's are.
const LONGEST_SECONDS: u64 = 86_400;
/// Job stages that one request may move on; more than any job has.
const MOST_STAGES: u64 = 100;

/// `/_emulator/huawei` and `/_emulator/huawei/jobs`, to be merged into the image service's router.
pub fn router(huawei: &Arc<Huawei>) -> Router {
    Router::new()
        .route("/_emulator/huawei", get(info))
        .route("/_emulator/huawei/jobs", get(show_jobs).post(move_jobs))
        .route("/_emulator/huawei/keys", post(issue_keys))
        .with_state(Arc::clone(huawei))
}

/// The accounts with their credentials: what a test needs to call. Web pages get them without the secrets.
async fn info(State(huawei): State<Arc<Huawei>>, headers: HeaderMap) -> Json<Value> {
    let is_page = is_from_a_page(&headers);
    let secret = |text: &str| if is_page { Value::Null } else { text.into() };
    let accounts: Vec<Value> = huawei
        .accounts
        .0
        .iter()
        .map(|account| {
            let keys: Vec<Value> = account
                .keys
                .iter()
                .map(|key| {
                    json!({
                        "accessKey": key.access_key,
                        "secretKey": secret(&key.secret_key),
                        "securityToken": secret(&key.security_token),
                    })
                })
                .collect();
            let projects: Vec<Value> = account
                .projects
                .iter()
                .map(|project| json!({ "id": project.id, "name": project.name }))
                .collect();
            json!({
                "domainId": account.domain_id,
                "domainName": account.domain_name,
                "userId": account.user_id,
                "userName": account.user_name,
                "password": secret(&account.password),
                "projects": projects,
                "keys": keys,
                "applicationCredential": {
                    "id": account.credential.id,
                    "name": account.credential.name,
                    "secret": secret(account.credential.secret),
                },
            })
        })
        .collect();
    Json(json!({
        "url": huawei.options.url,
        "region": huawei.options.region,
        "otherRegion": super::accounts::OTHER_REGION,
        "tokenTtlSeconds": huawei.options.token_ttl.as_secs(),
        "accounts": accounts,
    }))
}

async fn show_jobs(State(huawei): State<Arc<Huawei>>) -> Response {
    let described = tokio::task::spawn_blocking(move || describe(&huawei)).await;
    respond(described.unwrap_or_else(|error| Err(error.to_string())))
}

fn describe(huawei: &Huawei) -> Result<Value, String> {
    let unfinished = huawei.database.with(|transaction| {
        let own = jobs::unfinished(transaction)?.into_iter().map(|(job, _)| job.id);
        Ok(own.chain(workspace::work::unfinished_ids(transaction)?).collect::<Vec<_>>())
    });
    let unfinished = unfinished.map_err(|refusal| refusal.message)?;
    Ok(json!({ "paused": huawei.paused.load(Ordering::SeqCst), "unfinished": unfinished }))
}

/// `{"paused": true}` holds jobs, `{"paused": false}` lets them go, `{"advance": 1}` moves each on by one stage.
async fn move_jobs(State(huawei): State<Arc<Huawei>>, body: Result<String, StringRejection>) -> Response {
    let refuse =
        |rule: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": { "message": rule } }))).into_response();
    let Some(Value::Object(body)) = body.ok().and_then(|body| serde_json::from_str(&body).ok()) else {
        return refuse("the body must be a JSON object");
    };
    if let Some(name) = body.keys().find(|name| !["paused", "advance"].contains(&name.as_str())) {
        return refuse(&format!("{name}: is not a field here; there are paused and advance"));
    }
    let paused = body.get("paused").map(Value::as_bool);
    let stages = body.get("advance").map(|stages| stages.as_u64().filter(|stages| *stages <= MOST_STAGES));
    if paused == Some(None) {
        return refuse("paused: must be true or false");
    }
    if stages == Some(None) {
        return refuse("advance: must be a whole number from 0 to 100");
    }
    let moved = tokio::task::spawn_blocking(move || {
        if let Some(paused) = paused.flatten() {
            jobs::pause(&huawei, paused);
        }
        jobs::advance(&huawei, stages.flatten().unwrap_or(0)).map_err(|refusal| refusal.message)?;
        describe(&huawei)
    });
    respond(moved.await.unwrap_or_else(|error| Err(error.to_string())))
}

/// `{"seconds": 900}` gives temporary keys for the object store; never to web pages.
async fn issue_keys(
    State(huawei): State<Arc<Huawei>>,
    headers: HeaderMap,
    body: Result<String, StringRejection>,
) -> Response {
    let refuse = |status: StatusCode, rule: &str| {
        (status, Json(json!({ "error": { "message": rule } }))).into_response()
    };
    if is_from_a_page(&headers) {
        return refuse(StatusCode::FORBIDDEN, "keys are not for web pages");
    }
    let body: Value = body.ok().and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
    let seconds = body.get("seconds").and_then(Value::as_u64);
    let Some(seconds) = seconds.filter(|seconds| (1..=LONGEST_SECONDS).contains(seconds)) else {
        return refuse(StatusCode::BAD_REQUEST, "seconds: must be a whole number from 1 to 86400");
    };
    respond(
        huawei.store.issue_temporary(Duration::from_secs(seconds)).map_err(|error| error.to_string()).map(
            |keys| {
                json!({
                    "accessKey": keys.access_key,
                    "secretKey": keys.secret_key,
                    "securityToken": keys.token,
                })
            },
        ),
    )
}

fn respond(described: Result<Value, String>) -> Response {
    match described {
        Ok(value) => Json(value).into_response(),
        Err(message) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": { "message": message } })))
            .into_response(),
    }
}
