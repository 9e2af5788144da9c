//! The digests of an upload: the MD5 of each part and of the whole file, out of one reading.

use super::source::Source;
use crate::error::Result;
use crate::md5::Md5;

/// Bytes that are read and hashed at a time; between two blocks everybody else gets a turn.
pub const BLOCK: u64 = 512 * 1024;

/// The digest of the file as far as it was read, in order.
#[derive(Clone, Default)]
pub struct FileDigest(Md5);

impl FileDigest {
    /// Reads one part: gives its MD5 and takes it into the file's.
    pub async fn part(&mut self, source: &dyn Source, offset: u64, length: u64) -> Result<[u8; 16]> {
        let mut part = Md5::default();
        let mut done = 0;
        while done < length {
            let block = source.read(offset + done, BLOCK.min(length - done)).await?;
            done += block.len() as u64;
            part.update_both(&mut self.0, &block);
        }
        Ok(part.finish())
    }

    /// The MD5 of the file, after its last part.
    pub fn finish(self) -> [u8; 16] {
        self.0.finish()
    }
}

/// The ETag of a multipart object: the MD5 of the parts' MD5s, and how many there are.
pub fn multipart_etag(parts: impl Iterator<Item = [u8; 16]>) -> String {
    let mut all = Md5::default();
    let mut count = 0;
    for part in parts {
        all.update(&part);
        count += 1;
    }
    format!("{}-{count}", crate::auth::sigv4::hex(&all.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multipart_etag_is_the_digest_of_digests() {
        // md5(md5("a") + md5("b")), computed with Python's hashlib.
        let part = |text: &str| {
            let mut digest = Md5::default();
            digest.update(text.as_bytes());
            digest.finish()
        };
        assert_eq!(multipart_etag([part("a"), part("b")].into_iter()), "96e024ba2074fe77e8e965ba43a704be-2");
    }
}
