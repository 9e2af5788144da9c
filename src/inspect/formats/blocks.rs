//! A disk whose blocks are named by one table: VHD, VHDX and VDI differ in little else.

use super::findings;
use crate::inspect::guest::{Guest, Place};
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Region, Regions, Stop};

/// Most bytes of a table that are checked: with the usual blocks of 2 MiB enough for 64 GiB of VHD.
const CHECKED: u64 = 128 << 10;

/// Where the blocks are. All sizes and offsets are bytes.
pub struct Blocks {
    pub size: u64,
    /// Of a block; never 0.
    pub block: u64,
    /// Where the table starts.
    pub table: u64,
    /// Entries of the table as the header counts them: [`Blocks::entries`] or more.
    pub listed: u64,
    /// Bytes of an entry: 4 or 8.
    pub width: u64,
    /// Whether entries are big-endian.
    pub big_endian: bool,
    /// An entry of another kind follows each so many; never 0.
    pub chunk: u64,
    /// What an entry says of its block's first byte.
    pub place: fn(&Blocks, u64) -> Place,
    /// What `place` needs to know besides.
    pub base: u64,
    /// What a block is that no entry places: zero, or what another file has.
    pub absent: Place,
}

impl Blocks {
    /// Entries that the disk needs, those of the other kind included.
    pub fn entries(&self) -> u64 {
        let blocks = self.size.div_ceil(self.block);
        blocks + blocks.saturating_sub(1) / self.chunk
    }

    /// Whether the table and the blocks that it names lie within the file.
    pub fn check(&self, regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let length = self.listed.saturating_mul(self.width);
        if !findings::within(regions, info, "the table of blocks", self.table, length) {
            return Ok(());
        }
        let table = regions.read(self.table, length.min(CHECKED))?;
        for index in 0..table.len() as u64 / self.width {
            if self.chunk != u64::MAX && (index + 1) % (self.chunk + 1) == 0 {
                continue;
            }
            let entry = self.number(table, (index * self.width) as usize);
            if let Place::File(at) = (self.place)(self, entry)
                && !findings::within(regions, info, "a block", at, self.block.min(self.size))
            {
                break;
            }
        }
        Ok(())
    }

    fn number(&self, region: Region<'_>, at: usize) -> u64 {
        match (self.width, self.big_endian) {
            (8, _) => region.u64_le(at),
            (_, true) => region.u32_be(at).into(),
            (_, false) => region.u32_le(at).into(),
        }
    }
}

impl Guest for Blocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, regions: &Regions, offset: u64) -> Result<(Place, u64), Stop> {
        let (index, within) = (offset / self.block, offset % self.block);
        let run = self.block - within;
        let at = (index + index / self.chunk).saturating_mul(self.width).saturating_add(self.table);
        let entry = regions.read(at, self.width)?;
        let place = match (self.place)(self, self.number(entry, 0)) {
            _ if entry.is_empty() => Place::Unknown,
            Place::File(start) => start.checked_add(within).map_or(Place::Unknown, Place::File),
            other => other,
        };
        Ok((place, run))
    }
}
