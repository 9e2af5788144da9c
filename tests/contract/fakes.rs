//! A service without a network: one prepared answer, a clock that stands still, and a record of what was sent.

use ims_client::api::operation::Operation;
use ims_client::auth::NoAuth;
use ims_client::error::Result;
use ims_client::http::retry::Policy;
use ims_client::http::url::Endpoint;
use ims_client::http::{Body, Cookies, Failure, Headers, Request, Response, ResponseBody, Transport};
use ims_client::platform::{LocalFuture, Platform};
use ims_client::service::{CallOptions, Service};
use ims_client::task::Cancel;
use serde_json::Value;
use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Where the service of these tests is said to stand.
pub const ENDPOINT: &str = "https://ims.example.com";

/// An answer's body, in two pieces, as a network gives it.
struct Pieces(Vec<Vec<u8>>);

impl ResponseBody for Pieces {
    fn whole(self: Box<Self>) -> LocalFuture<'static, core::result::Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.0.concat()) })
    }

    fn next(&mut self) -> LocalFuture<'_, core::result::Result<Option<Vec<u8>>, Failure>> {
        let piece = if self.0.is_empty() { None } else { Some(self.0.remove(0)) };
        Box::pin(async move { Ok(piece) })
    }
}

/// Answers every request alike and keeps the requests.
struct Recorder {
    status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
    requests: RefCell<Vec<Request>>,
}

impl Transport for Recorder {
    fn send(&self, request: Request) -> LocalFuture<'static, core::result::Result<Response, Failure>> {
        self.requests.borrow_mut().push(request);
        let mut headers = Headers::default();
        headers.set("content-type", self.content_type);
        for (name, value) in &self.headers {
            headers.set(name, *value);
        }
        let (front, back) = self.body.as_bytes().split_at(self.body.len() / 2);
        let body = Box::new(Pieces(vec![front.to_vec(), back.to_vec()]));
        let response = Response { status: self.status, headers, body, opaque_redirect: false };
        Box::pin(async { Ok(response) })
    }
}

/// A clock at one moment; whoever sleeps through a delay wakes at once, whoever waits for a timeout never does.
struct Still;

impl Platform for Still {
    fn now(&self) -> f64 {
        1_700_000_000_000.0
    }

    fn random(&self) -> f64 {
        0.25
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        if milliseconds >= TIMEOUT_MS { Box::pin(core::future::pending()) } else { Box::pin(async {}) }
    }

    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

const TIMEOUT_MS: f64 = 30_000.0;

/// What a request of the client said, taken apart.
pub struct Sent {
    pub method: &'static str,
    /// Without scheme and host.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
}

/// What came of a call, and what was sent for it.
pub struct Outcome {
    pub result: Result<String>,
    pub sent: Vec<Sent>,
}

impl Outcome {
    /// The answer that the caller gets.
    pub fn value(&self) -> Value {
        let text = self.result.as_ref().unwrap_or_else(|error| panic!("the call failed: {error}"));
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("the call never ends")
}

fn taken_apart(request: &Request) -> Sent {
    let target = request.url.strip_prefix(ENDPOINT).expect("a request to the endpoint");
    let body = match &request.body {
        Body::Empty => None,
        Body::Bytes(bytes) => Some(serde_json::from_slice(bytes).expect("a body of JSON")),
        Body::Foreign { .. } => panic!("a call of the service has a body of its own"),
    };
    Sent {
        method: request.method.name(),
        target: target.to_owned(),
        headers: request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body,
    }
}

/// Performs an operation of the core against a service that answers with this.
pub fn call(operation: &'static Operation, arguments: &[Value], status: u16, body: &str) -> Outcome {
    call_with(operation, arguments, status, &[], body)
}

/// The same, where the answer has headers of its own.
pub fn call_with(
    operation: &'static Operation,
    arguments: &[Value],
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> Outcome {
    answered(operation, arguments, status, "application/json", headers, body, |service, options| {
        run(service.call(operation, &crate::fixtures::core(arguments), options))
    })
}

/// Opens an operation that answers with bytes, and reads them.
pub fn open(
    operation: &'static Operation,
    arguments: &[Value],
    status: u16,
    kind: &'static str,
    body: &str,
) -> Outcome {
    answered(operation, arguments, status, kind, &[], body, |service, options| {
        let response = run(service.open(operation, &crate::fixtures::core(arguments), options))?;
        let bytes = run(response.body.whole())?;
        Ok(String::from_utf8(bytes).expect("the text that was sent"))
    })
}

fn answered(
    operation: &'static Operation,
    arguments: &[Value],
    status: u16,
    content_type: &'static str,
    headers: &[(&'static str, &'static str)],
    body: &str,
    act: impl FnOnce(&Service, &CallOptions) -> Result<String>,
) -> Outcome {
    assert!(arguments.len() <= operation.arguments.len(), "{} takes fewer arguments", operation.name);
    let recorder = Rc::new(Recorder {
        status,
        content_type,
        headers: headers.to_vec(),
        body: body.to_owned(),
        requests: RefCell::default(),
    });
    // CECloud's answers are wrapped, those of other services are not.
    let wrapped = ims_client::api::cecloud::OPERATIONS.iter().any(|known| std::ptr::eq(*known, operation));
    let service = Service {
        dialect: if wrapped { &ims_client::api::cecloud::DIALECT } else { &ims_client::api::PLAIN },
        project: None,
        transport: recorder.clone(),
        platform: Rc::new(Still),
        authenticator: Rc::new(NoAuth),
        endpoint: Endpoint::parse(ENDPOINT, "endpoint").expect("an endpoint"),
        located: None,
        signing_endpoint: None,
        headers: vec![("x-regionid".to_owned(), "region0".to_owned())],
        timeout_ms: TIMEOUT_MS,
        retry: Policy { max_attempts: 3, base_delay_ms: 10.0, max_delay_ms: 20.0 },
        cookies: Cookies::SameOrigin,
        observer: None,
        closing: Cancel::default(),
    };
    let result = act(&service, &CallOptions::default());
    let sent = recorder.requests.borrow().iter().map(taken_apart).collect();
    Outcome { result, sent }
}
