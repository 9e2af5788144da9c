//! VHD: the format of Virtual PC, of Hyper-V before VHDX, and of Azure. QEMU calls it vpc.
//!
//! Source: Microsoft, "Virtual Hard Disk Image Format Specification", 1.0 ("Hard Disk Footer Format", "Dynamic Disk
//! Header Format", "Block Allocation Table and Data Blocks"); limits, and which of two sizes counts, are those of
//! vpc_open() in QEMU's block/vpc.c. Numbers are big-endian.

use super::blocks::Blocks;
use super::{Reader, findings};
use crate::inspect::guest::{Flat, Place};
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Vhd, detect, inspect };

/// Starts the footer, which is the last 512 bytes of a file, and its copy at the start of all but fixed ones.
const COOKIE: &[u8] = b"conectix";
const FOOTER: u64 = 512;
const SECTOR: u64 = 512;
/// QEMU's limit in sectors: 2040 GiB.
const MOST_SECTORS: u64 = 0xff00_0000;
/// Sectors of the largest geometry: disks that are larger have it as well.
const LARGEST_GEOMETRY: u64 = 65_535 * 16 * 255;
/// Programs whose disks have the size that the footer says; those of others have that of their geometry.
const BY_SIZE: [&[u8; 4]; 6] = [b"win ", b"qem2", b"d2v ", b"tap\0", b"CTXS", b"wa\0\0"];
/// An entry of the table whose block was never written.
const UNUSED: u64 = 0xffff_ffff;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    if regions.read(0, 8)?.has(0, COOKIE) {
        return Ok(true);
    }
    let footer = regions.tail(FOOTER)?;
    // At the end of a file eight letters are not enough: the format's version is 1.0.
    Ok(footer.has(0, COOKIE) && footer.u32_be(12) == 0x1_0000)
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let (start, end) = (regions.read(0, FOOTER)?, regions.tail(FOOTER)?);
    let copied = start.has(0, COOKIE);
    // A copy may be all that is left.
    let footer = if copied { regions.whole(0, FOOTER)? } else { end };
    if !sound(footer, 64)? {
        info.fatal(
            "bad-checksum",
            format_args!("the checksum of the footer does not match: programs refuse the image"),
            "The image is damaged or was made to do harm: get it from its source again.",
        );
    }
    sizes(footer, info)?;
    let kind = footer.u32_be(60);
    let name = match kind {
        2 => "fixed",
        3 => "dynamic",
        4 => "differencing",
        other => {
            findings::unknown_feature(info, &format!("\"disk type {other}\""));
            return Ok(());
        }
    };
    info.version(name);
    if footer.byte(84) != 0 {
        findings::dirty(info);
    }
    if info.virtual_size / SECTOR > MOST_SECTORS {
        let message = format_args!("a disk of {}: 2040 GiB at most is right", text::size(info.virtual_size));
        findings::bad_table(info, message);
        return Ok(());
    }
    if kind == 2 {
        findings::within(regions, info, "the end of the disk", info.virtual_size, FOOTER);
        return partitions::inspect(regions, &Flat { start: 0, size: info.virtual_size }, info);
    }
    if !copied {
        findings::bad_table(
            info,
            format_args!("a {name} disk has a copy of its footer at the start, this has none"),
        );
    } else if !end.has(0, COOKIE) {
        info.danger(
            "truncated",
            format_args!("the file does not end with the footer of a VHD"),
            "Copy or download it again and compare sizes.",
        );
    }
    table(regions, footer.u64_be(16), kind == 4, info)
}

/// How large the disk is: by the footer's own number, or by its geometry.
fn sizes(footer: Region<'_>, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let (current, sides) = (footer.u64_be(48), u64::from(footer.byte(58)) * u64::from(footer.byte(59)));
    let geometry = u64::from(footer.u16_be(56)) * sides;
    let creator = footer.slice(28, 4);
    info.detail("creator", Detail::Text(text::name(creator).trim_end().to_owned()));
    let by_size = geometry == LARGEST_GEOMETRY || BY_SIZE.iter().any(|known| creator == *known);
    info.virtual_size = if by_size { current - current % SECTOR } else { geometry * SECTOR };
    if !by_size && current != info.virtual_size {
        info.warning(
            "size-ambiguous",
            format_args!(
                "programs disagree on the size of the disk: {} by its geometry (so QEMU), {} by its header",
                text::size(info.virtual_size),
                text::size(current)
            ),
            "Convert it to a format with one size: qemu-img convert -f vpc -O qcow2 old new.qcow2",
        );
        info.other_size = current;
    }
    Ok(())
}

/// "The one's complement of the sum of all the bytes", without the four of the sum.
fn sound(header: Region<'_>, at: usize) -> Result<bool, Stop> {
    let sum = |bytes: &[u8]| bytes.iter().fold(0u32, |sum, &byte| sum.wrapping_add(byte.into()));
    let whole = sum(header.as_slice()).wrapping_sub(sum(header.slice(at, 4)));
    Ok(header.u32_be(at) == !whole)
}

/// The header of a file that grows, and its table of blocks.
fn table(regions: &Regions, at: u64, differencing: bool, info: &mut DiskImageInfo) -> Result<(), Stop> {
    if !findings::within(regions, info, "the header of the table of blocks", at, 1024) {
        return Ok(());
    }
    let header = regions.whole(at, 1024)?;
    if !header.has(0, b"cxsparse") {
        findings::bad_table(info, format_args!("the header of the table of blocks is not at byte {at}"));
        return Ok(());
    }
    if !sound(header, 36)? {
        findings::bad_checksum(info, "header of the table of blocks");
    }
    if differencing {
        findings::backing_file(info, text::name_utf16(header.slice(64, 512), u16::from_be_bytes), None);
    }
    let block = u64::from(header.u32_be(32));
    if block < SECTOR || !block.is_power_of_two() {
        let message = format_args!("blocks of {block} bytes: a power of two and 512 at least is right");
        findings::bad_cluster_size(info, message);
        return Ok(());
    }
    info.cluster_size = Some(block);
    let blocks = Blocks {
        size: info.virtual_size,
        block,
        table: header.u64_be(16),
        listed: header.u32_be(28).into(),
        width: 4,
        big_endian: true,
        chunk: u64::MAX,
        place,
        // In front of a block is a map of its sectors, a bit each, in whole sectors.
        base: (block / SECTOR).div_ceil(8).next_multiple_of(SECTOR),
        absent: if differencing { Place::Unknown } else { Place::Zero },
    };
    if blocks.listed < blocks.entries() {
        let message =
            format_args!("the table has {} blocks, the disk needs {}", blocks.listed, blocks.entries());
        findings::bad_table(info, message);
        return Ok(());
    }
    blocks.check(regions, info)?;
    partitions::inspect(regions, &blocks, info)
}

fn place(blocks: &Blocks, entry: u64) -> Place {
    match entry {
        UNUSED => blocks.absent,
        // Which sectors of a block are this file's, and which its parent's, its map tells.
        _ if blocks.absent == Place::Unknown => Place::Unknown,
        sector => Place::File(sector * SECTOR + blocks.base),
    }
}
