//! Performs an operation: encode, sign, send, repeat where that is safe, decode.

mod decode;
mod redirect;
#[cfg(test)]
pub(crate) mod tests;
pub mod waiting;

use crate::api::Dialect;
use crate::api::operation::{Encoded, Operation};
use crate::auth::{Authenticator, Refused};
use crate::error::{Attempt, Error, Kind, Result};
use crate::http::retry::{self, Policy, Repeat};
use crate::http::url::{Endpoint, query};
use crate::http::{Body, Cookies, Failure, Headers, OnSent, Request, Response, Transport};
use crate::json::Value;
use crate::platform::{LocalFuture, Platform, Utc, parse_date};
use crate::task::{Cancel, First, first};
use core::cell::{Cell, OnceCell};
use decode::Reading;
use serde::Serialize;
use std::rc::Rc;

/// What a user's `onRequest` sees after every attempt; carries no secret.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestEvent {
    pub operation: String,
    pub method: &'static str,
    pub url: String,
    pub attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Called after every attempt.
pub type Observer = Rc<dyn Fn(&RequestEvent)>;

/// A service at an endpoint, with everything that its calls share.
pub struct Service {
    pub dialect: &'static Dialect,
    pub transport: Rc<dyn Transport>,
    pub platform: Rc<dyn Platform>,
    pub authenticator: Rc<dyn Authenticator>,
    /// Where it stands. Of a service that is looked up: the identity service, which is asked for its place.
    pub endpoint: Endpoint,
    /// The place of a service that is looked up ([`Authenticator::endpoint`]), from the first call on.
    pub located: Option<OnceCell<Endpoint>>,
    /// What is signed where a proxy rewrites host or path.
    pub signing_endpoint: Option<Endpoint>,
    /// The ID of the project that paths name, where it is given; else the authenticator is asked for it.
    pub project: Option<String>,
    /// Sent with every request to the service.
    pub headers: Vec<(String, String)>,
    pub timeout_ms: f64,
    pub retry: Policy,
    pub cookies: Cookies,
    pub observer: Option<Observer>,
    /// Turned by [`Service::close`]: calls under way end, later ones are refused.
    pub closing: Cancel,
}

/// Who looks at what goes over the wire.
pub type Watch = Rc<dyn Fn(&Request, Option<&Response>)>;

/// Bytes that are sent instead of JSON.
#[derive(Clone)]
pub struct Bytes {
    pub body: Body,
    /// Told how many of them have left.
    pub on_sent: Option<OnSent>,
}

/// What one call sets for itself.
#[derive(Clone, Default)]
pub struct CallOptions {
    pub cancel: Cancel,
    pub timeout_ms: Option<f64>,
    pub headers: Vec<(String, String)>,
    /// Such a call is made once only. Called with each request, and again with the head of its answer.
    pub watch: Option<Watch>,
    /// Closing the client does not cut it off once it is sent: what it creates must be known.
    pub outlives_close: bool,
    /// The body, where it is no JSON.
    pub bytes: Option<Bytes>,
}

/// The error of a call that its caller ended.
pub fn aborted() -> Error {
    Error::new(Kind::Aborted, "stopped by the caller")
}

/// The error of a call on a client that was closed.
pub fn closed() -> Error {
    Error::new(Kind::Aborted, "the client is closed")
}

impl Service {
    /// The same service by another transport.
    pub fn through(&self, transport: Rc<dyn Transport>) -> Service {
        Service {
            dialect: self.dialect,
            transport,
            platform: self.platform.clone(),
            authenticator: self.authenticator.clone(),
            endpoint: self.endpoint.clone(),
            located: self.located.clone(),
            signing_endpoint: self.signing_endpoint.clone(),
            project: self.project.clone(),
            headers: self.headers.clone(),
            timeout_ms: self.timeout_ms,
            retry: self.retry,
            cookies: self.cookies,
            observer: self.observer.clone(),
            closing: self.closing.clone(),
        }
    }

