//! What is sent for a token, what is read of the answer, and how long it is kept.

use super::*;
use crate::auth::secret::Secret;
use crate::http::Method;
use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}

fn name(text: &str) -> Named {
    Named::Name(text.into())
}

fn id(text: &str) -> Named {
    Named::Id(text.into())
}

fn member(named: Named, domain: Option<Named>) -> Member {
    Member { named, domain }
}

fn body(login: &Login) -> serde_json::Value {
    let mut request = Request::new(Method::Post, "https://iam/v3/auth/tokens".into());
    now(login.sign(&mut request)).unwrap();
    assert_eq!(request.headers.get("content-type"), Some("application/json"));
    let Body::Bytes(bytes) = &request.body else { panic!("no body") };
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn a_password_in_every_scope() {
    let login = |user, scope| {
        let password = Secret::new("s3cret \"quoted\\ ü\n".into());
        body(&Login::new(Identity::Password { user, password }, &scope))
    };
    let identity = serde_json::json!({"methods": ["password"], "password": {"user":
        {"name": "u", "domain": {"name": "d"}, "password": "s3cret \"quoted\\ ü\n"}}});
    let user = || member(name("u"), Some(name("d")));
    assert_eq!(login(user(), Scope::Default), serde_json::json!({"auth": {"identity": identity}}));
    for (scope, written) in [
        (
            Scope::Project(member(name("p"), Some(id("default")))),
            serde_json::json!({"project": {"name": "p", "domain": {"id": "default"}}}),
        ),
        (Scope::Project(member(id("77b6"), Some(name("d")))), serde_json::json!({"project": {"id": "77b6"}})),
        (Scope::Domain(id("dd")), serde_json::json!({"domain": {"id": "dd"}})),
        (Scope::Unscoped, serde_json::json!("unscoped")),
    ] {
        let whole = serde_json::json!({"auth": {"identity": identity, "scope": written}});
        assert_eq!(login(user(), scope), whole);
    }
    let by_id = login(member(id("77"), None), Scope::Default);
    assert_eq!(by_id["auth"]["identity"]["password"]["user"]["id"], "77");
}

#[test]
fn an_application_credential_by_id_and_by_name() {
    let login = |named, user| {
        let secret = Secret::new("s3cret".into());
        body(&Login::new(Identity::ApplicationCredential { named, user, secret }, &Scope::Default))
    };
    let whole = |inside| {
        serde_json::json!({"auth": {"identity":
            {"methods": ["application_credential"], "application_credential": inside}}})
    };
    assert_eq!(login(id("c1"), None), whole(serde_json::json!({"id": "c1", "secret": "s3cret"})));
    let user = member(name("u"), Some(name("d")));
    assert_eq!(
        login(name("c"), Some(user)),
        whole(
            serde_json::json!({"name": "c", "user": {"name": "u", "domain": {"name": "d"}}, "secret": "s3cret"})
        )
    );
}

#[test]
fn a_closed_login_sends_nothing() {
    let user = member(id("u"), None);
    let login =
        Login::new(Identity::Password { user, password: Secret::new("s3cret".into()) }, &Scope::Default);
    assert_eq!(login.scrub("a s3cret".into()), "a ***");
    login.close();
    let mut request = Request::new(Method::Post, "https://iam/".into());
    assert_eq!(now(login.sign(&mut request)).unwrap_err().kind(), Kind::Auth);
    assert!(matches!(request.body, Body::Empty));
}

const WANTED: fn(Option<&str>) -> Wanted =
    |region| Wanted { service: "image", interface: "public".into(), region: region.map(str::to_owned) };

fn answer(dates: &str) -> String {
    format!(
        r#"{{"headers":{{"token":"t0ken"}},"body":{{"token":{{{dates}"project":{{"id":"p1"}},"catalog":[
        {{"type":"compute","endpoints":[{{"interface":"public","region":"A","url":"https://nova/"}}]}},
        {{"type":"image","endpoints":[
        {{"interface":"internal","region_id":"A","url":"http://in.a/"}},
        {{"interface":"public","region_id":"A","url":"https://a/image/v2/"}},
        {{"interface":"public","region":"B","url":"https://b:9292"}}]}}]}}}}}}"#
    )
}

