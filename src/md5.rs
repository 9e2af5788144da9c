//! MD5 as an upload needs it: it can be put down at any byte and taken up again by another process.

use crate::auth::sigv4::hex;
use md5::Digest;
use md5::Md5 as Hasher;
use md5::digest::common::hazmat::{SerializableState, SerializedState};

/// A digest under way.
#[derive(Clone, Default)]
pub struct Md5(Hasher);

impl Md5 {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes the same bytes into two digests: one reading for a part and for the whole file.
    pub fn update_both(&mut self, other: &mut Md5, bytes: &[u8]) {
        self.update(bytes);
        other.update(bytes);
    }

    pub fn finish(self) -> [u8; 16] {
        self.0.finalize().into()
    }

    /// The state as hexadecimal text, for [`Md5::restore`].
    pub fn save(&self) -> String {
        hex(&self.0.serialize())
    }

    /// None where the text is no state.
    pub fn restore(text: &str) -> Option<Self> {
        let mut state = SerializedState::<Hasher>::default();
        let bytes = text.as_bytes();
        if bytes.len() != 2 * state.len() {
            return None;
        }
        for (byte, digits) in state.iter_mut().zip(bytes.chunks_exact(2)) {
            *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Hasher::deserialize(&state).ok().map(Md5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_that_was_put_down_goes_on_where_it_stopped() {
        let bytes: Vec<u8> = (0..1_000u32).map(|index| (index * 7) as u8).collect();
        let mut whole = Md5::default();
        whole.update(&bytes);
        for at in [0, 1, 55, 63, 64, 65, 500, 1_000] {
            let mut first = Md5::default();
            first.update(&bytes[..at]);
            let mut second = Md5::restore(&first.save()).unwrap();
            second.update(&bytes[at..]);
            assert_eq!(second.finish(), whole.clone().finish(), "{at}");
        }
        assert!(Md5::restore("").is_none());
        assert!(Md5::restore(&"g".repeat(Md5::default().save().len())).is_none());
    }
}
