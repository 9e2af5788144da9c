//! Performs an operation: encode, sign, send, repeat where that is safe, decode.

mod attempts;
mod decode;
mod redirect;
#[cfg(test)]
pub(crate) mod tests;
pub mod waiting;

use crate::api::Dialect;
use crate::api::operation::{Encoded, Operation};
use crate::auth::Authenticator;
use crate::auth::secret::{Secret, scrub};
use crate::error::{Error, Kind, Result};
use crate::http::retry::{Policy, Repeat};
use crate::http::url::Endpoint;
use crate::http::{Body, Cookies, OnSent, Request, Response, Transport};
use crate::json::Value;
use crate::platform::Platform;
use crate::task::{Cancel, First, first};
use core::cell::{Cell, OnceCell};
use decode::Answered;
use std::rc::Rc;

/// What a user's `onRequest` sees after every attempt; carries no secret.
#[derive(Clone, Debug)]
pub struct RequestEvent {
    pub operation: String,
    pub method: &'static str,
    pub url: String,
    pub attempt: u32,
    pub status: Option<u16>,
    pub duration_ms: f64,
    pub error: Option<String>,
}

/// Called after every attempt.
pub type Observer = Rc<dyn Fn(&RequestEvent)>;

/// A service at an endpoint, with everything that its calls share.
#[derive(Clone)]
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
    /// Turned when some of them can be read no more: then they are not sent again.
    pub gone: Rc<Cell<bool>>,
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
        Service { transport, ..self.clone() }
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
        let answer = answered.and_then(|text| decode::answer(self, operation, &encoded, text));
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
            (answer, _) => {
                answer.map_err(|error| self.finish_without(&encoded.secrets, error, operation.name))
            }
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
        match self.perform(operation, &encoded, options, &mut false, decode::open_body).await {
            Ok(Answered::Open(response)) => Ok(response),
            Ok(Answered::Text(_)) => Err(Error::new(Kind::Internal, "an open body was read")),
            Err(error) => Err(self.finish(error, operation.name)),
        }
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
    pub async fn ended(&self, options: &CallOptions) -> Error {
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
        self.finish_without(&[], error, operation)
    }

    /// The same, with secrets of the call's own.
    fn finish_without(&self, secrets: &[Secret], error: Error, operation: &str) -> Error {
        let mut error = error.during(operation);
        let details = error.details_mut();
        let scrub = |text: &mut String| *text = scrub(&*self.authenticator, secrets, core::mem::take(text));
        scrub(&mut details.message);
        for attempt in &mut details.attempts {
            scrub(&mut attempt.message);
            attempt.code.as_mut().map(scrub);
        }
        for text in [&mut details.value, &mut details.code, &mut details.request_id] {
            text.as_mut().map(scrub);
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

    /// Wipes the secrets; calls under way end, later ones are refused.
    pub fn close(&self) {
        self.closing.cancel();
        self.authenticator.close();
    }
}
