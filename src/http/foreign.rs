//! Bytes that stay on JavaScript's side: what parts of an upload are made of.

use super::Failure;
use super::buffers::Block;
use crate::platform::LocalFuture;
use std::rc::Rc;

/// A source of blocks. Reading is repeatable.
pub trait Blocks {
    /// Reads a block, all of it or none.
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, Result<Block, Failure>>;
    /// The same bytes as a Blob, which a browser sends without reading it into memory.
    fn blob(&self, offset: u64, length: u64) -> Option<web_sys::Blob>;
}

/// A range of a source, ready to be sent.
pub struct ForeignBytes {
    pub blocks: Rc<dyn Blocks>,
    pub offset: u64,
    pub length: u64,
}

impl ForeignBytes {
    pub fn blob(&self) -> Option<web_sys::Blob> {
        self.blocks.blob(self.offset, self.length)
    }
}