    /// Performs an operation; gives the JSON of its answer, `null` where there is none.
    pub async fn call(
        &self,
        operation: &'static Operation,
        arguments: &[Value],
        options: &CallOptions,
    ) -> Result<String> {
        let encoded = self.encode(operation, arguments, options).await?;
        let mut repeated = false;
        let work = Box::pin(self.perform(operation, &encoded, options, &mut repeated, decode::whole_text));
        let closing = Box::pin(async {
            if options.outlives_close {
                core::future::pending::<()>().await;
            }
            self.closing.cancelled().await;
        });
        let answered = match first(closing, work).await {
            First::Left(()) => Err(closed()),
            First::Right(answered) => answered,
        };
        let answer = answered.and_then(|(status, text)| decode::answer(operation, &encoded, status, text));
        match (answer, operation.repeat) {
            (Err(error), Repeat::SafeUntil(codes))
                if repeated && error.code().is_some_and(|code| codes.contains(&code)) =>
            {
                Ok("null".to_owned())
            }
            (Err(error), Repeat::SafeUntilStatus(status))
                if repeated && error.details().status == Some(status) =>
            {
                Ok("null".to_owned())
            }
            (answer, _) => answer.map_err(|error| self.finish(error, operation.name)),
        }
    }

    /// Performs an operation that answers with bytes; the body is still to be read. `extra` headers (Range) come
    /// on top.
    pub async fn open(
        &self,
        operation: &'static Operation,
        arguments: &[Value],
        options: &CallOptions,
    ) -> Result<Response> {
        let encoded = self.encode(operation, arguments, options).await?;
        let opened = self.perform(operation, &encoded, options, &mut false, decode::open_body).await;
        opened.map_err(|error| self.finish(error, operation.name))
    }

    /// Checks and encodes the arguments; the project is looked up only when all else is right.
    async fn encode(
        &self,
        operation: &'static Operation,
        arguments: &[Value],
        options: &CallOptions,
    ) -> Result<Encoded> {
        let encoded = operation.encode_for(arguments, self.project.as_deref())?;
        if !operation.needs_project() || self.project.is_some() {
            return Ok(encoded);
        }
        let found = match first(Box::pin(self.ended(options)), self.authenticator.project()).await {
            First::Left(error) => Err(error),
            First::Right(found) => found,
        };
        match found.map_err(|error| self.finish(error, operation.name))? {
            Some(project) => operation.encode_for(arguments, Some(&project)),
            None => {
                let rule = "is required for this call: give it, or credentials that are for a project";
                Err(Error::invalid("projectId", "undefined", rule).during(operation.name))
            }
        }
    }

    /// Resolves when the caller ends a call, or the client is closed.
    async fn ended(&self, options: &CallOptions) -> Error {
        let aborting = Box::pin(options.cancel.cancelled());
        match first(aborting, Box::pin(self.closing.cancelled())).await {
            First::Left(()) => aborted(),
            First::Right(()) => closed(),
        }
    }

    fn place(&self) -> &Endpoint {
        self.located.as_ref().and_then(OnceCell::get).unwrap_or(&self.endpoint)
    }

    /// Before anything is sent: the authenticator is ready, and the place of the service is known.
    async fn prepare(&self) -> Result<()> {
        self.authenticator.prepare().await?;
        let Some(located) = self.located.as_ref().filter(|located| located.get().is_none()) else {
            return Ok(());
        };
        let missing = || Error::invalid("endpoint", "undefined", "is required: the credentials know of none");
        let found = self.authenticator.endpoint().await?.ok_or_else(missing)?;
        // Another call may have found it meanwhile: it is the same.
        let _ = located.set(found);
        Ok(())
    }

    /// Names the operation in an error and takes secrets out of it.
    pub fn finish(&self, error: Error, operation: &str) -> Error {
        let mut error = error.during(operation);
        let details = error.details_mut();
        let mut texts: Vec<&mut String> = vec![&mut details.message];
        for attempt in &mut details.attempts {
            texts.push(&mut attempt.message);
            texts.extend(attempt.code.iter_mut());
        }
        texts.extend(details.value.iter_mut().chain(&mut details.code).chain(&mut details.request_id));
        for text in texts {
            *text = self.authenticator.scrub(core::mem::take(text));
        }
        error
    }

    /// Like [`Service::finish`], for a call that is made of others: the error bears its name, the message both.
    pub fn finish_outer(&self, error: Error, operation: &str) -> Error {
        let mut error = self.finish(error, operation);
        let details = error.details_mut();
        if details.operation != operation {
            details.operation = operation.to_owned();
            details.message = format!("{operation}: {}", details.message);
        }
        error
    }

