//! The compression of MD5 (RFC 1321, section 3.4): of one digest, and of two that take in the same blocks.
//!
//! Plain Rust, arranged for what V8 makes of it. MD5 is one chain of operations of which each waits for the one before, so
//! that its length is all that counts: what does not wait for the step before goes first. A compiler knows that sums may
//! be taken in any order, and adds the constants last, where they are waited for; so it is not told that they are
//! constants ([`one`]). MiB a second, one digest, on one machine: Node 20 600 (440 with constants; node:crypto 570),
//! Chromium 156 610 (520), Firefox 153 560 (510).
//!
//! Two digests are computed by instructions that work on several words at once: 480 MiB a second in all three. Steps of
//! both side by side in plain instructions took as long on an idle machine, but keep a processor busy that two programs
//! share: 250 instead of 430 there.

use core::hint::black_box;

/// The words A, B, C and D.
pub type State = [u32; 4];
/// Bytes that are compressed at a time.
pub const BLOCK: usize = 64;

/// 4294967296 times abs(sin(step)): the table T of the RFC.
static SINES: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// A word of the block with its step's constant.
#[inline(always)]
fn word(message: &[[u8; 4]], at: usize, sines: &[u32; 64], sine: usize) -> u32 {
    match (message.get(at), sines.get(sine)) {
        (Some(bytes), Some(sine)) => u32::from_le_bytes(*bytes).wrapping_add(*sine),
        _ => 0,
    }
}

/// All 64 steps: `$step!(round, a b c d, word of the block, entry of the table, shift)`, written out in full, because this
/// crate is compiled for size and here is where its time goes.
macro_rules! steps {
    ($step:ident, $a:ident $b:ident $c:ident $d:ident) => {
        steps!(rows $step f 7 12 17 22 $a $b $c $d:
            0 0 1 2 3; 4 4 5 6 7; 8 8 9 10 11; 12 12 13 14 15);
        steps!(rows $step g 5 9 14 20 $a $b $c $d:
            16 1 6 11 0; 20 5 10 15 4; 24 9 14 3 8; 28 13 2 7 12);
        steps!(rows $step h 4 11 16 23 $a $b $c $d:
            32 5 8 11 14; 36 1 4 7 10; 40 13 0 3 6; 44 9 12 15 2);
        steps!(rows $step i 6 10 15 21 $a $b $c $d:
            48 0 7 14 5; 52 12 3 10 1; 56 8 15 6 13; 60 4 11 2 9);
    };
    // Rows of four steps: where their constants begin in the table, and which words of the block they take.
    (rows $step:ident $mix:ident $s0:literal $s1:literal $s2:literal $s3:literal $a:ident $b:ident $c:ident $d:ident:
        $($t:literal $i0:literal $i1:literal $i2:literal $i3:literal);*) => {
        $(
            $step!($mix, $a $b $c $d, $i0, $t, $s0);
            $step!($mix, $d $a $b $c, $i1, $t + 1, $s1);
            $step!($mix, $c $d $a $b, $i2, $t + 2, $s2);
            $step!($mix, $b $c $d $a, $i3, $t + 3, $s3);
        )*
    };
}

/// Takes blocks into a digest.
pub fn one(state: &mut State, blocks: &[[u8; BLOCK]]) {
    // The table, where the compiler cannot look into it.
    let sines = black_box(&SINES);
    let [mut a, mut b, mut c, mut d] = *state;
    for block in blocks {
        let before = [a, b, c, d];
        let (message, _) = block.as_chunks::<4>();
        // `b + (mix(a + word + constant, b, c, d) <<< shift)`
        macro_rules! step {
            ($mix:ident, $a:ident $b:ident $c:ident $d:ident, $at:literal, $sine:expr, $shift:literal) => {
                let word = word(message, $at, sines, $sine);
                $a = $mix($a.wrapping_add(word), $b, $c, $d).rotate_left($shift).wrapping_add($b);
            };
        }
        steps!(step, a b c d);
        a = a.wrapping_add(before[0]);
        b = b.wrapping_add(before[1]);
        c = c.wrapping_add(before[2]);
        d = d.wrapping_add(before[3]);
    }
    *state = [a, b, c, d];
}

