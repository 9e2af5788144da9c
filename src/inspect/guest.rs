//! The disk inside an image, as far as it can be read: what a virtual machine sees at an offset.

use super::regions::{Regions, Stop};

/// Most bytes that are read of a disk at once.
const LONGEST: u64 = 256 << 10;
/// Most runs that a piece may be made of (clusters of 512 bytes are the smallest of any format).
const MOST_RUNS: usize = 512;

/// Where a run of a disk's bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this offset of the file, as they are.
    File(u64),
    /// Nowhere: they are zero.
    Zero,
    /// Compressed, encrypted, in another file, or behind a damaged table.
    Unknown,
}

/// A format that can say where the bytes of its disk are.
pub trait Guest {
    /// Bytes on the disk.
    fn size(&self) -> u64;

    /// Where the byte at `offset` is (always below [`Guest::size`]), and for how many bytes this holds, itself
    /// included: at least 1.
    fn locate(&self, regions: &Regions, offset: u64) -> Result<(Place, u64), Stop>;
}

/// The bytes from `offset` on, fewer at the end of the disk. None where they cannot be known.
pub fn read(disk: &dyn Guest, regions: &Regions, offset: u64, length: u64) -> Result<Option<Vec<u8>>, Stop> {
    let length = length.min(disk.size().saturating_sub(offset));
    if length > LONGEST {
        return Ok(None);
    }
    // It fits: LONGEST is far below 2^32.
    let wanted = length as usize;
    let mut bytes = Vec::with_capacity(wanted);
    for _ in 0..MOST_RUNS {
        if bytes.len() >= wanted {
            return Ok(Some(bytes));
        }
        let rest = wanted - bytes.len();
        let (place, run) = disk.locate(regions, offset + bytes.len() as u64)?;
        let run = rest.min(usize::try_from(run).unwrap_or(usize::MAX)).max(1);
        match place {
            Place::Zero => bytes.resize(bytes.len() + run, 0),
            Place::Unknown => return Ok(None),
            Place::File(at) => {
                let found = regions.read(at, run as u64)?;
                if found.len() < run {
                    return Ok(None);
                }
                bytes.extend_from_slice(found.as_slice());
            }
        }
    }
    Ok(None)
}

/// A disk whose bytes stand in the file one after the other: raw, or the data of a fixed-size format.
pub struct Flat {
    /// Where the disk starts in the file.
    pub start: u64,
    pub size: u64,
}

impl Guest for Flat {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, _: &Regions, offset: u64) -> Result<(Place, u64), Stop> {
        let place = self.start.checked_add(offset).map_or(Place::Unknown, Place::File);
        Ok((place, self.size.saturating_sub(offset)))
    }
}
