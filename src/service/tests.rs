//! Calls against a transport of canned events: what is sent, how often, and what comes out.

use super::*;
use crate::api::cecloud;
use crate::auth::secret::Secret;
use crate::auth::{NoAuth, Token};
use crate::http::{Failure, Headers, Method, ResponseBody};
use crate::platform::LocalFuture;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;

/// A value as the core has it, written as JSON.
macro_rules! json {
    ($($text:tt)*) => { Value::from(serde_json::json!($($text)*)) };
}

mod secrets;

struct Text(Vec<u8>);

impl ResponseBody for Text {
    fn whole(self: Box<Self>) -> LocalFuture<'static, core::result::Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.0) })
    }
    fn next(&mut self) -> LocalFuture<'_, core::result::Result<Option<Vec<u8>>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

pub(crate) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> core::result::Result<Response, Failure> {
    let mut all = Headers::default();
    for (name, value) in headers {
        all.set(name, *value);
    }
    Ok(Response { status, headers: all, body: Box::new(Text(body.into())), opaque_redirect: false })
}

fn ok(data: &str) -> core::result::Result<Response, Failure> {
    answer(200, &[], &format!(r#"{{"requestId":"r","code":"Success","message":"","data":{data}}}"#))
}

pub(crate) type Answers = VecDeque<core::result::Result<Response, Failure>>;

#[derive(Default)]
pub(crate) struct Canned {
    pub answers: RefCell<Answers>,
    pub seen: RefCell<Vec<Request>>,
}

impl Transport for Canned {
    fn send(&self, request: Request) -> LocalFuture<'static, core::result::Result<Response, Failure>> {
        self.seen.borrow_mut().push(request);
        match self.answers.borrow_mut().pop_front() {
            Some(answer) => Box::pin(async { answer }),
            None => Box::pin(core::future::pending()),
        }
    }
}

/// A clock that jumps: whoever sleeps wakes at once.
#[derive(Default)]
pub(crate) struct Jumping {
    slept: Rc<RefCell<Vec<f64>>>,
}

impl Platform for Jumping {
    fn now(&self) -> f64 {
        784_111_770_000.0
    }
    fn random(&self) -> f64 {
        0.5
    }
    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        let slept = self.slept.clone();
        Box::pin(async move { slept.borrow_mut().push(milliseconds) })
    }
    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("it hangs")
}

pub(crate) struct Case {
    pub service: Service,
    pub canned: Rc<Canned>,
    pub slept: Rc<RefCell<Vec<f64>>>,
}

/// A service of no kind that asks by these; what a test is about it sets by itself.
pub(crate) fn service_of(
    transport: Rc<dyn Transport>,
    platform: Rc<dyn Platform>,
    authenticator: Rc<dyn Authenticator>,
) -> Service {
    Service {
        dialect: &crate::api::PLAIN,
        project: None,
        transport,
        platform,
        authenticator,
        endpoint: Endpoint::parse("https://service.example.com", "endpoint").unwrap(),
        located: None,
        signing_endpoint: None,
        headers: Vec::new(),
        timeout_ms: 30_000.0,
        retry: Policy::default(),
        cookies: Cookies::SameOrigin,
        observer: None,
        closing: Cancel::default(),
    }
}

pub(crate) fn case(
    authenticator: Rc<dyn Authenticator>,
    answers: Vec<core::result::Result<Response, Failure>>,
) -> Case {
    let canned = Rc::new(Canned { answers: RefCell::new(answers.into()), seen: RefCell::default() });
    let platform = Rc::new(Jumping::default());
    let slept = platform.slept.clone();
    let service = Service {
        dialect: &cecloud::DIALECT,
        endpoint: Endpoint::parse("https://ims.example.com/base", "endpoint").unwrap(),
        headers: vec![("x-regionid".into(), "region0".into())],
        ..service_of(canned.clone(), platform, authenticator)
    };
    Case { service, canned, slept }
}

fn call(case: &Case, name: &str, arguments: &[Value]) -> Result<String> {
    run(case.service.call(cecloud::find(name).unwrap(), arguments, &CallOptions::default()))
}

