//! Changes files at random, the same way for the same seed: bytes, numbers at their limits, pieces of other files.

use crate::damage::checksum;
use crate::sparse::{PAGE, Sparse};

/// A sequence of numbers that looks random and is the same in every run (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A number at or near a limit, of two, four or eight bytes in either order.
    pub fn extreme(&mut self) -> Vec<u8> {
        let value = match self.below(9) {
            0 => u64::MAX,
            1 => 0,
            2 => 1 << 63,
            3 => i64::MAX as u64,
            4 => 1 << self.below(64),
            5 => (1 << self.below(64)) - 1,
            6 => self.next(),
            7 => self.next() % 1024,
            _ => !((1 << self.below(21)) - 1),
        };
        let (width, big_endian) = ([2, 4, 4, 8][self.below(4)], self.below(2) == 0);
        if big_endian {
            value.to_be_bytes()[8 - width..].to_vec()
        } else {
            value.to_le_bytes()[..width].to_vec()
        }
    }
}

/// Starts of files and of their parts.
const MAGICS: [&[u8]; 22] = [
    b"QFI\xfb\0\0\0\x02",
    b"QFI\xfb\0\0\0\x03",
    b"QFI\xfb\0\0\0\x01",
    b"QED\0",
    b"conectix",
    b"cxsparse",
    b"vhdxfile",
    b"head",
    b"regi",
    b"metadata",
    b"KDMV",
    b"COWD",
    b"# Disk DescriptorFile\n",
    b"RW 4096 FLAT \"/etc/passwd\" 0\n",
    b"\nparentFileNameHint=\"/dev/sda\"\n",
    b"\x7f\x10\xda\xbe",
    b"LUKS\xba\xbe\0\x02",
    b"\x01CD001\x01",
    b"EFI PART",
    b"\x55\xaa",
    b"\x1f\x8b\x08\x0c",
    b"\x28\xb5\x2f\xfd\xa4",
];

/// A copy of the file with some changes, mostly where the inspection of it read: `read` has offset and length of its
/// pieces. `other` is a file to take pieces from.
pub fn mutate(numbers: &mut Numbers, file: &Sparse, read: &[(u64, u64)], other: &Sparse) -> Sparse {
    let mut file = file.clone();
    for _ in 0..=numbers.below(4) {
        let at = place(numbers, &file, read);
        match numbers.below(24) {
            0..=3 => {
                let byte = file.read(at, 1)[0] ^ 1 << numbers.below(8);
                file.write(at, &[byte]);
            }
            4..=5 => file.write(at, &[numbers.next() as u8]),
            6 => file.write(at, MAGICS[numbers.below(MAGICS.len())]),
            7 => {
                // A piece of the other file, at its own place or at this one.
                let pages = other.pages();
                if !pages.is_empty() {
                    let from = pages[numbers.below(pages.len())] * PAGE + numbers.below(PAGE as usize) as u64;
                    let length = 1 << numbers.below(13);
                    file.write(if numbers.below(2) == 0 { from } else { at }, &other.read(from, length));
                }
            }
            8 => {
                let from = place(numbers, &file, read);
                let piece = file.read(from, 1 << numbers.below(10));
                file.write(at, &piece);
            }
            9 => file.write(at, &vec![[0, 0xff][numbers.below(2)]; 1 << numbers.below(13)]),
            10 => {
                let size = file.size;
                file.resize(match numbers.below(6) {
                    0 => size / 2,
                    1 => numbers.next() % (size + 1),
                    2 => size.saturating_sub(512),
                    3 => size.saturating_add(512),
                    4 => 1 << numbers.below(63),
                    _ => at,
                });
            }
            // A number, mostly where numbers stand.
            _ => {
                let value = numbers.extreme();
                file.write(at & !(value.len() as u64 - 1), &value);
            }
        }
        if file.size == 0 {
            break;
        }
    }
    if numbers.below(4) != 0 {
        seal(&mut file);
    }
    file
}

/// A place that was read, or has something; one of the first ones more often.
fn place(numbers: &mut Numbers, file: &Sparse, read: &[(u64, u64)]) -> u64 {
    let pages = file.pages();
    let at = match numbers.below(8) {
        0 => numbers.below(512) as u64,
        1 => file.size.saturating_sub(1 + numbers.below(1024) as u64),
        2 | 3 if !read.is_empty() => {
            let (offset, length) = read[numbers.below(read.len())];
            offset + numbers.next() % length.max(1)
        }
        _ if !pages.is_empty() => {
            let offset = pages[numbers.below(pages.len())] * PAGE;
            // Most pages have little, and that at their start.
            let reach = [PAGE as usize, 256, 64][numbers.below(3)];
            offset + numbers.below(reach) as u64
        }
        _ => numbers.next(),
    };
    at % file.size.max(1)
}

/// Makes checksums match again where a format has some, so that what is behind them is reached.
fn seal(file: &mut Sparse) {
    if file.read(0, 8) == b"vhdxfile" {
        for (at, length) in [(64 << 10, 4096), (128 << 10, 4096), (192 << 10, 65_536), (256 << 10, 65_536)] {
            sum(file, "crc32c", at, length, at + 4);
        }
    }
    for at in [0, file.size.saturating_sub(512)] {
        if file.read(at, 8) == b"conectix" {
            sum(file, "vhdsum", at, 512, at + 64);
        }
    }
    for sector in [512, 4096] {
        if file.read(sector, 8) == b"EFI PART" {
            let count = u32::from_le_bytes(file.read(sector + 80, 4).try_into().expect("four bytes"));
            sum(file, "crc32", 2 * sector, count.min(1024) as usize * 128, sector + 88);
            sum(file, "crc32", sector, 92, sector + 16);
        }
    }
}

fn sum(file: &mut Sparse, kind: &str, at: u64, length: usize, place: u64) {
    file.write(place, &[0; 4]);
    let sum = checksum(kind, &file.read(at, length));
    file.write(place, &sum);
}
