//! Asks service and store in order; every request has its time, and all of them together half a minute.

use super::environment::Environment;
use super::reach::{Silence, cause, explain};
use super::service::{self, Head};
use super::{Check, Probes, say, texts};
use crate::api::cecloud::list_private_images;
use crate::error::{Error, Kind, Result};
use crate::http::retry::Policy;
use crate::http::url::origin_of;
use crate::http::{Cookies, Failure, Headers, Method, Request, Response, Transport};
use crate::json::Value;
use crate::oss::note::StoreNotes;
use crate::platform::{LocalFuture, Platform};
use crate::service::{CallOptions, Service, aborted, closed};
use crate::task::{First, first};
use core::cell::RefCell;
use core::future::Future;
use std::rc::Rc;

mod store;

/// The longest that one request may take, milliseconds.
const REQUEST_MS: f64 = 10_000.0;
/// The longest that all of them may take together.
const ALL_MS: f64 = 28_000.0;
/// More headers of their own are not tried one by one.
const MOST_HEADERS: usize = 12;

/// All that is looked at.
pub struct Diagnosing {
    pub service: Rc<Service>,
    /// Sends to the object store, as uploads do.
    pub store: Rc<dyn Transport>,
    pub notes: StoreNotes,
    pub environment: Environment,
    /// In browsers.
    pub probes: Option<Rc<dyn Probes>>,
    pub options: CallOptions,
}

/// Notes what goes over the wire of the service.
struct Watched {
    inner: Rc<dyn Transport>,
    platform: Rc<dyn Platform>,
    head: Rc<RefCell<Head>>,
}

impl Transport for Watched {
    fn send(&self, request: Request) -> LocalFuture<'static, core::result::Result<Response, Failure>> {
        self.head.borrow_mut().sent = names(&request.headers);
        let (head, platform, sending) = (self.head.clone(), self.platform.clone(), self.inner.send(request));
        Box::pin(async move {
            let response = sending.await?;
            let mut head = head.borrow_mut();
            head.status = Some(response.status);
            head.html = response.headers.get("content-type").is_some_and(|kind| kind.contains("html"));
            head.date = response.headers.get("date").map(str::to_owned);
            head.at = platform.now();
            drop(head);
            Ok(response)
        })
    }
}

fn names(headers: &Headers) -> Vec<String> {
    headers.iter().map(|(name, _)| name.to_owned()).collect()
}

/// Looks at everything; fails only where the caller ends it or the client is closed.
pub async fn run(diagnosing: &Diagnosing) -> Result<Vec<Check>> {
    let (cancel, closing) = (&diagnosing.options.cancel, &diagnosing.service.closing);
    let ended = Box::pin(first(Box::pin(cancel.cancelled()), Box::pin(closing.cancelled())));
    match first(ended, Box::pin(diagnosing.look())).await {
        First::Left(First::Left(())) => Err(aborted()),
        First::Left(First::Right(())) => Err(closed()),
        First::Right(checks) => Ok(checks),
    }
}

/// How long things may take.
struct Limits<'a> {
    platform: &'a dyn Platform,
    request_ms: f64,
    ends: f64,
}

impl Limits<'_> {
    /// What a request may take now.
    fn now(&self) -> f64 {
        self.request_ms.min(self.ends - self.platform.now()).max(1.0)
    }

    /// None where it takes longer.
    async fn within<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match first(Box::pin(work), self.platform.sleep(self.now())).await {
            First::Left(done) => Some(done),
            First::Right(()) => None,
        }
    }
}

impl Diagnosing {
    async fn look(&self) -> Vec<Check> {
        let platform = &self.service.platform;
        let asked = self.options.timeout_ms.unwrap_or(self.service.timeout_ms).min(REQUEST_MS);
        let limits = Limits { platform: &**platform, request_ms: asked, ends: platform.now() + ALL_MS };
        let head = Rc::new(RefCell::new(Head::default()));
        let once = self.once(&head, limits.request_ms);
        let mut checks = Vec::new();
        let images = self.service(&once, &head, &limits, &mut checks).await;
        self.object_store(&once, images, &limits, &mut checks).await;
        checks.push(self.environment.check());
        checks
    }

