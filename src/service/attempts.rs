//! The attempts of a call: get ready, sign, send, read; again where that is safe and can help.

use super::decode::Reading;
use super::{CallOptions, RequestEvent, Service, aborted, closed, redirect};
use crate::api::operation::{Answer, Encoded, Operation};
use crate::auth::Refused;
use crate::error::{Attempt, Error, Kind, Result};
use crate::http::retry::{self, Repeat};
use crate::http::url::query;
use crate::http::{Body, Failure, Headers, Request, Response};
use crate::platform::{LocalFuture, Utc, parse_date};
use crate::task::{First, first};
use core::cell::Cell;

impl Service {
    /// Sends, as often as it takes and is allowed. `repeated` is set when an attempt before the last one may have
    /// reached the server.
    pub(super) async fn perform<T>(
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
}

fn encoded_bytes(operation: &Operation) -> bool {
    matches!(operation.answer, Answer::Bytes)
}

/// What the head of an answer said.
#[derive(Default)]
struct Seen {
    status: Option<u16>,
    retry_after: Option<f64>,
}

/// An attempt that failed, and whether a byte of it may have reached the server.
pub(super) struct Tried {
    pub error: Error,
    pub sent: bool,
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
