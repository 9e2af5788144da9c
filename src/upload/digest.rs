//! The digests of an upload: the MD5 of each part and of the whole file, out of one reading.

use super::source::Source;
use crate::error::Result;
use crate::md5::Md5;

/// Bytes that are read and hashed at a time; between two blocks everybody else gets a turn.
pub const BLOCK: u64 = 1024 * 1024;

/// Reads one part: gives its MD5, and takes it into the file's where that is given.
pub async fn part(
    source: &dyn Source,
    offset: u64,
    length: u64,
    mut file: Option<&mut Md5>,
) -> Result<[u8; 16]> {
    let mut part = Md5::default();
    let mut done = 0;
    while done < length {
        let block = source.read(offset + done, BLOCK.min(length - done)).await?;
        done += block.len() as u64;
        match &mut file {
            Some(file) => part.update_both(file, &block),
            None => part.update(&block),
        }
    }
    Ok(part.finish())
}

/// The MD5 of the parts' MD5s, one after the other: what the ETag of a multipart object is made of.
#[derive(Clone, Default)]
pub struct Chain(Md5);

impl Chain {
    pub fn add(&mut self, part: &[u8; 16]) {
        self.0.update(part);
    }

    pub fn of<'a>(parts: impl Iterator<Item = &'a [u8; 16]>) -> Self {
        let mut chain = Chain::default();
        parts.for_each(|part| chain.add(part));
        chain
    }

    pub fn digest(&self) -> [u8; 16] {
        self.0.clone().finish()
    }

    /// The ETag of an object of so many parts, these.
    pub fn etag(&self, count: u32) -> String {
        format!("{}-{count}", crate::auth::sigv4::hex(&self.digest()))
    }

    pub fn save(&self) -> String {
        self.0.save()
    }

    pub fn restore(text: &str) -> Option<Self> {
        Md5::restore(text).map(Chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multipart_etag_is_the_digest_of_digests() {
        // md5(md5("a") + md5("b")), computed with Python's hashlib.
        let part = |text: &str| {
            let mut md5 = Md5::default();
            md5.update(text.as_bytes());
            md5.finish()
        };
        let etag = Chain::of([part("a"), part("b")].iter()).etag(2);
        assert_eq!(etag, "96e024ba2074fe77e8e965ba43a704be-2");
    }
}
