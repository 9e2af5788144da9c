//! Calls that need something of the identity service first: what is sent where, in which order, how often.

use super::*;
use crate::api::answer::FieldKind;
use crate::api::operation::Answer;
use crate::auth::Authenticator;
use crate::auth::NoAuth;
use crate::auth::aksk::{AccessKey, Aksk};
use crate::auth::keystone::{Identity, Member, Named, Scope};
use crate::auth::secret::Secret;
use crate::http::Failure;
use crate::http::Response;
use crate::http::url::Endpoint;
use crate::platform::LocalFuture;
use crate::service::tests::{Case, answer, case, run};
use core::cell::{OnceCell, RefCell};
use core::future::poll_fn;
use core::task::Poll;

type Reply = core::result::Result<Response, Failure>;

const IAM: &str = "https://iam.example.com/identity/v3";

const THINGS: Operation = Operation {
    name: "listThings",
    path: "/v2/things",
    answer: Answer::Json(FieldKind::Any),
    ..Operation::BASE
};

static LIST: Operation = THINGS;

static LIST_OF_PROJECT: Operation = Operation { path: "/v2/{project_id}/things", ..THINGS };

/// The service of the client and the identity service, behind one transport.
fn both(make: impl FnOnce(Service) -> Rc<dyn Authenticator>, answers: Vec<Reply>) -> Case {
    let mut all = case(Rc::new(NoAuth), answers);
    let plain = |all: &Case| Service {
        dialect: &crate::api::PLAIN,
        transport: all.service.transport.clone(),
        platform: all.service.platform.clone(),
        authenticator: Rc::new(NoAuth),
        endpoint: Endpoint::parse(IAM, "iamEndpoint").unwrap().without_version(),
        located: None,
        signing_endpoint: None,
        project: None,
        headers: vec![],
        timeout_ms: 30_000.0,
        retry: all.service.retry,
        cookies: all.service.cookies,
        observer: None,
        closing: Default::default(),
    };
    let authenticator = make(plain(&all));
    all.service.dialect = &crate::api::PLAIN;
    all.service.authenticator = authenticator;
    all
}

fn by_password(wanted: Option<Wanted>) -> impl FnOnce(Service) -> Rc<dyn Authenticator> {
    move |mut service| {
        let user = Member { named: Named::Id("u".into()), domain: None };
        let identity = Identity::Password { user, password: Secret::new("s3cret-word".into()) };
        let login = Rc::new(Login::new(identity, &Scope::Default));
        service.authenticator = login.clone();
        Rc::new(keystone(service, login, wanted))
    }
}

fn by_key(project: Option<&str>) -> impl FnOnce(Service) -> Rc<dyn Authenticator> {
    let project = project.map(str::to_owned);
    move |mut service| {
        let security_token = None;
        let secret = Secret::new("s3cret-key".into());
        let key = AccessKey { id: "AK".into(), secret, security_token, project, domain: None };
        let platform = service.platform.clone();
        service.authenticator = Rc::new(Aksk::new(key.clone(), platform.clone(), None));
        Rc::new(Aksk::new(key, platform, Some(projects(service, "cn-north-4".into()))))
    }
}

fn token(body: &str) -> Reply {
    answer(201, &[("x-subject-token", "the-token")], body)
}

fn call(all: &Case, operation: &'static Operation) -> Result<String> {
    run(all.service.call(operation, &[], &CallOptions::default()))
}

fn sent(all: &Case) -> Vec<String> {
    all.canned
        .seen
        .borrow()
        .iter()
        .map(|request| format!("{} {}", request.method.name(), request.url))
        .collect()
}

const CATALOG: &str = r#"{"token":{"project":{"id":"p/1"},"catalog":[{"type":"image","endpoints":[
    {"interface":"public","region":"A","url":"https://glance.example.com/image/v2"}]}]}}"#;

fn wanted(region: Option<&str>) -> Option<Wanted> {
    let region = region.map(str::to_owned);
    Some(Wanted { service: "image", interface: "public".into(), region })
}

#[test]
fn a_service_is_found_in_the_catalog_once() {
    let replies = vec![token(CATALOG), answer(200, &[], "[1]"), answer(200, &[], "[2]")];
    let mut all = both(by_password(wanted(None)), replies);
    all.service.located = Some(OnceCell::new());
    assert_eq!(call(&all, &LIST).unwrap(), "[1]");
    assert_eq!(call(&all, &LIST_OF_PROJECT).unwrap(), "[2]");
    assert_eq!(
        sent(&all),
        [
            "POST https://iam.example.com/identity/v3/auth/tokens",
            "GET https://glance.example.com/image/v2/things",
            "GET https://glance.example.com/image/v2/p%2F1/things",
        ]
    );
    assert_eq!(all.canned.seen.borrow()[1].headers.get("x-auth-token"), Some("the-token"));
}

