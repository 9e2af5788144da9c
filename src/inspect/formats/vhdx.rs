//! VHDX: Hyper-V's format.
//!
//! Source: [MS-VHDX] 2.2 (file identifier, headers, region table), 2.3 (log), 2.5 (BAT), 2.6 (metadata); limits are
//! those of vhdx_open() in QEMU's block/vhdx.c. Numbers are little-endian.

mod metadata;

use super::blocks::Blocks;
use super::{Reader, findings};
use crate::inspect::checksum::{CASTAGNOLI, crc32};
use crate::inspect::guest::Place;
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;
use metadata::Metadata;

pub static READER: Reader = Reader { format: Format::Vhdx, detect, inspect };

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
/// Two headers and two region tables: of each pair one is good while the other is being written.
const HEADERS: [u64; 2] = [64 * KIB, 128 * KIB];
const REGION_TABLES: [u64; 2] = [192 * KIB, 256 * KIB];
/// Most entries of a region table.
const MOST_REGIONS: u32 = 2047;
/// Bytes.
const LARGEST_DISK: u64 = 64 << 40;
const BAT: [u8; 16] = guid(0x2dc2_7766, 0xf623, 0x4200, 0x9d64_115e_9bfd_4a08);
const METADATA: [u8; 16] = guid(0x8b7c_a206, 0x4790, 0x4b9a, 0xb8fe_575f_050f_886e);

/// A GUID as it stands in a file: the first three groups are little-endian.
const fn guid(first: u32, second: u16, third: u16, rest: u64) -> [u8; 16] {
    let (a, b, c, d) = (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes(), rest.to_be_bytes());
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]
}

fn detect(regions: &Regions) -> Result<bool, Stop> {
    Ok(regions.read(0, 8)?.has(0, b"vhdxfile"))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let creator = text::name_utf16(regions.read(8, 512)?.as_slice(), u16::from_le_bytes);
    if !creator.is_empty() {
        info.detail("creator", Detail::Text(creator));
    }
    if !header(regions, info)? {
        return Ok(());
    }
    let Some((bat, metadata)) = region_table(regions, info)? else { return Ok(()) };
    let Some(metadata) = Metadata::read(regions, metadata, info)? else { return Ok(()) };
    info.virtual_size = metadata.size;
    if !(MIB..=256 * MIB).contains(&metadata.block) || !metadata.block.is_power_of_two() {
        let message =
            format_args!("blocks of {} bytes: a power of two from 1 MiB to 256 MiB is right", metadata.block);
        findings::bad_cluster_size(info, message);
        return Ok(());
    }
    info.cluster_size = Some(metadata.block);
    let whole = metadata.size != 0 && metadata.sector != 0 && metadata.size.is_multiple_of(metadata.sector);
    if !matches!(metadata.sector, 512 | 4096) || !whole {
        let message =
            format_args!("a disk of {} bytes in sectors of {} bytes", metadata.size, metadata.sector);
        findings::bad_table(info, format_args!("{message}: whole sectors of 512 or 4096 bytes are right"));
        return Ok(());
    }
    info.detail("sectorSize", Detail::Number(metadata.sector));
    if metadata.size > LARGEST_DISK {
        findings::bad_table(
            info,
            format_args!("a disk of {}: 64 TiB at most is right", text::size(metadata.size)),
        );
        return Ok(());
    }
    if let Some(parent) = metadata.parent {
        findings::backing_file(info, parent, Some("vhdx".to_owned()));
    }
    info.format_version =
        Some(if info.backing_file.is_some() { "differencing" } else { metadata.kind }.to_owned());
    let mut blocks = Blocks {
        size: metadata.size,
        block: metadata.block,
        table: bat.0,
        listed: 0,
        width: 8,
        big_endian: false,
        // 2.5: "the chunk ratio"; after as many blocks follows one that maps their sectors.
        chunk: (metadata.sector << 23) / metadata.block,
        place,
        base: 0,
        absent: if info.backing_file.is_some() { Place::Unknown } else { Place::Zero },
    };
    blocks.listed = blocks.entries();
    if blocks.listed * 8 > bat.1 {
        let message = format_args!("the table has {} bytes, {} blocks need more", bat.1, blocks.listed);
        findings::bad_table(info, message);
        return Ok(());
    }
    blocks.check(regions, info)?;
    // What a log still holds is newer than the blocks.
    if info.has_problem("dirty") {
        return Ok(());
    }
    partitions::inspect(regions, &blocks, info)
}

