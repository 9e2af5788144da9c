//! Uploads in virtual time: nothing that stands still is waited for for ever, and nothing that moves is given up.

use super::*;
use crate::auth::{Authenticator, Refused};
use crate::http::retry::Policy;
use crate::http::{Failure, Headers, Method, Request, Response, ResponseBody, Transport};
use crate::service::tests::service_of;
use core::task::{Context, Poll, Waker};
use std::pin::pin;

/// What the service answers a PUT with.
#[derive(Clone, Copy, PartialEq)]
enum Put {
    /// Nothing, after so many bytes have left.
    Silence(u64),
    /// It is gone, after so many bytes have left.
    Gone(u64),
    /// It has heard everything, and wants another token.
    Expired,
    Stored,
}

struct Body_(&'static str);

impl ResponseBody for Body_ {
    fn whole(self: Box<Self>) -> LocalFuture<'static, core::result::Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.0.as_bytes().to_vec()) })
    }

    fn next(&mut self) -> LocalFuture<'_, core::result::Result<Option<Vec<u8>>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

/// Shows the image in one state before the file and in the next ones after it.
struct Glance {
    puts: RefCell<Vec<Put>>,
    shows: RefCell<Vec<&'static str>>,
}

/// Has another token whenever one is asked for.
struct Tokens;

impl Authenticator for Tokens {
    fn sign<'a>(&'a self, _: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn renew<'a>(&'a self, _: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(true) })
    }

    fn scrub(&self, text: String) -> String {
        text
    }

    fn close(&self) {}
}

impl Transport for Glance {
    fn send(&self, request: Request) -> LocalFuture<'static, core::result::Result<Response, Failure>> {
        let answer = |status, body| {
            Ok(Response {
                status,
                headers: Headers::default(),
                body: Box::new(Body_(body)),
                opaque_redirect: false,
            })
        };
        if request.method == Method::Get {
            let shown = self.shows.borrow_mut().remove(0);
            return Box::pin(async move { answer(200, shown) });
        }
        let sent = |bytes| request.on_sent.iter().for_each(|on_sent| on_sent(bytes));
        match self.puts.borrow_mut().remove(0) {
            Put::Stored => Box::pin(async move { answer(204, "") }),
            Put::Expired => {
                sent(100);
                Box::pin(async move { answer(401, "") })
            }
            Put::Gone(bytes) => {
                sent(bytes);
                Box::pin(async { Err(Failure::network("gone")) })
            }
            Put::Silence(bytes) => {
                sent(bytes);
                Box::pin(core::future::pending())
            }
        }
    }
}

/// A clock that whoever sleeps moves, by as much as he sleeps and so much more.
struct Clock(Rc<Hands>);

struct Hands {
    now: Cell<f64>,
    more: f64,
    ticks: Cell<u32>,
}

impl Platform for Clock {
    fn now(&self) -> f64 {
        self.0.now.get()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'static, ()> {
        // The limits of calls are not reached.
        if milliseconds > TICK_MS {
            return Box::pin(core::future::pending());
        }
        let (clock, mut over) = (self.0.clone(), false);
        Box::pin(core::future::poll_fn(move |_| {
            // Everybody else has a turn first.
            if !core::mem::replace(&mut over, true) {
                return Poll::Pending;
            }
            clock.now.set(clock.now.get() + milliseconds + clock.more);
            clock.ticks.set(clock.ticks.get() + 1);
            Poll::Ready(())
        }))
    }

    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

struct Hundred {
    read: bool,
}

impl Content for Hundred {
    fn size(&self) -> u64 {
        100
    }

    fn body(&self) -> LocalFuture<'_, Result<Body>> {
        Box::pin(async { Ok(Body::Empty) })
    }

    fn digest(&self) -> LocalFuture<'_, Result<Option<[u8; 16]>>> {
        Box::pin(async {
            if !self.read {
                core::future::pending::<()>().await;
            }
            Ok(None)
        })
    }

    fn is_read(&self) -> bool {
        self.read
    }

    fn check(&self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn tells(&self) -> bool {
        true
    }
}

const QUEUED: &str = r#"{"id":"i","status":"queued"}"#;
const SAVING: &str = r#"{"id":"i","status":"saving"}"#;
const ACTIVE: &str = r#"{"id":"i","status":"active","size":100}"#;

/// What an upload came to, when, and how far its bar was each time it was told.
struct Run {
    outcome: Result<Uploaded>,
    clock: Rc<Clock>,
    bar: Vec<f64>,
}