#[test]
fn many_calls_at_once_ask_for_one_token() {
    let mut replies = vec![token(CATALOG)];
    replies.extend((0..20).map(|_| answer(200, &[], "[]")));
    let mut all = both(by_password(wanted(None)), replies);
    all.service.located = Some(OnceCell::new());
    let options = CallOptions::default();
    let mut calls: Vec<LocalFuture<'_, Result<String>>> =
        (0..20).map(|_| -> LocalFuture<'_, _> { Box::pin(all.service.call(&LIST, &[], &options)) }).collect();
    let done = RefCell::new(0);
    run(poll_fn(|context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            Poll::Ready(answered) => {
                answered.unwrap();
                *done.borrow_mut() += 1;
                false
            }
            Poll::Pending => true,
        });
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }));
    let asked = sent(&all).iter().filter(|sent| sent.starts_with("POST")).count();
    assert_eq!((*done.borrow(), asked), (20, 1));
}

#[test]
fn a_catalog_without_the_service_sends_nothing_to_anybody_else() {
    let mut all = both(by_password(wanted(Some("B"))), vec![token(CATALOG)]);
    all.service.located = Some(OnceCell::new());
    let error = call(&all, &LIST).unwrap_err();
    assert_eq!((error.kind(), error.details().field.as_deref()), (Kind::Validation, Some("region")));
    assert_eq!(sent(&all).len(), 1);
    let mut all = both(by_key(Some("p")), vec![]);
    all.service.located = Some(OnceCell::new());
    assert_eq!(call(&all, &LIST).unwrap_err().details().field.as_deref(), Some("endpoint"));
    assert_eq!(sent(&all).len(), 0);
}

#[test]
fn the_project_of_an_access_key_is_looked_up_when_a_call_needs_it() {
    let found = r#"{"projects":[{"id":"p1","name":"cn-north-4","domain_id":"d"}],"links":{}}"#;
    let replies = vec![
        answer(200, &[], "[0]"),
        answer(200, &[], found),
        answer(200, &[], "[1]"),
        answer(200, &[], "[2]"),
    ];
    let all = both(by_key(None), replies);
    for operation in [&LIST, &LIST_OF_PROJECT, &LIST_OF_PROJECT] {
        call(&all, operation).unwrap();
    }
    let base = "https://ims.example.com/base/v2";
    let lookup = "GET https://iam.example.com/identity/v3/projects?name=cn-north-4";
    let things = format!("GET {base}/p1/things");
    assert_eq!(sent(&all), [&format!("GET {base}/things"), lookup, &things, &things]);
    let seen = all.canned.seen.borrow();
    let project = |at: usize| seen[at].headers.get("x-project-id").map(str::to_owned);
    assert_eq!([project(0), project(1), project(2)], [None, None, Some("p1".into())]);
    assert!(seen[1].headers.get("authorization").unwrap().starts_with("SDK-HMAC-SHA256 Access=AK, "));
    assert_eq!(seen[1].headers.get("x-regionid"), None, "the client's headers are the service's");
}

#[test]
fn a_project_that_cannot_be_told_is_asked_for() {
    let many = r#"{"projects":[{"id":"p1"},{"id":"p2"}]}"#;
    for (body, part) in [(r#"{"projects":[]}"#, "no project called"), (many, "p1, p2")] {
        let all = both(by_key(None), vec![answer(200, &[], body)]);
        let error = call(&all, &LIST_OF_PROJECT).unwrap_err();
        assert_eq!(error.details().field.as_deref(), Some("projectId"));
        assert!(error.message().starts_with("listThings: ") && error.message().contains(part), "{error}");
    }
    let refused = r#"{"error":{"code":403,"message":"You are not authorized: s3cret-key"}}"#;
    let all = both(by_key(None), vec![answer(403, &[("x-request-id", "r7")], refused)]);
    let error = call(&all, &LIST_OF_PROJECT).unwrap_err();
    assert_eq!((error.kind(), error.details().request_id.as_deref()), (Kind::Auth, Some("r7")));
    assert_eq!(error.details().operation, "listThings");
    assert!(error.message().contains("not authorized: ***"), "{error}");
    let all = both(by_key(Some("given")), vec![answer(200, &[], "[]")]);
    call(&all, &LIST_OF_PROJECT).unwrap();
    assert_eq!(sent(&all).len(), 1, "a project that is given is not looked up");
}

#[test]
fn an_identity_service_that_is_down_is_not_asked_squared() {
    let down = (0..9).map(|_| answer(503, &[], "")).collect();
    let all = both(by_password(None), down);
    let error = call(&all, &LIST).unwrap_err();
    assert_eq!((error.kind(), error.details().attempts.len(), sent(&all).len()), (Kind::Auth, 4, 4));
    assert!(error.message().ends_with("(4 attempts)"), "{error}");
    assert!(error.details().retryable);
    let all = both(by_password(None), vec![]);
    let error = call(&all, &LIST).unwrap_err();
    assert_eq!((error.kind(), error.details().attempts.len()), (Kind::Timeout, 4));
}
