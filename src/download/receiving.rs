//! What arrives of an image: one request after the other, written in blocks, told of as it comes.

use super::{Download, DownloadProgress, Ended, Sink, State};
use crate::error::{Error, Kind, Result};
use crate::http::Response;
use crate::json::Quoted;
use crate::service::CallOptions;
use crate::task::{First, first};
use crate::upload::progress::{PROGRESS_MS, is_due};
use core::cell::Cell;

/// A download that does not move for so long is asked for again, milliseconds.
const STALL_MS: f64 = 60_000.0;
/// What comes fast is written in blocks of this size, bytes: each write costs a thread's attention.
const BLOCK: usize = 1024 * 1024;
/// How far it is is put down after so many bytes.
const NOTE_BYTES: u64 = 64 * 1024 * 1024;

impl Download {
    /// Tells of bytes that an earlier download left, while they are read again: of a large file that takes minutes.
    pub(super) fn checked(&self, total: Option<u64>) -> impl Fn(u64) {
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
    pub(super) async fn receive(
        &self,
        state: &mut State<'_>,
        sink: &dyn Sink,
        options: &CallOptions,
    ) -> Result<Ended> {
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

    pub(super) fn tell(&self, state: &mut State<'_>, last: bool) {
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
