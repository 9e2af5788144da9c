//! A file of which only pages that are not zero are kept: images of gigabytes can be copied and changed quickly.

use std::collections::BTreeMap;
use std::rc::Rc;

pub const PAGE: u64 = 4096;
type Page = [u8; PAGE as usize];

#[derive(Clone)]
pub struct Sparse {
    pub size: u64,
    pages: BTreeMap<u64, Rc<Page>>,
}

impl Sparse {
    pub fn new(bytes: &[u8]) -> Self {
        let mut file = Sparse { size: bytes.len() as u64, pages: BTreeMap::new() };
        for (index, piece) in (0..).zip(bytes.chunks(PAGE as usize)) {
            if piece.iter().any(|&byte| byte != 0) {
                let mut page = [0; PAGE as usize];
                page[..piece.len()].copy_from_slice(piece);
                file.pages.insert(index, Rc::new(page));
            }
        }
        file
    }

    /// The bytes from `offset` on, `length` of them, which may lie behind the end.
    pub fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let end = offset.saturating_add(length as u64);
        for (index, page) in self.pages.range(offset / PAGE..end.div_ceil(PAGE)) {
            let start = index * PAGE;
            let (from, to) = (start.max(offset), (start + PAGE).min(end).min(self.size));
            if from < to {
                bytes[(from - offset) as usize..(to - offset) as usize]
                    .copy_from_slice(&page[(from - start) as usize..(to - start) as usize]);
            }
        }
        bytes
    }

    /// Writes what of these bytes lies within the file.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        for (at, &byte) in (offset..self.size).zip(bytes) {
            let page = self.pages.entry(at / PAGE).or_insert_with(|| Rc::new([0; PAGE as usize]));
            Rc::make_mut(page)[(at % PAGE) as usize] = byte;
        }
    }

    /// Pages that are kept, by number.
    pub fn pages(&self) -> Vec<u64> {
        self.pages.keys().copied().filter(|index| index * PAGE < self.size).collect()
    }

    /// Nothing is left behind a new end, should the file grow again.
    pub fn resize(&mut self, size: u64) {
        self.size = size;
        self.pages.split_off(&size.div_ceil(PAGE));
        if !size.is_multiple_of(PAGE)
            && let Some(last) = self.pages.get_mut(&(size / PAGE))
        {
            Rc::make_mut(last)[(size % PAGE) as usize..].fill(0);
        }
    }
}
