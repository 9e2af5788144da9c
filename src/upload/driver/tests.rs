//! What the driver does beside the session: the last checkpoint, whose failure nobody would hear of otherwise.

use super::jobs::unusable;
use super::*;
use crate::auth::secret::Secret;
use crate::error::{Error, Kind, Result};
use crate::http::{Body, Response};
use crate::json::Value;
use crate::oss::Ask;
use crate::oss::trouble::Remedy;
use crate::service::tests::{Canned, Jumping, answer, run};
use crate::upload::backend::{Created, Prepared};
use crate::upload::checkpoint::{CheckpointStore, Lock};
use crate::upload::source::Absent;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll, Waker};

/// A service that is never asked.
struct NoService;

impl Backend for NoService {
    fn create(&self) -> LocalFuture<'_, Result<Created>> {
        unreachable!()
    }
    fn find(&self) -> LocalFuture<'_, Result<Vec<String>>> {
        Box::pin(core::future::pending())
    }
    fn show<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        unreachable!()
    }
    fn prepare<'a>(&'a self, _: &'a str, _: u64) -> LocalFuture<'a, Result<Prepared>> {
        unreachable!()
    }
    fn report<'a>(
        &'a self,
        _: &'a str,
        _: bool,
        _: Option<&'a str>,
    ) -> LocalFuture<'a, Result<Option<String>>> {
        unreachable!()
    }
    fn delete<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<()>> {
        unreachable!()
    }
}

/// A store whose disk is broken, and the lock of it.
#[derive(Default)]
struct Broken {
    is_broken: bool,
    /// It never answers.
    hangs: bool,
    is_lost: bool,
    released: Cell<u32>,
}

impl Broken {
    fn answer<T: Default + 'static>(&self) -> LocalFuture<'static, Result<T>> {
        let is_broken = self.is_broken;
        if self.hangs {
            return Box::pin(core::future::pending());
        }
        Box::pin(
            async move { if is_broken { Err(Error::new(Kind::Source, "EIO")) } else { Ok(T::default()) } },
        )
    }
}

impl CheckpointStore for Broken {
    fn load(&self, _: &str) -> LocalFuture<'static, Result<Option<String>>> {
        self.answer()
    }
    fn save(&self, _: &str, _: &str) -> LocalFuture<'static, Result<()>> {
        self.answer()
    }
    fn remove(&self, _: &str) -> LocalFuture<'static, Result<()>> {
        self.answer()
    }
    fn list(&self) -> LocalFuture<'static, Result<Vec<String>>> {
        self.answer()
    }
    fn lock(&self, _: &str) -> LocalFuture<'static, Result<Option<Rc<dyn Lock>>>> {
        Box::pin(async { Ok(None) })
    }
}

impl Lock for Broken {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        let held = !self.is_lost;
        Box::pin(async move { held })
    }
    fn release(&self) -> LocalFuture<'static, ()> {
        self.released.set(self.released.get() + 1);
        Box::pin(async {})
    }
}

/// Who writes down the warnings.
#[derive(Default)]
struct Warnings(RefCell<Vec<String>>);

impl Watcher for Warnings {
    fn progress(&self, _: &UploadProgress) {}
    fn now(&self, _: &UploadProgress) {}
    fn event(&self, event: &UploadEvent) {
        if let UploadEvent::Warning { code, message } = event {
            self.0.borrow_mut().push(format!("{code}: {message}"));
        }
    }
    fn created(&self, _: Option<&str>) {}
}

/// The driver of an upload of nothing.
fn driver(transport: Rc<dyn Transport>, keeper: Option<Keeper>) -> Driver {
    let plan = Plan::new(1_000, None).unwrap();
    let settings = Settings {
        store: StoreOptions::default(),
        secure: true,
        observer: None,
        slots: None,
        identity: None,
        notes: StoreNotes::default(),
    };
    let platform = Rc::new(Jumping::default());
    Driver::new(Box::new(NoService), platform, transport, Rc::new(Absent(plan.size)), plan, settings, keeper)
}

/// Ends an upload of nothing by its first event.
fn ended_by(event: Event, is_broken: bool) -> Finish {
    let plan = Plan::new(1_000, None).unwrap();
    let config = Config {
        plan,
        image_id: None,
        digest: true,
        repeatable: true,
        most_parallel: 6,
        first_parallel: 3,
        retry: crate::http::retry::Policy::default(),
        patience_ms: 300_000.0,
        wait_ms: None,
        seed: 1,
        resends: false,
        head: Some("{}".to_owned()),
        imports: None,
    };
    let store = Rc::new(Broken { is_broken, ..Broken::default() });
    let driver = driver(Rc::new(Canned::default()), Some(keeper(&store)));
    let session = Session::new(config);
    let finish = run(Rc::new(driver).run(session, event, Queue::default(), Rc::new(Warnings::default())));
    assert_eq!(store.released.get(), 1, "the lock is given back");
    finish
}

/// What keeps checkpoints in such a store, and holds its lock.
fn keeper(store: &Rc<Broken>) -> Keeper {
    Keeper { store: store.clone(), key: "k".into(), lock: store.clone() }
}

#[test]
fn a_store_that_does_not_answer_holds_up_no_abort_but_the_lock_is_asked() {
    for is_lost in [false, true] {
        let store = Rc::new(Broken { hangs: true, is_lost, ..Broken::default() });
        let driver = Rc::new(driver(Rc::new(Canned::default()), Some(keeper(&store))));
        let queue = Queue::default();
        // The write of an earlier checkpoint hangs, too.
        let _turn = run(driver.writing.take());
        let save = Job::Save { checkpoint: "{}".to_owned(), confirms: true };
        assert_eq!(run(driver.perform(1, save, &queue)), Ok(Outcome::Done));
        queue.push(Event::Tick);
        let first = run(queue.next());
        assert_eq!(first, if is_lost { Event::TakenOver } else { Event::Tick });
    }
}

