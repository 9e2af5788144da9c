//! A VMDK that holds its data itself, in grains that two levels of tables name.

use super::descriptor::Descriptor;
use super::{HOSTED, SECTOR, describe, disk_of, other_files};
use crate::inspect::formats::findings;
use crate::inspect::guest::{Guest, Place};
use crate::inspect::info::DiskImageInfo;
use crate::inspect::partitions;
use crate::inspect::regions::{Region, Regions, Stop};

/// Bits of the header's flags, the first of them by name.
const FEATURES: [(u32, &str); 3] =
    [(1 << 2, "zeroed-grains"), (1 << 16, "compressed-grains"), (1 << 17, "markers")];
const COMPRESSED: u32 = 1 << 16;
/// There is a second grain directory.
const REDUNDANT: u32 = 1 << 1;
/// Sectors that QEMU takes for the description, whatever the header says.
const DESCRIPTION: u64 = 20;
/// The directory is named by the footer, a copy of the header in the last but one sector.
const AT_END: u64 = u64::MAX;
/// QEMU's limits: sectors of a grain, entries of a grain table, bytes of the directory.
const LARGEST_GRAIN: u64 = 0x20_0000;
const MOST_ENTRIES: u32 = 512;
const LARGEST_DIRECTORY: u64 = 512 << 20;
/// Most bytes of the directory that are checked.
const CHECKED: u64 = 64 << 10;

pub fn inspect(regions: &Regions, header: Region<'_>, info: &mut DiskImageInfo) -> Result<(), Stop> {
    // 79 bytes have fields.
    regions.whole(0, 79)?;
    let version = header.u32_le(4);
    if !(1..=3).contains(&version) {
        findings::unknown_version(info, &version.to_string(), "1 to 3 are known");
        return Ok(());
    }
    let (text_at, text_size) = (header.u64_le(28), header.u64_le(36));
    let mut header = header;
    if header.u64_le(56) == AT_END {
        match footer(regions, header)? {
            Some(footer) => header = footer,
            None => {
                findings::truncated(
                    info,
                    "the footer, which names the tables,",
                    regions.file_size().max(1536) - 1024,
                );
                return Ok(());
            }
        }
    }
    let capacity = header.u64_le(12);
    info.virtual_size = capacity.saturating_mul(SECTOR);
    let complete = description(regions, (text_at, text_size), capacity, info)?;
    let grain = header.u64_le(20);
    if !(1..=LARGEST_GRAIN).contains(&grain) || !grain.is_power_of_two() {
        let message =
            format_args!("grains of {grain} sectors: a power of two up to {LARGEST_GRAIN} is right");
        findings::bad_cluster_size(info, message);
        return Ok(());
    }
    info.cluster_size = Some(grain * SECTOR);
    let flags = header.u32_le(8);
    for (_, name) in FEATURES.iter().filter(|(bit, _)| flags & bit != 0) {
        info.feature(name);
    }
    match header.u16_le(77) {
        0 => {}
        1 => info.zlib(),
        other => findings::unknown_feature(info, &format!("\"compression {other}\"")),
    }
    // The file is open, or was not closed.
    if header.byte(72) != 0 {
        findings::dirty(info);
    }
    let entries = header.u32_le(44);
    if !(1..=MOST_ENTRIES).contains(&entries) {
        let message = format_args!("grain tables of {entries} entries: 1 to {MOST_ENTRIES} are right");
        findings::bad_table(info, message);
        return Ok(());
    }
    // `overHead`: what lies in front of the grains.
    let data = header.u64_le(64).saturating_mul(SECTOR);
    if !findings::within(regions, info, "the first grain", data, 0) || info.is_fatal() {
        return Ok(());
    }
    let disk = Disk {
        capacity,
        grain,
        entries: entries.into(),
        directory: header.u64_le(56).saturating_mul(SECTOR),
        readable: flags & COMPRESSED == 0,
        complete,
    };
    if disk.directory_bytes() > LARGEST_DIRECTORY {
        findings::bad_table(info, format_args!("{} needs too large a directory", disk_of(capacity)));
        return Ok(());
    }
    if flags & REDUNDANT != 0 {
        let second = header.u64_le(48).saturating_mul(SECTOR);
        findings::within(regions, info, "the redundant grain directory", second, disk.directory_bytes());
    }
    disk.check(regions, info)?;
    partitions::inspect(regions, &disk, info)
}

