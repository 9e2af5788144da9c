//! The master boot record: four partitions in the first sector, and chains of further ones.
//!
//! Sources: UEFI Specification 2.10, 5.2.1 (Legacy MBR), 5.2.2 (OS Types), 5.2.3 (Protective MBR). Extended partitions
//! are as Linux reads them (block/partitions/msdos.c): a record whose first entry is a logical partition, relative to
//! the record, and whose second is the next record, relative to the first one.

use super::types;
use crate::inspect::guest::{Guest, read};
use crate::inspect::info::{MAX_LISTED, Partition, PartitionTable};
use crate::inspect::regions::{Region, Regions, Stop};

/// Bytes. The records count sectors of this size; disks with larger ones use GPT.
const SECTOR: u64 = 512;
/// Boot code ends where the disk's signature starts (5.2.1, table 5.1).
const CODE: usize = 440;

pub struct BootRecord {
    entries: [Entry; 4],
    pub has_code: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    active: bool,
    kind: u8,
    /// Sectors.
    start: u32,
    size: u32,
}

/// Reads a sector as a boot record; none where it is not one.
pub fn parse(sector: Region<'_>) -> Option<BootRecord> {
    if !sector.has(510, &[0x55, 0xaa]) || is_file_system(sector) {
        return None;
    }
    let mut entries = [Entry { active: false, kind: 0, start: 0, size: 0 }; 4];
    for (index, entry) in entries.iter_mut().enumerate() {
        let at = 446 + 16 * index;
        let status = sector.byte(at);
        if status & 0x7f != 0 {
            // 5.2.1: "a value other than 0x00 or 0x80" is no boot record.
            return None;
        }
        *entry = Entry {
            active: status == 0x80,
            kind: sector.byte(at + 4),
            start: sector.u32_le(at + 8),
            size: sector.u32_le(at + 12),
        };
    }
    let has_code = sector.slice(0, CODE).iter().any(|&byte| byte != 0);
    Some(BootRecord { entries, has_code })
}

/// The first sector of FAT and NTFS ends with the same signature.
fn is_file_system(sector: Region<'_>) -> bool {
    sector.has(3, b"NTFS    ")
        || sector.has(3, b"EXFAT   ")
        || sector.has(0x36, b"FAT1")
        || sector.has(0x52, b"FAT32")
}

impl BootRecord {
    /// Whether a GUID partition table follows.
    pub fn protective(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind == 0xee)
    }

    /// Whether a boot sector's code would find a partition to go on with. Boot loaders such as GRUB need none.
    pub fn active(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind != 0 && entry.kind != 0xee)
    }

    pub fn table(&self, regions: &Regions, disk: &dyn Guest) -> Result<PartitionTable, Stop> {
        let mut partitions = Vec::new();
        for (number, entry) in (1..).zip(self.entries) {
            if entry.kind != 0 && entry.size != 0 {
                partitions.push(entry.partition(number, 0));
            }
        }
        if let Some(extended) = self.entries.iter().find(|entry| types::is_extended(entry.kind)) {
            extended.follow(regions, disk, &mut partitions)?;
        }
        Ok(PartitionTable { scheme: "mbr", sector_size: SECTOR, partitions })
    }
}

impl Entry {
    fn partition(&self, number: u32, base: u64) -> Partition {
        Partition {
            number,
            // 33 bits of sectors at most: no overflow.
            start: (base + u64::from(self.start)) * SECTOR,
            size: u64::from(self.size) * SECTOR,
            type_id: type_id(self.kind),
            type_name: types::of_mbr(self.kind),
            name: None,
            active: self.active,
        }
    }

    /// The logical partitions of an extended one.
    fn follow(
        &self,
        regions: &Regions,
        disk: &dyn Guest,
        partitions: &mut Vec<Partition>,
    ) -> Result<(), Stop> {
        let first = u64::from(self.start);
        let mut at = first;
        // Each is a piece of the file of its own, as a rule: how many may be read bounds them first.
        for number in 5.. {
            if number > MAX_LISTED as u32 {
                regions.give_up();
                break;
            }
            let Some(sector) = read(disk, regions, at * SECTOR, SECTOR)? else { break };
            let Some(record) = parse(Region::new(&sector)) else { break };
            let [logical, next, ..] = record.entries;
            if logical.kind != 0 && logical.size != 0 {
                partitions.push(logical.partition(number, at));
            }
            let following = first + u64::from(next.start);
            // Forwards only, so that no chain bites its own tail.
            if !types::is_extended(next.kind) || following <= at {
                break;
            }
            at = following;
        }
        Ok(())
    }
}

fn type_id(kind: u8) -> String {
    format!("0x{kind:02x}")
}
