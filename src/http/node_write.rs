//! What node:http is given of a request's body, and when: a large one waits until the server wants it.

use super::buffers::BLOCK;
use super::callback::Callback;
use super::foreign::ForeignBytes;
use super::node::ClientRequest;
use super::{Body, Failure, OnSent};
use crate::error::Kind;
use crate::platform::LocalFuture;
use core::cell::Cell;
use js_sys::Uint8Array;

pub async fn write(request: ClientRequest, body: Body, on_sent: Option<OnSent>) -> Result<(), Failure> {
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => {
            let written = Callback::take();
            request
                .write(&Uint8Array::from(&bytes[..]), written.expect())
                .map_err(|error| super::fetch::lost(&error))?;
            written.called().await.map_err(|error| super::fetch::lost(&error))?;
        }
        Body::Foreign { content, .. } => {
            let Some(bytes) = content.downcast_ref::<ForeignBytes>() else {
                return Err(Failure::new(Kind::Internal, "a body of an unknown kind".into(), false));
            };
            write_blocks(&request, bytes, on_sent).await?;
        }
    }
    request.end().map_err(|error| super::fetch::lost(&error))
}

/// Below this a block costs more than it carries.
const SMALLEST_BLOCK: u32 = 64 * 1024;
/// A block that takes longer is followed by a smaller one, milliseconds.
const SLOW_MS: f64 = 2_000.0;

/// One block after the other: while the disk is read for one part, others are on the line, and a buffer for each part
/// in flight is enough.
async fn write_blocks(
    request: &ClientRequest,
    bytes: &ForeignBytes,
    on_sent: Option<OnSent>,
) -> Result<(), Failure> {
    let written = Callback::take();
    let mut done = 0;
    // On a slow line small blocks tell that something moves.
    let mut most = BLOCK;
    while done < bytes.length {
        let length = u64::from(most).min(bytes.length - done) as u32;
        let block = bytes.blocks.read(bytes.offset + done, length).await?;
        let started = js_sys::Date::now();
        request.write(block.lend(), written.expect()).map_err(|error| super::fetch::lost(&error))?;
        // When the kernel has it, its buffer may be used again.
        written.called().await.map_err(|error| super::fetch::lost(&error))?;
        block.give_back();
        done += u64::from(length);
        if let Some(on_sent) = &on_sent {
            on_sent(done);
        }
        most = match js_sys::Date::now() - started {
            slow if slow > SLOW_MS => (most / 2).max(SMALLEST_BLOCK),
            _ => (most * 2).min(BLOCK),
        };
    }
    Ok(())
}

/// What the header Expect says.
pub const CONTINUE: &str = "100-continue";
/// Smaller bodies are on their way before an answer could come.
const SMALLEST_ASKED: u64 = 2 * 1024 * 1024;
/// A server that knows the header says at once what it wants; others, and proxies, say nothing. Milliseconds.
const ASK_MS: f64 = 1_000.0;
/// Who has said nothing so often, one time after the other, is not asked any more.
const MOST_SILENT: u32 = 3;

/// Waits so many milliseconds.
pub type Sleep = fn(f64) -> LocalFuture<'static, ()>;

/// Whether servers are asked if they want a body before it is sent (RFC 9110, section 10.1.1): what a store refuses,
/// for its load or for keys that have expired, has then not been sent in vain.
pub struct Asking {
    sleep: Sleep,
    silent: Cell<u32>,
}

impl Asking {
    pub fn new(sleep: Sleep) -> Self {
        Asking { sleep, silent: Cell::default() }
    }

    /// Whether to ask for this body. Others that have Node's modules do not tell of the server's "continue".
    pub fn concerns(&self, body: &Body) -> bool {
        matches!(body, Body::Foreign { length, .. } if *length >= SMALLEST_ASKED)
            && self.silent.get() < MOST_SILENT
            && super::node::is_node()
    }

    /// How long to wait for what the server says.
    pub fn patience(&self) -> LocalFuture<'static, ()> {
        (self.sleep)(ASK_MS)
    }

    /// The server said something in time, or nothing.
    pub fn heard(&self, something: bool) {
        self.silent.set(if something { 0 } else { self.silent.get() + 1 });
    }

    /// The server does not do such things: no other request asks it.
    pub fn give_up(&self) {
        self.silent.set(MOST_SILENT);
    }
}
