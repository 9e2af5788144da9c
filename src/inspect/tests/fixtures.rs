//! Small images, made byte by byte.

use crate::inspect::checksum::{ETHERNET, crc32};

pub const CLUSTER: usize = 4096;
pub const EFI: [u8; 16] = *b"\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b";
pub const BIOS_BOOT: [u8; 16] = *b"Hah!IdontNeedEFI";
/// "Root Partition (64-bit ARM/AArch64)"
pub const ROOT_ARM64: [u8; 16] = *b"\x45\xb0\x21\xb9\xf0\x1d\xc3\x41\xaf\x44\x4c\x6f\x28\x0d\x3f\xae";

pub fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

pub fn put_u32(file: &mut [u8], at: usize, value: u32) {
    put(file, at, &value.to_be_bytes());
}

pub fn put_u64(file: &mut [u8], at: usize, value: u64) {
    put(file, at, &value.to_be_bytes());
}

/// A qcow2 with clusters of 4 KiB: header, refcount table, refcount block, L1, L2, and the start of the disk.
pub fn qcow2(version: u32, disk: &[u8]) -> Vec<u8> {
    let data = disk.len().div_ceil(CLUSTER);
    let mut file = vec![0; (5 + data) * CLUSTER];
    put(&mut file, 0, b"QFI\xfb");
    put_u32(&mut file, 4, version);
    put_u32(&mut file, 20, 12);
    put_u64(&mut file, 24, disk.len() as u64);
    put_u32(&mut file, 36, 1);
    put_u64(&mut file, 40, 3 * CLUSTER as u64);
    put_u64(&mut file, 48, CLUSTER as u64);
    put_u32(&mut file, 56, 1);
    if version == 3 {
        put_u32(&mut file, 96, 4);
        put_u32(&mut file, 100, 112);
        // An extension that nobody knows, and the names of two features.
        put_u32(&mut file, 112, 0x1234_5678);
        put_u32(&mut file, 116, 3);
        put_u32(&mut file, 128, 0x6803_f857);
        put_u32(&mut file, 132, 96);
        put(&mut file, 136, b"\x00\x00dirty bit");
        put(&mut file, 184, b"\x00\x21time travel");
    }
    put_u64(&mut file, CLUSTER, 2 * CLUSTER as u64);
    for cluster in 0..5 + data {
        put(&mut file, 2 * CLUSTER + 2 * cluster, &[0, 1]);
    }
    put_u64(&mut file, 3 * CLUSTER, (4 * CLUSTER as u64) | (1 << 63));
    for cluster in 0..data {
        put_u64(&mut file, 4 * CLUSTER + 8 * cluster, ((5 + cluster) * CLUSTER) as u64 | 1 << 63);
    }
    put(&mut file, 5 * CLUSTER, disk);
    file
}

/// A qcow2 with a name behind its header and extensions.
pub fn qcow2_with_backing_file(name: &str) -> Vec<u8> {
    let mut file = qcow2(3, &[0; CLUSTER]);
    put_u64(&mut file, 8, 1024);
    put_u32(&mut file, 16, name.len() as u32);
    put(&mut file, 1024, name.as_bytes());
    file
}

/// A qcow2 with two snapshots, in a cluster of their own at the end.
pub fn qcow2_with_snapshots() -> Vec<u8> {
    let mut file = qcow2(3, &[0; CLUSTER]);
    let table = file.len();
    file.resize(table + CLUSTER, 0);
    put(&mut file, 2 * CLUSTER + 12, &[0, 1]);
    put_u32(&mut file, 60, 2);
    put_u64(&mut file, 64, table as u64);
    for (number, at) in [(1u8, table), (2, table + 64)] {
        put_u64(&mut file, at, 3 * CLUSTER as u64);
        put_u32(&mut file, at + 8, 1);
        put(&mut file, at + 12, &[0, 1, 0, 5]);
        put_u32(&mut file, at + 16, 1_700_000_000);
        put_u32(&mut file, at + 36, 16);
        put_u64(&mut file, at + 40, 1 << 30);
        put(&mut file, at + 56, &[b'0' + number]);
        put(&mut file, at + 57, b"first");
    }
    file
}

