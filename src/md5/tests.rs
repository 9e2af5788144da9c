//! MD5 held against the RFC's test suite and against another implementation.

use super::Md5;
use crate::auth::sigv4::hex;
use md5::Digest;

/// A sequence of numbers that looks random and is the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut digest = Md5::default();
    digest.update(bytes);
    digest.finish()
}

fn expected(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

#[test]
fn the_test_suite_of_the_rfc() {
    // RFC 1321, appendix A.5.
    for (text, sum) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        assert_eq!(hex(&digest(text.as_bytes())), sum, "{text}");
    }
}

#[test]
fn every_length_around_a_block() {
    let bytes = Numbers(1).bytes(300);
    for length in 0..=bytes.len() {
        assert_eq!(digest(&bytes[..length]), expected(&bytes[..length]), "{length}");
    }
}

#[test]
fn any_split_gives_the_same() {
    let mut numbers = Numbers(2);
    for round in 0..300 {
        let length = numbers.below(3_000);
        let bytes = numbers.bytes(length);
        let most = [1, 7, 64, 65, 200, 3_000][numbers.below(6)];
        let (mut ours, mut rest) = (Md5::default(), &bytes[..]);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(numbers.below(most + 1).min(rest.len()));
            ours.update(piece);
            rest = after;
        }
        assert_eq!(ours.finish(), expected(&bytes), "round {round}: {length} bytes, pieces up to {most}");
    }
}

#[test]
fn two_digests_at_once_give_what_each_gives_alone() {
    let mut numbers = Numbers(3);
    for round in 0..600 {
        // What they had before: nothing, equally much modulo 64, or anything.
        let first = numbers.below(200);
        let second = match round % 3 {
            0 => first,
            1 => first + 64 * numbers.below(3),
            _ => numbers.below(200),
        };
        let (first, second) = (numbers.bytes(first), numbers.bytes(second));
        let (mut one, mut two) = (Md5::default(), Md5::default());
        one.update(&first);
        two.update(&second);
        let mut all = Vec::new();
        for _ in 0..numbers.below(6) {
            let length = [0, 1, 63, 64, 65, numbers.below(1_000)][numbers.below(6)];
            let piece = numbers.bytes(length);
            one.update_both(&mut two, &piece);
            all.extend_from_slice(&piece);
        }
        assert_eq!(one.finish(), expected(&[&first[..], &all].concat()), "the first of round {round}");
        assert_eq!(two.finish(), expected(&[&second[..], &all].concat()), "the second of round {round}");
    }
}

#[test]
fn a_digest_that_was_put_down_goes_on_where_it_stopped() {
    let bytes = Numbers(4).bytes(1_000);
    for at in (0..200).chain([500, 999, 1_000]) {
        let mut first = Md5::default();
        first.update(&bytes[..at]);
        let saved = first.save();
        assert_eq!(saved.len(), 174);
        let mut second = Md5::restore(&saved).unwrap();
        assert_eq!(second.save(), saved);
        second.update(&bytes[at..]);
        assert_eq!(second.finish(), expected(&bytes), "{at}");
    }
}

/// A digest that says to have had `count` bytes.
fn counting(count: u64) -> Md5 {
    let fresh = Md5::default().save();
    Md5::restore(&format!("{}{}{}", &fresh[..32], hex(&count.to_le_bytes()), &fresh[48..])).unwrap()
}

#[test]
fn only_the_low_64_bits_of_the_length_count() {
    // As if the blocks before had left the state as it was: what differs is the length at the end.
    let with_length = |count: u64, bits: u64| {
        let mut by_hand = Md5::default();
        by_hand.update(b"end\x80");
        by_hand.update(&[0; 52]);
        by_hand.update(&bits.to_le_bytes());
        let mut counted = counting(count);
        counted.update(b"end");
        // By hand, the state after that block is the digest.
        assert_eq!(hex(&counted.finish()), by_hand.save()[..32], "{count}");
    };
    with_length(0, 24);
    // 2^32 bits.
    with_length(1 << 29, (1 << 32) + 24);
    with_length((1 << 61) - 64, 0u64.wrapping_sub(512) + 24);
    // 2^61 bytes are 2^64 bits, and 2^64 bytes are more than is counted.
    with_length(1 << 61, 24);
    with_length((1 << 61) + 64, 512 + 24);
    with_length(u64::MAX - 63, 0u64.wrapping_sub(512) + 24);
    let mut over = counting(u64::MAX - 63);
    over.update(&[7; 64]);
    assert_eq!(over.count, 0);
}

#[test]
fn what_is_no_state_is_refused() {
    let saved = {
        let mut digest = Md5::default();
        digest.update(b"abc");
        digest.save()
    };
    assert!(Md5::restore(&saved).is_some());
    let with = |at: usize, text: &str| format!("{}{text}{}", &saved[..at], &saved[at + text.len()..]);
    for wrong in [
        String::new(),
        "0".to_owned(),
        saved[1..].to_owned(),
        saved[2..].to_owned(),
        format!("{saved}00"),
        "g".repeat(saved.len()),
        with(0, "+1"),
        with(10, " "),
        with(saved.len() - 1, "\0"),
        // The same number of bytes, but no digits.
        with(4, "\u{e9}"),
        with(5, "\u{e9}"),
        with(6, "\u{1f600}"),
        // Bytes beyond those that are waiting.
        with(saved.len() - 2, "01"),
        with(48 + 6, "10"),
        // Says that it waits with fewer than it does.
        with(32, "02"),
    ] {
        assert!(Md5::restore(&wrong).is_none(), "{wrong:?}");
    }
}