    /// The service, asked once and watched.
    fn once(&self, head: &Rc<RefCell<Head>>, timeout_ms: f64) -> Service {
        let from = &*self.service;
        let transport =
            Watched { inner: from.transport.clone(), platform: from.platform.clone(), head: head.clone() };
        Service {
            transport: Rc::new(transport),
            platform: from.platform.clone(),
            authenticator: from.authenticator.clone(),
            endpoint: from.endpoint.clone(),
            signing_endpoint: from.signing_endpoint.clone(),
            headers: from.headers.clone(),
            timeout_ms,
            retry: Policy { max_attempts: 1, ..from.retry },
            cookies: from.cookies,
            observer: from.observer.clone(),
            closing: from.closing.clone(),
        }
    }

    fn call(&self, timeout_ms: f64) -> CallOptions {
        CallOptions { timeout_ms: Some(timeout_ms), ..self.options.clone() }
    }

    /// The checks of the service; gives the private images where it listed them.
    async fn service(
        &self,
        once: &Service,
        head: &RefCell<Head>,
        limits: &Limits<'_>,
        checks: &mut Vec<Check>,
    ) -> Option<Value> {
        const REACHABLE: &str = "service-reachable";
        let who = "The image service";
        let origin = once.endpoint.origin();
        let base = once.endpoint.url("", "");
        let request = Value::Object(vec![("size".to_owned(), 50.into())]);
        let operation = &list_private_images::OPERATION;
        let options = self.call(limits.now());
        let arguments = [request];
        let listed = limits.within(once.call(operation, &arguments, &options)).await;
        let listed = listed.unwrap_or_else(|| Err(Error::new(Kind::Timeout, "no answer in time")));
        let mixes = self.environment.page.as_ref().is_some_and(|page| page.mixes(&origin));
        let silent = |error: &Error| matches!(error.kind(), Kind::Network | Kind::Timeout);
        let head = head.borrow().clone();
        checks.push(match mixes && listed.as_ref().is_err_and(silent) {
            true => Check::fail(
                "endpoint",
                say(&["The page is https, the endpoint ", &base, " http: browsers keep such requests back (mixed content)."]),
                "Serve the image service by https, or pass requests on from the page's own server and use endpoint: \
                 '/ims'. Only http://localhost is excepted.",
            ),
            false => {
                let page = match self.environment.stranger(&origin) {
                    Some(page) => &say(&[", from a page of ", page, " (another origin: CORS applies)"]),
                    None if self.environment.page.is_some() => ", the page's own origin (CORS does not apply)",
                    None => "",
                };
                Check::pass("endpoint", say(&["The image service is expected at ", &base, page, "."]))
            }
        });
        let error = listed.as_ref().err();
        if let Some(error) = error.filter(|error| silent(error))
            && head.status.is_none()
            && !head.sent.is_empty()
        {
            let url = once.endpoint.url(operation.path, "current=1&size=1");
            let seen =
                self.silence(&url, &head.sent, once.cookies, error.message(), error.kind(), limits).await;
            let why = cause(&self.environment, &origin, &seen);
            let page = self.environment.stranger(&origin).unwrap_or_default();
            let rule = || texts::service_rule(page, &allowed(&head.sent), once.cookies == Cookies::Include);
            let (message, advice) = explain(&why, who, &origin, &self.environment, &seen, &rule);
            if why.is_cors() {
                checks.push(Check::pass(REACHABLE, say(&[who, " at ", &origin, " answers."])));
            }
            let name = if why.is_cors() { "service-cors" } else { REACHABLE };
            checks.push(Check::fail(name, message, advice));
            return None;
        }
        if let Some(status) = head.status {
            let status = status.to_string();
            checks.push(Check::pass(
                REACHABLE,
                say(&[who, " at ", &origin, " answers (status ", &status, ")."]),
            ));
            if let Some(page) = self.environment.stranger(&origin) {
                checks.push(self.writes(once, page, &head, limits).await);
            }
        }
        let region = once.headers.iter().find(|(name, _)| name == "x-regionid");
        let mut own: Vec<&str> = vec!["accept", "content-type"];
        own.extend(once.headers.iter().chain(&self.options.headers).map(|(name, _)| name.as_str()));
        let region = region.map_or("", |(_, value)| value.as_str());
        checks.extend(service::judge(listed.as_ref().map(drop), &head, region, &own));
        if head.status.is_some() {
            checks.push(service::clock_of(&head));
        }
        // Shaped by this client a moment ago: it parses.
        listed.ok().map(|text| Value::parse(&text).unwrap_or_default())
    }