/// What is begun and not waited for goes on as long as it is kept here.
#[derive(Default)]
struct Begun(Jumping, RefCell<Vec<LocalFuture<'static, ()>>>);

impl Platform for Begun {
    fn now(&self) -> f64 {
        self.0.now()
    }
    fn random(&self) -> f64 {
        self.0.random()
    }
    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        self.0.sleep(milliseconds)
    }
    fn spawn(&self, work: LocalFuture<'static, ()>) {
        self.1.borrow_mut().push(work);
    }
}

#[test]
fn what_is_put_down_late_has_its_turn_until_it_is() {
    let store = Rc::new(Broken { hangs: true, ..Broken::default() });
    let begun = Rc::new(Begun::default());
    let mut driver = driver(Rc::new(Canned::default()), Some(keeper(&store)));
    driver.platform = begun.clone();
    let driver = Rc::new(driver);
    let save = Job::Save { checkpoint: "{}".to_owned(), confirms: true };
    assert_eq!(run(driver.perform(1, save, &Queue::default())), Ok(Outcome::Done));
    let mut next = core::pin::pin!(driver.writing.take());
    let mut is_next = || next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    assert!(!is_next(), "a checkpoint that is removed now would be there again");
    begun.1.borrow_mut().clear();
    assert!(is_next());
}

#[test]
fn an_aborted_upload_whose_checkpoint_stays_says_so() {
    let Finish::Aborted(error, left) = ended_by(Event::Abort, true) else { panic!("not aborted") };
    let words = "the checkpoint could not be removed: EIO";
    assert!(error.message().ends_with(words), "{}", error.message());
    assert_eq!(left.as_deref(), Some(words));
    assert!(error.details().resumable, "it can be discarded later");
    let Finish::Aborted(error, left) = ended_by(Event::Abort, false) else { panic!("not aborted") };
    assert!(!error.details().resumable && left.is_none());
}

#[test]
fn what_became_of_the_last_checkpoint_is_told_with_every_end() {
    let watcher = Warnings::default();
    let told = |mut finish| {
        tell_unwritten(&mut finish, "no disk".to_owned(), &watcher);
        finish
    };
    let image = Value::Null.to_string();
    let (order, object, md5) = (None, None, None);
    let summary = Summary { image, order, object, md5, verified: "md5", warnings: vec!["one".into()] };
    let Finish::Done(summary) = told(Finish::Done(summary)) else { panic!("not done") };
    assert_eq!(summary.warnings, ["one", "no disk"]);
    assert_eq!(*watcher.0.borrow(), ["checkpoint-failed: no disk"]);
    let error = || Error::new(Kind::Network, "lost");
    let Finish::Failed(failed) = told(Finish::Failed(error())) else { panic!("not failed") };
    assert_eq!((failed.message(), failed.details().resumable), ("lost; no disk", false));
    let Finish::Aborted(aborted, left) = told(Finish::Aborted(error(), Some("a part".into()))) else {
        panic!("not aborted")
    };
    assert_eq!((aborted.message(), left.as_deref()), ("lost; no disk", Some("a part; no disk")));
}

/// Answers with this when it is looked at a second time.
struct Slow(&'static str);

impl Transport for Slow {
    fn send(
        &self,
        _: crate::http::Request,
    ) -> LocalFuture<'static, core::result::Result<Response, crate::http::Failure>> {
        let (mut answer, mut looked) = (Some(answer(400, &[], self.0)), false);
        Box::pin(poll_fn(move |_| match core::mem::replace(&mut looked, true) {
            true => Poll::Ready(answer.take().unwrap()),
            false => Poll::Pending,
        }))
    }
}

fn prepared(secret: &str) -> Prepared {
    Prepared {
        keys: Keys {
            access_key: "AK".into(),
            secret_key: Secret::new(secret.into()),
            session_token: Secret::new(String::new()),
        },
        domain: "https://store.example.com".into(),
        bucket: "bucket".into(),
        key: "key".into(),
    }
}

#[test]
fn an_answer_is_told_without_the_keys_of_its_request_though_new_ones_came() {
    let driver = driver(Rc::new(Slow("the-first-secret is wrong")), None);
    driver.settle(prepared("the-first-secret")).unwrap();
    let queue = Queue::default();
    let mut sending = Box::pin(driver.send_bytes(1, Ask::PutObject { body: Body::Empty }, &queue));
    assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    driver.settle(prepared("the-other-secret")).unwrap();
    let error = run(sending).unwrap_err().error;
    assert!(error.message().ends_with("*** is wrong"), "{error}");
}

#[test]
fn a_place_or_keys_that_no_request_can_carry_end_it_at_once() {
    let driver = driver(Rc::new(Canned::default()), None);
    let mut elsewhere = prepared("the-secret");
    elsewhere.bucket = "127.0.0.1:8080/".into();
    let mut breaking = prepared("the-secret");
    breaking.keys.session_token = Secret::new("the-token\r\nx-evil: 1".into());
    let mut foreign = prepared("the-secret");
    foreign.domain = "ftp://store".into();
    for (given, field) in [(elsewhere, Some("bucket")), (breaking, Some("token")), (foreign, None)] {
        let trouble = unusable(driver.settle(given).unwrap_err());
        assert_eq!(trouble.remedy, Remedy::GiveUp);
        assert_eq!((trouble.error.kind(), trouble.error.details().field.as_deref()), (Kind::Protocol, field));
        assert!(!format!("{trouble:?}").contains("the-token"), "{trouble:?}");
    }
    assert!(driver.place.borrow().is_none() && driver.keys.borrow().is_none());
}