#[test]
fn a_token_is_renewed_before_it_expires_whatever_our_clock_says() {
    let read_at = |dates: &str, now| read(&answer(dates), None, now).unwrap();
    let hour = r#""issued_at":"2026-01-01T00:00:00.000000Z","expires_at":"2026-01-01T01:00:00.000000Z","#;
    assert_eq!(read_at(hour, 5_000.0).renew_at, 5_000.0 + 3_600_000.0 - 60_000.0);
    let short = r#""issued_at":"2026-01-01T00:00:00.000000Z","expires_at":"2026-01-01T00:00:10.000000Z","#;
    assert_eq!(read_at(short, 0.0).renew_at, 9_000.0, "a short life is used for the most part");
    assert_eq!(read_at("", 0.0).renew_at, f64::INFINITY);
    let undated = r#""expires_at":"2026-01-01T01:00:00.000000Z","#;
    let end = parse_date("2026-01-01T01:00:00Z").unwrap();
    assert_eq!(read_at(undated, end - 600_000.0).renew_at, end - 60_000.0);
    assert_eq!(read_at(undated, end + 1.0).renew_at, f64::INFINITY, "our clock is ahead of its whole life");
    let issued = read_at(hour, 0.0);
    assert_eq!((issued.project.as_deref(), issued.places.len()), (Some("p1"), 0));
}

#[test]
fn what_is_no_token_says_so() {
    for (text, kind, part) in [
        (r#"{"headers":{},"body":{"token":{}}}"#, Kind::Auth, "Access-Control-Expose-Headers"),
        (r#"{"headers":{"token":"t"},"body":{}}"#, Kind::Protocol, "does not tell"),
        (r#"{"headers":{"token":"t"},"body":<html>}"#, Kind::Protocol, "not what the document"),
    ] {
        let error = read(text, None, 0.0).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(part), "{error}");
    }
}

#[test]
fn the_catalog_names_the_one_place_that_is_wanted() {
    let choose_in = |region, interface: &str| {
        let wanted = Wanted { interface: interface.into(), ..WANTED(region) };
        let issued = read(&answer(""), Some(&wanted), 0.0).unwrap();
        choose(&issued.places, &wanted).map(|endpoint| endpoint.url("", ""))
    };
    assert_eq!(choose_in(Some("A"), "public").unwrap(), "https://a/image", "the operations name the version");
    assert_eq!(choose_in(Some("B"), "public").unwrap(), "https://b:9292");
    assert_eq!(choose_in(None, "internal").unwrap(), "http://in.a");
    for (region, interface, field, part) in [
        (None, "public", Some("region"), "A, B"),
        (Some("C"), "public", Some("region"), "A, B"),
        (None, "admin", None, "no admin endpoint"),
    ] {
        let error = choose_in(region, interface).unwrap_err();
        assert_eq!(error.details().field.as_deref(), field);
        assert!(error.message().contains(part), "{error}");
    }
}

struct Clock(Cell<f64>);

impl Platform for Clock {
    fn now(&self) -> f64 {
        self.0.get()
    }
    fn random(&self) -> f64 {
        0.5
    }
    fn sleep(&self, _: f64) -> LocalFuture<'static, ()> {
        Box::pin(async {})
    }
    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

#[test]
fn a_kept_token_is_used_until_shortly_before_its_end() {
    let clock = Rc::new(Clock(Cell::new(0.0)));
    let asked = Rc::new(Cell::new(0));
    let (count, time) = (asked.clone(), clock.clone());
    let source: TokenSource = Rc::new(move || {
        count.set(count.get() + 1);
        let mut issued = Issued::from(Secret::new(format!("token-{}", count.get())));
        issued.renew_at = time.now() + 3_000.0;
        Box::pin(async move { Ok(issued) })
    });
    let user = member(id("u"), None);
    let identity = Identity::Password { user, password: Secret::new("s3cret".into()) };
    let keystone = Keystone::new(source, Rc::new(Login::new(identity, &Scope::Default)), clock.clone(), None);
    for (time, token) in
        [(0.0, "token-1"), (2_999.0, "token-1"), (3_000.0, "token-2"), (5_999.0, "token-2"), (6e9, "token-3")]
    {
        clock.0.set(time);
        now(keystone.prepare()).unwrap();
        let mut request = Request::new(Method::Get, "https://h/".into());
        now(keystone.sign(&mut request)).unwrap();
        assert_eq!(request.headers.get("x-auth-token"), Some(token), "at {time}");
    }
    assert_eq!(asked.get(), 3);
    keystone.close();
    assert_eq!(now(keystone.prepare()).unwrap_err().kind(), Kind::Auth);
    assert_eq!(now(keystone.project()).unwrap_err().kind(), Kind::Auth);
}

#[test]
fn a_token_that_no_header_can_carry_is_no_token() {
    for token in ["the-token\u{7f}", "the-tok\u{e9}n"] {
        let answer = Value::object([
            ("headers", Value::object([("token", token.into())])),
            ("body", Value::object([("token", Value::object([]))])),
        ]);
        let error = read(&answer.to_string(), None, 0.0).unwrap_err();
        assert_eq!((error.kind(), error.details().retryable), (Kind::Protocol, false));
        assert!(!error.message().contains("the-tok"), "{error}");
    }
}
