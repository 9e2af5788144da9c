//! Files changed at random, the same in every run: nothing panics, and no limit is passed.

use super::fixtures::{CLUSTER, EFI, ROOT_ARM64, gpt, mbr, qcow, qcow2, qcow2_with_backing_file};
use super::fixtures::{put, qcow2_with_snapshots, qed, seal};
use super::{inspect, inspect_with};

/// Of each fixture.
const MUTATIONS: usize = 5_000;
/// Bytes of the start in which most fields are.
const HEADER: usize = 256;

/// A sequence of numbers that looks random and is the same in every run (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Extreme values of a field of four or eight bytes, in either order of bytes.
    pub fn extreme(&mut self) -> Vec<u8> {
        let value = match self.below(8) {
            0 => u64::MAX,
            1 => 0,
            2 => 1 << 63,
            3 => i64::MAX as u64,
            4 => 1 << self.below(64),
            5 => (1 << self.below(64)) - 1,
            6 => self.next(),
            _ => !(CLUSTER as u64 - 1),
        };
        match self.below(4) {
            0 => value.to_be_bytes().to_vec(),
            1 => value.to_le_bytes().to_vec(),
            2 => (value as u32).to_be_bytes().to_vec(),
            _ => (value as u32).to_le_bytes().to_vec(),
        }
    }
}

/// Where something stands: header, tables, partition tables.
const PLACES: [usize; 6] = [0, CLUSTER, 2 * CLUSTER, 3 * CLUSTER, 4 * CLUSTER, 5 * CLUSTER];

fn mutate(numbers: &mut Numbers, file: &mut Vec<u8>) {
    for _ in 0..=numbers.below(4) {
        let place = PLACES[numbers.below(PLACES.len())];
        let at = match numbers.below(4) {
            0 => numbers.below(file.len()),
            1 => place + numbers.below(1536),
            _ => numbers.below(HEADER / 4) * 4,
        }
        .min(file.len() - 8);
        match numbers.below(8) {
            0 => file[at] ^= 1 << numbers.below(8),
            1 => file[at] = numbers.next() as u8,
            2 if numbers.below(10) == 0 => {
                file.truncate(at.max(16));
                return;
            }
            _ => {
                let value = numbers.extreme();
                put(file, at, &value);
            }
        }
    }
}

fn run(seed: u64, fixture: &[u8], repair: fn(&mut [u8])) {
    let mut numbers = Numbers(seed);
    for _ in 0..MUTATIONS {
        let mut file = fixture.to_vec();
        mutate(&mut numbers, &mut file);
        if file.len() == fixture.len() {
            repair(&mut file);
        }
        inspect(&file).to_json();
    }
}

fn disk() -> Vec<u8> {
    gpt(12 << 10, 512, &[(EFI, 10, 15), (ROOT_ARM64, 16, 20)])
}

fn nothing(_: &mut [u8]) {}

#[test]
fn mutated_qcow2() {
    run(1, &qcow2(2, &disk()), nothing);
    run(2, &qcow2(3, &disk()), nothing);
}

#[test]
fn mutated_extended_qcow2() {
    // Not sound by its cluster size, but its way through the tables is.
    let mut file = qcow2(3, &disk());
    file[79] = 16;
    run(3, &file, nothing);
}

#[test]
fn mutated_qcow2_with_more() {
    run(4, &qcow2_with_snapshots(), nothing);
    run(5, &qcow2_with_backing_file("base.qcow2"), nothing);
}

#[test]
fn mutated_qcow_and_qed() {
    run(6, &qcow(&disk()), nothing);
    run(7, &qed(&disk()), nothing);
}

#[test]
fn mutated_partition_tables() {
    run(8, &disk(), nothing);
    // With checksums that match.
    run(9, &disk(), |disk| seal(disk, 512));
    let mut disk = vec![0; 24 << 10];
    mbr(&mut disk, 0, &[(true, 0x83, 8, 8), (false, 0x05, 8, 30)]);
    mbr(&mut disk, 8 * 512, &[(false, 0x82, 1, 9), (false, 0x05, 8, 20)]);
    mbr(&mut disk, 16 * 512, &[(false, 0x8e, 2, 8)]);
    run(10, &disk, nothing);
}

#[test]
fn noise_behind_every_magic() {
    // A file of any size whose every piece is noise: tables that point everywhere.
    let mut numbers = Numbers(11);
    for round in 0..2_000u64 {
        let size = 1 + (numbers.next() >> (round % 64));
        let magic: &[u8] =
            [b"QFI\xfb\0\0\0\x02", b"QFI\xfb\0\0\0\x03", b"QFI\xfb\0\0\0\x01", b"QED\0\0\0\x01\0"]
                [(round % 4) as usize];
        inspect_with(size, |need| {
            let mut bytes: Vec<u8> =
                (0..need.length).map(|index| (u64::from(index).wrapping_mul(size) >> 7) as u8).collect();
            if need.offset == 0 && bytes.len() >= 64 {
                put(&mut bytes, 0, magic);
                if round % 4 < 2 {
                    put(&mut bytes, 20, &[0, 0, 0, 9 + (round % 13) as u8]);
                }
            }
            bytes
        });
    }
}
