//! Asks service and store in order; every request has its time, and all of them together half a minute.

use super::environment::Environment;
use super::reach::{Cause, Silence, cause, explain};
use super::service::{self, Head, date_of};
use super::store::Answer;
use super::{Checks, Probes, Text, say, texts, words};
use crate::api::cecloud::list_private_images;
use crate::api::operation::Operation;
use crate::error::{Kind, Result};
use crate::http::url::origin_of;
use crate::http::{Cookies, Failure, Headers, Method, Request, Transport};
use crate::json::Value;
use crate::oss::note::StoreNotes;
use crate::platform::{LocalFuture, Platform};
use crate::service::{CallOptions, Service, aborted, closed};
use crate::task::{First, first};
use crate::text;
use core::cell::RefCell;
use std::rc::Rc;

mod store;

/// The longest that one request may take, milliseconds.
const REQUEST_MS: f64 = 10_000.0;
/// The longest that all of them may take together.
const ALL_MS: f64 = 29_000.0;
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

/// The names of headers; `accept` is allowed everywhere and nobody's business.
fn names(headers: &Headers) -> String {
    let mut names = String::new();
    headers.iter().filter(|(name, _)| *name != "accept").for_each(|(name, _)| add_to(&mut names, name));
    names
}

/// Adds to a list with commas.
#[inline(never)]
fn add_to(list: &mut String, name: &str) {
    if !list.is_empty() {
        list.push_str(", ");
    }
    list.push_str(name);
}

/// Looks at everything; fails only where the caller ends it or the client is closed.
pub async fn run(from: Diagnosing) -> Result<Checks> {
    let (cancel, closing) = (from.options.cancel.clone(), from.service.closing.clone());
    let platform = from.service.platform.clone();
    let request_ms = from.options.timeout_ms.unwrap_or(from.service.timeout_ms).min(REQUEST_MS);
    let ends = platform.now() + ALL_MS;
    let looking = Looking { from, platform, checks: RefCell::default(), request_ms, ends };
    let ended = first(Box::pin(cancel.cancelled()), Box::pin(closing.cancelled()));
    match first(Box::pin(ended), Box::pin(looking.look())).await {
        First::Left(First::Left(())) => Err(aborted()),
        First::Left(First::Right(())) => Err(closed()),
        First::Right(checks) => Ok(checks),
    }
}

/// A diagnosis under way.
struct Looking {
    from: Diagnosing,
    platform: Rc<dyn Platform>,
    checks: RefCell<Checks>,
    /// What one request may take.
    request_ms: f64,
    /// When all must be done; requests that begin later get next to no time.
    ends: f64,
}

impl Looking {
    async fn look(self) -> Checks {
        let images = self.service().await;
        self.object_store(images).await;
        let mut checks = self.checks.take();
        self.from.environment.check(&mut checks);
        checks
    }

    fn limit(&self) -> f64 {
        self.request_ms.min(self.ends - self.platform.now()).max(1.0)
    }

    #[inline(never)]
    fn pass(&self, name: &'static str, message: Text) {
        self.checks.borrow_mut().pass(name, message);
    }

    #[inline(never)]
    fn fail(&self, name: &'static str, message: Text, advice: Text) {
        self.checks.borrow_mut().fail(name, message, advice);
    }

