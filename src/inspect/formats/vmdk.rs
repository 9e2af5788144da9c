//! VMDK: VMware's format, as one file (monolithicSparse, streamOptimized) or as a text that names others.
//!
//! Source: VMware, "Virtual Disk Format 5.0" ("Hosted Sparse Extents", "Stream-Optimized Compressed Sparse Extents",
//! "ESX Server Sparse Extents"); limits are those of vmdk_open_vmdk4() in QEMU's block/vmdk.c. Numbers are
//! little-endian.

mod descriptor;
mod sparse;

use super::{Reader, findings};
use crate::inspect::info::{DiskImageInfo, Format, LinkedFile};
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;
use descriptor::Descriptor;

pub static READER: Reader = Reader { format: Format::Vmdk, detect, inspect };

/// Of a hosted sparse file, and of one of an ESX server ("COWD").
const HOSTED: &[u8] = b"KDMV";
const ESX: &[u8] = b"COWD";
const SECTOR: u64 = 512;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    let start = regions.read(0, 2048)?;
    Ok(start.has(0, HOSTED) || start.has(0, ESX) || descriptor::detect(start))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let start = regions.read(0, 512)?;
    if start.has(0, HOSTED) {
        return sparse::inspect(regions, start, info);
    }
    if start.has(0, ESX) {
        return esx(start, info);
    }
    let descriptor = Descriptor::read(regions, 0, regions.file_size(), info)?;
    info.virtual_size = descriptor.sectors.saturating_mul(SECTOR);
    describe(&descriptor, info);
    other_files(
        &descriptor,
        "the file is only the description of a disk, whose data are in other files",
        info,
    );
    Ok(())
}

/// A sparse file of an ESX server: data of a disk whose description is another file.
fn esx(header: Region<'_>, info: &mut DiskImageInfo) -> Result<(), Stop> {
    info.version("vmfsSparse");
    info.virtual_size = u64::from(header.u32_le(12)) * SECTOR;
    other_files(
        &Descriptor::default(),
        "the file is part of a disk, or its changes since a snapshot, and is described by another file",
        info,
    );
    Ok(())
}

/// What a description says of any disk.
fn describe(descriptor: &Descriptor, info: &mut DiskImageInfo) {
    if !descriptor.create_type.is_empty() {
        info.version(&descriptor.create_type);
    }
    if let Some(parent) = &descriptor.parent {
        findings::backing_file(info, parent.clone(), None);
    }
    if descriptor.encrypted {
        findings::encrypted(info, "vmdk");
    }
}

/// The disk cannot be read without other files.
fn other_files(descriptor: &Descriptor, what: &str, info: &mut DiskImageInfo) {
    let name = descriptor.other.as_ref().or(descriptor.first.as_ref());
    let named = name.map_or_else(String::new, |name| format!(" (\"{name}\")"));
    info.danger(
        "extent-files",
        format_args!("{what}{named}: without them there is no disk, and a host that follows the names reads files of its own"),
        &findings::only_if_own(info.format, "description.vmdk"),
    );
    info.data_file = Some(LinkedFile { name: name.cloned(), format: None });
}

/// A disk of so many bytes, for a message.
fn disk_of(sectors: u64) -> String {
    format!("a disk of {}", text::size(sectors.saturating_mul(SECTOR)))
}
