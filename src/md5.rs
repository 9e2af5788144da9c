//! MD5 (RFC 1321) as an upload needs it: it can be put down at any byte and taken up again by another process, and
//! two digests can take in the same bytes for little more than the time of one.
//!
//! MD5 is one chain of operations of which each waits for the one before, so that a processor is idle most of the time.
//! A second, independent chain fits into the gaps: [`Md5::update_both`].

mod compress;
#[cfg(test)]
mod tests;

use crate::auth::sigv4::hex;
use compress::{BLOCK, State};

/// The chain starts from here: RFC 1321, section 3.3.
const START: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
/// Bytes of a saved digest: the state, the count, and what may be waiting for the rest of its block.
const SAVED: usize = 16 + 8 + (BLOCK - 1);

/// A digest under way.
#[derive(Clone)]
pub struct Md5 {
    state: State,
    /// Bytes so far. Only the low 64 bits of the number of bits count (section 3.2), so that it may wrap.
    count: u64,
    /// Begins with the `count % 64` bytes that are waiting for the rest of their block.
    waiting: [u8; BLOCK],
}

impl Default for Md5 {
    fn default() -> Self {
        Md5 { state: START, count: 0, waiting: [0; BLOCK] }
    }
}

impl Md5 {
    pub fn update(&mut self, bytes: &[u8]) {
        let (blocks, rest) = self.fill_up(bytes).as_chunks();
        compress::one(&mut self.state, blocks);
        self.keep(rest);
    }

    /// Takes the same bytes into two digests: one reading for a part and for the whole file. Fast where both have had
    /// the same number of bytes, modulo 64.
    pub fn update_both(&mut self, other: &mut Md5, bytes: &[u8]) {
        if self.filled() != other.filled() {
            // Their blocks are not the same ones.
            self.update(bytes);
            other.update(bytes);
            return;
        }
        other.fill_up(bytes);
        let (blocks, rest) = self.fill_up(bytes).as_chunks();
        compress::two(&mut self.state, &mut other.state, blocks);
        self.keep(rest);
        other.keep(rest);
    }

    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.count.wrapping_mul(8);
        self.update(&[0x80]);
        // The number of bits takes the last eight bytes of a block.
        while self.filled() != BLOCK - 8 {
            self.update(&[0]);
        }
        self.update(&bits.to_le_bytes());
        let mut digest = [0; 16];
        put_words(&mut digest, &self.state);
        digest
    }

    /// The state as hexadecimal text, for [`Md5::restore`]: always 174 characters.
    pub fn save(&self) -> String {
        let mut saved = [0; SAVED];
        let (state, rest) = saved.split_at_mut(16);
        let (count, waiting) = rest.split_at_mut(8);
        put_words(state, &self.state);
        count.copy_from_slice(&self.count.to_le_bytes());
        for (to, from) in waiting.iter_mut().zip(self.waiting).take(self.filled()) {
            *to = from;
        }
        hex(&saved)
    }

    /// None where the text is no state.
    pub fn restore(text: &str) -> Option<Self> {
        if text.len() != 2 * SAVED {
            return None;
        }
        let mut saved = [0; SAVED];
        for (byte, [high, low]) in saved.iter_mut().zip(text.as_bytes().as_chunks().0) {
            let digit = |character: u8| char::from(character).to_digit(16);
            *byte = u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?;
        }
        let (state, rest) = saved.split_first_chunk::<16>()?;
        let (count, waiting) = rest.split_first_chunk()?;
        let mut restored = Md5 { count: u64::from_le_bytes(*count), ..Md5::default() };
        for (word, bytes) in restored.state.iter_mut().zip(state.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let filled = restored.filled();
        for (to, from) in restored.waiting.iter_mut().zip(waiting) {
            *to = *from;
        }
        // No digest waits with more bytes than it says.
        waiting.iter().skip(filled).all(|byte| *byte == 0).then_some(restored)
    }

    /// How many bytes are waiting, below 64.
    fn filled(&self) -> usize {
        (self.count % BLOCK as u64) as usize
    }

    /// Counts the bytes, completes the block that is waiting, where there is one, and gives the bytes that are left.
    fn fill_up<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let filled = self.filled();
        self.count = self.count.wrapping_add(bytes.len() as u64);
        if filled == 0 {
            return bytes;
        }
        for (to, from) in self.waiting.iter_mut().skip(filled).zip(bytes) {
            *to = *from;
        }
        match bytes.get(BLOCK - filled..) {
            Some(rest) => {
                compress::one(&mut self.state, &[self.waiting]);
                rest
            }
            None => &[],
        }
    }

    /// Keeps the beginning of a block.
    fn keep(&mut self, rest: &[u8]) {
        for (to, from) in self.waiting.iter_mut().zip(rest) {
            *to = *from;
        }
    }
}

/// Words as bytes, the least significant one first, as everywhere in MD5.
fn put_words(bytes: &mut [u8], words: &State) {
    for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
        *to = word.to_le_bytes();
    }
}
