//! qcow (version 1): the format before qcow2, still read by QEMU.
//!
//! Source: the header and limits of qcow_open() in QEMU's block/qcow.c, which is the only description there is. Numbers
//! are big-endian.

use super::{Reader, findings, qcow2};
use crate::inspect::guest::{Guest, Place};
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Qcow, detect, inspect };

/// Set in an L2 entry whose cluster is compressed.
const COMPRESSED: u64 = 1 << 63;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    let start = regions.read(0, 8)?;
    Ok(start.has(0, qcow2::MAGIC) && start.u32_be(4) == 1)
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let header = regions.whole(0, 48)?;
    info.version("1");
    info.zlib();
    info.virtual_size = header.u64_be(24);
    let (cluster_bits, l2_bits) = (u32::from(header.byte(32)), u32::from(header.byte(33)));
    if !(9..=16).contains(&cluster_bits) {
        let message =
            format_args!("clusters of 2^{cluster_bits} bytes: 2^9 (512 bytes) to 2^16 (64 KiB) are right");
        findings::bad_cluster_size(info, message);
        return Ok(());
    }
    info.cluster_size = Some(1 << cluster_bits);
    if !(6..=13).contains(&l2_bits) {
        findings::bad_table(info, format_args!("L2 tables of 2^{l2_bits} entries: 2^6 to 2^13 are right"));
        return Ok(());
    }
    let (name_at, name_length) = (header.u64_be(8), u64::from(header.u32_be(16)));
    if name_at != 0 {
        if name_length > 1023 {
            let message = format_args!(
                "the name of the backing file is {name_length} bytes long: 1023 at most is right"
            );
            findings::bad_table(info, message);
        }
        let name = regions.read(name_at, name_length.min(1023))?;
        findings::backing_file(info, findings::file_name(Some(name.as_slice())), None);
    }
    let encrypted = match header.u32_be(36) {
        0 => false,
        1 => true,
        other => {
            findings::unknown_feature(info, &format!("\"encryption method {other}\""));
            true
        }
    };
    if encrypted {
        findings::encrypted(info, "aes");
    }
    let disk = Disk {
        size: info.virtual_size,
        cluster_bits,
        l2_bits,
        l1_offset: header.u64_be(40),
        complete: name_at == 0,
        readable: !encrypted,
    };
    if disk.size < 2 {
        findings::bad_table(
            info,
            format_args!("a disk of {}: 2 bytes at least are right", text::size(disk.size)),
        );
        return Ok(());
    }
    let entries = disk.size.div_ceil(1 << (cluster_bits + l2_bits));
    // QEMU counts the table's bytes in an `int`.
    if entries > (i32::MAX as u64) / 8 {
        findings::bad_table(
            info,
            format_args!("a disk of {} needs too large an L1 table", text::size(disk.size)),
        );
        return Ok(());
    }
    if findings::within(regions, info, "the L1 table", disk.l1_offset, entries * 8) {
        disk.check(regions, entries, info)?;
    }
    partitions::inspect(regions, &disk, info)
}

struct Disk {
    size: u64,
    cluster_bits: u32,
    l2_bits: u32,
    l1_offset: u64,
    /// There is no backing file.
    complete: bool,
    readable: bool,
}

impl Disk {
    /// Whether the L2 tables lie within the file (those that the first 64 KiB of the L1 table name).
    fn check(&self, regions: &Regions, entries: u64, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let table = regions.read(self.l1_offset, (entries * 8).min(64 << 10))?;
        let (numbers, _) = table.as_slice().as_chunks::<8>();
        for offset in numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)).filter(|&offset| offset != 0) {
            if !findings::within(regions, info, "an L2 table", offset, 8 << self.l2_bits) {
                break;
            }
        }
        Ok(())
    }
}

impl Guest for Disk {
    fn size(&self) -> u64 {
        self.size
    }

    fn locate(&self, regions: &Regions, offset: u64) -> Result<(Place, u64), Stop> {
        let within = offset % (1 << self.cluster_bits);
        let run = (1 << self.cluster_bits) - within;
        let absent = if self.complete { Place::Zero } else { Place::Unknown };
        let l1_index = offset >> (self.cluster_bits + self.l2_bits);
        let l2_index = offset >> self.cluster_bits & ((1 << self.l2_bits) - 1);
        let mut table = self.l1_offset;
        for index in [l1_index, l2_index] {
            let Some(at) = table.checked_add(index * 8) else { return Ok((Place::Unknown, run)) };
            let entry = regions.read(at, 8)?;
            match entry.u64_be(0) {
                _ if entry.is_empty() => return Ok((Place::Unknown, run)),
                0 => return Ok((absent, run)),
                found if found & COMPRESSED == 0 && self.readable => table = found,
                _ => return Ok((Place::Unknown, run)),
            }
        }
        Ok((table.checked_add(within).map_or(Place::Unknown, Place::File), run))
    }
}
