//! The GUID partition table: a header with checksums, and entries.
//!
//! Source: UEFI Specification 2.10, 5.3.2 (GPT Header, table 5.5) and 5.3.3 (GPT Partition Entry Array, table 5.6). The
//! backup at the end of the disk is not read.

use super::{beyond_the_end, keep, overlap, types};
use crate::inspect::checksum::{ETHERNET, crc32};
use crate::inspect::guest::{self, Guest};
use crate::inspect::info::{DiskImageInfo, Partition};
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

/// Sizes of a sector that disks have, in the order of their likelihood.
const SECTORS: [u64; 2] = [512, 4096];
/// "EFI PART"
const SIGNATURE: &[u8] = b"EFI PART";
/// Most bytes of entries that are read, of others it is said that not all was checked; the usual 128 entries of 128 bytes
/// are a sixteenth of it.
const MOST_ENTRIES: u64 = 256 << 10;

/// Reads the table. False where there is none.
pub fn inspect(
    regions: &Regions,
    disk: &dyn Guest,
    info: &mut DiskImageInfo,
    boot_code: bool,
) -> Result<bool, Stop> {
    for sector in SECTORS {
        let Some(bytes) = guest::read(disk, regions, sector, 512)? else { continue };
        let header = Region::new(&bytes);
        if header.has(0, SIGNATURE) {
            // A header that is cut short says nothing.
            return match read(regions, disk, info, header, sector) {
                Err(Stop::Short) => Ok(false),
                Err(stop) => Err(stop),
                Ok(()) => {
                    guess_boot(info, boot_code);
                    Ok(true)
                }
            };
        }
    }
    Ok(false)
}

fn read(
    regions: &Regions,
    disk: &dyn Guest,
    info: &mut DiskImageInfo,
    header: Region<'_>,
    sector: u64,
) -> Result<(), Stop> {
    let header_size = header.u32_le(12) as usize;
    let bytes = header.slice(0, header_size);
    if bytes.len() < 92 {
        damaged(regions, info, &format!("its header has {header_size} bytes, 92 to 512 are right"));
    } else if crc32(ETHERNET, &[&bytes[..16], &[0; 4], &bytes[20..]]) != header.u32_le(16) {
        damaged(regions, info, "the checksum of its header does not match");
    }
    let backup = header.u64_le(32);
    if backup.checked_add(1).and_then(|end| end.checked_mul(sector)).is_none_or(|end| end > disk.size()) {
        let message = format_args!(
            "the GUID partition table has its backup in sector {backup}, the disk ends at {}",
            text::size(disk.size())
        );
        beyond_the_end(info, message);
    }
    let (first, count, entry_size) = (header.u64_le(72), header.u32_le(80), header.u32_le(84));
    // 5.3.2: "a value of 128 x 2^n".
    if entry_size < 128 || !entry_size.is_power_of_two() {
        damaged(
            regions,
            info,
            &format!("its entries have {entry_size} bytes, 128 times a power of two is right"),
        );
        keep(info, "gpt", sector, Vec::new());
        return Ok(());
    }
    let (Some(start), length) = (first.checked_mul(sector), u64::from(count) * u64::from(entry_size)) else {
        damaged(regions, info, &format!("its entries start in sector {first}"));
        keep(info, "gpt", sector, Vec::new());
        return Ok(());
    };
    let entries = guest::read(disk, regions, start, length.min(MOST_ENTRIES))?.unwrap_or_default();
    if length <= MOST_ENTRIES {
        if entries.len() as u64 != length {
            damaged(regions, info, "its entries lie beyond the end of the disk, or cannot be read");
        } else if crc32(ETHERNET, &[&entries]) != header.u32_le(88) {
            damaged(regions, info, "the checksum of its entries does not match");
        }
    } else if !info.has_problem("gpt-damaged") {
        regions.give_up();
    }
    let mut partitions = Vec::new();
    for (number, entry) in (1..).zip(entries.chunks_exact(entry_size as usize)) {
        if let Some(partition) = partition(number, Region::new(entry), sector)? {
            if partition.size == 0 {
                damaged(regions, info, &format!("partition {number} ends before it starts"));
            }
            partitions.push(partition);
        }
    }
    // 5.3.2: entries lie in front of the first sector that a partition may have.
    let usable = header.u64_le(40).max(first).saturating_mul(sector);
    if let Some(early) = partitions.iter().find(|partition| partition.start < usable) {
        let message = format_args!(
            "partition {} (from {}) overlaps the table, which ends at {usable}",
            early.number, early.start
        );
        overlap(info, message);
    }
    keep(info, "gpt", sector, partitions);
    Ok(())
}

fn partition(number: u32, entry: Region<'_>, sector: u64) -> Result<Option<Partition>, Stop> {
    let guid: [u8; 16] = entry.array(0);
    if guid == [0; 16] {
        return Ok(None);
    }
    let (first, last) = (entry.u64_le(32), entry.u64_le(40));
    let type_id = guid_text(&guid);
    let known = types::of_guid(&type_id);
    Ok(Some(Partition {
        number,
        start: first.saturating_mul(sector),
        // 0 where the last sector is in front of the first.
        size: last.saturating_add(1).saturating_sub(first).saturating_mul(sector),
        type_name: known.map(|known| known.name),
        type_id,
        name: Some(text::name_utf16(entry.slice(56, 72), u16::from_le_bytes)).filter(|name| !name.is_empty()),
        // Attribute bit 2, "Legacy BIOS Bootable" (5.3.3, table 5.8).
        active: entry.u64_le(48) & 4 != 0,
    }))
}

fn guess_boot(info: &mut DiskImageInfo, boot_code: bool) {
    let Some(table) = &info.partitions else { return };
    let has = |guid: &str| table.partitions.iter().any(|partition| partition.type_id == guid);
    info.boot.uefi = has(types::EFI_SYSTEM);
    let legacy = has(types::BIOS_BOOT) || table.partitions.iter().any(|partition| partition.active);
    info.boot.bios = boot_code && legacy;
    info.boot.architecture =
        table.partitions.iter().find_map(|partition| types::of_guid(&partition.type_id)?.architecture);
}

/// Says what is wrong with the table, unless it may be that no more could be read.
pub fn damaged(regions: &Regions, info: &mut DiskImageInfo, what: &str) {
    if regions.exhausted() {
        return;
    }
    info.warning(
        "gpt-damaged",
        format_args!("the GUID partition table is damaged: {what}"),
        "Repair the table with gdisk, or convert the disk to the image again.",
    );
}

/// A GUID as it is written: the first three groups are little-endian (appendix A).
fn guid_text(guid: &[u8; 16]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for (index, &from) in ORDER.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [guid[from] >> 4, guid[from] & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
}