fn upload(puts: &[Put], shows: &[&'static str], more: f64, wait_ms: Option<f64>) -> Run {
    upload_of(&Hundred { read: true }, puts, shows, more, wait_ms)
}

fn upload_of(
    content: &dyn Content,
    puts: &[Put],
    shows: &[&'static str],
    more: f64,
    wait_ms: Option<f64>,
) -> Run {
    let clock = Rc::new(Clock(Rc::new(Hands { now: Cell::new(0.0), more, ticks: Cell::new(0) })));
    let glance = Rc::new(Glance { puts: RefCell::new(puts.to_vec()), shows: RefCell::new(shows.to_vec()) });
    let service = Rc::new(Service {
        retry: Policy { max_attempts: 1, ..Policy::default() },
        ..service_of(glance, clock.clone(), Rc::new(Tokens))
    });
    let bar = Rc::new(RefCell::new(Vec::new()));
    let told = bar.clone();
    let whole = Whole {
        service: service.clone(),
        sender: service,
        platform: clock.clone(),
        image_id: "i".to_owned(),
        cancel: Cancel::default(),
        wait_ms,
        on_progress: Rc::new(move |progress| told.borrow_mut().push(progress.bytes_sent)),
    };
    let mut run = pin!(whole.run(content));
    for _ in 0..10_000 {
        if let Poll::Ready(outcome) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Run { outcome, clock, bar: bar.take() };
        }
    }
    panic!("it hangs")
}

#[test]
fn what_stands_still_is_given_up_after_a_minute() {
    for sent in [0, 7] {
        let Run { outcome, clock, .. } = upload(&[Put::Silence(sent)], &[QUEUED], 0.0, None);
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout, "{error}");
        assert!(error.message().contains("stands still"), "{error}");
        assert!((STALL_MS..STALL_MS + 2.0 * TICK_MS).contains(&clock.now()), "{}", clock.now());
    }
}

#[test]
fn a_computer_that_slept_did_not_stand_still() {
    let Run { clock, .. } = upload(&[Put::Silence(7)], &[QUEUED], 3_600_000.0, None);
    assert!(f64::from(clock.0.ticks.get()) >= STALL_MS / (2.0 * TICK_MS), "{} ticks", clock.0.ticks.get());
}

#[test]
fn a_service_that_has_all_bytes_is_waited_for_and_then_asked() {
    let Run { outcome, clock, .. } = upload(&[Put::Silence(100)], &[QUEUED, ACTIVE, ACTIVE], 0.0, None);
    assert_eq!(outcome.unwrap().verified, "size");
    assert!(clock.now() >= ANSWER_MS);
    let Run { outcome, .. } = upload(&[Put::Silence(100)], &[QUEUED, QUEUED], 0.0, None);
    let error = outcome.unwrap_err();
    assert!(error.message().contains("although it has all bytes"), "{error}");
}

#[test]
fn an_image_that_never_becomes_active_is_not_waited_for_for_ever() {
    let shows = [QUEUED, SAVING, SAVING, SAVING, SAVING];
    let Run { outcome, clock, .. } = upload(&[Put::Stored], &shows, 0.0, Some(3.0 * POLL_MS));
    let error = outcome.unwrap_err();
    assert!(error.message().contains("still saving"), "{error}");
    assert_eq!(clock.now(), 3.0 * POLL_MS);
}

#[test]
fn what_an_attempt_before_has_sent_does_not_count_for_the_next() {
    // The second one was cut off: that the service still saves says nothing.
    let Run { outcome, bar, .. } =
        upload(&[Put::Expired, Put::Gone(7)], &[QUEUED, SAVING, SAVING], 0.0, Some(POLL_MS));
    assert_eq!(outcome.unwrap_err().kind(), Kind::Network);
    assert!(bar.is_sorted() && bar.ends_with(&[100.0]), "the bar does not fall: {bar:?}");
    // The second one stands still, at its start or later.
    for sent in [0, 7] {
        let Run { outcome, clock, .. } = upload(&[Put::Expired, Put::Silence(sent)], &[QUEUED], 0.0, None);
        let error = outcome.unwrap_err();
        assert!(error.message().contains("stands still"), "{error}");
        assert!((STALL_MS..STALL_MS + 2.0 * TICK_MS).contains(&clock.now()), "{}", clock.now());
    }
}

#[test]
fn what_is_saved_after_a_lost_answer_is_done_only_for_who_waits() {
    let Run { outcome, .. } = upload(&[Put::Gone(100)], &[QUEUED, SAVING], 0.0, None);
    assert_eq!(outcome.unwrap_err().kind(), Kind::Network);
    let waited = Some(3.0 * POLL_MS);
    let Run { outcome, .. } = upload(&[Put::Gone(100)], &[QUEUED, SAVING, SAVING, ACTIVE], 0.0, waited);
    assert_eq!(outcome.unwrap().verified, "size");
    let Run { outcome, .. } = upload(&[Put::Gone(100)], &[QUEUED, SAVING, QUEUED], 0.0, waited);
    assert!(outcome.unwrap_err().message().contains("thrown the bytes away"));
}

#[test]
fn a_service_that_has_a_file_before_it_was_read_is_not_believed() {
    let early = Hundred { read: false };
    let Run { outcome, .. } = upload_of(&early, &[Put::Stored], &[QUEUED, ACTIVE], 0.0, None);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol, "{error}");
}
