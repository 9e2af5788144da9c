//! Raw: the bytes of a disk, one after the other, without any header. What no other format recognizes is raw.

use super::{Reader, findings};
use crate::inspect::guest::Flat;
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Raw, detect: |_| Ok(true), inspect };

/// What is compressed or packed in a way that the public interface has no name for: where its magic number stands.
static PACKED: [(usize, &[u8], &str); 7] = [
    (4, b"1AY&SY", "bzip2"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"\x89LZO\0\r\n", "lzop"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"MSWIM\0\0\0", "wim"),
    (257, b"ustar", "tar, or an OVA"),
];
/// Formats of disk images that QEMU reads and the service does not name.
static OTHERS: [(usize, &[u8], &str); 5] = [
    (0, b"WithoutFreeSpace", "Parallels"),
    (0, b"WithouFreSpacExt", "Parallels"),
    (0, b"Bochs Virtual HD Image", "Bochs"),
    (0, b"\xbe\xba\xfe\xca\0\0\0\0", "seSparse, a part of a VMDK"),
    (0, b"EVF\x09\r\n\xff\0", "EWF"),
];

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let size = regions.file_size();
    info.virtual_size = size;
    if size == 0 {
        info.fatal("empty", format_args!("the file is empty"), "Choose the file of a disk image.");
        return Ok(());
    }
    let start = regions.read(0, 512)?;
    if let Some((.., name)) = PACKED.iter().find(|(at, magic, _)| start.has(*at, magic)) {
        info.virtual_size = 0;
        findings::compressed(info, &format!("this is a packed file ({name})"));
        return Ok(());
    }
    if let Some((.., name)) = OTHERS.iter().find(|(at, magic, _)| start.has(*at, magic)) {
        info.fatal(
            "unsupported-format",
            format_args!("this is an image of another format ({name}), which would be taken for a raw disk"),
            "Convert it with the program that made it: qemu-img convert -O qcow2 old new.qcow2",
        );
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
