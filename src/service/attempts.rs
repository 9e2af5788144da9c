//! The attempts of a call: get ready, sign, send, read; again where that is safe and can help.

use super::decode::{Answered, Reading};
use super::{CallOptions, RequestEvent, Service, aborted, closed, redirect};
use crate::api::operation::{Answer, Encoded, Operation};
use crate::auth::Refused;
use crate::auth::secret::scrub;
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
    pub(super) async fn perform(
        &self,
        operation: &'static Operation,
        encoded: &Encoded,
        options: &CallOptions,
        repeated: &mut bool,
        read: Read,
    ) -> Result<Answered> {
        let mut course = Course::default();
        let mut renewed = false;
        loop {
            course.attempt += 1;
            let started = self.platform.now();
            let mut seen = Seen::default();
            let outcome = self.attempt(operation, encoded, options, &mut renewed, &mut seen, read).await;
            let status = match &outcome {
                Ok(_) => seen.status,
                Err(tried) => tried.error.details().status,
            };
            let error = outcome.as_ref().err().map(|tried| &tried.error);
            // A call to the identity service that failed: it has been told and repeated as such.
            if error.is_none_or(|error| error.details().attempts.is_empty()) {
                self.observe(operation, encoded, course.attempt, started, status, error);
            }
            let tried = match outcome {
                Ok(done) => return Ok(done),
                Err(tried) => tried,
            };
            // Whether the server acted on an attempt is unknown unless it answered that it refused. A 400 that is
            // repeated is none: it says what went wrong inside.
            let unknown = tried.sent && !matches!(status, Some(401..=407 | 409..=499));
            self.decide(operation, options, tried, seen.retry_after, &mut course)?;
            *repeated |= unknown;
            match first(Box::pin(options.cancel.cancelled()), self.platform.sleep(course.delay)).await {
                First::Left(()) => return Err(aborted()),
                First::Right(()) => {}
            }
        }
    }

    /// After an attempt that failed: how long to wait before the next, or the error of the call.
    fn decide(
        &self,
        operation: &Operation,
        options: &CallOptions,
        tried: Tried,
        asked: Option<f64>,
        course: &mut Course,
    ) -> Result<()> {
        let Tried { mut error, sent } = tried;
        let details = error.details_mut();
        if !details.attempts.is_empty() {
            course.attempts.append(&mut details.attempts);
            details.attempts = core::mem::take(&mut course.attempts);
            return Err(error);
        }
        course.attempts.push(Attempt {
            at: Utc::from_milliseconds(self.platform.now()).rfc3339(),
            status: details.status,
            code: details.code.clone(),
            message: details.message.clone(),
        });
        let undone = !sent || details.status.is_some_and(retry::is_refused_for_now);
        let may = (!matches!(operation.repeat, Repeat::Once) || undone)
            && details.retryable
            && options.watch.is_none()
            && !options.cancel.is_cancelled();
        if may
            && let random = self.platform.random()
            && let Some(wait) = retry::decide(&self.retry, course.attempt, course.delay, random, asked)
        {
            course.delay = wait;
            return Ok(());
        }
        let tries = course.attempts.len();
        if tries > 1 {
            details.message = format!("{} ({tries} attempts)", details.message);
        }
        details.attempts = core::mem::take(&mut course.attempts);
        // What must not be repeated once it was sent was not sent before, either.
        details.unsent = !sent && matches!(operation.repeat, Repeat::Once);
        Err(error)
    }

    /// One attempt; a 401 is answered once with a new token, within the same attempt.
    async fn attempt(
        &self,
        operation: &'static Operation,
        encoded: &Encoded,
        options: &CallOptions,
        renewed: &mut bool,
        seen: &mut Seen,
        read: Read,
    ) -> core::result::Result<Answered, Tried> {
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
                if matches!(operation.answer, Answer::Bytes) {
                    // The bytes of a file count as they are kept. (Not signed: a browser says what it likes.)
                    request.headers.set("accept-encoding", "identity");
                }
                self.redirect_to_proxy(&mut request);
                sent.set(true);
                let watch = |answer: Option<&Response>| {
                    options.watch.iter().for_each(|watch| watch(&request, answer))
                };
                watch(None);
                let (response, is_elsewhere) = redirect::send(&*self.transport, request.clone()).await?;
                watch(Some(&response));
                // Who was not sent the credentials does not refuse them.
                if response.status == 401 && !is_elsewhere {
                    let date = response.headers.get("date").and_then(parse_date);
                    refused.set(Some(Refused { request, date, message: String::new() }));
                }
                seen.status = Some(response.status);
                seen.retry_after = retry::retry_after(&response.headers, self.platform.now());
                let header = |name| response.headers.get(name).map(str::to_owned);
                let request_id = header("x-request-id").or_else(|| header("x-openstack-request-id"));
                let reading = Reading {
                    authenticator: self.authenticator.clone(),
                    dialect: self.dialect,
                    operation,
                    secrets: encoded.secrets.clone(),
                    request_id: request_id.clone(),
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
                    // The next call has the new token where the body of this one is gone.
                    First::Right(Ok(true))
                        if !options.bytes.as_ref().is_some_and(|bytes| bytes.gone.get()) =>
                    {
                        continue;
                    }
                    First::Right(Ok(_)) => {}
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
            // Nothing of this request has left, whatever has of one before it.
            bytes.on_sent.iter().for_each(|on_sent| on_sent(0));
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
                error: error
                    .map(|error| scrub(&*self.authenticator, &encoded.secrets, error.message().to_owned())),
            });
        }
    }
}

fn encoded_bytes(operation: &Operation) -> bool {
    matches!(operation.answer, Answer::Bytes)
}

/// Reads an answer. The same type for all answers: what sends them is large, and would be there once for each.
pub(super) type Read = fn(Response, Reading) -> LocalFuture<'static, Result<Answered>>;

/// How a call came along.
#[derive(Default)]
struct Course {
    /// Those that failed.
    attempts: Vec<Attempt>,
    /// The number of the one under way.
    attempt: u32,
    /// How long the last wait was, milliseconds.
    delay: f64,
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