    /// Sends, as often as it takes and is allowed. `repeated` is set when an attempt before the last one may have
    /// reached the server.
    async fn perform<T>(
        &self,
        operation: &'static Operation,
        encoded: &Encoded,
        options: &CallOptions,
        repeated: &mut bool,
        read: fn(Response, Reading) -> LocalFuture<'static, Result<T>>,
    ) -> Result<T> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let (mut attempt, mut delay, mut renewed) = (0, 0.0, false);
        loop {
            attempt += 1;
            let started = self.platform.now();
            let mut seen = Seen::default();
            let outcome = self.attempt(operation, encoded, options, &mut renewed, &mut seen, read).await;
            let (mut error, sent) = match outcome {
                Ok(done) => {
                    self.observe(operation, encoded, attempt, started, seen.status, None);
                    return Ok(done);
                }
                Err(tried) => (tried.error, tried.sent),
            };
            let elsewhere = core::mem::take(&mut error.details_mut().attempts);
            let details = error.details();
            if !elsewhere.is_empty() {
                // A call to the identity service that failed: it has been told and repeated as such.
                attempts.extend(elsewhere);
                error.details_mut().attempts = attempts;
                return Err(error);
            }
            self.observe(operation, encoded, attempt, started, details.status, Some(&error));
            attempts.push(Attempt {
                at: Utc::from_milliseconds(self.platform.now()).rfc3339(),
                status: details.status,
                code: details.code.clone(),
                message: details.message.clone(),
            });
            let may = match operation.repeat {
                Repeat::Once => !sent,
                _ => true,
            };
            let may = may && details.retryable && options.watch.is_none();
            let next = if may && !options.cancel.is_cancelled() {
                retry::decide(&self.retry, attempt, delay, self.platform.random(), seen.retry_after)
            } else {
                None
            };
            let Some(wait) = next else {
                let tried = attempts.len();
                let details = error.details_mut();
                if tried > 1 {
                    details.message = format!("{} ({tried} attempts)", details.message);
                }
                details.attempts = attempts;
                return Err(error);
            };
            // Whether the server acted on an attempt is unknown unless it answered that it refused.
            *repeated |= sent && details.status.is_none_or(|status| status >= 500 || status == 408);
            delay = wait;
            match first(Box::pin(options.cancel.cancelled()), self.platform.sleep(wait)).await {
                First::Left(()) => return Err(aborted()),
                First::Right(()) => {}
            }
        }
    }

    /// One attempt; a 401 is answered once with a new token, within the same attempt.
    async fn attempt<T>(
        &self,
        operation: &'static Operation,
        encoded: &Encoded,
        options: &CallOptions,
        renewed: &mut bool,
        seen: &mut Seen,
        read: fn(Response, Reading) -> LocalFuture<'static, Result<T>>,
    ) -> core::result::Result<T, Tried> {
        loop {
            if self.closing.is_cancelled() {
                return Err(Tried::unsent(closed()));
            }
            let ready = first(Box::pin(options.cancel.cancelled()), Box::pin(self.prepare()));
            match ready.await {
                First::Left(()) => return Err(Tried::unsent(aborted())),
                First::Right(ready) => ready.map_err(Tried::unsent)?,
            }
            let timeout = options.timeout_ms.unwrap_or(self.timeout_ms);
            let sent = Cell::new(false);
            let refused: Cell<Option<Refused>> = Cell::new(None);
            let work = async {
                let mut request = self.request(operation, encoded, options);
                self.authenticator.sign(&mut request).await.map_err(Tried::unsent)?;
                self.redirect_to_proxy(&mut request);
                sent.set(true);
                let watch = |answer: Option<&Response>| {
                    options.watch.iter().for_each(|watch| watch(&request, answer))
                };
                watch(None);
                let response = redirect::send(&*self.transport, request.clone()).await?;
                watch(Some(&response));
                if response.status == 401 {
                    let date = response.headers.get("date").and_then(parse_date);
                    refused.set(Some(Refused { request, date, message: String::new() }));
                }
                seen.status = Some(response.status);
                let asked = response.headers.get("retry-after");
                seen.retry_after = asked.and_then(|value| retry::retry_after(value, self.platform.now()));
                let header = |name| response.headers.get(name).map(str::to_owned);
                let request_id = header("x-request-id").or_else(|| header("x-openstack-request-id"));
                let reading = Reading {
                    authenticator: self.authenticator.clone(),
                    dialect: self.dialect,
                    answer: &operation.answer,
                };
                read(response, reading).await.map_err(|mut error| {
                    let details = error.details_mut();
                    details.request_id = details.request_id.take().or(request_id);
                    Tried { error, sent: true }
                })
            };
            let timed = first(Box::pin(work), self.platform.sleep(timeout));
            let outcome = match first(Box::pin(options.cancel.cancelled()), Box::pin(timed)).await {
                First::Left(()) => Err(Tried { error: aborted(), sent: sent.get() }),
                First::Right(First::Left(done)) => done,
                First::Right(First::Right(())) => Err(Tried {
                    error: Error::new(Kind::Timeout, format!("no answer within {} ms", timeout as u64)),
                    sent: sent.get(),
                }),
            };
            if let (Err(tried), Some(mut refused), false) = (&outcome, refused.take(), *renewed) {
                *renewed = true;
                refused.message = tried.error.message().to_owned();
                let renewing =
                    first(Box::pin(options.cancel.cancelled()), self.authenticator.renew(&refused));
                match renewing.await {
                    First::Left(()) => return Err(Tried { error: aborted(), sent: true }),
                    First::Right(Ok(true)) => continue,
                    First::Right(Ok(false)) => {}
                    First::Right(Err(error)) => return Err(Tried { error, sent: true }),
                }
            }
            return outcome;
        }
    }

    fn request(&self, operation: &Operation, encoded: &Encoded, options: &CallOptions) -> Request {
        let endpoint = self.signing_endpoint.as_ref().unwrap_or(self.place());
        let mut request = Request::new(operation.method, endpoint.url(&encoded.path, &query(&encoded.query)));
        request.cookies = self.cookies;
        let mut headers = Headers::default();
        headers.set("accept", if encoded_bytes(operation) { "*/*" } else { "application/json" });
        if let Some(body) = &encoded.body {
            headers.set("content-type", operation.content_type);
            request.body = Body::of(body.as_bytes().to_vec());
        }
        if let Some(bytes) = &options.bytes {
            headers.set("content-type", operation.content_type);
            request.body = bytes.body.clone();
            request.on_sent = bytes.on_sent.clone();
        }
        for (name, value) in self.headers.iter().chain(&options.headers) {
            headers.set(name, value.as_str());
        }
        request.headers = headers;
        request
    }

    /// After signing for what the service sees, the request goes to the proxy.
    fn redirect_to_proxy(&self, request: &mut Request) {
        if let Some(signing) = &self.signing_endpoint {
            let base = signing.url("", "");
            if let Some(rest) = request.url.strip_prefix(&base) {
                request.url = format!("{}{rest}", self.place().url("", ""));
            }
        }
    }

    fn observe(
        &self,
        operation: &Operation,
        encoded: &Encoded,
        attempt: u32,
        started: f64,
        status: Option<u16>,
        error: Option<&Error>,
    ) {
        if let Some(observer) = &self.observer {
            observer(&RequestEvent {
                operation: operation.name.to_owned(),
                method: operation.method.name(),
                url: self.authenticator.scrub(self.place().url(&encoded.path, &query(&encoded.query))),
                attempt,
                status,
                duration_ms: self.platform.now() - started,
                error: error.map(|error| self.authenticator.scrub(error.message().to_owned())),
            });
        }
    }

    /// Wipes the secrets; calls under way end, later ones are refused.
    pub fn close(&self) {
        self.closing.cancel();
        self.authenticator.close();
    }
}

fn encoded_bytes(operation: &Operation) -> bool {
    matches!(operation.answer, crate::api::operation::Answer::Bytes)
}

/// What the head of an answer said.
#[derive(Default)]
struct Seen {
    status: Option<u16>,
    retry_after: Option<f64>,
}

/// An attempt that failed, and whether a byte of it may have reached the server.
struct Tried {
    error: Error,
    sent: bool,
}

impl Tried {
    fn unsent(error: Error) -> Self {
        Tried { error, sent: false }
    }
}

impl From<Failure> for Tried {
    fn from(failure: Failure) -> Self {
        Tried { sent: failure.sent, error: failure.into() }
    }
}
