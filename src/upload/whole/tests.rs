//! Uploads in virtual time: nothing that stands still is waited for for ever, and nothing that moves is given up.

use super::stored::{LONGEST_LOOK_MS, POLL_MS};
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
    /// A gateway's page with this status, after so many bytes have left.
    Gateway(u16, u64),
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
            let status = if shown == DOWN { 503 } else { 200 };
            return Box::pin(async move { answer(status, shown) });
        }
        let sent = |bytes| request.on_sent.iter().for_each(|on_sent| on_sent(bytes));
        match self.puts.borrow_mut().remove(0) {
            Put::Stored => Box::pin(async move { answer(204, "") }),
            Put::Expired => {
                sent(100);
                Box::pin(async move { answer(401, "") })
            }
            Put::Gateway(status, bytes) => {
                sent(bytes);
                Box::pin(async move { answer(status, "<html></html>") })
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
    /// It is a stream.
    gone: bool,
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

    fn gone(&self) -> Rc<Cell<bool>> {
        Rc::new(Cell::new(self.gone))
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

/// The service cannot be reached.
const DOWN: &str = r#"{"message":"down"}"#;

/// What an upload came to, when, and how far its bar was each time it was told.
struct Run {
    outcome: Result<Uploaded>,
    clock: Rc<Clock>,
    bar: Vec<f64>,
}

fn upload(puts: &[Put], shows: &[&'static str], more: f64, wait_ms: Option<f64>) -> Run {
    upload_of(&Hundred { read: true, gone: false }, puts, shows, more, wait_ms)
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
        patience_ms: 4.0 * POLL_MS,
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
fn a_stream_is_not_sent_again_with_another_token() {
    let stream = Hundred { read: true, gone: true };
    let Run { outcome, .. } = upload_of(&stream, &[Put::Expired], &[QUEUED], 0.0, None);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.details().status), (Kind::Auth, Some(401)), "{error}");
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
fn a_gateway_that_gives_up_after_the_last_byte_says_nothing_of_the_image() {
    let waited = Some(3.0 * POLL_MS);
    for status in [408, 502, 503, 504] {
        let shows = [QUEUED, SAVING, SAVING, ACTIVE];
        let Run { outcome, .. } = upload(&[Put::Gateway(status, 100)], &shows, 0.0, waited);
        assert_eq!(outcome.unwrap().verified, "size", "{status}");
        let Run { outcome, .. } = upload(&[Put::Gateway(status, 100)], &[QUEUED, QUEUED], 0.0, waited);
        assert_eq!(outcome.unwrap_err().details().status, Some(status), "the service has none of it");
    }
    for refusal in [Put::Gateway(500, 100), Put::Gateway(504, 99)] {
        let Run { outcome, .. } = upload(&[refusal], &[QUEUED], 0.0, waited);
        assert_eq!(outcome.unwrap_err().kind(), Kind::Service);
    }
}

#[test]
fn what_is_stored_is_asked_for_again_where_the_service_is_away_for_a_while() {
    let (waited, down) = (Some(9.0 * POLL_MS), [DOWN; 6]);
    let shows = [&[QUEUED], &down[..4], &[SAVING], &down[..4], &[ACTIVE]].concat();
    for wait_ms in [waited, None] {
        for put in [Put::Stored, Put::Gateway(504, 100)] {
            let shows = if wait_ms.is_some() { &shows[..] } else { &[QUEUED, DOWN, ACTIVE, DOWN, ACTIVE] };
            let Run { outcome, .. } = upload(&[put], shows, 0.0, wait_ms);
            assert!(outcome.is_ok(), "{outcome:?}");
        }
    }
    // For so long, and no longer than it is waited for.
    let shows = [&[QUEUED], &down[..]].concat();
    for (wait_ms, end) in [(waited, 4.0), (None, 4.0), (Some(3.0 * POLL_MS), 3.0), (Some(0.5 * POLL_MS), 0.5)]
    {
        let Run { outcome, clock, .. } = upload(&[Put::Stored], &shows, 0.0, wait_ms);
        assert_eq!(outcome.unwrap_err().details().status, Some(503));
        assert_eq!(clock.now(), end * POLL_MS);
    }
}

#[test]
fn a_wait_counts_the_time_that_passes() {
    // A look or a pause that takes longer counts as long as it takes; a night that a computer sleeps does not.
    for (more, looks) in [(POLL_MS, 3), (100_000_000.0, 2)] {
        let wait_ms = if looks == 3 { 4.0 * POLL_MS } else { LONGEST_LOOK_MS };
        let shows = [&[QUEUED][..], &[SAVING; 9]].concat();
        let Run { outcome, clock, .. } = upload(&[Put::Stored], &shows, more, Some(wait_ms));
        assert_eq!(outcome.unwrap_err().kind(), Kind::Timeout);
        assert_eq!(clock.0.ticks.get(), looks - 1);
    }
    // No longer than was asked for.
    let Run { clock, .. } =
        upload(&[Put::Stored], &[QUEUED, SAVING, SAVING, SAVING], 0.0, Some(1.5 * POLL_MS));
    assert_eq!(clock.now(), 1.5 * POLL_MS);
    // A clock that is set back takes nothing away.
    let clock_at = |now| Clock(Rc::new(Hands { now: Cell::new(now), more: 0.0, ticks: Cell::new(0) }));
    let mut waited = Waited::new(&clock_at(0.0));
    for (now, ms) in [(5.0, 5.0), (-1e9, 5.0), (-1e9 + 7.0, 12.0)] {
        waited.tick(&clock_at(now));
        assert_eq!(waited.ms, ms);
    }
}

#[test]
fn an_image_that_is_active_without_bytes_is_not_this_file() {
    const EMPTY: &str = r#"{"id":"i","status":"active","size":0}"#;
    const NOT_YET: &str = r#"{"id":"i","status":"saving","size":0}"#;
    let Run { outcome, .. } = upload(&[Put::Stored], &[QUEUED, NOT_YET, EMPTY], 0.0, Some(POLL_MS));
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), Kind::Integrity, "{error}");
    // Not all is there yet: that says nothing.
    let Run { outcome, .. } = upload(&[Put::Stored], &[QUEUED, NOT_YET], 0.0, None);
    assert_eq!(outcome.unwrap().verified, "none");
    let shows = [QUEUED, NOT_YET, NOT_YET, ACTIVE];
    let Run { outcome, .. } = upload(&[Put::Gone(100)], &shows, 0.0, Some(POLL_MS));
    assert_eq!(outcome.unwrap().verified, "size");
}

#[test]
fn a_service_that_has_a_file_before_it_was_read_is_not_believed() {
    let early = Hundred { read: false, gone: false };
    let Run { outcome, .. } = upload_of(&early, &[Put::Stored], &[QUEUED, ACTIVE], 0.0, None);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol, "{error}");
}
