//! Whether reference counts speak of clusters that the file no longer has ("Host cluster management"): that is how a
//! file shows that was cut short behind its tables.

use super::entry;
use super::header::Header;
use crate::inspect::formats::findings;
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Regions, Stop};

/// Entries of the refcount table that are looked at, from the one that counts the file's last cluster on.
const BLOCKS: u64 = 64;
/// Bytes of a refcount block that are looked at.
const COUNTS: u64 = 16 << 10;

pub fn check(regions: &Regions, header: &Header, info: &mut DiskImageInfo) -> Result<(), Stop> {
    // Counts of an image that was not closed properly may be wrong.
    if info.has_problem("dirty") || info.has_problem("truncated") {
        return Ok(());
    }
    let cluster = header.cluster_size();
    let bits = 1u64 << header.refcount_order;
    let per_block = cluster * 8 / bits;
    let missing = regions.file_size().div_ceil(cluster);
    let entries = header.refcount_clusters * cluster / 8;
    let first = missing / per_block;
    for index in first..entries.min(first + BLOCKS) {
        let Some(block) = entry(regions, header.refcount_offset, index, 8)? else { break };
        let block = block & !0x1ff;
        if block == 0 {
            continue;
        }
        if !block.is_multiple_of(cluster) {
            let message = format_args!("a refcount block is at byte {block}, not at the start of a cluster");
            findings::bad_table(info, message);
            break;
        }
        if !findings::within(regions, info, "a refcount block", block, cluster) {
            break;
        }
        // Counts of clusters that are (partly) in the file are passed over; those that share a byte with them as well.
        let skipped = if index == first { (missing % per_block * bits).div_ceil(8) } else { 0 };
        let counts = regions.read(block + skipped, (cluster - skipped).min(COUNTS))?;
        if let Some(at) = counts.as_slice().iter().position(|&byte| byte != 0) {
            let number = index * per_block + (skipped + at as u64) * 8 / bits;
            findings::truncated(info, "a cluster that is in use", number.saturating_mul(cluster));
            break;
        }
    }
    Ok(())
}
