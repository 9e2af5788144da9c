//! A file sent in one request, for services that take an image's bytes themselves: look, send, wait, compare. What broke
//! off is sent again as a whole; only who calls can know whether that is worth it.

mod stored;

use super::progress::{Rate, is_due};
use super::session::types::ImageFacts;
use crate::api::openstack::{get_image, upload_file};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind, Result};
use crate::http::{Body, OnSent};
use crate::json::Value;
use crate::oss::is_md5;
use crate::platform::{LocalFuture, Platform};
use crate::service::{Bytes, CallOptions, Service};
use crate::task::{Cancel, First, first};
use core::cell::{Cell, RefCell};
use serde::Serialize;
use std::rc::Rc;
use stored::{Waited, told_size};

/// What is sent.
pub trait Content {
    fn size(&self) -> u64;
    fn body(&self) -> LocalFuture<'_, Result<Body>>;
    /// The MD5 of what is sent, where it is wanted; goes on beside the sending.
    fn digest(&self) -> LocalFuture<'_, Result<Option<[u8; 16]>>>;
    /// Fails where the file has changed meanwhile.
    fn check(&self) -> LocalFuture<'_, Result<()>>;
    /// False where it is known that some of it was not even read yet.
    fn is_read(&self) -> bool {
        true
    }
    /// Turned when some of what was read can be read no more.
    fn gone(&self) -> Rc<Cell<bool>> {
        Rc::default()
    }
    /// Whether the transport tells how many bytes have left: else it cannot be seen whether anything moves.
    fn tells(&self) -> bool;
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub phase: &'static str,
    pub bytes_sent: f64,
    pub bytes_total: f64,
    pub bytes_per_second: f64,
    pub eta_seconds: Option<f64>,
}

/// Who hears how far it is.
pub type OnProgress = Rc<dyn Fn(&Progress)>;

/// An upload that ended well.
#[derive(Debug, PartialEq)]
pub struct Uploaded {
    /// The image as the caller gets it, JSON.
    pub image: String,
    pub md5: Option<String>,
    /// What of the image was compared with the file.
    pub verified: &'static str,
}

/// One upload.
pub struct Whole {
    /// Shows the image.
    pub service: Rc<Service>,
    /// The same service by a transport for bytes.
    pub sender: Rc<Service>,
    pub platform: Rc<dyn Platform>,
    pub image_id: String,
    pub cancel: Cancel,
    /// How long the image may take to become active after its bytes are there, milliseconds; none: not waited for.
    pub wait_ms: Option<f64>,
    /// How long nothing but failures is put up with then, milliseconds.
    pub patience_ms: f64,
    pub on_progress: OnProgress,
}

/// A transfer that does not move for so long is given up, milliseconds.
const STALL_MS: f64 = 60_000.0;
/// When all bytes have left, the service may take its time to store them, milliseconds.
const ANSWER_MS: f64 = 600_000.0;
/// How often it is looked whether anything moves, milliseconds.
const TICK_MS: f64 = 5_000.0;
/// The call has no time limit of its own: it is watched.
const NO_LIMIT_MS: f64 = 2_000_000_000.0;

/// What an image says of itself.
pub async fn facts(service: &Service, image_id: &str, options: &CallOptions) -> Result<ImageFacts> {
    let json = service.call(&get_image::OPERATION, &[image_id.into()], options).await?;
    let mut facts = Value::parse(&json)?;
    let size = facts.get("size").and_then(Value::as_u64);
    Ok(ImageFacts { status: facts.take_text("status"), checksum: facts.take_text("checksum"), size, json })
}

/// How far the bytes are, for whoever tells the caller and whoever watches.
struct Meter {
    platform: Rc<dyn Platform>,
    on_progress: OnProgress,
    total: u64,
    /// Of the request that is made now: one that is made again begins at its start.
    sent: Cell<u64>,
    /// Of the one that came furthest: the bar does not fall.
    most: Cell<u64>,
    rate: RefCell<Rate>,
    told: Cell<f64>,
}

impl Meter {
    fn sent(&self, bytes: u64) {
        self.sent.set(bytes.min(self.total));
        self.most.set(self.most.get().max(self.sent.get()));
        let now = self.platform.now();
        self.rate.borrow_mut().note(now, self.sent.get() as f64);
        if is_due(now, self.told.get()) || self.is_all_sent() {
            self.told.set(now);
            self.tell("uploading");
        }
    }

    fn is_all_sent(&self) -> bool {
        self.sent.get() == self.total
    }

    fn tell(&self, phase: &'static str) {
        let rest = (self.total - self.sent.get()) as f64;
        let (per_second, eta) = {
            let rate = self.rate.borrow();
            (rate.per_second(), rate.eta(rest))
        };
        (self.on_progress)(&Progress {
            phase,
            bytes_sent: self.most.get() as f64,
            bytes_total: self.total as f64,
            bytes_per_second: per_second,
            eta_seconds: eta,
        });
    }

    /// Resolves when nothing has moved for too long. Ticks are counted, not hours: a computer that slept stood still
    /// for no longer than it was awake.
    async fn stalled(&self) -> Error {
        let (mut still, mut seen, mut then) = (0.0, 0, self.platform.now());
        loop {
            self.platform.sleep(TICK_MS).await;
            let now = self.platform.now();
            let moved = self.sent.get() != seen;
            still = if moved { 0.0 } else { still + (now - then).clamp(0.0, 2.0 * TICK_MS) };
            (seen, then) = (self.sent.get(), now);
            let (limit, words) = match self.is_all_sent() {
                true => (ANSWER_MS, "the service does not answer although it has all bytes"),
                false => (STALL_MS, "the upload stands still"),
            };
            if still >= limit {
                return Error::new(Kind::Timeout, words);
            }
        }
    }
}

