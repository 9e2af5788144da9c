//! Downloads that end in the middle: what is kept is what is written, and what is gone on with fits.

use super::*;
use crate::api::openstack::download_file;
use crate::auth::NoAuth;
use crate::http::{Failure, Headers, Request, Response, ResponseBody, Transport};
use crate::platform::LocalFuture;
use crate::service::tests::service_of;
use crate::upload::progress::PROGRESS_MS;
use crate::upload::session::types::ImageFacts;
use core::task::Context;
use std::pin::pin;

const FILE: &[u8] = b"the bytes of an image";

/// What comes of the file before nothing comes any more, or its end.
struct Coming {
    rest: Vec<u8>,
    ends: bool,
}

impl ResponseBody for Coming {
    fn whole(self: Box<Self>) -> LocalFuture<'static, core::result::Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.rest) })
    }

    fn next(&mut self) -> LocalFuture<'_, core::result::Result<Option<Vec<u8>>, Failure>> {
        let rest = self.rest.split_off(self.rest.len().min(4));
        let piece = core::mem::replace(&mut self.rest, rest);
        if piece.is_empty() && !self.ends {
            return Box::pin(core::future::pending());
        }
        Box::pin(async move { Ok(Some(piece).filter(|piece| !piece.is_empty())) })
    }
}

/// Answers with the file up to there, from where it is asked for.
struct Store {
    upto: Cell<usize>,
    asked: RefCell<Vec<usize>>,
}

impl Transport for Store {
    fn send(&self, request: Request) -> LocalFuture<'static, core::result::Result<Response, Failure>> {
        let range = request.headers.get("range").and_then(|range| range[6..].strip_suffix('-'));
        let from = range.map_or(0, |from| from.parse().unwrap());
        self.asked.borrow_mut().push(from);
        let mut headers = Headers::default();
        headers.set("content-range", format!("bytes {from}-{}/{}", FILE.len() - 1, FILE.len()));
        let upto = self.upto.get();
        let body = Box::new(Coming { rest: FILE[from..upto].to_vec(), ends: upto == FILE.len() });
        let status = if range.is_some() { 206 } else { 200 };
        let response = Response { status, headers, body, opaque_redirect: false };
        Box::pin(async { Ok(response) })
    }
}

struct Image;

impl Origin for Image {
    fn show<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
        let size = Some(FILE.len() as u64);
        Box::pin(async move { Ok(ImageFacts { size, ..ImageFacts::default() }) })
    }

    fn file(&self) -> &'static crate::api::operation::Operation {
        &download_file::OPERATION
    }

    fn format_field(&self) -> &'static str {
        "disk_format"
    }
}

/// A file that outlives the downloads into it.
struct Target {
    bytes: RefCell<Vec<u8>>,
    noted: RefCell<Option<(String, u64, String)>>,
    /// It seems that nobody has written into it since.
    untouched: Cell<bool>,
    /// It takes its time to be read.
    unread: Cell<bool>,
    room: Cell<usize>,
    /// Bytes of this download are in it.
    begun: Cell<bool>,
    /// Why nothing of it was to stay.
    heard: RefCell<Option<Error>>,
}

impl Sink for Target {
    fn left(&self, of: &str) -> LocalFuture<'_, Option<Left>> {
        let noted = self.noted.borrow().clone().filter(|noted| noted.0 == of);
        let untouched = self.untouched.get();
        Box::pin(async move { noted.map(|(_, received, md5)| Left { received, md5, untouched }) })
    }

    fn go_on(&self, received: u64) -> LocalFuture<'_, Result<()>> {
        self.bytes.borrow_mut().truncate(received as usize);
        self.begun.set(received > 0);
        Box::pin(async { Ok(()) })
    }

    fn digest<'a>(&'a self, received: u64, checked: &'a dyn Fn(u64)) -> LocalFuture<'a, Md5> {
        let mut md5 = Md5::default();
        assert_eq!(self.bytes.borrow().len() as u64, received, "what lies behind is cut away");
        md5.update(&self.bytes.borrow());
        (1..=received).for_each(checked);
        let unread = self.unread.get();
        Box::pin(async move { if unread { core::future::pending().await } else { md5 } })
    }

    fn write(&self, bytes: Vec<u8>) -> LocalFuture<'_, Result<()>> {
        if !self.begun.replace(true) {
            self.bytes.borrow_mut().clear();
        }
        // As a disk does that fills up in the middle of a block.
        let mut there = self.bytes.borrow_mut();
        let written = bytes.len().min(self.room.get() - there.len());
        there.extend(&bytes[..written]);
        let full = written < bytes.len();
        Box::pin(async move { if full { Err(Error::new(Kind::Source, "no space left")) } else { Ok(()) } })
    }

    fn finish(&self, length: u64) -> LocalFuture<'_, Result<()>> {
        assert_eq!(self.bytes.borrow().len() as u64, length);
        Box::pin(async { Ok(()) })
    }

    fn discard(&self, error: &Error) -> LocalFuture<'_, ()> {
        self.heard.replace(Some(error.clone()));
        self.bytes.borrow_mut().clear();
        self.noted.take();
        Box::pin(async {})
    }

    fn note(&self, of: &str, left: &Left) -> LocalFuture<'_, bool> {
        self.noted.replace(Some((of.to_owned(), left.received, left.md5.clone())));
        Box::pin(async { true })
    }
}