#[test]
fn a_read_is_repeated_and_says_what_it_tried() {
    let lost = || Err(Failure::network("connection reset"));
    let all = case(
        Rc::new(NoAuth),
        vec![lost(), answer(503, &[("retry-after", "7")], ""), ok(r#"{"imageId":"a"}"#)],
    );
    assert_eq!(call(&all, "getImage", &[json!("img-1")]).unwrap(), r#"{"imageId":"a"}"#);
    assert!(all.slept.borrow().contains(&7_000.0), "Retry-After is kept");
    let all = case(Rc::new(NoAuth), vec![lost(), lost(), lost(), lost(), ok("null")]);
    let error = call(&all, "getImage", &[json!("img-1")]).unwrap_err();
    assert_eq!((error.kind(), error.details().attempts.len()), (Kind::Network, 4));
    assert!(error.message().starts_with("getImage: connection reset (4 attempts)"), "{error}");
}

#[test]
fn creating_is_not_repeated_once_sent() {
    let image = json!({"diskFormat":"qcow2","minDisk":10,"minRam":512,"name":"a","imageType":"os_image",
        "instruction":"64-bits","cpuArch":"x86","osType":"linux","platform":"CentOS","visibility":"private",
        "usage":"ecs","departmentId":"1","tenantId":"2"});
    for lost in [Err(Failure::network("reset")), answer(503, &[], "")] {
        let all = case(Rc::new(NoAuth), vec![lost, ok(r#"{"imageId":"a"}"#)]);
        call(&all, "createImage", std::slice::from_ref(&image)).unwrap_err();
        assert_eq!(all.canned.seen.borrow().len(), 1);
    }
    // Of these it is certain that nothing was created.
    for undone in [Err(Failure::unsent("refused")), answer(429, &[("retry-after", "0")], "")] {
        let all = case(Rc::new(NoAuth), vec![undone, ok(r#"{"imageId":"a"}"#)]);
        call(&all, "createImage", std::slice::from_ref(&image)).unwrap();
    }
}

#[test]
fn a_repeated_delete_finds_its_work_done() {
    let gone = r#"{"code":"IMG.DBGet.NoData","message":"资源不存在"}"#;
    let all = case(Rc::new(NoAuth), vec![Err(Failure::network("reset")), answer(400, &[], gone)]);
    assert_eq!(call(&all, "deleteImage", &[json!("a")]).unwrap(), "null");
    let inside = r#"{"code":"IMG.Internal.Error","message":"内部错误"}"#;
    let all = case(Rc::new(NoAuth), vec![answer(400, &[], inside), answer(400, &[], gone)]);
    assert_eq!(call(&all, "deleteImage", &[json!("a")]).unwrap(), "null");
    let busy = answer(429, &[("retry-after", "0")], "");
    let all = case(Rc::new(NoAuth), vec![busy, answer(400, &[], gone)]);
    assert_eq!(call(&all, "deleteImage", &[json!("a")]).unwrap_err().code(), Some("IMG.DBGet.NoData"));
    let all = case(Rc::new(NoAuth), vec![answer(400, &[], gone)]);
    let error = call(&all, "deleteImage", &[json!("a")]).unwrap_err();
    assert_eq!((error.code(), error.details().status), (Some("IMG.DBGet.NoData"), Some(400)));
    assert!(error.message().contains("the resource does not exist"));
}

#[test]
fn a_refused_token_is_renewed_once() {
    let count = Rc::new(Cell::new(0));
    let token = || {
        let count = count.clone();
        Rc::new(Token::from_source(Rc::new(move || {
            count.set(count.get() + 1);
            let text = format!("secret-{}", count.get());
            Box::pin(async move { Ok(Secret::new(text).into()) })
        })))
    };
    let no = || answer(401, &[], r#"{"error":{"code":401,"message":"secret-2 expired"}}"#);
    let all = case(token(), vec![no(), ok(r#"{"imageId":"a"}"#)]);
    call(&all, "getImage", &[json!("a")]).unwrap();
    let tokens: Vec<_> =
        all.canned.seen.borrow().iter().map(|r| r.headers.get("x-auth-token").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["secret-1", "secret-2"]);
    count.set(0);
    let all = case(token(), vec![no(), no(), ok("null")]);
    let error = call(&all, "getImage", &[json!("a")]).unwrap_err();
    assert_eq!((error.kind(), all.canned.seen.borrow().len()), (Kind::Auth, 2));
    assert!(error.message().contains("*** expired"), "{error}");
}

#[test]
fn a_token_function_that_gives_nothing_ends_a_call_in_time_after_a_401_too() {
    for given in [0, 1] {
        let count = Cell::new(0);
        let token = Token::from_source(Rc::new(move || {
            count.set(count.get() + 1);
            let gives = count.get() <= given;
            Box::pin(async move {
                if !gives {
                    core::future::pending::<()>().await;
                }
                Ok(Secret::new("a-token".into()).into())
            })
        }));
        let case = case(Rc::new(token), vec![answer(401, &[], "")]);
        let error = call(&case, "getImage", &[json!("a")]).unwrap_err();
        assert_eq!((error.kind(), case.canned.seen.borrow().len()), (Kind::Timeout, given));
    }
}

#[test]
fn answers_that_are_none() {
    for (status, body, part) in [
        (200, "", "an empty body"),
        (200, "<html><title>Login</title></html>", "Login"),
        (200, r#"{"requestId":"r","code":"Succ"#, "cut off"),
        (200, "{}", "no code"),
        (502, "<h1>Bad Gateway</h1>", "Bad Gateway"),
    ] {
        let all = case(Rc::new(NoAuth), (0..4).map(|_| answer(status, &[], body)).collect());
        let error = call(&all, "getImage", &[json!("a")]).unwrap_err();
        assert_eq!((error.kind(), error.details().status), (Kind::Protocol, Some(status)));
        assert!(error.message().contains(part), "{error}");
    }
    let all = case(
        Rc::new(NoAuth),
        vec![answer(200, &[], r#"{"code":"IMG.InvalidParameter","message":"参数错误"}"#)],
    );
    assert_eq!(call(&all, "getImage", &[json!("a")]).unwrap_err().kind(), Kind::Service);
    let all = case(Rc::new(NoAuth), vec![answer(204, &[], "")]);
    assert_eq!(call(&all, "deleteImage", &[json!("a")]).unwrap(), "null");
}

#[test]
fn a_page_is_no_success_of_a_write_and_broken_answers_keep_the_id_of_their_request() {
    let named = |name: &str, body: &str| {
        let mut all = case(Rc::new(NoAuth), vec![answer(200, &[("x-request-id", "r-1")], body)]);
        all.service.dialect = &crate::api::PLAIN;
        let operation = crate::api::openstack::find(name).unwrap();
        run(all.service.call(operation, &[json!("i")], &CallOptions::default()))
    };
    for (name, body, part) in [
        ("deleteImage", "\n <html><p>Please log in</p></html>", "Please log in"),
        ("getImage", "<html><p>Please log in</p></html>", "Please log in"),
        ("getImage", "{}", "id is missing"),
    ] {
        let error = named(name, body).unwrap_err();
        assert_eq!((error.kind(), error.details().status), (Kind::Protocol, Some(200)), "{name}");
        assert_eq!(error.details().request_id.as_deref(), Some("r-1"), "{name}");
        assert!(error.message().contains(part), "{error}");
    }
    assert_eq!(named("deleteImage", "deleted").unwrap(), "null");
}

#[test]
fn nobody_waits_for_ever_and_a_closed_client_says_so() {
    let all = case(Rc::new(NoAuth), vec![]);
    let error = call(&all, "getImage", &[json!("a")]).unwrap_err();
    assert_eq!((error.kind(), error.details().attempts.len()), (Kind::Timeout, 4));
    all.service.close();
    assert!(call(&all, "getImage", &[json!("a")]).unwrap_err().message().contains("closed"));
}

#[test]
fn credentials_stay_with_their_origin() {
    let token = || Rc::new(Token::fixed(Secret::new("secret-token".into())));
    let to = |place| answer(302, &[("location", place)], "");
    let all = case(token(), vec![to("https://evil.example.com/x"), ok(r#"{"imageId":"a"}"#)]);
    call(&all, "getImage", &[json!("a")]).unwrap();
    let seen = all.canned.seen.borrow();
    assert_eq!(seen[1].url, "https://evil.example.com/x");
    assert_eq!(seen[1].headers.get("x-auth-token"), None);
    let all = case(token(), vec![to("/elsewhere"), ok(r#"{"imageId":"a"}"#)]);
    call(&all, "getImage", &[json!("a")]).unwrap();
    assert_eq!(all.canned.seen.borrow()[1].headers.get("x-auth-token"), Some("secret-token"));
    let all = case(token(), vec![to("https://evil.example.com/x")]);
    assert_eq!(call(&all, "deleteImage", &[json!("a")]).unwrap_err().kind(), Kind::Protocol);
    assert_eq!(all.canned.seen.borrow()[0].method, Method::Delete);
}

#[test]
fn what_is_signed_and_what_is_sent_may_differ() {
    let mut all = case(Rc::new(NoAuth), vec![ok(r#"{"imageId":"a"}"#)]);
    all.service.signing_endpoint =
        Some(Endpoint::parse("https://real.example.com", "signingEndpoint").unwrap());
    call(&all, "getImage", &[json!("../x")]).unwrap();
    assert_eq!(all.canned.seen.borrow()[0].url, "https://ims.example.com/base/api/image/v1/images/..%2Fx");
}

#[test]
fn a_token_is_not_thrown_away_because_of_who_was_not_sent_it() {
    let count = Rc::new(Cell::new(0));
    let counted = count.clone();
    let token = Token::from_source(Rc::new(move || {
        counted.set(counted.get() + 1);
        Box::pin(async { Ok(Secret::new("a-token".into()).into()) })
    }));
    let to = answer(307, &[("location", "https://other.example.com/x")], "");
    let all = case(Rc::new(token), vec![to, answer(401, &[], ""), ok(r#"{"imageId":"a"}"#)]);
    let error = call(&all, "getImage", &[json!("a")]).unwrap_err();
    assert_eq!((error.kind(), all.canned.seen.borrow().len(), count.get()), (Kind::Auth, 2, 1));
}

#[test]
fn what_will_be_the_same_the_next_time_is_not_repeated() {
    let lasting = Failure { lasting: true, ..Failure::unsent("self-signed certificate") };
    let all = case(Rc::new(NoAuth), vec![Err(lasting), ok("null")]);
    let error = call(&all, "getImage", &[json!("a")]).unwrap_err();
    assert_eq!((error.kind(), error.details().retryable), (Kind::Network, false));
    assert_eq!(all.canned.seen.borrow().len(), 1);
}
