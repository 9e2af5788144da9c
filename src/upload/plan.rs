//! How a file is cut into parts. Limits: Amazon S3 User Guide, “Amazon S3 multipart upload limits”.

use crate::error::{Error, Result};

const MEBIBYTE: u64 = 1024 * 1024;
/// Every part but the last has at least this many bytes.
pub const SMALLEST_PART: u64 = 5 * MEBIBYTE;
/// No part has more bytes than this.
pub const LARGEST_PART: u64 = 5 * 1024 * MEBIBYTE;
/// An upload has at most this many parts.
pub const MOST_PARTS: u64 = 10_000;
/// No object has more bytes than this.
pub const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * MEBIBYTE;
/// Part size of files that need no larger one (up to 156 GiB).
const USUAL_PART: u64 = 16 * MEBIBYTE;

/// The parts of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of every part but the last.
    pub part_size: u64,
    pub count: u32,
}

impl Plan {
    /// Cuts a file of this size, in parts of `wanted` bytes where the caller has a wish.
    pub fn new(size: u64, wanted: Option<u64>) -> Result<Self> {
        if size == 0 {
            return Err(Error::invalid(
                "source",
                "0 bytes",
                "must not be empty: an image without bytes cannot boot",
            ));
        }
        if size > LARGEST_OBJECT {
            return Err(Error::invalid("source", format!("{size} bytes"), "must have at most 5 TiB"));
        }
        // The smallest size in whole mebibytes that needs no more than 10,000 parts.
        let needed = size.div_ceil(MOST_PARTS).div_ceil(MEBIBYTE) * MEBIBYTE;
        let part_size = match wanted {
            None => needed.max(USUAL_PART),
            Some(wanted) if !(SMALLEST_PART..=LARGEST_PART).contains(&wanted) => {
                let rule = format!("must be from {SMALLEST_PART} (5 MiB) to {LARGEST_PART} (5 GiB) bytes");
                return Err(Error::invalid("partSize", wanted.to_string(), rule));
            }
            Some(wanted) if size.div_ceil(wanted) > MOST_PARTS => {
                let rule = format!(
                    "must be at least {needed} for a file of {size} bytes: an upload has at most 10,000 parts"
                );
                return Err(Error::invalid("partSize", wanted.to_string(), rule));
            }
            Some(wanted) => wanted,
        };
        // At most 10,000 by the lines above.
        let count = size.div_ceil(part_size) as u32;
        Ok(Plan { size, part_size, count })
    }

    /// A file that fits into one part is sent by a single PUT.
    pub fn is_single(&self) -> bool {
        self.count == 1
    }

    /// Where a part starts, and how many bytes it has. Parts count from 0 here, from 1 at the store.
    pub fn range(&self, index: u32) -> (u64, u64) {
        let offset = u64::from(index) * self.part_size;
        (offset, self.part_size.min(self.size - offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_file_without_gap_or_overlap() {
        for size in [1, 5, SMALLEST_PART, USUAL_PART, USUAL_PART + 1, 200 << 30, LARGEST_OBJECT] {
            let plan = Plan::new(size, None).unwrap();
            let mut next = 0;
            for index in 0..plan.count {
                let (offset, length) = plan.range(index);
                assert_eq!(offset, next);
                assert!(length > 0 && (length >= SMALLEST_PART || index + 1 == plan.count));
                next = offset + length;
            }
            assert_eq!(next, size);
            assert!(u64::from(plan.count) <= MOST_PARTS);
        }
        assert!(Plan::new(USUAL_PART, None).unwrap().is_single());
    }

    #[test]
    fn limits_are_said_by_name() {
        let field = |size, wanted| Plan::new(size, wanted).unwrap_err().details().field.clone().unwrap();
        assert_eq!(field(0, None), "source");
        assert_eq!(field(LARGEST_OBJECT + 1, None), "source");
        assert_eq!(field(1, Some(SMALLEST_PART - 1)), "partSize");
        assert_eq!(field(1, Some(LARGEST_PART + 1)), "partSize");
        assert_eq!(field(SMALLEST_PART * MOST_PARTS + 1, Some(SMALLEST_PART)), "partSize");
        assert!(Plan::new(SMALLEST_PART * MOST_PARTS, Some(SMALLEST_PART)).is_ok());
    }
}
