//! qcow2, versions 2 and 3: QEMU's own format.
//!
//! Sources: QEMU, docs/interop/qcow2.rst ("Header", "Header extensions", "Host cluster management", "Cluster mapping",
//! "Extended L2 Entries", "Snapshots"); limits that the document calls QEMU's own, and what QEMU refuses beyond it, are
//! those of qcow2_do_open() in block/qcow2.c.

mod extensions;
mod header;
mod refcounts;
mod snapshots;
mod tables;

use super::{Reader, findings};
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use extensions::Extensions;
use header::{EXTENDED_L2, EXTERNAL_DATA, Encryption, Header};
use tables::Disk;

/// "QFI\xfb": that of qcow, too.
pub const MAGIC: &[u8] = b"QFI\xfb";

pub static READER: Reader = Reader { format: Format::Qcow2, detect, inspect };

fn detect(regions: &Regions) -> Result<bool, Stop> {
    let start = regions.read(0, 8)?;
    // Version 1 is another format. A version that nobody knows is a qcow2 that cannot be read.
    Ok(start.has(0, MAGIC) && start.u32_be(4) != 1)
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let Some(header) = Header::read(regions, info)? else { return Ok(()) };
    info.cluster_size = Some(header.cluster_size());
    info.detail("refcountBits", Detail::Number(1 << header.refcount_order));
    let extensions = Extensions::read(regions, &header, info)?;
    header.name_features(&extensions, info);
    linked_files(regions, &header, &extensions, info)?;
    match header.encryption {
        Encryption::None => {}
        Encryption::Aes => findings::encrypted(info, "aes"),
        Encryption::Luks => luks(regions, &header, &extensions, info),
    }
    if extensions.encryption_header.is_some() && !matches!(header.encryption, Encryption::Luks) {
        findings::bad_table(info, format_args!("the image has a LUKS header but is not encrypted with LUKS"));
    }
    header.check_tables(regions, info);
    snapshots::read(regions, &header, info)?;
    if info.has_problem("bad-table") {
        return Ok(());
    }
    let disk = Disk::new(&header);
    disk.check(regions, info)?;
    refcounts::check(regions, &header, info)?;
    partitions::inspect(regions, &disk, info)
}

fn linked_files(
    regions: &Regions,
    header: &Header,
    extensions: &Extensions,
    info: &mut DiskImageInfo,
) -> Result<(), Stop> {
    if header.backing_offset != 0 {
        let end = header.backing_offset.saturating_add(header.backing_size);
        if header.backing_size > 1023 || end > header.cluster_size() {
            findings::bad_table(
                info,
                format_args!(
                    "the name of the backing file is {} bytes long at byte {}: at most 1023 bytes in the first cluster \
                     are right",
                    header.backing_size, header.backing_offset
                ),
            );
        }
        let region = regions.read(header.backing_offset, header.backing_size.min(1023))?;
        let name = findings::file_name(Some(region.as_slice()));
        findings::backing_file(info, name, extensions.backing_format.clone());
    }
    if header.incompatible & EXTERNAL_DATA != 0 {
        findings::data_file(info, extensions.data_file.clone(), Some("raw".to_owned()));
    } else if let Some(name) = &extensions.data_file {
        info.warning(
            "data-file-name",
            format_args!("the image names a data file, \"{name}\", which it does not use"),
            "Make a clean copy: qemu-img convert -f qcow2 -O qcow2 old new.qcow2",
        );
    }
    Ok(())
}

/// The header of LUKS is part of the file ("Full disk encryption header pointer").
fn luks(regions: &Regions, header: &Header, extensions: &Extensions, info: &mut DiskImageInfo) {
    findings::encrypted(info, "luks");
    match extensions.encryption_header {
        None => {
            findings::bad_table(info, format_args!("the image is encrypted with LUKS but has no LUKS header"))
        }
        Some((offset, _)) if !offset.is_multiple_of(header.cluster_size()) => {
            findings::bad_table(
                info,
                format_args!("the LUKS header is at byte {offset}, not at the start of a cluster"),
            );
        }
        Some((offset, length)) => {
            findings::within(regions, info, "the LUKS header", offset, length);
        }
    }
}

/// A number of a table of the file; none where it cannot be read.
fn entry(regions: &Regions, table: u64, index: u64, bytes: u64) -> Result<Option<u64>, Stop> {
    let Some(at) = index.checked_mul(bytes).and_then(|at| at.checked_add(table)) else { return Ok(None) };
    let region = regions.read(at, 8)?;
    Ok((region.len() == 8).then(|| region.u64_be(0)))
}

/// Whether L2 entries have 16 bytes.
fn extended(header: &Header) -> bool {
    header.incompatible & EXTENDED_L2 != 0
}
