//! An image's file from the service to wherever it is wanted: in pieces, resumed by ranges, compared at the end.

#[cfg(any(feature = "openstack", not(target_arch = "wasm32")))]
pub mod openstack;
pub mod origin;
mod sink;
#[cfg(test)]
mod tests;

use crate::error::{Error, Kind, Result};
use crate::http::Response;
use crate::http::retry::{self, Policy};
use crate::json::{Quoted, Value};
use crate::md5::Md5;
use crate::oss::is_md5;
use crate::platform::Platform;
use crate::service::{CallOptions, Service, aborted};
use crate::task::{Cancel, First, first};
use crate::upload::progress::{PROGRESS_MS, Rate, is_due};
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

/// A download that does not move for so long is asked for again, milliseconds.
const STALL_MS: f64 = 60_000.0;
/// So many bytes between two breaks mean that it goes on, bytes.
const SMALLEST_STEP: u64 = 256 * 1024;
/// What comes fast is written in blocks of this size, bytes: each write costs a thread's attention.
const BLOCK: usize = 1024 * 1024;
/// How far it is is put down after so many bytes.
const NOTE_BYTES: u64 = 64 * 1024 * 1024;

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
            First::Left(First::Left(())) => (aborted(), false),
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

    /// Tells of bytes that an earlier download left, while they are read again: of a large file that takes minutes.
    fn checked(&self, total: Option<u64>) -> impl Fn(u64) {
        let told = Cell::new(self.platform.now());
        move |bytes| {
            let now = self.platform.now();
            if is_due(now, told.get()) {
                told.set(now);
                (self.on_progress)(&DownloadProgress {
                    bytes_received: bytes as f64,
                    bytes_total: total.map(|total| total as f64),
                    bytes_per_second: 0.0,
                    eta_seconds: None,
                });
            }
        }
    }

    /// One request, from where the last one ended.
    async fn receive(&self, state: &mut State<'_>, sink: &dyn Sink, options: &CallOptions) -> Result<Ended> {
        let mut options = options.clone();
        if state.received > 0 && state.ranges {
            options.headers.push(("range".to_owned(), format!("bytes={}-", state.received)));
        }
        let opened = self.service.open(self.origin.file(), &[self.image_id.as_str().into()], &options).await;
        let mut response = match opened {
            Ok(response) => response,
            // Everything had arrived when the connection broke.
            Err(error) if error.details().status == Some(416) && state.total == Some(state.received) => {
                return Ok(Ended::Complete);
            }
            Err(error) => {
                // The next time in the other way.
                state.ranges ^= error.kind() == Kind::Network && state.received > 0;
                return Err(error);
            }
        };
        // A service that does not know ranges starts from the beginning: what is known is passed over.
        let skip = match response.status {
            206 => {
                let range = response.headers.get("content-range").unwrap_or_default();
                let start: Option<u64> =
                    range.strip_prefix("bytes ").and_then(|range| range.split('-').next()?.parse().ok());
                match start {
                    Some(start) if start <= state.received => state.received - start,
                    None if range.is_empty() => 0,
                    _ => {
                        let message = format!(
                            "asked for bytes from {}, was answered {}",
                            state.received,
                            Quoted(range)
                        );
                        return Err(Error::new(Kind::Protocol, message));
                    }
                }
            }
            _ => state.received,
        };
        if state.total.is_none() {
            let length = response.headers.get("content-length").and_then(crate::text::whole_number);
            state.total = length.map(|length| length + state.received - skip.min(state.received));
        }
        let mut block = Vec::new();
        let ended = self.collect(state, sink, &mut response, skip, &mut block).await?;
        if !block.is_empty() {
            self.write(state, sink, block).await?;
        }
        match (ended, state.total) {
            (Ended::Complete, Some(total)) if state.received < total => {
                let message = format!("the download ended after {} of {total} bytes", state.received);
                Ok(Ended::Broken(Error::new(Kind::Network, message)))
            }
            (ended, _) => Ok(ended),
        }
    }

    /// Takes what arrives, but for the first bytes, and writes it; what has not been written at the end is in `block`.
    async fn collect(
        &self,
        state: &mut State<'_>,
        sink: &dyn Sink,
        response: &mut Response,
        mut skip: u64,
        block: &mut Vec<u8>,
    ) -> Result<Ended> {
        let mut begun = 0.0;
        loop {
            let mut coming = response.body.next();
            let piece = loop {
                let paused = Box::pin(self.control.until(true));
                let soon = state.untold || !block.is_empty();
                let quiet = self.platform.sleep(if soon { PROGRESS_MS } else { STALL_MS });
                match first(paused, Box::pin(first(Box::pin(&mut coming), quiet))).await {
                    First::Left(()) => return Ok(Ended::Paused),
                    First::Right(First::Left(piece)) => break piece,
                    // Where nothing follows soon, what has arrived is written and told without it.
                    First::Right(First::Right(())) if !block.is_empty() => {
                        self.write(state, sink, core::mem::take(block)).await?;
                    }
                    First::Right(First::Right(())) if state.untold => self.tell(state, true),
                    First::Right(First::Right(())) => {
                        return Ok(Ended::Broken(Error::new(Kind::Timeout, "the download stands still")));
                    }
                }
            };
            drop(coming);
            let mut bytes = match piece {
                Err(failure) => return Ok(Ended::Broken(failure.into())),
                Ok(None) => return Ok(Ended::Complete),
                Ok(Some(bytes)) => bytes,
            };
            if skip > 0 {
                let passed = skip.min(bytes.len() as u64);
                skip -= passed;
                // At most the length of the vector.
                bytes.drain(..passed as usize);
            }
            if bytes.is_empty() {
                continue;
            }
            let received = state.received + (block.len() + bytes.len()) as u64;
            if state.total.is_some_and(|total| received > total) {
                let message = format!("more bytes arrive than the {} of the image", state.total.unwrap_or(0));
                return Err(Error::new(Kind::Integrity, message));
            }
            let now = self.platform.now();
            if block.is_empty() {
                begun = now;
                *block = bytes;
            } else {
                block.extend_from_slice(&bytes);
            }
            if block.len() >= BLOCK || is_due(now, begun) {
                self.write(state, sink, core::mem::take(block)).await?;
            }
        }
    }

    /// Writes what has arrived, and tells of it.
    async fn write(&self, state: &mut State<'_>, sink: &dyn Sink, block: Vec<u8>) -> Result<()> {
        state.received += block.len() as u64;
        if let Some(md5) = &mut state.md5 {
            md5.update(&block);
        }
        sink.write(block).await?;
        state.keep();
        if state.received - state.noted >= NOTE_BYTES {
            state.noted = state.received;
            let noting = {
                let kept = state.kept.borrow();
                sink.note(&kept.of, &kept.left)
            };
            // What cannot be put down is lost only if the process dies.
            noting.await;
        }
        self.tell(state, false);
        Ok(())
    }

    fn tell(&self, state: &mut State<'_>, last: bool) {
        let now = self.platform.now();
        state.rate.note(now, state.received as f64);
        state.untold = !last && !is_due(now, state.told);
        if !state.untold {
            state.told = now;
            let rest = state.total.map(|total| total.saturating_sub(state.received) as f64);
            (self.on_progress)(&DownloadProgress {
                bytes_received: state.received as f64,
                bytes_total: state.total.map(|total| total as f64),
                bytes_per_second: state.rate.per_second(),
                eta_seconds: rest.and_then(|rest| state.rate.eta(rest)),
            });
        }
    }
}
