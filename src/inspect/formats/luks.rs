//! LUKS, versions 1 and 2: a disk that Linux encrypted as a whole.
//!
//! Sources: LUKS On-Disk Format Specification 1.2.3, figure 1; LUKS2 On-Disk Format Specification 1.1.1, 2.1 (binary
//! header) and 3.3 (segments). Numbers are big-endian.

use super::{Reader, findings};
use crate::inspect::info::{Detail, DiskImageInfo, Format};
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

pub static READER: Reader = Reader { format: Format::Luks, detect, inspect };

/// Where the JSON of version 2 starts, and most bytes of it that are read.
const JSON: u64 = 4096;
const MOST_JSON: u64 = 64 << 10;

fn detect(regions: &Regions) -> Result<bool, Stop> {
    Ok(regions.read(0, 6)?.has(0, b"LUKS\xba\xbe"))
}

fn inspect(regions: &Regions, info: &mut DiskImageInfo) -> Result<(), Stop> {
    let header = regions.whole(0, 512)?;
    let version = header.u16_be(6);
    findings::encrypted(info, "luks");
    let payload = match version {
        1 => {
            put(info, "cipher", header, 8, 32)?;
            put(info, "cipherMode", header, 40, 32)?;
            Some(u64::from(header.u32_be(104)) * 512)
        }
        2 => {
            put(info, "label", header, 24, 48)?;
            let json = regions.read(JSON, header.u64_be(8).saturating_sub(JSON).min(MOST_JSON))?;
            segment(json.as_slice())
        }
        other => {
            findings::unknown_version(info, &other.to_string(), "1 and 2 are known");
            return Ok(());
        }
    };
    info.version(&version.to_string());
    put(info, "uuid", header, 168, 40)?;
    match payload {
        Some(offset) if findings::within(regions, info, "the encrypted disk", offset, 0) => {
            info.virtual_size = regions.file_size() - offset;
            info.detail("payloadOffset", Detail::Number(offset));
        }
        Some(_) => {}
        None => findings::bad_table(
            info,
            format_args!("the header does not tell where the encrypted disk starts"),
        ),
    }
    Ok(())
}

/// A text of the header under a name of its own, if there is one.
fn put(
    info: &mut DiskImageInfo,
    name: &'static str,
    header: Region<'_>,
    at: usize,
    length: usize,
) -> Result<(), Stop> {
    let value = text::name(header.slice(at, length));
    if !value.is_empty() {
        info.detail(name, Detail::Text(value));
    }
    Ok(())
}

/// The offset of the first segment: `"segments":{"0":{"type":"crypt","offset":"16777216",…`
fn segment(json: &[u8]) -> Option<u64> {
    let json = &json[text::find(json, b"\"segments\"")?..];
    let json = &json[text::find(json, b"\"offset\"")? + 8..];
    let digits =
        json.iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    digits
        .take(19)
        .try_fold(0u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}
