//! QED, QEMU's enhanced disk format, still read by QEMU.
//!
//! Source: QEMU, docs/interop/qed_spec.rst ("Header", "Feature bits", "Tables", "Consistency checking"). Numbers are
//! little-endian.

use super::{Reader, findings};
use crate::inspect::guest::{Guest, Place};
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Qed, detect, inspect };

const BACKING_FILE: u64 = 1;
const NEED_CHECK: u64 = 2;
const BACKING_FORMAT_NO_PROBE: u64 = 4;
/// Most bytes of an L1 table that are checked.
const L1_CHECKED: u64 = 128 << 10;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    Ok(regions.read(0, 4)?.has(0, b"QED\0"))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let header = regions.whole(0, 64)?;
    let (cluster, table_clusters) = (u64::from(header.u32_le(4)), u64::from(header.u32_le(8)));
    let header_clusters = u64::from(header.u32_le(12));
    let features = header.u64_le(16);
    info.virtual_size = header.u64_le(48);
    if !(1 << 12..=1 << 26).contains(&cluster) || !cluster.is_power_of_two() {
        let message =
            format_args!("clusters of {cluster} bytes: a power of two from 4096 to 67108864 is right");
        findings::bad_cluster_size(info, message);
        return Ok(());
    }
    info.cluster_size = Some(cluster);
    // The document allows tables of one cluster; QEMU opens no image that has such.
    if !(2..=16).contains(&table_clusters) || !table_clusters.is_power_of_two() {
        findings::bad_table(
            info,
            format_args!("tables of {table_clusters} clusters: 2, 4, 8 or 16 are right"),
        );
        return Ok(());
    }
    name_features(features, info);
    if features & BACKING_FILE != 0 {
        let (at, length) = (u64::from(header.u32_le(56)), u64::from(header.u32_le(60)));
        if at + length > header_clusters * cluster {
            findings::bad_table(
                info,
                format_args!("the name of the backing file (byte {at}) is not in the header"),
            );
        }
        let name = regions.read(at, length.min(1023))?;
        let format = (features & BACKING_FORMAT_NO_PROBE != 0).then(|| "raw".to_owned());
        findings::backing_file(info, findings::file_name(Some(name.as_slice())), format);
    }
    let disk = Disk {
        size: info.virtual_size,
        cluster,
        table: table_clusters * cluster,
        l1_offset: header.u64_le(40),
        complete: features & BACKING_FILE == 0,
    };
    disk.check(regions, header_clusters * cluster, info)?;
    if info.has_problem("bad-table") {
        return Ok(());
    }
    partitions::inspect(regions, &disk, info)
}

fn name_features(features: u64, info: &mut DiskImageInfo) {
    const NAMES: [&str; 3] = ["backing-file", "need-check", "backing-format-no-probe"];
    for bit in (0..64usize).filter(|bit| features >> bit & 1 != 0) {
        if let Some(name) = NAMES.get(bit) {
            info.feature(name);
        } else {
            findings::unknown_feature(info, &format!("\"bit {bit}\""));
            info.feature(&format!("bit {bit}"));
        }
    }
    if features & NEED_CHECK != 0 {
        findings::dirty(info);
    }
}

/// Sizes and offsets in bytes; `cluster` is 2^12 to 2^26, `table` up to 16 times that.
struct Disk {
    size: u64,
    cluster: u64,
    table: u64,
    l1_offset: u64,
    /// There is no backing file.
    complete: bool,
}

impl Disk {
    fn check(&self, regions: &Regions, header: u64, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let entries = self.table / 8;
        if u128::from(self.size) > u128::from(entries) * u128::from(entries) * u128::from(self.cluster) {
            let message = format_args!("a disk of {} does not fit into its tables", text::size(self.size));
            findings::bad_table(info, message);
        }
        if !self.size.is_multiple_of(512) {
            findings::bad_table(
                info,
                format_args!("a disk of {}: a multiple of 512 is right", text::size(self.size)),
            );
        }
        if !self.l1_offset.is_multiple_of(self.cluster) || self.l1_offset < header || self.l1_offset == 0 {
            let message = format_args!(
                "the L1 table is at byte {}, not at a cluster behind the header",
                self.l1_offset
            );
            findings::bad_table(info, message);
            return Ok(());
        }
        if !findings::within(regions, info, "the L1 table", self.l1_offset, self.table) {
            return Ok(());
        }
        let table = regions.read(self.l1_offset, self.table.min(L1_CHECKED))?;
        let (numbers, _) = table.as_slice().as_chunks::<8>();
        for offset in numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).filter(|&offset| offset != 0) {
            if !offset.is_multiple_of(self.cluster) {
                findings::bad_table(
                    info,
                    format_args!("an L2 table is at byte {offset}, not at the start of a cluster"),
                );
                break;
            }
            if !findings::within(regions, info, "an L2 table", offset, self.table) {
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
        let within = offset % self.cluster;
        let run = self.cluster - within;
        let absent = if self.complete { Place::Zero } else { Place::Unknown };
        let (number, entries) = (offset / self.cluster, self.table / 8);
        let mut found = self.l1_offset;
        for index in [number / entries, number % entries] {
            let Some(at) = found.checked_add(index * 8) else { return Ok((Place::Unknown, run)) };
            let entry = regions.read(at, 8)?;
            match entry.u64_le(0) {
                _ if entry.is_empty() => return Ok((Place::Unknown, run)),
                0 => return Ok((absent, run)),
                // "1 - zero", of data clusters.
                1 => return Ok((Place::Zero, run)),
                next => found = next,
            }
        }
        Ok((found.checked_add(within).map_or(Place::Unknown, Place::File), run))
    }
}