/// The copy of the header at the end of the file, if it is one: marker, footer, marker of the end, a sector each.
fn footer<'a>(regions: &'a Regions, header: Region<'_>) -> Result<Option<Region<'a>>, Stop> {
    let end = regions.tail(3 * SECTOR)?;
    let footer = Region::new(end.slice(512, 512));
    let same = footer.has(0, HOSTED) && footer.slice(4, 4) == header.slice(4, 4);
    // Kind 3 is a footer, and 0 the end.
    let marked = end.u64_le(8) == 3 << 32 && end.u64_le(1024 + 8) == 0;
    // A footer that points to another one would point to itself.
    Ok((same && marked && footer.slice(28, 16) == header.slice(28, 16) && footer.u64_le(56) != AT_END)
        .then_some(footer))
}

const PART: &str = "the file is one part of a disk, and is described by another file";

/// What the description inside says. Whether the disk is this file's alone.
fn description(
    regions: &Regions,
    (at, size): (u64, u64),
    capacity: u64,
    info: &mut DiskImageInfo,
) -> Result<bool, Stop> {
    if at == 0 || size == 0 {
        other_files(&Descriptor::default(), PART, info);
        return Ok(true);
    }
    // QEMU looks for it there whatever the header says.
    if at != 1 {
        findings::bad_table(info, format_args!("the description is in sector {at}: sector 1 is right"));
        return Ok(true);
    }
    let length = size.saturating_mul(SECTOR);
    if !findings::within(regions, info, "the description", SECTOR, length) {
        return Ok(true);
    }
    let descriptor = Descriptor::read(regions, SECTOR, length.max(DESCRIPTION * SECTOR), info)?;
    describe(&descriptor, info);
    let alone = ["monolithicSparse", "streamOptimized"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&descriptor.create_type));
    // QEMU follows a description to other files where the header says that it has no sectors of its own.
    if capacity == 0 || descriptor.extents != 1 || descriptor.other.is_some() || !alone {
        info.virtual_size = info.virtual_size.max(descriptor.sectors.saturating_mul(SECTOR));
        let names = "the description inside names other files than this one";
        other_files(&descriptor, if descriptor.is_empty() { PART } else { names }, info);
    }
    Ok(descriptor.parent.is_none())
}

/// All but `directory` (bytes) in sectors.
struct Disk {
    capacity: u64,
    grain: u64,
    /// Of a grain table.
    entries: u64,
    directory: u64,
    /// Grains are not compressed.
    readable: bool,
    /// There is no parent.
    complete: bool,
}

impl Disk {
    fn directory_bytes(&self) -> u64 {
        self.capacity.div_ceil(self.entries * self.grain).saturating_mul(4)
    }

    /// Whether the tables lie within the file, and the grains of the one that lies last.
    fn check(&self, regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
        let length = self.directory_bytes();
        if !findings::within(regions, info, "the grain directory", self.directory, length) {
            return Ok(());
        }
        let directory = regions.read(self.directory, length.min(CHECKED))?;
        let mut last = 0;
        for table in sectors(directory).filter(|&sector| sector != 0) {
            if !findings::within(regions, info, "a grain table", table * SECTOR, self.entries * 4) {
                return Ok(());
            }
            last = last.max(table);
        }
        if last != 0 {
            let table = regions.read(last * SECTOR, self.entries * 4)?;
            // 1 stands for a grain of zeros. A compressed grain starts with its length.
            for grain in sectors(table).filter(|&sector| sector > 1) {
                let length = if self.readable { self.grain * SECTOR } else { 12 };
                if !findings::within(regions, info, "a grain", grain * SECTOR, length) {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The numbers of a table: sectors of 32 bits.
fn sectors(table: Region<'_>) -> impl Iterator<Item = u64> + '_ {
    let (numbers, _) = table.as_slice().as_chunks::<4>();
    numbers.iter().map(|bytes| u32::from_le_bytes(*bytes).into())
}

impl Guest for Disk {
    fn size(&self) -> u64 {
        self.capacity.saturating_mul(SECTOR)
    }

    fn locate(&self, regions: &Regions, offset: u64) -> Result<(Place, u64), Stop> {
        let grain = self.grain * SECTOR;
        let (number, within) = (offset / grain, offset % grain);
        let mut found = self.directory;
        for index in [number / self.entries, number % self.entries] {
            let entry = regions.read(found.saturating_add(index * 4), 4)?;
            found = match entry.u32_le(0) {
                _ if entry.is_empty() => return Ok((Place::Unknown, grain - within)),
                0 if self.complete => return Ok((Place::Zero, grain - within)),
                1 => return Ok((Place::Zero, grain - within)),
                sector if sector != 0 && self.readable => u64::from(sector) * SECTOR,
                _ => return Ok((Place::Unknown, grain - within)),
            };
        }
        Ok((Place::File(found + within), grain - within))
    }
}
