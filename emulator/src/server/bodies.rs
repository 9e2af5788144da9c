//! Bodies that are watched and spoilt on their way: counted, stalled, cut, reset, or with a bit flipped.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::Sleep;

use super::connection::Abort;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What happens to a body once so many bytes of it have passed.
#[derive(Debug)]
pub(super) enum Mishap {
    /// Nothing moves for so long.
    Stall(Duration),
    /// It ends there, though more was announced.
    Cut,
    /// The connection is reset.
    Reset(Abort),
    /// The lowest bit of the next byte is flipped.
    Flip,
}

/// A body with at most one mishap.
pub(super) struct Spoilt<B> {
    inner: B,
    passed: u64,
    mishap: Option<(u64, Mishap)>,
    /// Bytes that came with those before the mishap.
    held: Option<Bytes>,
    sleep: Option<Pin<Box<Sleep>>>,
    is_flushed: bool,
}

impl<B> Spoilt<B> {
    pub(super) fn new(inner: B, mishap: Option<(u64, Mishap)>) -> Self {
        Self { inner, passed: 0, mishap, held: None, sleep: None, is_flushed: false }
    }

    /// The mishap's turn: ready with `None` when it is over and bytes may go on.
    fn poll_mishap(&mut self, context: &mut Context<'_>) -> Poll<Option<Failure>> {
        // Whatever comes now, the bytes before it go out first: a pending body makes hyper flush.
        if !std::mem::replace(&mut self.is_flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match &self.mishap {
            Some((_, Mishap::Stall(duration))) => {
                let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(*duration)));
                ready!(sleep.as_mut().poll(context));
                self.mishap = None;
                Poll::Ready(None)
            }
            Some((_, Mishap::Cut)) => Poll::Ready(Some("cut by a fault rule".into())),
            Some((_, Mishap::Reset(abort))) => {
                abort.ask();
                Poll::Ready(Some("reset by a fault rule".into()))
            }
            Some((_, Mishap::Flip)) | None => Poll::Ready(None),
        }
    }

    /// Passes these bytes, or as many of them as come before the mishap.
    fn pass(&mut self, mut bytes: Bytes) -> Bytes {
        if let Some((at, mishap)) = &self.mishap {
            let left = usize::try_from(*at - self.passed).unwrap_or(usize::MAX);
            if left < bytes.len() {
                if matches!(mishap, Mishap::Flip) {
                    let mut flipped = bytes.to_vec();
                    flipped[left] ^= 1;
                    bytes = flipped.into();
                    self.mishap = None;
                } else {
                    self.held = Some(bytes.split_off(left));
                }
            }
        }
        self.passed += bytes.len() as u64;
        bytes
    }
}

impl<B> Body for Spoilt<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Failure>,
{
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        let is_due = this
            .mishap
            .as_ref()
            .is_some_and(|(at, mishap)| *at == this.passed && !matches!(mishap, Mishap::Flip));
        // A body that ends exactly there is not cut: only a byte beyond shows that there was more.
        if is_due
            && (this.held.is_some() || !this.inner.is_end_stream())
            && let Some(failure) = ready!(this.poll_mishap(context))
        {
            return Poll::Ready(Some(Err(failure)));
        }
        if let Some(held) = this.held.take() {
            let bytes = this.pass(held);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
            None => Poll::Ready(None),
            Some(Err(error)) => Poll::Ready(Some(Err(error.into()))),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(bytes) => {
                    let bytes = this.pass(bytes);
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
                }
                Err(trailers) => Poll::Ready(Some(Ok(trailers))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // As announced, even where less comes; held bytes have left the inner body's count.
        if self.held.is_some() { SizeHint::default() } else { self.inner.size_hint() }
    }
}

/// What has been seen of a request's body.
#[derive(Debug, Default)]
struct Seen {
    size: u64,
    /// The bytes, as long as they are few and wanted.
    kept: Vec<u8>,
    /// The body itself, once its reader has let go of it before its end.
    rest: Option<Incoming>,
}

/// Looks at a request's body after it was handed on.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    seen: Arc<Mutex<Seen>>,
    keep: usize,
}

impl Watch {
    /// Keeps the body's bytes if they are no more than `keep`.
    pub(super) fn new(keep: usize) -> Self {
        Self { seen: Arc::default(), keep }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Bytes received so far.
    pub(super) fn size(&self) -> u64 {
        self.with(|seen| seen.size)
    }

    /// The whole body, if it was small enough to be kept.
    pub(super) fn kept(&self) -> Option<Vec<u8>> {
        self.with(|seen| (seen.size == seen.kept.len() as u64).then(|| seen.kept.clone()))
    }

    /// Reads on where the reader stopped, so that a client that is still sending gets to see its answer: closing a
    /// connection with unread bytes resets it.
    pub(super) async fn drain(&self, most: u64) {
        let Some(mut rest) = self.with(|seen| seen.rest.take()) else { return };
        let mut drained = 0;
        while drained <= most {
            match rest.frame().await {
                Some(Ok(frame)) => {
                    let size = frame.data_ref().map_or(0, |data| data.len() as u64);
                    drained += size;
                    self.with(|seen| seen.size += size);
                }
                Some(Err(_)) | None => return,
            }
        }
    }
}

/// A request's body that is watched.
pub(super) struct Watched {
    inner: Option<Incoming>,
    watch: Watch,
}

impl Watched {
    pub(super) fn new(inner: Incoming, watch: Watch) -> Self {
        Self { inner: Some(inner), watch }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let keep = self.watch.keep;
            self.watch.with(|seen| {
                seen.size += data.len() as u64;
                if seen.kept.len() + data.len() <= keep {
                    seen.kept.extend_from_slice(data);
                }
            });
        }
        Poll::Ready(frame.map(|frame| frame.map_err(|error| io::Error::other(error).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take().filter(|inner| !inner.is_end_stream()) {
            self.watch.with(|seen| seen.rest = Some(inner));
        }
    }
}