    /// What the list did not need and other calls do: a body of JSON.
    async fn writes(&self, once: &Service, page: &str, head: &Head, limits: &Limits<'_>) -> Check {
        const NAME: &str = "service-cors";
        let url = once.endpoint.url(list_private_images::OPERATION.path, "current=1&size=1");
        if self.readable(&url, Some("content-type"), Cookies::Omit, limits).await {
            return Check::pass(
                NAME,
                "The service lets this page in, with all headers that the client sends. (Whether the methods PUT and \
                 DELETE are allowed cannot be tried without changing something: updateImage and deleteImage need them.)",
            );
        }
        Check::fail(
            NAME,
            "The service lets this page read, but refuses the preflight (OPTIONS) of calls that send JSON: \
             Access-Control-Allow-Headers lacks content-type.",
            texts::service_rule(page, &allowed(&head.sent), once.cookies == Cookies::Include),
        )
    }

    /// A GET across origins, with one header of ours at most: whether the answer can be read.
    async fn readable(&self, url: &str, header: Option<&str>, cookies: Cookies, limits: &Limits<'_>) -> bool {
        let mut request = Request::new(Method::Get, url.to_owned());
        request.cookies = cookies;
        if let Some(name) = header {
            // Never the real value: the preflight asks for names, and the answer does not matter.
            request.headers.set(name, if name == "content-type" { "application/json" } else { "diagnose" });
        }
        matches!(limits.within(self.store.send(request)).await, Some(Ok(_)))
    }

    /// Looks around a request that got no answer.
    async fn silence(
        &self,
        url: &str,
        headers: &[String],
        cookies: Cookies,
        message: &str,
        kind: Kind,
        limits: &Limits<'_>,
    ) -> Silence {
        let mut seen = Silence { message: message.to_owned(), ..Silence::default() };
        if kind == Kind::Timeout {
            seen.timeout_ms = Some(limits.request_ms as u64);
            return seen;
        }
        let Some(probes) = &self.probes else { return seen };
        seen.opaque = limits.within(probes.opaque(url)).await == Some(true);
        // The report of the policy comes a moment after the failure.
        limits.platform.sleep(50.0).await;
        seen.policy = probes.kept_back_by_policy();
        if self.environment.stranger(origin_of(url)).is_none() || !seen.opaque {
            return seen;
        }
        seen.readable = self.readable(url, None, Cookies::Omit, limits).await;
        if !seen.readable {
            return seen;
        }
        if cookies == Cookies::Include {
            seen.with_cookies = Some(self.readable(url, None, cookies, limits).await);
        }
        for name in headers.iter().filter(|name| *name != "accept").take(MOST_HEADERS) {
            if !self.readable(url, Some(name), Cookies::Omit, limits).await {
                seen.refused_headers.push(name.clone());
            }
        }
        seen
    }
}

/// The headers to allow: those that were sent, and that of bodies.
fn allowed(sent: &[String]) -> String {
    let mut all: Vec<&str> = vec!["content-type"];
    all.extend(sent.iter().map(String::as_str).filter(|name| !matches!(*name, "accept" | "content-type")));
    all.join(", ")
}
