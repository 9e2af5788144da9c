//! A source whose bytes are read once, one block after the other: digested while they are sent.

use super::failure;
use crate::error::{Error, Kind, Result};
use crate::http::buffers::{Block, Buffer};
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::{Body, Failure};
use crate::md5::Md5;
use crate::platform::LocalFuture;
use crate::task::Queue;
use crate::upload::source::Source;
use core::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::Blob;

/// A body that is read from its start to its end, and what it turned out to be.
pub struct Digesting(Rc<State>);

struct State {
    source: Rc<dyn Source>,
    /// Where the next block begins, and the digest up to there.
    read: RefCell<(u64, Md5)>,
    whole: Queue<[u8; 16]>,
    digest: bool,
    /// A block of a stream was read: only the next one can be.
    gone: Rc<Cell<bool>>,
}

impl Digesting {
    pub fn new(source: Rc<dyn Source>, digest: bool) -> Self {
        let (read, whole, gone) = Default::default();
        Digesting(Rc::new(State { source, read, whole, digest, gone }))
    }

    /// All of it, as a body.
    pub fn body(&self) -> Body {
        let length = self.0.source.size();
        let blocks: Rc<dyn Blocks> = Rc::new(Digesting(self.0.clone()));
        Body::Foreign { length, content: Rc::new(ForeignBytes { blocks, offset: 0, length }) }
    }

    /// Whether all has been read, since its start was read last.
    pub fn is_read(&self) -> bool {
        self.0.read.borrow().0 == self.0.source.size()
    }

    /// Turned when what was read can be read no more.
    pub fn gone(&self) -> Rc<Cell<bool>> {
        self.0.gone.clone()
    }

    /// The MD5, when all has been read.
    pub async fn md5(&self) -> Option<[u8; 16]> {
        if self.0.digest { Some(self.0.whole.next().await) } else { None }
    }
}

impl State {
    /// Digests a block; one that is read again is known already.
    fn take(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let mut read = self.read.borrow_mut();
        if offset == 0 {
            *read = (0, Md5::default());
        }
        if read.0 != offset {
            return Err(Error::new(Kind::Internal, "blocks are read out of order"));
        }
        read.0 += bytes.len() as u64;
        if self.digest {
            read.1.update(bytes);
        }
        if read.0 == self.source.size() {
            self.whole.push(core::mem::take(&mut read.1).finish());
        }
        Ok(())
    }
}

impl Blocks for Digesting {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let state = self.0.clone();
        Box::pin(async move {
            let bytes = state.source.read(offset, u64::from(length)).await.map_err(failure)?;
            state.take(offset, &bytes).map_err(failure)?;
            state.source.release(offset, u64::from(length));
            state.gone.set(!state.source.is_repeatable());
            let block = Block::of(Buffer::take(length), length);
            block.bytes.copy_from(&bytes);
            Ok(block)
        })
    }

    fn blob(&self, _: u64, _: u64) -> Option<Blob> {
        None
    }
}
