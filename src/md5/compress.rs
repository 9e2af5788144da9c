//! The compression of MD5 (RFC 1321, section 3.4), for one digest or for two side by side.
//!
//! Plain Rust, arranged for what LLVM and V8 make of it. Measured in Node 20 (V8 11.3), MiB of input a second: md-5 439;
//! this for one digest 417 as the RFC writes it, 644 with the table out of sight (see [`one`]) and [`g`] as a sum; two
//! digests one after the other 322; side by side 341, and 495 once V8 is made to mix them (see [`Words::pin`]).

use core::hint::black_box;

/// The words A, B, C and D.
pub type State = [u32; 4];
/// Bytes that are compressed at a time.
pub const BLOCK: usize = 64;

/// 4294967296 times abs(sin(step)): the table T of the RFC.
static SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// Takes blocks into a digest.
pub fn one(state: &mut State, blocks: &[[u8; BLOCK]]) {
    // LLVM moves the addition of a known constant to the end of a sum, where every step would wait for it. What it
    // does not know it adds first, before the step before is done.
    let sines = black_box(&SINES);
    let mut words = *state;
    for block in blocks {
        words = compress(words, block, sines);
    }
    *state = words;
}

/// Takes the same blocks into two digests.
pub fn two(first: &mut State, second: &mut State, blocks: &[[u8; BLOCK]]) {
    let [a, b, c, d] = *first;
    let [e, f, g, h] = *second;
    let mut words = [Pair(a, e), Pair(b, f), Pair(c, g), Pair(d, h)];
    for block in blocks {
        // Here the sum with the message's word is used twice and stays whole: constants cost less than the table.
        words = compress(words, block, &SINES);
    }
    let [a, b, c, d] = words;
    *first = [a.0, b.0, c.0, d.0];
    *second = [a.1, b.1, c.1, d.1];
}

/// A word of each digest.
trait Words: Copy {
    /// `b + (mix(a + message, b, c, d) <<< shift)`; `message` has its constant in it.
    fn step(a: Self, bcd: [Self; 3], mix: impl Mix, message: u32, shift: u32) -> Self;
    fn add(self, other: Self) -> Self;
    /// Holds two digests together: nothing that comes after it is computed before it.
    fn pin(self);
}

/// Adds the round's function of b, c and d to a. What does not wait for b, the word of the step before, goes first.
trait Mix: Fn(u32, u32, u32, u32) -> u32 + Copy {}
impl<M: Fn(u32, u32, u32, u32) -> u32 + Copy> Mix for M {}

impl Words for u32 {
    #[inline(always)]
    fn step(a: u32, [b, c, d]: [u32; 3], mix: impl Mix, message: u32, shift: u32) -> u32 {
        mix(a.wrapping_add(message), b, c, d).rotate_left(shift).wrapping_add(b)
    }

    #[inline(always)]
    fn add(self, other: u32) -> u32 {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn pin(self) {}
}

/// Words of two digests. Their steps stand next to each other, so that one runs while the other waits.
#[derive(Clone, Copy)]
struct Pair(u32, u32);

impl Words for Pair {
    #[inline(always)]
    fn step(a: Pair, [b, c, d]: [Pair; 3], mix: impl Mix, message: u32, shift: u32) -> Pair {
        Pair(
            u32::step(a.0, [b.0, c.0, d.0], mix, message, shift),
            u32::step(a.1, [b.1, c.1, d.1], mix, message, shift),
        )
    }

    #[inline(always)]
    fn add(self, other: Pair) -> Pair {
        Pair(self.0.wrapping_add(other.0), self.1.wrapping_add(other.1))
    }

    /// V8 sorts computations by what they need, which puts all of one digest before all of the other, too far apart
    /// for a processor to see both. It does not reorder writes to memory, so a word of each is written now and then.
    #[inline(always)]
    fn pin(self) {
        black_box(self.0);
        black_box(self.1);
    }
}

/// `b and c or not b and d`, with one operation less.
#[inline(always)]
fn f(a: u32, b: u32, c: u32, d: u32) -> u32 {
    a.wrapping_add(d ^ (b & (c ^ d)))
}

/// `b and d or c and not d`. No bit is in both, so that they can be added one by one: only one waits for b.
#[inline(always)]
fn g(a: u32, b: u32, c: u32, d: u32) -> u32 {
    a.wrapping_add(c & !d).wrapping_add(b & d)
}

#[inline(always)]
fn h(a: u32, b: u32, c: u32, d: u32) -> u32 {
    a.wrapping_add(b ^ (c ^ d))
}

#[inline(always)]
fn i(a: u32, b: u32, c: u32, d: u32) -> u32 {
    a.wrapping_add(c ^ (b | !d))
}

/// Written out in full and always inlined: this crate is compiled for size, and this function is where its time goes.
#[inline(always)]
fn compress<W: Words>(state: [W; 4], block: &[u8; BLOCK], sines: &[u32; 64]) -> [W; 4] {
    let [mut a, mut b, mut c, mut d] = state;
    let (message, _) = block.as_chunks::<4>();
    // A macro, because a loop would not be unrolled.
    macro_rules! step {
        ($mix:ident, $a:ident $b:ident $c:ident $d:ident, $at:literal, $sine:expr, $shift:literal) => {
            let word = match (message.get($at), sines.get($sine)) {
                (Some(bytes), Some(sine)) => u32::from_le_bytes(*bytes).wrapping_add(*sine),
                _ => 0,
            };
            $a = W::step($a, [$b, $c, $d], $mix, word, $shift);
        };
    }
    // Rows of four steps: where their constants begin in the table, and which words of the block they take.
    macro_rules! round {
        ($mix:ident, $s0:literal, $s1:literal, $s2:literal, $s3:literal: $(
            $t:literal: $i0:literal $i1:literal $i2:literal $i3:literal
        );*) => {
            $(
                step!($mix, a b c d, $i0, $t + 0, $s0);
                step!($mix, d a b c, $i1, $t + 1, $s1);
                step!($mix, c d a b, $i2, $t + 2, $s2);
                step!($mix, b c d a, $i3, $t + 3, $s3);
                b.pin();
            )*
        };
    }
    round!(f, 7, 12, 17, 22:
        0: 0 1 2 3;
        4: 4 5 6 7;
        8: 8 9 10 11;
        12: 12 13 14 15);
    round!(g, 5, 9, 14, 20:
        16: 1 6 11 0;
        20: 5 10 15 4;
        24: 9 14 3 8;
        28: 13 2 7 12);
    round!(h, 4, 11, 16, 23:
        32: 5 8 11 14;
        36: 1 4 7 10;
        40: 13 0 3 6;
        44: 9 12 15 2);
    round!(i, 6, 10, 15, 21:
        48: 0 7 14 5;
        52: 12 3 10 1;
        56: 8 15 6 13;
        60: 4 11 2 9);
    let [a0, b0, c0, d0] = state;
    [a0.add(a), b0.add(b), c0.add(c), d0.add(d)]
}