/// A qcow of version 1: clusters of 4 KiB, tables of 512 entries.
pub fn qcow(disk: &[u8]) -> Vec<u8> {
    let data = disk.len().div_ceil(CLUSTER);
    let mut file = vec![0; (3 + data) * CLUSTER];
    put(&mut file, 0, b"QFI\xfb");
    put_u32(&mut file, 4, 1);
    put_u64(&mut file, 24, disk.len() as u64);
    put(&mut file, 32, &[12, 9]);
    put_u64(&mut file, 40, CLUSTER as u64);
    put_u64(&mut file, CLUSTER, 2 * CLUSTER as u64);
    for cluster in 0..data {
        put_u64(&mut file, 2 * CLUSTER + 8 * cluster, ((3 + cluster) * CLUSTER) as u64);
    }
    put(&mut file, 3 * CLUSTER, disk);
    file
}

/// A QED: clusters of 4 KiB, tables of two.
pub fn qed(disk: &[u8]) -> Vec<u8> {
    let data = disk.len().div_ceil(CLUSTER);
    let mut file = vec![0; (5 + data) * CLUSTER];
    put(&mut file, 0, b"QED\0");
    for (at, value) in [(4, CLUSTER as u32), (8, 2), (12, 1)] {
        put(&mut file, at, &value.to_le_bytes());
    }
    put(&mut file, 40, &(CLUSTER as u64).to_le_bytes());
    put(&mut file, 48, &(disk.len() as u64).to_le_bytes());
    put(&mut file, CLUSTER, &(3 * CLUSTER as u64).to_le_bytes());
    for cluster in 0..data {
        put(&mut file, 3 * CLUSTER + 8 * cluster, &(((5 + cluster) * CLUSTER) as u64).to_le_bytes());
    }
    put(&mut file, 5 * CLUSTER, disk);
    file
}

/// A boot record with these entries: active, type, first sector, sectors.
pub fn mbr(disk: &mut [u8], at: usize, entries: &[(bool, u8, u32, u32)]) {
    put(disk, at + 510, &[0x55, 0xaa]);
    for (index, (active, kind, start, size)) in entries.iter().enumerate() {
        let entry = at + 446 + 16 * index;
        disk[entry] = if *active { 0x80 } else { 0 };
        disk[entry + 4] = *kind;
        put(disk, entry + 8, &start.to_le_bytes());
        put(disk, entry + 12, &size.to_le_bytes());
    }
}

/// A disk with a GUID partition table of four entries, or as many as there are: type, first and last sector.
pub fn gpt(size: usize, sector: usize, entries: &[([u8; 16], u64, u64)]) -> Vec<u8> {
    let mut disk = vec![0; size];
    mbr(&mut disk, 0, &[(false, 0xee, 1, u32::MAX)]);
    for (index, (kind, first, last)) in entries.iter().enumerate() {
        let at = 2 * sector + 128 * index;
        put(&mut disk, at, kind);
        put(&mut disk, at + 16, &[7; 16]);
        put(&mut disk, at + 32, &first.to_le_bytes());
        put(&mut disk, at + 40, &last.to_le_bytes());
        put(&mut disk, at + 56, b"p\0\xe4\0");
    }
    put(&mut disk, sector, b"EFI PART\0\0\x01\0\x5c\0\0\0");
    put(&mut disk, sector + 24, &1u64.to_le_bytes());
    put(&mut disk, sector + 32, &(size as u64 / sector as u64 - 1).to_le_bytes());
    put(&mut disk, sector + 72, &2u64.to_le_bytes());
    put(&mut disk, sector + 80, &(entries.len().max(4) as u32).to_le_bytes());
    put(&mut disk, sector + 84, &128u32.to_le_bytes());
    seal(&mut disk, sector);
    disk
}

/// Writes the checksums of a table anew.
pub fn seal(disk: &mut [u8], sector: usize) {
    let count = u32::from_le_bytes(disk[sector + 80..sector + 84].try_into().expect("four bytes")) as usize;
    let end = disk.len().min(2 * sector + count.min(4096) * 128);
    let entries = crc32(ETHERNET, &[&disk[2 * sector..end]]);
    put(disk, sector + 88, &entries.to_le_bytes());
    put(disk, sector + 16, &[0; 4]);
    let header = crc32(ETHERNET, &[&disk[sector..sector + 92]]);
    put(disk, sector + 16, &header.to_le_bytes());
}
