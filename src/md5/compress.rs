//! The compression of MD5 (RFC 1321, section 3.4), for two digests side by side.
//!
//! Plain Rust, arranged for what V8 makes of it, and for size: a compression of its own for one digest alone weighs more
//! than 1 KB of the .wasm after gzip. MiB of input a second on one machine, two digests side by side, and one: Node 20
//! 490 and 490, Chromium 156 430 and 430; with the crate md-5, one after the other, 220 and 439, 249 and 497.

use core::hint::black_box;

/// The words A, B, C and D.
pub type State = [u32; 4];
/// Bytes that are compressed at a time.
pub const BLOCK: usize = 64;

/// 4294967296 times abs(sin(step)): the table T of the RFC.
const SINES: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// Takes blocks into a digest, and into one that nobody wants: that costs little.
pub fn one(state: &mut State, blocks: &[[u8; BLOCK]]) {
    two(state, &mut [0; 4], blocks);
}

/// Takes the same blocks into two digests.
pub fn two(first: &mut State, second: &mut State, blocks: &[[u8; BLOCK]]) {
    let [a, b, c, d] = *first;
    let [e, f, g, h] = *second;
    let mut pairs = [Pair(a, e), Pair(b, f), Pair(c, g), Pair(d, h)];
    for block in blocks {
        pairs = compress(pairs, block);
    }
    let [a, b, c, d] = pairs;
    *first = [a.0, b.0, c.0, d.0];
    *second = [a.1, b.1, c.1, d.1];
}

/// A word of each digest. Their steps stand next to each other, so that one runs while the other waits.
#[derive(Clone, Copy)]
struct Pair(u32, u32);

impl Pair {
    /// `b + (mix(a + message, b, c, d) <<< shift)`; `message` has its constant in it.
    #[inline(always)]
    fn step(a: Pair, [b, c, d]: [Pair; 3], mix: impl Mix, message: u32, shift: u32) -> Pair {
        Pair(
            mix(a.0.wrapping_add(message), b.0, c.0, d.0).rotate_left(shift).wrapping_add(b.0),
            mix(a.1.wrapping_add(message), b.1, c.1, d.1).rotate_left(shift).wrapping_add(b.1),
        )
    }

    #[inline(always)]
    fn add(self, other: Pair) -> Pair {
        Pair(self.0.wrapping_add(other.0), self.1.wrapping_add(other.1))
    }

    /// Holds the two together: V8 sorts computations by what they need, which puts all of one digest before all of the
    /// other, too far apart for a processor to see both. It does not reorder writes to memory, so a word of each is
    /// written now and then (without: 341 instead of 490 MiB a second).
    #[inline(always)]
    fn pin(self) {
        black_box(self.0);
        black_box(self.1);
    }
}

/// Adds the round's function of b, c and d to a. What does not wait for b, the word of the step before, goes first.
trait Mix: Fn(u32, u32, u32, u32) -> u32 {}
impl<M: Fn(u32, u32, u32, u32) -> u32> Mix for M {}

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
fn compress(state: [Pair; 4], block: &[u8; BLOCK]) -> [Pair; 4] {
    let [mut a, mut b, mut c, mut d] = state;
    let (message, _) = block.as_chunks::<4>();
    // A macro, because a loop would not be unrolled.
    macro_rules! step {
        ($mix:ident, $a:ident $b:ident $c:ident $d:ident, $at:literal, $sine:expr, $shift:literal) => {
            let word = match (message.get($at), SINES.get($sine)) {
                (Some(bytes), Some(sine)) => u32::from_le_bytes(*bytes).wrapping_add(*sine),
                _ => 0,
            };
            $a = Pair::step($a, [$b, $c, $d], $mix, word, $shift);
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
