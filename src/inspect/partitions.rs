//! How the disk inside an image is divided, and what that tells of how it boots.
//!
//! Source: UEFI Specification 2.10, chapter 5 (GUID Partition Table Disk Layout); 5.2 for the MBR.

mod gpt;
mod mbr;
mod types;

use super::formats::{findings, image_within};
use super::guest::{Guest, read};
use super::info::{DiskImageInfo, Format, MAX_LISTED, Partition, PartitionTable};
use super::regions::{Region, Regions, Stop};
use super::text;
use core::fmt::Arguments;

/// Looks for a partition table at the start of a disk and writes down what it says. Where the first sectors cannot be
/// read (compressed, encrypted, in another file) nothing is said.
pub fn inspect(regions: &Regions, disk: &dyn Guest, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let Some(first) = read(disk, regions, 0, 512)? else { return Ok(()) };
    // What starts these files was looked at before.
    if !matches!(info.format, Format::Raw | Format::Iso) {
        nested(&first, info);
    }
    let Some(boot_record) = mbr::parse(Region::new(&first)) else { return Ok(()) };
    info.boot.bios = boot_record.has_code && boot_record.active();
    if boot_record.protective() {
        if boot_record.active() && info.format != Format::Iso {
            info.warning(
                "hybrid-mbr",
                format_args!("the disk has a GUID partition table, and its first sector names partitions of its own: programs \
                 disagree on what the disk holds"),
                "Unless a machine needs both, let gdisk write a protective record (expert command n).",
            );
        }
        if gpt::inspect(regions, disk, info, boot_record.has_code)? {
            check(disk.size(), info);
        } else {
            gpt::damaged(regions, info, "the first sector announces it, but none was found behind that one");
        }
        return Ok(());
    }
    let table = boot_record.table(regions, disk)?;
    info.boot.uefi = table.partitions.iter().any(|partition| partition.type_id == "0xef");
    info.partitions = Some(table);
    check(disk.size(), info);
    Ok(())
}

/// A disk whose content is an image once more: of a conversion that took one format for another, or made so that a
/// host that guesses formats reads what the inner one names. Programs guess by the first 512 bytes; a fixed VHD, which
/// only its end would tell, is a disk to all of them.
fn nested(first: &[u8], info: &mut DiskImageInfo) {
    match image_within(first) {
        // What is behind such a header is this disk's own, and nobody can read it.
        Some("luks") => findings::encrypted(info, "luks"),
        Some(inner) => {
            let outer = info.format.as_str();
            let message = format_args!("the disk inside this {outer} starts with the header of a {inner}");
            let advice = format!(
                "Unwrap it (qemu-img convert -f {} -O raw old inner) and look at what comes out before it is uploaded.",
                findings::qemu_name(info.format)
            );
            info.danger("nested-image", message, &advice);
        }
        None => {}
    }
}

/// What must hold of any table: partitions lie on the disk and apart from each other. Keeps as many as are worth showing.
fn check(disk_size: u64, info: &mut DiskImageInfo) {
    let Some(mut table) = info.partitions.take() else { return };
    let end = |partition: &Partition| partition.start.saturating_add(partition.size);
    if let Some(beyond) = table.partitions.iter().find(|partition| end(partition) > disk_size) {
        let message = format_args!(
            "partition {} ends at {}, the disk at {}",
            beyond.number,
            text::size(end(beyond)),
            text::size(disk_size)
        );
        beyond_the_end(info, message);
    }
    // An extended partition holds others: no overlap.
    let plain = |partition: &&Partition| partition.type_name != Some(types::EXTENDED);
    'pairs: for (number, first) in table.partitions.iter().enumerate().filter(|(_, first)| plain(first)) {
        for second in table.partitions[number + 1..].iter().filter(plain) {
            if first.start < end(second) && second.start < end(first) {
                overlap(
                    info,
                    format_args!(
                        "partition {} ({} to {}) and partition {} ({} to {}) overlap",
                        first.number,
                        first.start,
                        end(first),
                        second.number,
                        second.start,
                        end(second)
                    ),
                );
                break 'pairs;
            }
        }
    }
    table.partitions.truncate(MAX_LISTED);
    info.partitions = Some(table);
}

fn overlap(info: &mut DiskImageInfo, message: Arguments<'_>) {
    // So that firmware of any kind finds something, the partitions of a disc are parts of each other.
    if info.format == Format::Iso {
        return;
    }
    let advice =
        "Look at it with fdisk -l or gdisk: the partition table is damaged, or was made to hide data.";
    info.warning("partitions-overlap", message, advice);
}

/// The table wants more disk than there is. A raw file has no header that could say how long it ought to be: there
/// this is how a transfer that broke off shows.
fn beyond_the_end(info: &mut DiskImageInfo, message: Arguments<'_>) {
    if info.format == Format::Raw {
        let advice = "The file is cut short: copy or download it again and compare sizes.";
        info.danger("truncated", message, advice);
    } else {
        let advice = "The disk was made smaller than its partitions: enlarge it with qemu-img resize, or \
                      convert the disk to the image again.";
        info.danger("partition-beyond-end", message, advice);
    }
}

/// Adds a table.
fn keep(info: &mut DiskImageInfo, scheme: &'static str, sector_size: u64, partitions: Vec<Partition>) {
    info.partitions = Some(PartitionTable { scheme, sector_size, partitions });
}
