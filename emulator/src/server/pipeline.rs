//! What happens to one request: identified, logged, spoilt where a rule says so, handled, and made readable across
//! origins.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::bodies::{Mishap, Spoilt, Watch, Watched};
use super::connection::Abort;
use super::{RequestId, Service, Shared, answer, cors};
use crate::faults::{Action, Facts, Plan, Point, operation};
use crate::request_log::{Arrival, Open};
use crate::store::S3Faults;

/// Bodies up to this size are kept for the request log.
const KEPT_BODY: usize = 16 * 1024;
/// How much of a body that nobody wants is read for the client to see its answer.
const MOST_DRAINED: u64 = 256 * 1024 * 1024;

/// The connection is to be dropped without an answer.
#[derive(Debug, thiserror::Error)]
#[error("reset by a fault rule")]
pub(super) struct Aborted;

/// Handles one request of any service.
pub(super) async fn handle(
    service: Service,
    app: Router,
    shared: Shared,
    abort: Abort,
    request: Request<Incoming>,
) -> Result<Response, Aborted> {
    let started = Instant::now();
    // Without randomness the system is beyond help; requests then share an ID.
    let id = RequestId(crate::store::random_hex(8).unwrap_or_default().to_ascii_uppercase());
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(id.clone());
    let headers = parts.headers.clone();
    let hide_etag = shared.store.options().hide_etag;

    if service == Service::Ims && parts.uri.path().starts_with("/_emulator/") {
        let mut response = if cors::is_preflight(&parts.method, &headers) {
            cors::preflight(&headers)
        } else {
            call(app, Request::from_parts(parts, Body::new(body))).await
        };
        cors::allow(service, hide_etag, &headers, response.headers_mut());
        return Ok(response);
    }

    let operation = operation::name(service, &parts.method, &parts.uri, &headers);
    let mut plan = shared.faults.plan(&Facts {
        service,
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or(""),
        operation,
    });
    shared.faults.perform(std::mem::take(&mut plan.effects)).await;
    let watch = Watch::new(if is_json(&headers) { KEPT_BODY } else { 0 });
    let open = shared.log.open(Arrival {
        service,
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query(),
        headers: &headers,
        operation,
        request_id: &id.0,
        faults: &plan.rules,
    });
    let context = Context { service, app, plan, abort, watch: watch.clone(), id };
    let outcome = context.answer(Request::from_parts(parts, body)).await;
    let outcome = outcome.map(|(mut response, dropped)| {
        let answer = response.headers_mut();
        cors::allow(service, hide_etag, &headers, answer);
        identify(&context.id, service, &shared, answer);
        for name in dropped {
            answer.remove(name);
        }
        response
    });
    close(open, &watch, outcome.as_ref().ok(), started.elapsed());
    outcome
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    media_type.to_ascii_lowercase().contains("json")
}

async fn call(app: Router, request: Request<Body>) -> Response {
    let result: Result<Response, Infallible> = app.oneshot(request).await;
    match result {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn identify(id: &RequestId, service: Service, shared: &Shared, headers: &mut HeaderMap) {
    let name = HeaderName::from_static(match service {
        Service::Ims | Service::Huawei => "x-request-id",
        Service::Oss => "x-amz-request-id",
    });
    if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(&id.0)) {
        headers.insert(name, value);
    }
    if service == Service::Oss {
        // By the store's own clock, which may be wrong on purpose: a client sets itself right by this header.
        let now = std::time::SystemTime::from(shared.store.clock().now());
        if let Ok(value) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
            headers.insert(header::DATE, value);
        }
    }
}

fn close(open: Open, watch: &Watch, response: Option<&Response>, duration: Duration) {
    open.close(
        watch.size(),
        watch.kept().as_deref(),
        response.map(|response| response.status().as_u16()),
        duration,
    );
}

/// A request's surroundings.
struct Context {
    service: Service,
    app: Router,
    plan: Plan,
    abort: Abort,
    watch: Watch,
    id: RequestId,
}

impl Context {
    /// The answer, and the names of headers that are to be missing from it.
    async fn answer(&self, request: Request<Incoming>) -> Result<(Response, Vec<HeaderName>), Aborted> {
        self.plan.wait().await;
        if let Some(Action::Reset(Point::Before)) = &self.plan.action {
            return Err(self.reset());
        }
        let expects_continue = request.headers().contains_key(header::EXPECT);
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let path = request.uri().path().to_owned();
        let mut response = match self.instead(&path) {
            Some(response) => {
                drop(Watched::new(request.into_body(), self.watch.clone()));
                response
            }
            None if cors::is_preflight(&method, &headers) => cors::preflight(&headers),
            None => call(self.app.clone(), self.prepare(request)).await,
        };
        if self.abort.is_asked() {
            return Err(Aborted);
        }
        // A client that waits for "100 Continue" has sent nothing yet, and shall not begin now.
        if !(expects_continue && self.watch.size() == 0) {
            self.watch.drain(MOST_DRAINED).await;
        }
        match &self.plan.action {
            Some(Action::Reset(Point::After)) => return Err(self.reset()),
            Some(Action::Answer(answer)) if answer.handled => {
                response = answer::build(answer, self.service, &path, &self.id.0);
            }
            _ => {}
        }
        for (name, value) in &self.plan.add_headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        let is_bodiless = method == Method::HEAD;
        if let Some(mishap) = self.response_mishap().filter(|_| !is_bodiless) {
            response = response.map(|body| Body::new(Spoilt::new(body, Some(mishap))));
        }
        Ok((response, self.plan.drop_headers.clone()))
    }

    fn reset(&self) -> Aborted {
        self.abort.ask();
        Aborted
    }

    /// The answer that takes the place of handling the request.
    fn instead(&self, path: &str) -> Option<Response> {
        match &self.plan.action {
            Some(Action::Answer(answer)) if !answer.handled => {
                Some(answer::build(answer, self.service, path, &self.id.0))
            }
            Some(Action::ErrorIn200) => Some(answer::error_in_200(path, &self.id.0)),
            _ => None,
        }
    }

    fn prepare(&self, request: Request<Incoming>) -> Request<Body> {
        let mishap = match &self.plan.action {
            Some(Action::Reset(Point::RequestBytes(bytes))) => {
                Some((*bytes, Mishap::Reset(self.abort.clone())))
            }
            Some(Action::StallRequest { after, duration }) => Some((*after, Mishap::Stall(*duration))),
            _ => None,
        };
        let (mut parts, body) = request.into_parts();
        if let Some(Action::Damage(damage)) = &self.plan.action {
            parts.extensions.insert(S3Faults { damage: Some(*damage) });
        }
        let body = Watched::new(body, self.watch.clone());
        let body = match mishap {
            Some(mishap) => Body::new(Spoilt::new(body, Some(mishap))),
            None => Body::new(body),
        };
        Request::from_parts(parts, body)
    }

    fn response_mishap(&self) -> Option<(u64, Mishap)> {
        match &self.plan.action {
            Some(Action::Truncate(bytes)) => Some((*bytes, Mishap::Cut)),
            Some(Action::FlipResponseBit(offset)) => Some((*offset, Mishap::Flip)),
            Some(Action::Reset(Point::ResponseBytes(bytes))) => {
                Some((*bytes, Mishap::Reset(self.abort.clone())))
            }
            Some(Action::StallResponse { after, duration }) => Some((*after, Mishap::Stall(*duration))),
            _ => None,
        }
    }
}