/// Who ends a download that does not move any more.
#[derive(Clone, Copy, Default)]
enum End {
    #[default]
    Close,
    Stop,
    Abort,
}

struct Case {
    store: Rc<Store>,
    target: Target,
    clock: Rc<Still>,
    told: Rc<RefCell<Vec<f64>>>,
    /// The download is aborted where else its client is closed.
    ends: Cell<End>,
}

/// Nobody sleeps for long: what does not come does not come.
#[derive(Default)]
struct Still {
    now: Cell<f64>,
    /// So much is added whenever somebody looks, milliseconds.
    step: Cell<f64>,
}

impl Platform for Still {
    fn now(&self) -> f64 {
        self.now.replace(self.now.get() + self.step.get())
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn sleep(&self, ms: f64) -> LocalFuture<'static, ()> {
        if ms <= PROGRESS_MS { Box::pin(async {}) } else { Box::pin(core::future::pending()) }
    }

    fn spawn(&self, _: LocalFuture<'static, ()>) {}
}

impl Case {
    fn new() -> Self {
        let store = Rc::new(Store { upto: Cell::new(FILE.len()), asked: RefCell::default() });
        let room = Cell::new(usize::MAX);
        let (bytes, noted, begun, unread, heard) = Default::default();
        let untouched = Cell::new(true);
        let target = Target { bytes, noted, untouched, unread, room, begun, heard };
        Case { store, target, clock: Rc::default(), told: Rc::default(), ends: Cell::default() }
    }

    /// Downloads until nothing moves any more; then it is ended.
    fn download(&self, upto: usize, digest: bool) -> Result<Downloaded> {
        self.store.upto.set(upto);
        self.target.begun.set(false);
        let service = Rc::new(Service {
            retry: Policy { max_attempts: 1, ..Policy::default() },
            ..service_of(self.store.clone(), self.clock.clone(), Rc::new(NoAuth))
        });
        let (told, control) = (self.told.clone(), Rc::new(Control::default()));
        let download = Download {
            service: service.clone(),
            origin: Box::new(Image),
            platform: self.clock.clone(),
            image_id: "i".to_owned(),
            digest,
            retry: service.retry,
            patience_ms: 0.0,
            control: control.clone(),
            on_progress: Box::new(move |progress| told.borrow_mut().push(progress.bytes_received)),
        };
        let mut run = pin!(download.run(&self.target));
        let mut context = Context::from_waker(Waker::noop());
        for round in 0..20 {
            if let Poll::Ready(done) = run.as_mut().poll(&mut context) {
                return done;
            }
            if round == 10 {
                match self.ends.get() {
                    End::Close => service.close(),
                    End::Stop => control.stop(),
                    End::Abort => control.cancel.cancel(),
                }
            }
        }
        panic!("it hangs")
    }

    /// Ends in the middle, and is said to be kept up to there.
    fn broken(&self, upto: usize, digest: bool, kept: u64) {
        let error = self.download(upto, digest).unwrap_err();
        assert!(error.details().resumable, "{error}");
        assert_eq!(self.target.noted.borrow().as_ref().unwrap().1, kept);
    }

