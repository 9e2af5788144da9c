//! Bytes of JSON taken eight at a time: most of an answer is names that are known and the inside of texts, and this is
//! where its time goes.

const ONES: u64 = u64::MAX / 0xff;
const HIGHS: u64 = ONES * 0x80;
const QUOTES: u64 = ONES * b'"' as u64;
const BACKSLASHES: u64 = ONES * b'\\' as u64;

/// Whether two pieces of the same length are the same.
#[inline(always)]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    let Some(last) = left.len().checked_sub(8) else {
        return left.iter().zip(right).all(|(left, right)| left == right);
    };
    let mut at = 0;
    while at < last {
        if word(left, at) != word(right, at) {
            return false;
        }
        at += 8;
    }
    // The last eight bytes overlap those before: what is left over needs no loop of its own.
    word(left, last) == word(right, last)
}

/// The eight bytes at this place. Always inlined: this crate is compiled for size.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_le_bytes(*word))
}

/// How many bytes come before the first quote, backslash or control character.
#[inline(always)]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let mut passed = 0;
    for word in bytes.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*word);
        // A byte's highest bit is set where it is 0; behind the first such byte others may be marked too.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (zero(word ^ QUOTES) | zero(word ^ BACKSLASHES) | control) & HIGHS;
        if found != 0 {
            return passed + found.trailing_zeros() as usize / 8;
        }
        passed += 8;
    }
    let rest = bytes.get(passed..).unwrap_or_default();
    passed + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_not_plain() {
        for byte in 0..=255u8 {
            let is_plain = !matches!(byte, b'"' | b'\\' | 0..=0x1f);
            for place in 0..20 {
                for follower in [b'a', b'"', 0x1f, 0x20, 0x21, 0x23, 0x5b, 0x5d, 0x80, 0xff] {
                    let mut bytes = vec![0xc3; place];
                    bytes.extend([byte, follower]);
                    bytes.extend([b'x'; 9]);
                    let expected = bytes
                        .iter()
                        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
                        .unwrap_or(bytes.len());
                    assert_eq!(plain(&bytes), expected, "{byte} at {place}, then {follower}");
                    assert!(!is_plain || expected > place);
                }
            }
        }
        assert_eq!(plain(b""), 0);
    }

    #[test]
    fn pieces_differ_in_any_byte() {
        for length in 0..30u8 {
            let left: Vec<u8> = (0..length).collect();
            assert!(same(&left, &left.clone()));
            for place in 0..usize::from(length) {
                let mut right = left.clone();
                right[place] ^= 0x80;
                assert!(!same(&left, &right), "{place} of {length}");
            }
        }
    }
}
