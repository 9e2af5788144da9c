//! Whole diagnoses in virtual time, with canned answers.

use super::{NODE, page};
use crate::auth::NoAuth;
use crate::diagnose::run::{Diagnosing, run};
use crate::diagnose::store::Answer;
use crate::diagnose::{Check, Environment, Probes};
use crate::error::Kind;
use crate::http::url::Endpoint;
use crate::http::{Cookies, Failure, Headers, Request, Response, ResponseBody, Transport};
use crate::oss::note::StoreNotes;
use crate::oss::{Addressing, Place};
use crate::platform::{LocalFuture, Platform};
use crate::service::tests::service_of;
use crate::service::{CallOptions, Service};
use crate::task::Cancel;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

/// Time that only passes while somebody waits for it.
#[derive(Default)]
struct Virtual(Rc<Cell<f64>>);

impl Platform for Virtual {
    fn now(&self) -> f64 {
        1_700_000_000_000.0 + self.0.get()
    }
    fn random(&self) -> f64 {
        0.5
    }
    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        let time = self.0.clone();
        Box::pin(async move { time.set(time.get() + milliseconds) })
    }
    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

struct Text(String);

impl ResponseBody for Text {
    fn whole(self: Box<Self>) -> LocalFuture<'static, Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.0.into_bytes()) })
    }
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

/// What a request gets; none: silence.
type Say = fn(&Request) -> Option<Result<(u16, &'static str), Failure>>;

struct Canned(Say, Rc<RefCell<Vec<String>>>, Rc<Cell<f64>>, f64);

impl Transport for Canned {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>> {
        self.1.borrow_mut().push(format!("{} {}", request.method.name(), request.url));
        let Some(answer) = self.0(&request) else { return Box::pin(core::future::pending()) };
        self.2.set(self.2.get() + self.3);
        Box::pin(async move {
            let (status, text) = answer?;
            Ok(Response {
                status,
                headers: Headers::default(),
                body: Box::new(Text(text.to_owned())),
                opaque_redirect: false,
            })
        })
    }
}

impl Probes for bool {
    fn opaque(&self, _: &str) -> LocalFuture<'static, Result<Answer, Failure>> {
        let answers = *self;
        Box::pin(async move { if answers { Ok(Answer::default()) } else { Err(Failure::network("")) } })
    }
    fn kept_back_by_policy(&self) -> bool {
        false
    }
}

struct Found {
    checks: Vec<Check>,
    asked: Vec<String>,
    took_ms: f64,
}

impl Found {
    fn check(&self, name: &str) -> &Check {
        self.checks
            .iter()
            .find(|check| check.name == name)
            .unwrap_or_else(|| panic!("no {name}: {:#?}", self.checks))
    }
}

/// A diagnosis whose answers take so long each.
fn diagnose(service: Say, store: Say, environment: Environment, each_ms: f64, notes: StoreNotes) -> Found {
    let platform = Rc::new(Virtual::default());
    let (time, asked) = (platform.0.clone(), Rc::new(RefCell::new(Vec::new())));
    let canned = |say| Rc::new(Canned(say, asked.clone(), time.clone(), each_ms));
    let service = Service {
        dialect: &crate::api::cecloud::DIALECT,
        endpoint: Endpoint::parse("https://ims.example.com/base", "endpoint").unwrap(),
        headers: vec![("x-regionid".to_owned(), "region0".to_owned())],
        cookies: Cookies::Omit,
        ..service_of(canned(service), platform, Rc::new(NoAuth))
    };
    let probes = environment.page.as_ref().map(|_| -> Rc<dyn Probes> { Rc::new(false) });
    let (store, options) = (canned(store), CallOptions::default());
    let diagnosing = Diagnosing { service: Rc::new(service), store, notes, environment, probes, options };
    let mut running = Box::pin(run(diagnosing));
    let Poll::Ready(checks) = running.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it hangs")
    };
    Found { checks: checks.unwrap().0, asked: asked.take(), took_ms: time.get() }
}

fn lost(_: &Request) -> Option<Result<(u16, &'static str), Failure>> {
    Some(Err(Failure::network("connect ECONNREFUSED")))
}

fn silence(_: &Request) -> Option<Result<(u16, &'static str), Failure>> {
    None
}

fn well(request: &Request) -> Option<Result<(u16, &'static str), Failure>> {
    Some(Ok(match request.url.contains("upload-prepare") {
        true => (
            200,
            r#"{"code":"Success","data":{"accessKey":"AK","secretKey":"very-secret","token":"token-secret","bucket":"b",
              "file":"k","domain":"store.example.com"}}"#,
        ),
        false => (
            200,
            r#"{"code":"Success","data":{"list":[{"imageId":"i1","status":"active"},
              {"imageId":"i2","status":"queued","size":77}],"total":2}}"#,
        ),
    }))
}

