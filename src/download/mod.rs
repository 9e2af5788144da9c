//! An image's file from the service to wherever it is wanted: in pieces, resumed by ranges, compared at the end.

#[cfg(any(feature = "openstack", not(target_arch = "wasm32")))]
pub mod openstack;
pub mod origin;
mod receiving;
mod sink;
#[cfg(test)]
mod tests;

use crate::error::{Error, Kind, Result};
use crate::http::retry::{self, Policy};
use crate::json::Value;
use crate::md5::Md5;
use crate::oss::is_md5;
use crate::platform::Platform;
use crate::service::{CallOptions, Service, aborted};
use crate::task::{Cancel, First, first};
use crate::upload::progress::Rate;
use core::cell::{Cell, RefCell};
use core::task::{Poll, Waker};
use origin::Origin;
use serde::Serialize;
use std::rc::Rc;

pub use sink::{Left, Sink};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DownloadProgress {
    pub bytes_received: f64,
    pub bytes_total: Option<f64>,
    pub bytes_per_second: f64,
    pub eta_seconds: Option<f64>,
}

/// What a finished download can say of itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Downloaded {
    pub bytes: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    pub verified: &'static str,
}

/// The caller's hand on a download.
#[derive(Default)]
pub struct Control {
    pub cancel: Cancel,
    /// What has arrived is kept when it is cancelled.
    keeps: Cell<bool>,
    paused: Cell<bool>,
    /// Of the one task that waits: a download.
    waker: RefCell<Option<Waker>>,
}

