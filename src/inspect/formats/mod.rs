//! The formats, one file each, and how one is told from another.
//!
//! A new format is a file here with a [`Reader`], and its line in [`READERS`]. Of zvhd and zvhd2 (Huawei Cloud) neither
//! layout nor magic number is published: nothing here recognizes them, and a file of them is raw to this module.

mod blocks;
mod compressed;
pub(super) mod findings;
mod iso;
mod luks;
mod qcow;
mod qcow2;
mod qed;
mod raw;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;

use super::info::{DiskImageInfo, Format};
use super::regions::{Regions, Stop, optional};
use super::text;
pub use findings::qemu_name;

/// How a format is recognized and read.
pub struct Reader {
    pub format: Format,
    /// Whether the file is of this format, by what stands at the places where the format says so. [`Stop::Short`] means
    /// no.
    pub detect: fn(&Regions) -> Result<bool, Stop>,
    /// Writes down what the headers say. Damage is a problem of the info, not an error; [`Stop::Short`] becomes the
    /// problem `truncated` (or `too-complex` where no more may be read).
    pub inspect: fn(&Regions, &mut DiskImageInfo) -> Result<(), Stop>,
}

/// In the order of trust: the first that recognizes the file reads it. Magic numbers at the start come first, then what
/// stands elsewhere. Everything that none of them recognizes is raw.
static READERS: [&Reader; 13] = [
    &qcow2::READER,
    &qcow::READER,
    &qed::READER,
    &vhdx::READER,
    &vdi::READER,
    &luks::READER,
    &compressed::GZIP,
    &compressed::XZ,
    &compressed::ZSTD,
    &compressed::ZIP,
    &vmdk::READER,
    &iso::READER,
    &vhd::READER,
];

/// Looks into a file with what was read so far; none where the piece of [`Regions::needed`] has to be read first.
pub fn inspect(regions: &Regions) -> Option<DiskImageInfo> {
    let mut matching: Vec<&Reader> = Vec::new();
    for reader in READERS {
        match (reader.detect)(regions) {
            Ok(true) => matching.push(reader),
            Ok(false) | Err(Stop::Short) => {}
            Err(Stop::Need) => return None,
        }
    }
    let foreign = match optional(raw::foreign(regions)) {
        Ok(found) => found.flatten(),
        Err(_) => return None,
    };
    let reader = matching.first().copied().unwrap_or(&raw::READER);
    let mut info = DiskImageInfo::new(reader.format, regions.file_size());
    match (reader.inspect)(regions, &mut info) {
        Err(Stop::Need) => return None,
        _ if regions.exhausted() => info.danger(
            "too-complex",
            format_args!(
                "the headers are longer than what is read before an upload, or spread over too much of the file: not all \
                 was checked"
            ),
            &findings::convert(reader.format),
        ),
        Ok(()) => {}
        Err(Stop::Short) => info.fatal(
            "truncated",
            format_args!("the file ends ({}) within its own headers", text::size(info.file_size)),
            "The file is cut short: copy or download it again and compare sizes.",
        ),
    }
    let mut names =
        matching.iter().map(|reader| reader.format.as_str()).chain(foreign.map(|found| found.name()));
    if let (Some(first), Some(second)) = (names.next(), names.next()) {
        info.danger(
            "ambiguous-format",
            format_args!(
                "the file is {first} and {second} at the same time: programs will disagree on what it holds"
            ),
            "Do not use it, or make a clean one: qemu-img convert -f FORMAT -O qcow2 old new.qcow2",
        );
    }
    check_virtual_size(&mut info);
    Some(info)
}

/// The format of the image whose header a disk starts with; none where it is a disk's own content, packed or not.
pub fn image_within(first: &[u8]) -> Option<&'static str> {
    let mut regions = Regions::new(first.len() as u64);
    regions.keep(0, first.to_vec());
    let reader = READERS.iter().find(|reader| {
        !matches!(reader.format, Format::Gzip | Format::Xz | Format::Zstd | Format::Zip)
            && (reader.detect)(&regions) == Ok(true)
    });
    match (reader, raw::foreign(&regions)) {
        (Some(reader), _) => Some(reader.format.as_str()),
        (None, Ok(Some(raw::Foreign::Image { name, .. }))) => Some(name),
        _ => None,
    }
}

/// The largest whole number that JavaScript holds exactly.
pub const LARGEST_NUMBER: u64 = (1 << 53) - 1;
/// Bytes. Beyond this no cloud has a disk (64 TiB is also the limit of VHDX and of common block storage).
const HUGE: u64 = 64 << 40;

/// What holds for a disk of any format.
fn check_virtual_size(info: &mut DiskImageInfo) {
    let size = info.virtual_size;
    if size > LARGEST_NUMBER {
        info.fatal(
            "too-large",
            format_args!("the image says that its disk has {}: no disk is that large", text::size(size)),
            "The image is damaged or was made to do harm: get it from its source again.",
        );
    } else if size > HUGE {
        info.danger(
            "huge-virtual-size",
            format_args!("the image says that its disk has {}, more than any cloud offers", text::size(size)),
            "If this is on purpose, shrink the file systems and then the disk: qemu-img resize --shrink.",
        );
    }
}
