//! How the disk inside an image is divided, and what that tells of how it boots.
//!
//! Source: UEFI Specification 2.10, chapter 5 (GUID Partition Table Disk Layout); 5.2 for the MBR.

mod gpt;
mod mbr;
mod types;

#[cfg(test)]
pub use gpt::crc32;

use super::guest::Guest;
use super::info::{DiskImageInfo, Format, Partition, PartitionTable};
use super::regions::{Region, Regions, Stop};
use super::text;

/// Where entries of a partition table stop making sense.
const DAMAGED: &str = "the partition table is damaged";

/// Looks for a partition table at the start of a disk and writes down what it says. Where the first sectors cannot be
/// read (compressed, encrypted, in another file) nothing is said.
pub fn inspect(regions: &Regions, disk: &dyn Guest, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let Some(first) = disk.read(regions, 0, 512)? else { return Ok(()) };
    let Some(boot_record) = mbr::parse(Region::new(&first)) else { return Ok(()) };
    info.boot.bios = boot_record.has_code && boot_record.active();
    if boot_record.protective() {
        if gpt::inspect(regions, disk, info, boot_record.has_code)? {
            check(disk.size(), info);
        } else {
            info.warning(
                "gpt-damaged",
                "the first sector announces a GUID partition table, but none was found behind it",
                "Repair the table with gdisk, or convert the disk to the image again.",
            );
        }
        return Ok(());
    }
    let table = boot_record.table(regions, disk)?;
    info.boot.uefi = table.partitions.iter().any(|partition| partition.type_id == "0xef");
    info.partitions = Some(table);
    check(disk.size(), info);
    Ok(())
}

/// What must hold of any table: partitions lie on the disk and apart from each other.
fn check(disk_size: u64, info: &mut DiskImageInfo) {
    let Some(table) = info.partitions.take() else { return };
    let end = |partition: &Partition| partition.start.saturating_add(partition.size);
    if let Some(beyond) = table.partitions.iter().find(|partition| end(partition) > disk_size) {
        let message = format!(
            "partition {} ends at {}, the disk at {}",
            beyond.number,
            text::size(end(beyond)),
            text::size(disk_size)
        );
        beyond_the_end(info, message);
    }
    // An extended partition holds others: no overlap.
    // Put in order one by one: they are few, and the library's sort would be a twentieth of the inspector's .wasm.
    let mut sorted: Vec<&Partition> = Vec::new();
    for partition in table.partitions.iter().filter(|partition| partition.type_name != Some(types::EXTENDED))
    {
        let place = sorted.iter().take_while(|before| before.start <= partition.start).count();
        sorted.insert(place, partition);
    }
    for pair in sorted.windows(2) {
        if end(pair[0]) > pair[1].start {
            info.warning(
                "partitions-overlap",
                format!(
                    "partition {} ({} to {}) and partition {} (from {}) overlap",
                    pair[0].number,
                    pair[0].start,
                    end(pair[0]),
                    pair[1].number,
                    pair[1].start
                ),
                format!("Look at it with fdisk -l or gdisk: {DAMAGED}, or was made to hide data."),
            );
            break;
        }
    }
    info.partitions = Some(table);
}

/// The table wants more disk than there is. A raw file has no header that could say how long it ought to be: there
/// this is how a transfer that broke off shows.
fn beyond_the_end(info: &mut DiskImageInfo, message: String) {
    if info.format == Format::Raw {
        let advice = "The file is probably cut short: copy or download it again and compare sizes.";
        info.danger("truncated", message, advice);
    } else {
        let advice = "The disk was made smaller than its partitions: enlarge it with qemu-img resize, or \
                      convert the disk to the image again.";
        info.danger("partition-beyond-end", message, advice);
    }
}

/// Adds a table, with no more entries than are worth showing.
fn keep(info: &mut DiskImageInfo, scheme: &'static str, sector_size: u64, partitions: Vec<Partition>) {
    info.partitions = Some(PartitionTable { scheme, sector_size, partitions });
}