/// Where a block is, by 2.5.1.1 (payload BAT entry states).
fn place(blocks: &Blocks, entry: u64) -> Place {
    match entry & 7 {
        6 => Place::File(entry & !0xf_ffff),
        0 => blocks.absent,
        2 | 3 => Place::Zero,
        // Undefined, or only part of it is this file's.
        _ => Place::Unknown,
    }
}

/// Whether this part, whose checksum stands behind its four letters, is as it was written.
fn sound(part: Region<'_>, signature: &[u8], length: usize) -> bool {
    let bytes = part.slice(0, length);
    bytes.len() == length
        && part.has(0, signature)
        && crc32(CASTAGNOLI, &[&bytes[..4], &[0; 4], &bytes[8..]]) == part.u32_le(4)
}

/// Reads the newer of the headers that are sound. False where there is none.
fn header(regions: &Regions, info: &mut DiskImageInfo) -> Result<bool, Stop> {
    let mut newest: Option<(u64, Region<'_>)> = None;
    for (slot, at) in (0..).zip(HEADERS) {
        let header = regions.read(at, 4 * KIB)?;
        if regions.once(slot, || sound(header, b"head", 4096)) {
            let sequence = header.u64_le(8);
            if newest.is_none_or(|(known, _)| known < sequence) {
                newest = Some((sequence, header));
            }
        }
    }
    let Some((_, header)) = newest else {
        findings::bad_table(info, format_args!("neither of its two headers is sound"));
        return Ok(false);
    };
    let version = header.u16_le(66);
    if version != 1 {
        findings::unknown_version(info, &version.to_string(), "1 is known");
        return Ok(false);
    }
    if header.slice(48, 16) != [0; 16] {
        findings::within(regions, info, "the log", header.u64_le(72), header.u32_le(68).into());
        info.danger(
            "dirty",
            format_args!("the image was not closed properly: its log has changes that are not yet in the disk, and programs that \
             only read it refuse it"),
            "Stop what uses it, then let the log be replayed: attach it once, or qemu-img check -f vhdx -r all image",
        );
    }
    Ok(true)
}

type Extent = (u64, u64);

/// Where the table of blocks and the metadata are: offset and length.
fn region_table(regions: &Regions, info: &mut DiskImageInfo) -> Result<Option<(Extent, Extent)>, Stop> {
    for (slot, at) in (HEADERS.len() as u8..).zip(REGION_TABLES) {
        let table = regions.read(at, 64 * KIB)?;
        if !regions.once(slot, || sound(table, b"regi", 64 << 10)) {
            // QEMU reads the first one only.
            info.fatal(
                "bad-checksum",
                format_args!("the first region table is damaged: programs refuse the image, although it has a second one"),
                "Open it with the program that made it, and save it anew; or get it from its source again.",
            );
            continue;
        }
        let (mut bat, mut metadata) = (None, None);
        let count = table.u32_le(8);
        if count > MOST_REGIONS {
            findings::bad_table(info, format_args!("{count} regions: {MOST_REGIONS} at most are right"));
            return Ok(None);
        }
        for index in 0..count as usize {
            let entry = 16 + 32 * index;
            let extent = (table.u64_le(entry + 16), u64::from(table.u32_le(entry + 24)));
            match table.array(entry) {
                BAT => bat = Some(extent),
                METADATA => metadata = Some(extent),
                _ if table.u32_le(entry + 28) & 1 != 0 => {
                    findings::unknown_feature(info, "\"unknown region\"")
                }
                _ => continue,
            }
            if extent.0 < MIB || !extent.0.is_multiple_of(MIB) {
                let message = format_args!(
                    "a region is at byte {}, not at a whole mebibyte behind the first",
                    extent.0
                );
                findings::bad_table(info, message);
                return Ok(None);
            }
            findings::within(regions, info, "a region", extent.0, extent.1);
        }
        if let (Some(bat), Some(metadata)) = (bat, metadata) {
            return Ok(Some((bat, metadata)));
        }
        findings::bad_table(info, format_args!("the region table names no blocks or no metadata"));
        return Ok(None);
    }
    findings::bad_table(info, format_args!("neither of its two region tables is sound"));
    Ok(None)
}
