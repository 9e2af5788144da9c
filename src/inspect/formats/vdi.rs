//! VDI: VirtualBox' own format.
//!
//! Source: VDIHEADER1PLUS in VirtualBox' VDICore.h; limits are those of vdi_open() in QEMU's block/vdi.c. Numbers are
//! little-endian.

use super::blocks::Blocks;
use super::{Reader, findings};
use crate::inspect::guest::Place;
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Vdi, detect, inspect };

const SIGNATURE: &[u8] = &0xbeda_107f_u32.to_le_bytes();
/// The only size that QEMU reads, and the one that VirtualBox writes.
const BLOCK: u64 = 1 << 20;
/// QEMU's limit of the number of blocks.
const MOST_BLOCKS: u64 = i32::MAX as u64 / 4;
/// An entry of the table whose block was never written; one less: a block of zeros.
const UNUSED: u64 = 0xffff_ffff;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    let start = regions.read(0, 0x48)?;
    // The major version besides, since these four bytes are in the midst of the file.
    Ok(start.has(0x40, SIGNATURE) && (start.has(0, b"<<< ") || start.u16_le(0x46) == 1))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let header = regions.whole(0, 512)?;
    let version = header.u32_le(0x44);
    info.virtual_size = header.u64_le(0x170).checked_next_multiple_of(512).unwrap_or(u64::MAX);
    if version != 0x1_0001 {
        findings::unknown_version(info, &format!("{}.{}", version >> 16, version & 0xffff), "1.1 is known");
        return Ok(());
    }
    info.version("1.1");
    let kind = header.u32_le(0x4c);
    match kind
        .checked_sub(1)
        .and_then(|index| ["dynamic", "static", "undo", "differencing"].get(index as usize))
    {
        Some(name) => info.feature(name),
        None => findings::unknown_feature(info, &format!("\"image type {kind}\"")),
    }
    // The identifiers of what this image continues: VirtualBox finds the files in its own registry.
    let parent = kind > 2 || header.slice(0x1a8, 32).iter().any(|&byte| byte != 0);
    if parent {
        findings::backing_file(info, String::new(), Some("vdi".to_owned()));
    }
    let block = u64::from(header.u32_le(0x178));
    if block != BLOCK {
        findings::bad_cluster_size(info, format_args!("blocks of {block} bytes: 1048576 is right"));
        return Ok(());
    }
    info.cluster_size = Some(block);
    let sector = header.u32_le(0x168);
    let (table, data) = (u64::from(header.u32_le(0x154)), u64::from(header.u32_le(0x158)));
    if sector != 512 || !table.is_multiple_of(512) || !data.is_multiple_of(512) {
        let message = format_args!(
            "sectors of {sector} bytes, tables at bytes {table} and {data}: multiples of 512 are right"
        );
        findings::bad_table(info, message);
        return Ok(());
    }
    let blocks = Blocks {
        size: info.virtual_size,
        block,
        table,
        listed: header.u32_le(0x180).into(),
        width: 4,
        big_endian: false,
        chunk: u64::MAX,
        place,
        base: data,
        absent: if parent { Place::Unknown } else { Place::Zero },
    };
    if blocks.listed < blocks.entries() || blocks.listed > MOST_BLOCKS {
        let message = format_args!(
            "the table has {} blocks, a disk of {} needs {} ({MOST_BLOCKS} at most is right)",
            blocks.listed,
            text::size(blocks.size),
            blocks.entries()
        );
        findings::bad_table(info, message);
        return Ok(());
    }
    blocks.check(regions, info)?;
    partitions::inspect(regions, &blocks, info)
}

fn place(blocks: &Blocks, entry: u64) -> Place {
    match entry {
        UNUSED => blocks.absent,
        0xffff_fffe => Place::Zero,
        // 32 bits times 20 bits: no overflow.
        block => Place::File(block * BLOCK + blocks.base),
    }
}
