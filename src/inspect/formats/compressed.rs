//! gzip, xz, zstd and zip: an image inside has to be unpacked first.
//!
//! Sources: RFC 1952 (2.2, 2.3); "The .xz File Format" 1.2.1 (2.1.2, 4); RFC 8878 (3.1.1.1, 3.1.2); PKWARE, APPNOTE.TXT
//! 6.3.10 (4.3.7, 8.5). Numbers are little-endian.

use super::Reader;
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::regions::{Region, Regions, Stop, optional};
use crate::inspect::text;

/// Most bytes of an index of xz that are read: enough for 4,000 blocks.
const MOST_INDEX: u64 = 64 << 10;

/// What a file holds once it is unpacked, as far as its headers tell.
#[derive(Default)]
struct Content {
    name: Option<String>,
    size: Option<u64>,
}

pub static GZIP: Reader =
    Reader { format: Format::Gzip, detect: |regions| starts(regions, &[b"\x1f\x8b\x08"]), inspect: tell };

pub static XZ: Reader =
    Reader { format: Format::Xz, detect: |regions| starts(regions, &[b"\xfd7zXZ\0"]), inspect: tell };

pub static ZSTD: Reader = Reader {
    format: Format::Zstd,
    detect: |regions| Ok(frame(regions)?.has(0, b"\x28\xb5\x2f\xfd")),
    inspect: tell,
};

pub static ZIP: Reader = Reader {
    format: Format::Zip,
    // "An archive that is empty has but the end of its directory."; one of several volumes has a mark in front.
    detect: |regions| starts(regions, &[b"PK\x03\x04", b"PK\x05\x06", SPANNED, SPANNED_ONCE]),
    inspect: tell,
};

/// A volume of several, and one that turned out to be the only one (8.5.3, 8.5.4).
const SPANNED: &[u8] = b"PK\x07\x08";
const SPANNED_ONCE: &[u8] = b"PK00PK";

fn starts(regions: &Regions, magics: &[&[u8]]) -> Result<bool, Stop> {
    let start = regions.read(0, 8)?;
    Ok(magics.iter().any(|magic| start.has(0, magic)))
}

fn tell(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let content = optional(match info.format {
        Format::Gzip => gzip(regions),
        Format::Xz => xz(regions),
        Format::Zstd => zstd(regions),
        _ => zip(regions),
    })?
    .unwrap_or_default();
    let mut message = format!("this is a compressed file ({})", info.format.as_str());
    if let Some(name) = content.name.filter(|name| !name.is_empty()) {
        message += &format!(", \"{name}\"");
        info.detail("containedName", Detail::Text(name));
    }
    if let Some(size) = content.size {
        message += &format!(", unpacked {}", text::size(size));
        info.detail("uncompressedSize", Detail::Number(size));
    }
    super::findings::compressed(info, &message);
    Ok(())
}

fn gzip(regions: &Regions) -> Result<Content, Stop> {
    let start = regions.read(0, 1024)?;
    let flags = start.byte(3);
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(start.u16_le(at));
    }
    let rest = start.as_slice().get(at..).filter(|_| flags & 8 != 0);
    // The size is told modulo 2^32, and of the last of several members only: below 1 GiB of file this is mostly all.
    let size = if regions.file_size() < 1 << 30 { Some(regions.tail(4)?.u32_le(0)) } else { None };
    let plausible = size.map(u64::from).filter(|&size| size >= regions.file_size() / 2);
    Ok(Content { name: rest.map(text::name), size: plausible })
}

fn xz(regions: &Regions) -> Result<Content, Stop> {
    let footer = regions.tail(12)?;
    if !footer.has(10, b"YZ") {
        return Ok(Content::default());
    }
    let length = (u64::from(footer.u32_le(4)) + 1) * 4;
    let Some(at) = (regions.file_size() - 12).checked_sub(length).filter(|_| length <= MOST_INDEX) else {
        return Ok(Content::default());
    };
    let index = regions.read(at, length)?;
    // An indicator, the number of records, and two sizes of each.
    let mut at = 1;
    let (records, mut size) = (number(index, &mut at)?, 0u64);
    // A record has two bytes at least, whatever the index counts.
    for _ in 0..records.min(index.len() as u64 / 2) {
        number(index, &mut at)?;
        size = size.saturating_add(number(index, &mut at)?);
    }
    Ok(Content { name: None, size: Some(size) })
}

/// A number in groups of seven bits, the lowest first.
fn number(region: Region<'_>, at: &mut usize) -> Result<u64, Stop> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = region.byte(*at);
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Stop::Short)
}

/// Most frames without data that are passed over.
const MOST_SKIPPED: usize = 16;

/// The start of the first frame with data: of zstd, or of lz4, which has the same frames without (3.1.2). pzstd starts with
/// one.
pub fn frame(regions: &Regions) -> Result<Region<'_>, Stop> {
    let mut at = 0;
    for _ in 0..MOST_SKIPPED {
        let start = regions.read(at, 18)?;
        if start.u32_le(0) & !0xf != 0x184d_2a50 {
            return Ok(start);
        }
        at += 8 + u64::from(start.u32_le(4));
    }
    Err(Stop::Short)
}

fn zstd(regions: &Regions) -> Result<Content, Stop> {
    let start = frame(regions)?;
    let descriptor = start.byte(4);
    let single = descriptor & 0x20 != 0;
    // A window and the identifier of a dictionary may come first.
    let at = 5 + usize::from(!single) + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = match (descriptor >> 6, single) {
        (0, false) => None,
        (0, true) => Some(start.byte(at).into()),
        (1, _) => Some(u64::from(start.u16_le(at)) + 256),
        (2, _) => Some(start.u32_le(at).into()),
        _ => Some(start.u64_le(at)),
    };
    Ok(Content { name: None, size })
}

fn zip(regions: &Regions) -> Result<Content, Stop> {
    let start = regions.read(0, 4)?;
    let marked = start.has(0, SPANNED) || start.has(0, &SPANNED_ONCE[..4]);
    let header = regions.read(if marked { 4 } else { 0 }, 1024)?;
    let length = usize::from(header.u16_le(26)).min(header.len().saturating_sub(30));
    // Not told here where it was not known in time (flag 3), or has more than 32 bits.
    let size =
        Some(header.u32_le(22)).filter(|&size| header.byte(6) & 8 == 0 && !matches!(size, 0 | u32::MAX));
    Ok(Content { name: Some(text::name(header.slice(30, length))), size: size.map(u64::from) })
}
