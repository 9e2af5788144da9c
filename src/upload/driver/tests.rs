//! What the driver does beside the session: the last checkpoint, whose failure nobody would hear of otherwise.

use super::*;
use crate::json::Value;
use crate::service::tests::{Canned, Jumping, run};
use crate::upload::checkpoint::{CheckpointStore, Lock};
use crate::upload::source::Absent;
use core::cell::Cell;

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
    fn prepare<'a>(&'a self, _: &'a str, _: u64) -> LocalFuture<'a, Result<super::super::backend::Prepared>> {
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
    let driver = driver(plan, store.clone());
    let session = Session::new(config);
    let finish = run(Rc::new(driver).run(session, event, Queue::default(), Rc::new(Warnings::default())));
    assert_eq!(store.released.get(), 1, "the lock is given back");
    finish
}

fn driver(plan: Plan, store: Rc<Broken>) -> Driver {
    let keeper = Keeper { store: store.clone(), key: "k".into(), lock: store };
    let settings = Settings {
        store: StoreOptions::default(),
        secure: true,
        observer: None,
        slots: None,
        notes: StoreNotes::default(),
    };
    Driver::new(
        Box::new(NoService),
        Rc::new(Jumping::default()),
        Rc::new(Canned::default()),
        Rc::new(Absent(plan.size)),
        plan,
        settings,
        Some(keeper),
    )
}

#[test]
fn a_store_that_does_not_answer_holds_up_no_abort_but_the_lock_is_asked() {
    for is_lost in [false, true] {
        let store = Rc::new(Broken { hangs: true, is_lost, ..Broken::default() });
        let driver = driver(Plan::new(1_000, None).unwrap(), store);
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
