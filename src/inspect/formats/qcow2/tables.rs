//! Where the clusters of a qcow2 are ("Cluster mapping", "Extended L2 Entries").

use super::header::{EXTERNAL_DATA, Encryption, Header};
use super::{entry, extended};
use crate::inspect::formats::findings;
use crate::inspect::guest::{Guest, Place};
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Region, Regions, Stop};

/// Bits 9 to 55: where a table or a standard cluster starts.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const COMPRESSED: u64 = 1 << 62;
/// The cluster reads as zeros (version 3, not with extended entries).
const ZERO: u64 = 1;
/// Most bytes of an L1 table that are checked: with the usual clusters of 64 KiB enough for 8 TiB.
const L1_CHECKED: u64 = 128 << 10;
/// Most bytes of an L2 table that are checked.
const L2_CHECKED: u64 = 32 << 10;

/// The active disk of an image.
pub struct Disk<'a> {
    header: &'a Header,
}

impl<'a> Disk<'a> {
    pub fn new(header: &'a Header) -> Self {
        Disk { header }
    }

    fn entry_size(&self) -> u64 {
        if extended(self.header) { 16 } else { 8 }
    }

    /// Whether the tables point into the file: all L2 tables, and the clusters of two of them, the first and the one
    /// that lies last in the file, which is what is missing first.
    pub fn check(&self, regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let bytes = (self.header.l1_size * 8).min(L1_CHECKED);
        let table = regions.read(self.header.l1_offset, bytes)?;
        let (mut first, mut last) = (0, 0);
        for offset in offsets(table, 8).map(|entry| entry & OFFSET).filter(|&offset| offset != 0) {
            if !offset.is_multiple_of(self.header.cluster_size()) {
                findings::bad_table(
                    info,
                    format_args!("an L2 table is at byte {offset}, not at the start of a cluster"),
                );
                return Ok(());
            }
            if !findings::within(regions, info, "an L2 table", offset, self.header.cluster_size()) {
                return Ok(());
            }
            first = if first == 0 { offset } else { first };
            last = last.max(offset);
        }
        for table in [first, last] {
            if table != 0 && self.header.incompatible & EXTERNAL_DATA == 0 {
                self.check_clusters(regions, table, info)?;
            }
        }
        Ok(())
    }

    fn check_clusters(&self, regions: &Regions, table: u64, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let table = regions.read(table, self.header.cluster_size().min(L2_CHECKED))?;
        for entry in offsets(table, self.entry_size()) {
            let (offset, aligned) = if entry & COMPRESSED != 0 {
                // "x = 62 - (cluster_bits - 8)"
                (entry & ((1 << (62 - (self.header.cluster_bits - 8))) - 1), true)
            } else {
                (entry & OFFSET, (entry & OFFSET).is_multiple_of(self.header.cluster_size()))
            };
            if !aligned {
                findings::bad_table(
                    info,
                    format_args!("a cluster is at byte {offset}, not at a multiple of its size"),
                );
                break;
            }
            if offset != 0 && !findings::within(regions, info, "a cluster", offset, 1) {
                break;
            }
        }
        Ok(())
    }

    fn subcluster(
        &self,
        regions: &Regions,
        at: (u64, u64),
        within: u64,
    ) -> Result<Option<(bool, bool, u64)>, Stop> {
        let size = self.header.cluster_size() / 32;
        let Some(bitmap) = entry(regions, at.0.saturating_add(8), at.1, 16)? else { return Ok(None) };
        let index = within / size;
        Ok(Some((bitmap >> index & 1 != 0, bitmap >> (32 + index) & 1 != 0, size - within % size)))
    }
}

/// The big-endian numbers that start the entries of a table.
fn offsets(table: Region<'_>, entry_size: u64) -> impl Iterator<Item = u64> + '_ {
    let (numbers, _) = table.as_slice().as_chunks::<8>();
    numbers.iter().step_by(entry_size as usize / 8).map(|bytes| u64::from_be_bytes(*bytes))
}

impl Guest for Disk<'_> {
    fn size(&self) -> u64 {
        self.header.size
    }

    fn locate(&self, regions: &Regions, offset: u64) -> Result<(Place, u64), Stop> {
        let header = self.header;
        let cluster = header.cluster_size();
        let within = offset % cluster;
        let run = cluster - within;
        let unallocated = if header.backing_offset == 0 { Place::Zero } else { Place::Unknown };
        if header.incompatible & EXTERNAL_DATA != 0 || !matches!(header.encryption, Encryption::None) {
            return Ok((Place::Unknown, run));
        }
        let (l1_index, l2_index) =
            (offset / cluster / header.l2_entries(), offset / cluster % header.l2_entries());
        let Some(l1_entry) = entry(regions, header.l1_offset, l1_index, 8)? else {
            return Ok((Place::Unknown, run));
        };
        let table = l1_entry & OFFSET;
        if table == 0 {
            return Ok((unallocated, run));
        }
        let Some(found) = entry(regions, table, l2_index, self.entry_size())? else {
            return Ok((Place::Unknown, run));
        };
        if found & COMPRESSED != 0 {
            return Ok((Place::Unknown, run));
        }
        let (allocated, zero, run) = if extended(header) {
            let Some(state) = self.subcluster(regions, (table, l2_index), within)? else {
                return Ok((Place::Unknown, run));
            };
            state
        } else {
            (found & OFFSET != 0, found & ZERO != 0, run)
        };
        Ok(match (zero, allocated) {
            (true, _) => (Place::Zero, run),
            (_, true) => ((found & OFFSET).checked_add(within).map_or(Place::Unknown, Place::File), run),
            _ => (unallocated, run),
        })
    }
}