    fn whole(&self, digest: bool, asked: &[usize]) {
        let downloaded = self.download(FILE.len(), digest);
        assert_eq!(downloaded.unwrap_or_else(|error| panic!("{error}")).bytes, FILE.len() as f64);
        assert_eq!(*self.target.bytes.borrow(), FILE);
        assert_eq!(*self.store.asked.borrow(), asked);
    }
}

#[test]
fn a_client_that_is_closed_keeps_what_is_written() {
    let case = Case::new();
    case.broken(6, true, 6);
    // Also where nothing came since.
    case.broken(6, true, 6);
    case.broken(13, true, 13);
    case.whole(true, &[0, 6, 6, 13]);
}

#[test]
fn a_download_that_is_stopped_keeps_what_is_written() {
    let case = Case::new();
    case.ends.set(End::Stop);
    case.broken(6, true, 6);
    // Also while that is read again.
    case.target.unread.set(true);
    case.broken(13, true, 6);
    case.target.unread.set(false);
    case.whole(true, &[0, 6]);
}

#[test]
fn what_was_not_digested_is_digested_when_it_is_gone_on_with() {
    for digest in [true, false] {
        let case = Case::new();
        case.broken(9, !digest, 9);
        case.whole(digest, &[0, 9]);
    }
}

#[test]
fn what_was_changed_meanwhile_is_not_gone_on_with() {
    for (before, after, untouched) in [
        // Whatever the time says: the bytes are others.
        (true, true, true),
        (true, true, false),
        // Nothing but the time tells.
        (true, false, false),
        (false, true, false),
        (false, false, false),
    ] {
        let case = Case::new();
        case.broken(9, before, 9);
        case.target.bytes.borrow_mut()[4] ^= 1;
        case.target.untouched.set(untouched);
        case.whole(after, &[0, 0]);
    }
    // The time alone says nothing against the digest.
    let case = Case::new();
    case.broken(9, true, 9);
    case.target.untouched.set(false);
    case.whole(true, &[0, 9]);
}

#[test]
fn a_client_that_is_closed_while_what_is_left_is_read_keeps_it() {
    let case = Case::new();
    case.broken(9, true, 9);
    case.target.unread.set(true);
    case.broken(13, true, 9);
    case.target.unread.set(false);
    case.whole(true, &[0, 9]);
}

#[test]
fn what_is_read_again_is_told_in_its_time() {
    let case = Case::new();
    case.broken(9, true, 9);
    case.told.take();
    case.clock.step.set(60.0);
    case.whole(true, &[0, 9]);
    assert!(case.told.borrow().starts_with(&[2.0, 4.0, 6.0, 8.0, 21.0]), "{:?}", case.told);
}

#[test]
fn a_download_that_is_aborted_while_what_is_left_is_read_leaves_nothing() {
    let case = Case::new();
    case.broken(9, true, 9);
    case.target.unread.set(true);
    case.ends.set(End::Abort);
    assert_eq!(case.download(13, true).unwrap_err().kind(), Kind::Aborted);
    assert!(case.target.noted.borrow().is_none());
}

#[test]
fn who_reads_what_comes_hears_the_same_as_who_waits_for_the_end() {
    let case = Case::new();
    case.ends.set(End::Abort);
    let error = case.download(13, true).unwrap_err();
    assert_eq!(error.message(), "download: stopped by the caller");
    assert_eq!(case.target.heard.take(), Some(error));
}

#[test]
fn a_target_that_is_full_keeps_what_is_whole() {
    let case = Case::new();
    case.target.room.set(10);
    // It comes slowly, so that eight bytes are written at a time: a quarter of the second block is there.
    case.clock.step.set(200.0);
    case.broken(FILE.len(), true, 8);
    case.clock.step.set(0.0);
    case.target.room.set(usize::MAX);
    case.whole(true, &[0, 8]);
}

struct Nobody;

impl std::task::Wake for Nobody {
    fn wake(self: std::sync::Arc<Self>) {}
}

#[test]
fn a_download_that_is_never_paused_keeps_nothing_of_each_look() {
    let (control, task) = (Control::default(), std::sync::Arc::new(Nobody));
    let waker = Waker::from(task.clone());
    for _ in 0..100 {
        let mut paused = pin!(control.until(true));
        assert!(paused.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(std::sync::Arc::strong_count(&task), 3, "its own, the waker, the one that is kept");
}

#[test]
fn a_clock_that_is_set_back_silences_nobody() {
    // It stands still for a while: all that comes meanwhile is one block.
    for (step, told) in [(0.0, &[21.0, 21.0][..]), (-3_600_000.0, &[8.0, 16.0, 21.0, 21.0])] {
        let case = Case::new();
        case.clock.step.set(step);
        case.whole(true, &[0]);
        assert_eq!(*case.told.borrow(), told, "{step}");
    }
}