/// `b and c or not b and d`, with one operation less. Like its kin it adds the round's function of b, c and d to a; b is
/// the word of the step before.
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

/// Takes the same blocks into two digests.
#[cfg(not(target_arch = "wasm32"))]
pub fn two(first: &mut State, second: &mut State, blocks: &[[u8; BLOCK]]) {
    one(first, blocks);
    one(second, blocks);
}

#[cfg(target_arch = "wasm32")]
pub use side_by_side::two;

/// Two digests as two lanes of a vector.
#[cfg(target_arch = "wasm32")]
mod side_by_side {
    use super::{BLOCK, SINES, State, word};
    use core::arch::wasm32::{
        u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_splat, v128, v128_and, v128_andnot,
        v128_not, v128_or, v128_xor,
    };

    /// Takes the same blocks into two digests.
    #[target_feature(enable = "simd128")]
    pub fn two(first: &mut State, second: &mut State, blocks: &[[u8; BLOCK]]) {
        let [a, b, c, d] = *first;
        let [e, f, g, h] = *second;
        let [mut a, mut b, mut c, mut d] =
            [u32x4(a, e, 0, 0), u32x4(b, f, 0, 0), u32x4(c, g, 0, 0), u32x4(d, h, 0, 0)];
        for block in blocks {
            let before = [a, b, c, d];
            let (message, _) = block.as_chunks::<4>();
            macro_rules! step {
                ($mix:ident, $a:ident $b:ident $c:ident $d:ident, $at:literal, $sine:expr, $shift:literal) => {
                    let word = word(message, $at, &SINES, $sine);
                    let sum = mix::$mix(u32x4_add($a, u32x4_splat(word)), $b, $c, $d);
                    let turned = v128_or(u32x4_shl(sum, $shift), u32x4_shr(sum, 32 - $shift));
                    $a = u32x4_add(turned, $b);
                };
            }
            steps!(step, a b c d);
            a = u32x4_add(a, before[0]);
            b = u32x4_add(b, before[1]);
            c = u32x4_add(c, before[2]);
            d = u32x4_add(d, before[3]);
        }
        *first = [
            u32x4_extract_lane::<0>(a),
            u32x4_extract_lane::<0>(b),
            u32x4_extract_lane::<0>(c),
            u32x4_extract_lane::<0>(d),
        ];
        *second = [
            u32x4_extract_lane::<1>(a),
            u32x4_extract_lane::<1>(b),
            u32x4_extract_lane::<1>(c),
            u32x4_extract_lane::<1>(d),
        ];
    }

    /// The functions of the rounds.
    mod mix {
        use super::{u32x4_add, v128, v128_and, v128_andnot, v128_not, v128_or, v128_xor};

        #[inline]
        #[target_feature(enable = "simd128")]
        pub fn f(a: v128, b: v128, c: v128, d: v128) -> v128 {
            u32x4_add(a, v128_xor(d, v128_and(b, v128_xor(c, d))))
        }

        #[inline]
        #[target_feature(enable = "simd128")]
        pub fn g(a: v128, b: v128, c: v128, d: v128) -> v128 {
            u32x4_add(u32x4_add(a, v128_andnot(c, d)), v128_and(b, d))
        }

        #[inline]
        #[target_feature(enable = "simd128")]
        pub fn h(a: v128, b: v128, c: v128, d: v128) -> v128 {
            u32x4_add(a, v128_xor(b, v128_xor(c, d)))
        }

        #[inline]
        #[target_feature(enable = "simd128")]
        pub fn i(a: v128, b: v128, c: v128, d: v128) -> v128 {
            u32x4_add(a, v128_xor(c, v128_or(b, v128_not(d))))
        }
    }
}
