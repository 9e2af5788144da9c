//! Changes files at random, the same way for the same seed: bytes, numbers at their limits, pieces of other files.

/// A sequence of numbers that looks random and is the same in every run (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A number at or near a limit, of two, four or eight bytes in either order.
    pub fn extreme(&mut self) -> Vec<u8> {
        let value = match self.below(9) {
            0 => u64::MAX,
            1 => 0,
            2 => 1 << 63,
            3 => i64::MAX as u64,
            4 => 1 << self.below(64),
            5 => (1 << self.below(64)) - 1,
            6 => self.next(),
            7 => self.next() % 1024,
            _ => !((1 << self.below(21)) - 1),
        };
        let (width, big_endian) = ([2, 4, 4, 8][self.below(4)], self.below(2) == 0);
        if big_endian {
            value.to_be_bytes()[8 - width..].to_vec()
        } else {
            value.to_le_bytes()[..width].to_vec()
        }
    }
}