fn no_upload(_: &Request) -> Option<Result<(u16, &'static str), Failure>> {
    Some(Ok((404, "<Error><Code>NoSuchUpload</Code></Error>")))
}

#[test]
fn the_store_is_found_by_a_queued_image_and_asked_for_nothing_that_exists() {
    let found = diagnose(well, no_upload, NODE, 1.0, StoreNotes::default());
    assert!(found.checks.iter().all(|check| check.ok), "{:#?}", found.checks);
    assert_eq!(found.asked.len(), 3, "{:?}", found.asked);
    assert!(found.asked[1].starts_with("POST https://ims.example.com/base/api/image/v1/private-images/i2/"));
    assert!(found.asked[2].starts_with("GET https://store.example.com/b/k?uploadId=ims-client-diagnose-17"));
    assert_eq!(
        found.check("store-credentials").message,
        "The object store accepts the keys that upload-prepare hands out."
    );
    assert!(!format!("{:?}", found.checks).contains("-secret"));
}

#[test]
fn half_a_minute_is_enough_when_nobody_answers_or_everybody_is_slow() {
    for environment in [NODE, page("https://console.example.com")] {
        for (service, store) in
            [(silence as Say, silence as Say), (well, silence), (lost, lost), (well, lost)]
        {
            for each_ms in [0.0, 9_900.0] {
                let notes = StoreNotes::default();
                let found = diagnose(service, store, environment.clone(), each_ms, notes);
                // What was under way when the time was over may still come.
                assert!(found.took_ms < 42_000.0, "{} ms, {:?}", found.took_ms, found.asked);
                assert!(found.checks.iter().any(|check| !check.ok));
            }
        }
        let hanging = diagnose(silence, silence, environment, 0.0, StoreNotes::default());
        assert!(hanging.took_ms <= 10_100.0, "{}", hanging.took_ms);
        assert!(hanging.check("service-reachable").message.ends_with("did not answer in time."));
        assert_eq!(hanging.asked.len(), 1);
    }
}

#[test]
fn an_upload_s_store_is_asked_without_keys_where_no_image_is_queued() {
    let notes = StoreNotes::default();
    notes.place(&Place {
        endpoint: Endpoint::parse("https://known.example.com", "domain").unwrap(),
        signing_endpoint: None,
        bucket: "b".into(),
        key: "k".into(),
        region: "cn-1".into(),
        addressing: Addressing::Virtual,
        clock_skew_ms: 0.0,
    });
    notes.stored(false);
    let denied: Say = |_| Some(Ok((403, "<Error><Code>InvalidAccessKeyId</Code></Error>")));
    let far = page("https://console.example.com");
    let found = diagnose(lost, denied, far.clone(), 1.0, notes.clone());
    assert!(found.check("store").message.contains("an upload of this client"));
    assert!(found.asked.iter().any(|url| url.starts_with("GET https://b.known.example.com/k?uploadId=")));
    assert!(!found.check("store-etag-exposed").ok, "remembered from the upload");
    assert!(found.checks.iter().all(|check| check.name != "store-credentials"));
    let methods: Vec<&str> =
        found.asked.iter().filter(|url| url.contains("known")).map(|url| &url[..3]).collect();
    assert_eq!(methods, ["GET", "HEA", "PUT", "POS", "DEL"]);
    let found = diagnose(well, no_upload, far, 1.0, notes);
    assert!(
        found.asked.iter().any(|url| url.starts_with("GET https://b.known.example.com/k?")),
        "{:?}",
        found.asked
    );
}

#[test]
fn the_caller_ends_it() {
    let cancel = Cancel::default();
    cancel.cancel();
    let platform = Rc::new(Virtual::default());
    let canned = Rc::new(Canned(silence, Rc::default(), Rc::default(), 0.0));
    let service = Service {
        dialect: &crate::api::cecloud::DIALECT,
        endpoint: Endpoint::parse("https://ims.example.com", "endpoint").unwrap(),
        timeout_ms: 1.0,
        cookies: Cookies::Omit,
        ..service_of(canned.clone(), platform, Rc::new(NoAuth))
    };
    let options = CallOptions { cancel, ..CallOptions::default() };
    let mut running = Box::pin(run(Diagnosing {
        service: Rc::new(service),
        store: canned.clone(),
        notes: StoreNotes::default(),
        environment: NODE,
        probes: None,
        options,
    }));
    let Poll::Ready(Err(error)) = running.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it goes on")
    };
    assert_eq!(error.kind(), Kind::Aborted);
    assert!(canned.1.borrow().is_empty());
}
