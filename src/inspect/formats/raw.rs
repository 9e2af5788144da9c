//! Raw: the bytes of a disk, one after the other, without any header. What no other format recognizes is raw.

use super::{Reader, compressed, findings};
use crate::inspect::guest::Flat;
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Region, Regions, Stop, optional};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Raw, detect: |_| Ok(true), inspect };

/// What is compressed or packed in a way that the public interface has no name for: where its magic number stands.
static PACKED: [(usize, &[u8], &str); 8] = [
    (4, b"1AY&SY", "bzip2"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    // Its older frames, which Linux packs itself in.
    (0, b"\x02\x21\x4c\x18", "lz4"),
    (0, b"\x89LZO\0\r\n", "lzop"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"MSWIM\0\0\0", "wim"),
    (257, b"ustar", TAR),
];
const TAR: &str = "tar, or an OVA";
/// Formats of disk images that the service does not name: how they start, their name, and what qemu-img calls those that it
/// reads.
static OTHERS: [(&[u8], &str, &str); 5] = [
    (b"WithoutFreeSpace", "Parallels", "parallels"),
    (b"WithouFreSpacExt", "Parallels", "parallels"),
    (b"Bochs Virtual HD Image", "Bochs", "bochs"),
    (b"\xbe\xba\xfe\xca\0\0\0\0", "seSparse, a part of a VMDK", ""),
    (b"EVF\x09\r\n\xff\0", "EWF", ""),
];

/// What the public interface has no name for.
#[derive(Clone, Copy)]
pub enum Foreign {
    Packed(&'static str),
    Image { name: &'static str, qemu_name: &'static str },
}

impl Foreign {
    pub fn name(self) -> &'static str {
        match self {
            Foreign::Packed(name) | Foreign::Image { name, .. } => name,
        }
    }
}

/// What the file is by its magic number, where that is none of a [`Reader`].
pub fn foreign(regions: &Regions) -> Result<Option<Foreign>, Stop> {
    let start = regions.read(0, 512)?;
    if let Some((_, name, qemu_name)) = OTHERS.iter().find(|(magic, ..)| start.has(0, magic)) {
        return Ok(Some(Foreign::Image { name, qemu_name }));
    }
    // lz4 shares with zstd what may stand in front of its frames.
    let frame = optional(compressed::frame(regions))?.unwrap_or(start);
    let packed = PACKED.iter().find(|(at, magic, _)| start.has(*at, magic) || frame.has(*at, magic));
    let name = match packed {
        Some((.., name)) => name,
        None if is_lzma(start) => "lzma",
        None if is_old_tar(start) => TAR,
        None => return Ok(None),
    };
    Ok(Some(Foreign::Packed(name)))
}

/// The format of LZMA Utils has no magic number: this is how xz knows it (liblzma, alone_decoder.c), of the properties that
/// programs write. The first byte of the data is 0.
fn is_lzma(start: Region<'_>) -> bool {
    let (dictionary, size) = (start.u32_le(1), start.u64_le(5));
    let plausible = dictionary.is_power_of_two() || dictionary % 3 == 0 && (dictionary / 3).is_power_of_two();
    start.has(0, b"\x5d")
        && start.has(13, &[0])
        && dictionary >= 4096
        && plausible
        && (size == u64::MAX || size < 1 << 38)
}

/// A tar from before it had a magic number: by the checksum of its header, octal digits that count as spaces in it.
fn is_old_tar(start: Region<'_>) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().fold(0u32, |sum, &byte| sum + u32::from(byte));
    let (whole, field) = (start.slice(0, 512), start.slice(148, 8));
    let digits = field.iter().filter(|byte| byte.is_ascii_digit());
    let told = digits.fold(0, |number, digit| number * 8 + u32::from(digit - b'0'));
    // The sum of a whole header is no smaller than that of eight spaces: no digits are none.
    start.byte(0) != 0 && told + sum(field) == sum(whole) + 8 * 32
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let size = regions.file_size();
    info.virtual_size = size;
    if size == 0 {
        info.fatal("empty", format_args!("the file is empty"), "Choose the file of a disk image.");
        return Ok(());
    }
    match foreign(regions)? {
        Some(Foreign::Packed(name)) => {
            info.virtual_size = 0;
            findings::compressed(info, &format!("this is a packed file ({name})"));
            return Ok(());
        }
        Some(Foreign::Image { name, qemu_name }) => {
            let how = match qemu_name {
                "" => String::new(),
                known => format!(": qemu-img convert -f {known} -O qcow2 old new.qcow2"),
            };
            info.fatal(
                "unsupported-format",
                format_args!(
                    "this is an image of another format ({name}), which would be taken for a raw disk"
                ),
                &format!("Convert it with the program that made it{how}"),
            );
        }
        None => {}
    }
    if !size.is_multiple_of(512) {
        info.warning(
            "unaligned-size",
            format_args!("{} is not a whole number of sectors of 512 bytes", text::size(size)),
            "The file may be cut short or may be no disk image: compare its size with that of its source.",
        );
    }
    partitions::inspect(regions, &Flat { start: 0, size }, info)
}
