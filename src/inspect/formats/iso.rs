//! ISO 9660 and UDF: discs, mostly for the installation of a system.
//!
//! Sources: ECMA-119, 8.4 (primary volume descriptor), 9.1 (directory records); El Torito Bootable CD-ROM Format
//! Specification 1.0, 2.0 (boot record and boot catalog), with the platform of UEFI Specification 2.10, 13.3.2.1;
//! ECMA-167, 2/9 (volume recognition). Of numbers in both orders of bytes the little-endian ones are read.

use super::Reader;
use crate::inspect::guest::Flat;
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Region, Regions, Stop, optional};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Iso, detect, inspect };

const SECTOR: u64 = 2048;
/// The first descriptor: what lies in front of it belongs to the system.
const FIRST: u64 = 16;
/// Most descriptors that are looked at.
const MOST: u64 = 16;
/// Most bytes of a directory that are read.
const DIRECTORY: u64 = 16 << 10;
/// What firmware starts from a removable disc (UEFI Specification 2.10, 3.5.1.1), and for which architecture.
const LOADERS: [(&[u8], &str); 5] = [
    (b"BOOTX64.EFI", "x86-64"),
    (b"BOOTAA64.EFI", "arm64"),
    (b"BOOTIA32.EFI", "x86"),
    (b"BOOTARM.EFI", "arm"),
    (b"BOOTRISCV64.EFI", "riscv64"),
];

fn detect(regions: &Regions) -> Result<bool, Stop> {
    let first = regions.read(FIRST * SECTOR, SECTOR)?;
    if first.has(1, b"CD001") {
        return Ok(true);
    }
    // A disc of UDF alone: the start of an extended area, and what standard it is of.
    Ok(first.has(1, b"BEA01") && regions.read((FIRST + 1) * SECTOR, SECTOR)?.has(1, b"NSR0"))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    info.virtual_size = info.file_size;
    partitions::inspect(regions, &Flat { start: 0, size: info.virtual_size }, info)?;
    if info.partitions.is_some() {
        info.feature("hybrid");
    }
    let (mut iso, mut udf) = (false, false);
    for sector in FIRST..FIRST + MOST {
        let descriptor = regions.read(sector * SECTOR, SECTOR)?;
        match descriptor.slice(1, 5) {
            b"CD001" => match descriptor.byte(0) {
                0 if descriptor.has(7, b"EL TORITO SPECIFICATION") => {
                    catalog(regions, u64::from(descriptor.u32_le(0x47)) * SECTOR, info)?;
                }
                1 if !iso => {
                    iso = true;
                    optional(volume(regions, descriptor, info))?;
                }
                _ => {}
            },
            b"NSR02" | b"NSR03" => udf = true,
            b"BEA01" | b"TEA01" | b"BOOT2" => {}
            _ => break,
        }
    }
    let version = match (iso, udf) {
        (true, false) => "ISO 9660",
        (true, true) => "ISO 9660 and UDF",
        _ => "UDF",
    };
    info.version(version);
    Ok(())
}

/// The primary volume descriptor.
fn volume(regions: &Regions, descriptor: Region<'_>, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let label = text::name(descriptor.slice(40, 32).trim_ascii_end());
    if !label.is_empty() {
        info.detail("label", Detail::Text(label));
    }
    let block = u64::from(descriptor.u16_le(128));
    let size = u64::from(descriptor.u32_le(80)) * block;
    if !regions.holds(size, 0) {
        // Not fatal: some programs leave out what is empty at the end.
        info.danger(
            "truncated",
            format_args!("the volume has {size} bytes, the file {}", regions.file_size()),
            "The file is cut short: copy or download it again and compare sizes.",
        );
    }
    // Directories on the way to the loaders; the record of the root is part of the descriptor.
    let mut directory = Some((u64::from(descriptor.u32_le(158)) * block, u64::from(descriptor.u32_le(166))));
    for name in [&b"EFI"[..], b"BOOT"] {
        if let Some((at, length)) = directory {
            directory = entry(regions.read(at, length.min(DIRECTORY))?, name, block);
        }
    }
    if let Some((at, length)) = directory {
        let files = regions.read(at, length.min(DIRECTORY))?;
        let found = LOADERS.iter().find(|(name, _)| entry(files, name, block).is_some());
        if let Some((_, architecture)) = found {
            info.boot.architecture = Some(architecture);
        }
    }
    Ok(())
}

/// Where the file or directory of this name is, and its length.
fn entry(directory: Region<'_>, name: &[u8], block: u64) -> Option<(u64, u64)> {
    let mut at = 0;
    while at < directory.len() {
        match usize::from(directory.byte(at)) {
            // No record crosses the end of a sector.
            0 => at = (at + 1).next_multiple_of(SECTOR as usize),
            length => {
                let found = directory.slice(at + 33, directory.byte(at + 32).into());
                let found = found.split(|&byte| byte == b';').next()?;
                if found.eq_ignore_ascii_case(name) {
                    let start = u64::from(directory.u32_le(at + 2)) * block;
                    return Some((start, directory.u32_le(at + 10).into()));
                }
                at += length;
            }
        }
    }
    None
}

/// The boot catalog: for which platforms there is something to start.
fn catalog(regions: &Regions, at: u64, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let catalog = regions.read(at, SECTOR)?;
    if !catalog.has(0, &[1]) || !catalog.has(30, &[0x55, 0xaa]) {
        return Ok(());
    }
    let mut platform = catalog.byte(1);
    for entry in (32..catalog.len()).step_by(32) {
        match catalog.byte(entry) {
            // The header of a section.
            0x90 | 0x91 => platform = catalog.byte(entry + 1),
            // Bootable.
            0x88 if platform == 0xef => info.boot.uefi = true,
            0x88 if platform == 0 => {
                info.boot.bios = true;
                // Platform 0 is that of the PC; what the loaders say is more exact.
                info.boot.architecture = info.boot.architecture.or(Some("x86"));
            }
            _ => {}
        }
    }
    Ok(())
}
