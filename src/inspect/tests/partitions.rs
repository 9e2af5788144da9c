//! Partition tables of every kind.

use super::fixtures::{BIOS_BOOT, EFI, ROOT_ARM64, gpt, mbr, put, put_u32, put_u64, qcow2, seal};
use super::{inspect, problems};
use crate::inspect::checksum::{CASTAGNOLI, ETHERNET, crc32};

const SIZE: usize = 128 << 10;

#[test]
fn crc_32_is_that_of_everybody() {
    assert_eq!(crc32(ETHERNET, &[b"12345", b"6789"]), 0xcbf4_3926);
    assert_eq!(crc32(CASTAGNOLI, &[b"123456789"]), 0xe306_9283);
}

#[test]
fn an_mbr_with_logical_partitions() {
    let mut disk = vec![0; SIZE];
    disk[0] = 0xeb;
    mbr(&mut disk, 0, &[(true, 0x83, 8, 8), (false, 0x05, 16, 100), (false, 0x07, 120, 10)]);
    mbr(&mut disk, 16 * 512, &[(false, 0x82, 1, 9), (false, 0x05, 20, 20)]);
    mbr(&mut disk, 36 * 512, &[(false, 0x8e, 2, 8)]);
    let info = inspect(&disk);
    assert_eq!(problems(&info), [""; 0]);
    assert!(info.boot.bios && !info.boot.uefi);
    let table = info.partitions.expect("a table");
    let found: Vec<_> = table
        .partitions
        .iter()
        .map(|found| (found.number, found.start / 512, found.size / 512, found.type_name.unwrap_or("?")))
        .collect();
    assert_eq!(
        found,
        [
            (1, 8, 8, "Linux file system"),
            (2, 16, 100, "extended"),
            (3, 120, 10, "NTFS or exFAT"),
            (5, 17, 9, "Linux swap"),
            (6, 38, 8, "Linux LVM"),
        ]
    );
    assert_eq!(info.boot.architecture, None);
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let mut disk = vec![0; SIZE];
    mbr(&mut disk, 0, &[(false, 0x0f, 16, 100)]);
    mbr(&mut disk, 16 * 512, &[(false, 0x83, 1, 2), (false, 0x05, 8, 20)]);
    mbr(&mut disk, 24 * 512, &[(false, 0x83, 1, 2), (false, 0x05, 0, 20)]);
    assert_eq!(inspect(&disk).partitions.expect("a table").partitions.len(), 3);
}

/// So many logical partitions, a few sectors each.
fn logical(count: usize, apart: usize) -> Vec<u8> {
    let mut disk = vec![0; (count + 2) * apart * 512];
    mbr(&mut disk, 0, &[(false, 0x0f, apart as u32, (count * apart) as u32)]);
    for index in 0..count {
        let next = ((index + 1) * apart) as u32;
        let link = if index + 1 < count { 0x05 } else { 0 };
        mbr(&mut disk, (index + 1) * apart * 512, &[(false, 0x83, 1, 1), (false, link, next, apart as u32)]);
    }
    disk
}

#[test]
fn logical_partitions_are_left_out_by_nobody_in_silence() {
    for (count, apart, listed, found) in [
        (20, 4, 20, &[][..]),
        (50, 64, 50, &[]),
        (123, 4, 123, &[]),
        // The table has room for 128, the numbers that logical ones do not have included.
        (130, 4, 124, &["too-complex danger"]),
        // More pieces of the file than are read.
        (80, 64, 63, &["too-complex danger"]),
    ] {
        let info = inspect(&logical(count, apart));
        assert_eq!(problems(&info), found, "{count}");
        let partitions = info.partitions.expect("a table").partitions;
        assert!((listed..=listed + 1).contains(&(partitions.len() - 1)), "{count}: {}", partitions.len());
    }
}

#[test]
fn a_gpt_of_many_entries_is_checked_as_a_whole() {
    let entries =
        |count: u64| -> Vec<_> { (0..count).map(|index| (ROOT_ARM64, 300 + index, 300 + index)).collect() };
    let disk = gpt(512 << 10, 512, &entries(200));
    let info = inspect(&disk);
    assert_eq!(problems(&info), [""; 0]);
    assert_eq!(info.partitions.expect("a table").partitions.len(), 128);
    for (first, last, found) in [
        (300, 300, "partitions-overlap warning"),
        (5000, 5000, "truncated danger"),
        (480, 470, "gpt-damaged warning"),
    ] {
        let mut entries = entries(200);
        entries[180] = (EFI, first, last);
        let info = inspect(&gpt(512 << 10, 512, &entries));
        assert_eq!(problems(&info), [found]);
        assert!(info.boot.uefi, "the entry counts");
    }
    // More than are read.
    let many: Vec<_> = (0..2049).map(|index| (ROOT_ARM64, 300 + index, 300 + index)).collect();
    assert_eq!(problems(&inspect(&gpt(2 << 20, 512, &many))), ["too-complex danger"]);
}

