//! Raw: the bytes of a disk, one after the other, without any header. What no other format recognizes is raw.

use super::Reader;
use crate::inspect::guest::Flat;
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::partitions;
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Raw, detect: |_| Ok(true), inspect };

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let size = regions.file_size();
    info.virtual_size = size;
    if size == 0 {
        info.fatal("empty", "the file is empty", "Choose the file of a disk image.");
        return Ok(());
    }
    if !size.is_multiple_of(512) {
        info.warning(
            "unaligned-size",
            format!("{} is not a whole number of sectors of 512 bytes", text::size(size)),
            "The file may be cut short or may be no disk image: compare its size with that of its source.",
        );
    }
    partitions::inspect(regions, &Flat { start: 0, size }, info)
}
