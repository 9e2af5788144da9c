//! The published example of the signing guide, clocks that are wrong, and the project that is looked up once.

use super::*;
use crate::error::{Error, Kind};
use crate::http::Method;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}

struct Clock;

impl Platform for Clock {
    fn now(&self) -> f64 {
        1_000_000_000_000.0
    }
    fn random(&self) -> f64 {
        0.5
    }
    fn sleep(&self, _: f64) -> LocalFuture<'static, ()> {
        Box::pin(async {})
    }
    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

fn key() -> AccessKey {
    AccessKey {
        id: "QTWAOYTTINDUT2QVKYUC".into(),
        secret: Secret::new("MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc".into()),
        security_token: None,
        project: None,
        domain: None,
    }
}

fn request() -> Request {
    let url =
        "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b";
    Request::new(Method::Get, url.into())
}

fn authenticator(projects: Option<ProjectSource>) -> Aksk {
    Aksk::new(key(), Rc::new(Clock), projects)
}

fn refused(authenticator: &Aksk, date: Option<f64>, message: &str) -> Refused {
    let mut request = request();
    now(authenticator.sign(&mut request)).unwrap();
    Refused { request, date, message: message.into() }
}

/// The guide's example: keys, date, canonical request and its digest.
#[test]
fn the_published_example() {
    let mut request = Request::new(
        Method::Get,
        "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs\
         ?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
            .into(),
    );
    request.headers.set("content-type", "application/json");
    sign(&mut request, &key(), parse_date("20191115T033655Z").unwrap());
    assert_eq!(
        request.headers.get("authorization"),
        Some(
            "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, \
             Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
        )
    );
}

#[test]
fn what_is_on_the_way_changed_is_not_signed() {
    let mut request = request();
    request.headers.set("accept", "application/json");
    request.headers.set("user-agent", "x");
    request.headers.set("x-under_score", "x");
    sign(&mut request, &key(), 0.0);
    assert!(request.headers.get("authorization").unwrap().contains("SignedHeaders=host;x-sdk-date,"));
}

#[test]
fn a_wrong_clock_is_corrected_by_the_services() {
    let ours = Clock.now();
    for (date, message, skew) in [
        (Some(ours + 7_200_000.0), "", 7_200_000.0),
        (
            None,
            "status 401: signature expired, signature time:20010909T014640Z,server time:20010909T034640Z",
            7_200_000.0,
        ),
        (Some(ours - 3_600_000.0), "server time:20010909T034640Z", -3_600_000.0),
    ] {
        let aksk = authenticator(None);
        assert!(now(aksk.renew(&refused(&aksk, date, message))).unwrap(), "{message}");
        let again = refused(&aksk, date, message);
        let signed = again.request.headers.get(DATE).and_then(parse_date).unwrap();
        assert_eq!(signed, ours + skew);
        assert!(!now(aksk.renew(&again)).unwrap(), "now the clocks agree: it is something else");
    }
}

#[test]
fn a_clock_that_is_right_is_left_alone() {
    let aksk = authenticator(None);
    for (date, message) in [
        (None, "verify aksk signature fail"),
        (Some(Clock.now() + 299_000.0), ""),
        (None, "server time:"),
        (None, "server time:镜像服务镜像服务"),
    ] {
        assert!(!now(aksk.renew(&refused(&aksk, date, message))).unwrap(), "{message}");
    }
}

#[test]
fn the_project_is_looked_up_once_and_signed_from_then_on() {
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let aksk = authenticator(Some(Rc::new(move || {
        count.set(count.get() + 1);
        let fails = count.get() == 1;
        Box::pin(async move {
            if fails { Err(Error::new(Kind::Network, "lost")) } else { Ok("project-1".to_owned()) }
        })
    })));
    assert!(now(aksk.project()).is_err());
    assert_eq!(now(aksk.project()).unwrap().as_deref(), Some("project-1"));
    assert_eq!(now(aksk.project()).unwrap().as_deref(), Some("project-1"));
    assert_eq!(asked.get(), 2, "once more after a failure, then never again");
    let sent = refused(&aksk, None, "").request;
    assert_eq!(sent.headers.get("x-project-id"), Some("project-1"));
    assert_eq!(now(authenticator(None).project()).unwrap(), None);
}

#[test]
fn after_close_nothing_is_signed_and_nothing_kept() {
    let aksk = authenticator(None);
    assert_eq!(aksk.scrub("it is MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc".into()), "it is ***");
    aksk.close();
    assert_eq!(now(aksk.sign(&mut request())).unwrap_err().kind(), Kind::Auth);
    assert_eq!(now(aksk.project()).unwrap_err().kind(), Kind::Auth);
    assert!(aksk.key.borrow().is_none());
}