impl Control {
    pub fn pause(&self, paused: bool) {
        self.paused.set(paused);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends it, and keeps what has arrived where the target can.
    pub fn stop(&self) {
        self.keeps.set(true);
        self.cancel.cancel();
    }

    /// Resolves when `paused` is what is waited for.
    async fn until(&self, paused: bool) {
        core::future::poll_fn(|context| {
            if self.paused.get() == paused {
                return Poll::Ready(());
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// So many bytes between two breaks mean that it goes on, bytes.
const SMALLEST_STEP: u64 = 256 * 1024;

/// One download.
pub struct Download {
    pub service: Rc<Service>,
    /// What the service is asked for.
    pub origin: Box<dyn Origin>,
    pub platform: Rc<dyn Platform>,
    pub image_id: String,
    pub digest: bool,
    pub retry: Policy,
    /// How long nothing but failures is put up with, milliseconds.
    pub patience_ms: f64,
    pub control: Rc<Control>,
    pub on_progress: Box<dyn Fn(&DownloadProgress)>,
}

/// What is written, and can be gone on with by a later download.
#[derive(Default)]
struct Kept {
    /// Which file of which image it is.
    of: String,
    left: Left,
}

/// What has arrived so far.
struct State<'a> {
    received: u64,
    total: Option<u64>,
    /// None where nothing is digested.
    md5: Option<Md5>,
    rate: Rate,
    told: f64,
    /// More has arrived since.
    untold: bool,
    noted: u64,
    /// Whether ranges are asked for: some services do not let pages of other origins do that.
    ranges: bool,
    /// Always says what is written: who gives up in the middle finds it here.
    kept: &'a RefCell<Kept>,
}

impl State<'_> {
    /// All that has arrived is written.
    fn keep(&self) {
        let left = &mut self.kept.borrow_mut().left;
        (left.received, left.untouched) = (self.received, true);
        left.md5 = self.md5.as_ref().map(Md5::save).unwrap_or_default();
    }
}

/// Whether what has arrived is worth keeping after this error. A target that takes no more may have room again later.
fn is_kept(error: &Error) -> bool {
    use Kind::*;
    matches!(error.kind(), Network | Timeout | Auth | Service | Protocol | Source)
}

/// `name.qcow2`, with what file systems refuse replaced.
fn file_name(image: &str, format_field: &str, image_id: &str) -> String {
    let mut image = Value::parse(image).unwrap_or_default();
    let mut text = |field: &str, otherwise: &str| {
        let text = image.take_text(field);
        if text.is_empty() { otherwise.to_owned() } else { text }
    };
    let name = format!("{}.{}", text("name", image_id), text(format_field, "img"));
    let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    name.chars().map(plain).collect()
}

/// Why a transfer ended.
enum Ended {
    Complete,
    Paused,
    Broken(Error),
}

impl Download {
    pub async fn run(&self, sink: &dyn Sink) -> Result<Downloaded> {
        let cancelled = self.control.cancel.clone();
        let stopped = first(Box::pin(cancelled.cancelled()), Box::pin(self.service.closing.cancelled()));
        let kept = RefCell::default();
        let (error, keep) = match first(Box::pin(stopped), Box::pin(self.transfer(sink, &kept))).await {
            First::Left(First::Left(())) => (aborted(), self.control.keeps.get()),
            First::Left(First::Right(())) => (crate::service::closed(), true),
            First::Right(Ok(downloaded)) => return Ok(downloaded),
            First::Right(Err(error)) => {
                let keep = is_kept(&error);
                (error, keep)
            }
        };
        // Who reads a stream hears the same as who waits for the end.
        let error = self.service.finish_outer(error, "download");
        let kept = kept.take();
        if keep && kept.left.received > 0 && sink.note(&kept.of, &kept.left).await {
            sink.leave().await;
            return Err(error.resumable());
        }
        sink.discard(&error).await;
        Err(error)
    }

    async fn transfer(&self, sink: &dyn Sink, kept: &RefCell<Kept>) -> Result<Downloaded> {
        let options = CallOptions { cancel: self.control.cancel.clone(), ..CallOptions::default() };
        sink.take().await?;
        let facts = self.origin.show(&self.image_id).await?;
        sink.named(&file_name(&facts.json, self.origin.format_field(), &self.image_id));
        let total = facts.size.filter(|size| *size > 0);
        let of = format!("{} {} {}", self.image_id, total.unwrap_or(0), facts.checksum);
        let left = sink.left(&of).await.filter(|left| total.is_some_and(|total| left.received <= total));
        let left = left.unwrap_or_default();
        let (mut received, noted, mut same) = (left.received, left.md5.clone(), left.untouched);
        *kept.borrow_mut() = Kept { of, left };
        let mut md5 = self.digest.then(Md5::default);
        if received > 0 {
            sink.go_on(received).await?;
            if let Some(md5) = &mut md5 {
                // Of what is there, not of what was there when it was noted.
                *md5 = sink.digest(received, &self.checked(total)).await;
                if !noted.is_empty() {
                    same = md5.save() == noted;
                }
            }
            if !same {
                received = 0;
                md5 = md5.map(|_| Md5::default());
                kept.borrow_mut().left = Left::default();
                sink.go_on(0).await?;
            }
        }
        let mut state = State {
            received,
            total,
            md5,
            rate: Rate::default(),
            told: f64::NEG_INFINITY,
            untold: false,
            noted: received,
            ranges: true,
            kept,
        };
        let (mut failures, mut delay, mut since) = (0, 0.0, None);
        loop {
            self.control.until(false).await;
            let before = state.received;
            let ended = self.receive(&mut state, sink, &options).await;
            let error = match ended {
                Ok(Ended::Complete) => break,
                Ok(Ended::Paused) => {
                    state.rate.reset();
                    continue;
                }
                Ok(Ended::Broken(error)) => error,
                // Midway, a service that cannot be reached for a while is waited for.
                Err(error) if error.details().retryable && state.received > 0 => error,
                Err(error) => return Err(error),
            };
            let now = self.platform.now();
            // A line that breaks after every few bytes is not a line.
            if state.received - before >= SMALLEST_STEP {
                (failures, delay, since) = (0, 0.0, None);
            }
            failures += 1;
            let patient = now - *since.get_or_insert(now) < self.patience_ms && state.received > 0;
            let attempt =
                if patient { failures.min(self.retry.max_attempts.saturating_sub(1)) } else { failures };
            match retry::decide(&self.retry, attempt, delay, self.platform.random(), None) {
                Some(wait) if error.details().retryable => {
                    delay = wait;
                    self.platform.sleep(wait).await;
                }
                _ => return Err(error),
            }
        }
        self.tell(&mut state, true);
        let md5 = state.md5.take().map(|md5| crate::auth::sigv4::hex(&md5.finish()));
        let checksum = crate::text::trim(&facts.checksum).to_ascii_lowercase();
        let verified = match &md5 {
            Some(md5) if is_md5(&checksum) && *md5 != checksum => {
                let message = format!("the MD5 of what arrived is {md5}, the image's checksum {checksum}");
                return Err(Error::new(Kind::Integrity, message));
            }
            Some(_) if is_md5(&checksum) => "md5",
            _ if facts.size.is_some_and(|size| size > 0) => "size",
            _ => "none",
        };
        sink.finish(state.received).await?;
        Ok(Downloaded { bytes: state.received as f64, md5, verified })
    }
}