#[test]
fn an_entry_that_ends_before_it_starts_has_no_bytes() {
    let info = inspect(&gpt(SIZE, 512, &[(EFI, 40, 60), (ROOT_ARM64, 90, 61)]));
    assert_eq!(problems(&info), ["gpt-damaged warning"]);
    assert_eq!(info.partitions.expect("a table").partitions[1].size, 0);
}

#[test]
fn a_table_that_could_not_be_read_is_not_called_damaged() {
    // Each sector of the table in a piece of the file of its own: more of them than are read.
    let disk = gpt(SIZE, 512, &[(EFI, 200, 200); 512]);
    let cluster = 512usize;
    let place = |index: usize| (16 + index * 16) * cluster;
    let clusters = disk.len() / cluster;
    let mut file = vec![0; place(clusters) + cluster];
    put(&mut file, 0, &qcow2(2, &[0; 4096])[..72]);
    put_u32(&mut file, 20, 9);
    put_u64(&mut file, 24, disk.len() as u64);
    put_u32(&mut file, 36, 4);
    put_u64(&mut file, 40, 3 * cluster as u64);
    put_u64(&mut file, 48, cluster as u64);
    for table in 0..4 {
        let at = (4 + table) * cluster;
        put_u64(&mut file, 3 * cluster + 8 * table, at as u64);
        for index in 0..64 {
            let number = table * 64 + index;
            put_u64(&mut file, at + 8 * index, place(number) as u64);
            put(&mut file, place(number), &disk[number * cluster..(number + 1) * cluster]);
        }
    }
    assert_eq!(problems(&inspect(&file)), ["too-complex danger"]);
}

#[test]
fn what_is_no_mbr() {
    let mut disk = vec![0; SIZE];
    assert_eq!(inspect(&disk).partitions, None);
    mbr(&mut disk, 0, &[(false, 0x83, 8, 8)]);
    disk[446] = 0x12;
    assert_eq!(inspect(&disk).partitions, None, "a status that is none");
    disk[446] = 0;
    assert!(inspect(&disk).partitions.is_some());
    put(&mut disk, 3, b"NTFS    ");
    assert_eq!(inspect(&disk).partitions, None, "a file system without a table");
}

#[test]
fn a_gpt_tells_how_it_boots() {
    for sector in [512, 4096] {
        let mut disk = gpt(512 << 10, sector, &[(EFI, 6, 7), (ROOT_ARM64, 8, 20)]);
        let info = inspect(&disk);
        assert_eq!(problems(&info), [""; 0]);
        assert_eq!((info.boot.bios, info.boot.uefi, info.boot.architecture), (false, true, Some("arm64")));
        let table = info.partitions.expect("a table");
        assert_eq!((table.scheme, table.sector_size), ("gpt", sector as u64));
        let efi = &table.partitions[0];
        assert_eq!(efi.type_id, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
        assert_eq!((efi.type_name, efi.name.as_deref()), (Some("EFI system"), Some("pä")));
        assert_eq!((efi.start, efi.size), (6 * sector as u64, 2 * sector as u64));

        disk[0] = 0xeb;
        put(&mut disk, 2 * sector, &BIOS_BOOT);
        seal(&mut disk, sector);
        let info = inspect(&disk);
        assert_eq!((info.boot.bios, info.boot.uefi), (true, false));
    }
}

/// What a damage is called, how to do it, and what is found.
type Damage = (&'static str, fn(&mut Vec<u8>), &'static str);

#[test]
fn damaged_tables() {
    let sound = gpt(SIZE, 512, &[(EFI, 40, 60), (ROOT_ARM64, 61, 90)]);
    let damaged: [Damage; 8] = [
        ("header", |disk| disk[512 + 56] ^= 1, "gpt-damaged warning"),
        ("header size", |disk| disk[512 + 12] = 8, "gpt-damaged warning"),
        ("entries", |disk| disk[1024 + 17] ^= 1, "gpt-damaged warning"),
        ("entry size", |disk| disk[512 + 84] = 0, "gpt-damaged warning"),
        ("entries beyond the end", |disk| disk[512 + 79] = 0xff, "gpt-damaged warning"),
        ("no table", |disk| disk[512] = 0, "gpt-damaged warning"),
        (
            "overlap",
            |disk| {
                disk[1024 + 128 + 32] = 60;
                seal(disk, 512);
            },
            "partitions-overlap warning",
        ),
        (
            "beyond the end",
            |disk| {
                disk[1024 + 128 + 43] = 1;
                seal(disk, 512);
            },
            "truncated danger",
        ),
    ];
    for (name, damage, found) in damaged {
        let mut disk = sound.clone();
        damage(&mut disk);
        assert_eq!(problems(&inspect(&disk)), [found], "{name}");
    }
    // A format that knows its size is not cut short; its disk was made too small.
    let mut disk = sound;
    disk.truncate(SIZE / 2);
    assert_eq!(problems(&inspect(&qcow2(3, &disk))), ["partition-beyond-end danger"]);
}