    /// A call to the service, made once; its answer is the core's own JSON.
    fn call(
        &self,
        operation: &'static Operation,
        arguments: Vec<Value>,
        head: &Rc<RefCell<Head>>,
    ) -> LocalFuture<'static, Result<Value>> {
        let (service, platform, head) = (self.from.service.clone(), self.platform.clone(), head.clone());
        let mut options = self.from.options.clone();
        options.timeout_ms = Some(self.limit());
        options.watch = Some(Rc::new(move |request, answer| {
            let mut head = head.borrow_mut();
            head.sent = names(&request.headers);
            if let Some(answer) = answer {
                head.status = answer.status;
                head.html =
                    answer.headers.get("content-type").is_some_and(|kind| text::contains(kind, "html"));
                head.date = date_of(&answer.headers);
                head.at = platform.now();
            }
        }));
        Box::pin(async move {
            let text = zeroize::Zeroizing::new(service.call(operation, &arguments, &options).await?);
            Ok(Value::parse(&text)?)
        })
    }

    /// Any other request, in time.
    fn exchange(&self, request: Request) -> LocalFuture<'static, core::result::Result<Answer, Failure>> {
        let platform = self.platform.clone();
        let sending = self.from.store.send(request);
        self.in_time(Box::pin(async move {
            let response = sending.await?;
            let (status, headers, at) = (response.status, response.headers, platform.now());
            let text = crate::text::of_bytes(response.body.whole().await?);
            Ok(Answer { status, headers, text, at })
        }))
    }

    fn in_time(
        &self,
        work: LocalFuture<'static, core::result::Result<Answer, Failure>>,
    ) -> LocalFuture<'static, core::result::Result<Answer, Failure>> {
        let limit = self.platform.sleep(self.limit());
        Box::pin(async move {
            match first(work, limit).await {
                First::Left(done) => done,
                First::Right(()) => Err(Failure::new(Kind::Timeout, String::new(), true)),
            }
        })
    }

    /// The checks of the service; gives the private images where it listed them.
    async fn service(&self) -> Option<Value> {
        let (once, environment) = (&self.from.service, &self.from.environment);
        let head = Rc::new(RefCell::new(Head::default()));
        let origin = once.endpoint.origin();
        let url = once.endpoint.url(list_private_images::OPERATION.path, "current=1&size=1");
        let request = Value::object([("size", 50.into())]);
        let listed = self.call(&list_private_images::OPERATION, vec![request], &head).await;
        let head = head.take();
        let error = listed.as_ref().err();
        let silent = error
            .filter(|error| head.status == 0 && matches!(error.kind(), Kind::Network | Kind::Timeout))
            .filter(|_| !head.sent.is_empty());
        let base = once.endpoint.url("", "");
        let stranger = environment.stranger(&origin);
        let place = say(&[
            "The image service is expected at ",
            &base,
            match (stranger, &environment.page) {
                (Some(_), _) => ", another origin than the page's: CORS applies.",
                (None, Some(_)) => ", the page's own origin: CORS does not apply.",
                (None, None) => ".",
            },
        ]);
        match silent.is_some() && environment.mixes(&origin) {
            true => self.fail(
                "endpoint",
                place,
                "An https page needs an https endpoint; see service-reachable.".into(),
            ),
            false => self.pass("endpoint", place),
        }
        let cookies = once.cookies == Cookies::Include;
        let rule = texts::service_rule(stranger.unwrap_or_default(), &head.sent, cookies);
        let names = ["service-reachable", "service-cors"];
        if let Some(error) = silent {
            let timeout = error.kind() == Kind::Timeout;
            let seen = self.look_around(&url, &head.sent, cookies, words(error), timeout).await;
            self.unanswered(names, "The image service", &url, &seen, rule);
            return None;
        }
        if head.status > 0 {
            self.answered(names, "The image service", &origin, head.status);
            if stranger.is_some() {
                // What the list did not need and other calls do: a body of JSON.
                match self.read(&url, "content-type", false).await.is_ok() {
                    true => self.pass(
                        "service-cors",
                        "The service lets this page in with all headers that the client sends. (The methods PUT and \
                         DELETE, of updateImage and deleteImage, cannot be tried without changing something.)"
                            .into(),
                    ),
                    false => self.fail(
                        "service-cors",
                        "The service lets this page read, but not send JSON: it refuses the preflight (OPTIONS), \
                         Access-Control-Allow-Headers lacks content-type."
                            .into(),
                        rule,
                    ),
                }
            }
        }
        let region = once.headers.iter().find(|(name, _)| name == "x-regionid");
        let own = once.headers.len() + self.from.options.headers.len();
        let checks = &mut *self.checks.borrow_mut();
        service::judge(
            checks,
            error,
            &head,
            region.map_or("", |(_, value)| value),
            head.sent.split(',').count() > own,
        );
        if head.status > 0 {
            service::clock(checks, "clock", "the image service", head.date, head.at, "");
        }
        listed.ok()
    }

    fn answered(&self, names: [&'static str; 2], who: &str, origin: &str, status: u16) {
        self.pass(
            names[0],
            say(&[who, " at ", origin, " answers (status ", &u64::from(status).to_string(), ")."]),
        );
    }

    /// Says why there was no answer; `names` are the checks of reaching it and of CORS.
    fn unanswered(
        &self,
        names: [&'static str; 2],
        who: &str,
        url: &str,
        seen: &Silence,
        rule: Text,
    ) -> Cause {
        let (origin, environment) = (origin_of(url), &self.from.environment);
        let why = cause(environment, origin, seen);
        let (message, advice) = explain(why, who, origin, environment, seen, rule);
        if why.is_cors() {
            self.pass(names[0], say(&[who, " at ", origin, " answers."]));
        }
        self.fail(names[usize::from(why.is_cors())], message, advice);
        why
    }

    /// A GET across origins, with one header of ours at most: whether the answer can be read. The value is never the
    /// real one: preflights ask for names.
    fn read(
        &self,
        url: &str,
        header: &str,
        cookies: bool,
    ) -> LocalFuture<'static, core::result::Result<Answer, Failure>> {
        let mut request = Request::new(Method::Get, url.to_owned());
        if cookies {
            request.cookies = Cookies::Include;
        }
        if !header.is_empty() {
            request
                .headers
                .set(header, if header == "content-type" { "application/json" } else { "diagnose" });
        }
        self.exchange(request)
    }

    /// Looks around a request that got no answer.
    async fn look_around(
        &self,
        url: &str,
        headers: &str,
        cookies: bool,
        message: &str,
        timeout: bool,
    ) -> Silence {
        let mut seen = Silence { message: message.to_owned(), timeout, ..Silence::default() };
        let Some(probes) = self.from.probes.as_ref().filter(|_| !timeout) else { return seen };
        seen.opaque = self.in_time(probes.opaque(url)).await.is_ok();
        // The report of the policy comes a moment after the failure.
        self.platform.sleep(50.0).await;
        seen.policy = probes.kept_back_by_policy();
        if seen.opaque {
            seen.readable = self.read(url, "", false).await.is_ok();
        }
        if seen.readable {
            seen.cookies_refused = cookies && self.read(url, "", true).await.is_err();
            for name in headers.split(',').map(str::trim).take(MOST_HEADERS) {
                if self.read(url, name, false).await.is_err() {
                    add_to(&mut seen.refused_headers, name);
                }
            }
        }
        seen
    }
}