/// Both to their ends; the first error ends both.
async fn both<A, B>(left: LocalFuture<'_, Result<A>>, right: LocalFuture<'_, Result<B>>) -> Result<(A, B)> {
    let (mut left, mut right) = (left, right);
    let (mut one, mut other) = (None, None);
    core::future::poll_fn(|context| {
        if one.is_none()
            && let core::task::Poll::Ready(done) = left.as_mut().poll(context)
        {
            one = Some(done?);
        }
        if other.is_none()
            && let core::task::Poll::Ready(done) = right.as_mut().poll(context)
        {
            other = Some(done?);
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => core::task::Poll::Ready(Ok((one, other))),
            (left, right) => {
                (one, other) = (left, right);
                core::task::Poll::Pending
            }
        }
    })
    .await
}

impl Whole {
    fn options(&self) -> CallOptions {
        CallOptions { cancel: self.cancel.clone(), ..CallOptions::default() }
    }

    /// Sends the file; an error says what is left: the image waits for a file again, or it has it.
    pub async fn run(&self, content: &dyn Content) -> Result<Uploaded> {
        let facts = facts(&self.service, &self.image_id, &self.options()).await?;
        if facts.status != "queued" {
            let message =
                format!("the image is {}: only one that is queued takes a file, and only once", facts.status);
            return Err(Error::new(Kind::Service, message));
        }
        let meter = Rc::new(Meter {
            platform: self.platform.clone(),
            on_progress: self.on_progress.clone(),
            total: content.size(),
            sent: Cell::default(),
            most: Cell::default(),
            rate: RefCell::default(),
            told: Cell::new(f64::NEG_INFINITY),
        });
        meter.tell("uploading");
        let body = content.body().await?;
        let md5 = match both(Box::pin(self.send(body, content, &meter)), content.digest()).await {
            Ok(((), md5)) => md5.map(|md5| hex(&md5)),
            Err(error) => return Err(error),
        };
        content.check().await?;
        meter.sent(content.size());
        meter.tell("verifying");
        let facts = self.settled().await?;
        let done = compared(facts, content.size(), md5)?;
        meter.tell("done");
        Ok(done)
    }

    async fn send(&self, body: Body, content: &dyn Content, meter: &Rc<Meter>) -> Result<()> {
        let counting = meter.clone();
        let on_sent: OnSent = Rc::new(move |bytes| counting.sent(bytes));
        let options = CallOptions {
            timeout_ms: Some(NO_LIMIT_MS),
            bytes: Some(Bytes { body, on_sent: Some(on_sent), gone: content.gone() }),
            ..self.options()
        };
        let arguments = [self.image_id.as_str().into()];
        let sending = self.sender.call(&upload_file::OPERATION, &arguments, &options);
        let watching = async {
            if !content.tells() {
                core::future::pending::<()>().await;
            }
            meter.stalled().await
        };
        let error = match first(Box::pin(watching), Box::pin(sending)).await {
            // Its digest would be waited for in vain, and what the image holds is not this file.
            First::Right(Ok(_)) if !content.is_read() => {
                let message = "the service said that it has the file before all of it was sent";
                Error::new(Kind::Protocol, message)
            }
            First::Right(Ok(_)) => return Ok(()),
            First::Right(Err(error)) => error,
            First::Left(error) => self.sender.finish(error, upload_file::OPERATION.name),
        };
        // The answer may be lost although everything has arrived: on its way here, or to a gateway.
        let lost = matches!(error.kind(), Kind::Network | Kind::Timeout)
            || matches!(error.details().status, Some(408 | 502..=504));
        if lost
            && meter.is_all_sent()
            && let Ok(facts) = self.look(&mut Waited::new(&*self.platform)).await
        {
            let has_all = told_size(&facts).is_none_or(|size| size == content.size());
            // What is saved may still prove to be cut off: only who waits sees that.
            let may_have = facts.status == "active" || facts.status == "saving" && self.wait_ms.is_some();
            if may_have && has_all {
                return Ok(());
            }
        }
        Err(error)
    }
}

/// Holds what the image says against the file.
fn compared(facts: ImageFacts, size: u64, md5: Option<String>) -> Result<Uploaded> {
    let told = told_size(&facts);
    if let Some(told) = told.filter(|told| *told != size) {
        let message = format!("the image has {told} bytes, the file {size}");
        return Err(Error::new(Kind::Integrity, message));
    }
    let checksum = crate::text::trim(&facts.checksum).to_ascii_lowercase();
    let verified = match &md5 {
        Some(md5) if is_md5(&checksum) && *md5 != checksum => {
            let message = format!("the image's checksum is {checksum}, the MD5 of the file {md5}");
            return Err(Error::new(Kind::Integrity, message));
        }
        Some(_) if is_md5(&checksum) => "md5",
        _ if told.is_some() => "size",
        _ => "none",
    };
    Ok(Uploaded { image: facts.json, md5, verified })
}

#[cfg(test)]
mod tests;
