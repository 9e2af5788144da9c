//! What a VHDX says of its disk ([MS-VHDX] 2.6): sizes, kind, and the file that it continues.

use super::{MIB, guid};
use crate::inspect::formats::findings;
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

/// Most items; six are known, and programs write those only.
const MOST_ITEMS: u16 = 128;
/// Bytes of the table, in front of the items.
const TABLE: u64 = 64 << 10;
/// Most bytes of an item that are read: a parent locator has three paths.
const LONGEST: u64 = 16 << 10;
/// Most keys of a parent locator that are looked at; five are known.
const MOST_KEYS: u16 = 16;
const FILE_PARAMETERS: [u8; 16] = guid(0xcaa1_6737, 0xfa36, 0x4d43, 0xb3b6_33f0_aa44_e76b);
const SIZE: [u8; 16] = guid(0x2fa5_4224, 0xcd1b, 0x4876, 0xb211_5dbe_d83b_f4b8);
const IDENTIFIER: [u8; 16] = guid(0xbeca_12ab, 0xb2e6, 0x4523, 0x93ef_c309_e000_c746);
const SECTOR: [u8; 16] = guid(0x8141_bf1d, 0xa96f, 0x4709, 0xba47_f233_a8fa_ab5f);
const PHYSICAL_SECTOR: [u8; 16] = guid(0xcda3_48c7, 0x445d, 0x4471, 0x9cc9_e988_5251_c556);
const PARENT: [u8; 16] = guid(0xa8d3_5f2d, 0xb30b, 0x454d, 0xabf7_d3d8_4834_ab0c);

/// Sizes in bytes.
#[derive(Default)]
pub struct Metadata {
    pub size: u64,
    pub block: u64,
    pub sector: u64,
    /// `dynamic` or `fixed`.
    pub kind: &'static str,
    /// The path of the file that this one continues; empty where it is not named.
    pub parent: Option<String>,
}

impl Metadata {
    /// Reads the items of the region at this offset and of this length.
    pub fn read(
        regions: &Regions,
        region: (u64, u64),
        info: &mut DiskImageInfo,
    ) -> Result<Option<Self>, Stop> {
        let (start, length) = region;
        let count = regions.whole(start, 32)?;
        if !count.has(0, b"metadata") || length > MIB * 64 {
            findings::bad_table(info, format_args!("the metadata are not at byte {start}"));
            return Ok(None);
        }
        let count = count.u16_le(10);
        if count > MOST_ITEMS {
            findings::bad_table(
                info,
                format_args!("{count} metadata: {MOST_ITEMS} at most are right, 6 are usual"),
            );
            return Ok(None);
        }
        let table = regions.whole(start, 32 + 32 * u64::from(count))?;
        let mut found = Metadata::default();
        let (mut has_parent, mut known) = (false, 0);
        for at in (1..=usize::from(count)).map(|index| 32 * index) {
            let flags = table.u32_le(at + 24);
            let (offset, size) = (u64::from(table.u32_le(at + 16)), u64::from(table.u32_le(at + 20)));
            // 2.6.1.2: behind the table; an item of no bytes has no place.
            if size > 0 && (offset < TABLE || offset + size > length) {
                findings::bad_table(
                    info,
                    format_args!("{size} bytes of metadata are at byte {offset} of their region"),
                );
                return Ok(None);
            }
            // `start` is a whole mebibyte within the file.
            let item = regions.whole(start.saturating_add(offset), size.min(LONGEST))?;
            known += 1;
            match table.array(at) {
                FILE_PARAMETERS => {
                    found.block = item.u32_le(0).into();
                    let flags = item.u32_le(4);
                    found.kind = if flags & 1 != 0 { "fixed" } else { "dynamic" };
                    has_parent = flags & 2 != 0;
                }
                SIZE => found.size = item.u64_le(0),
                SECTOR => found.sector = item.u32_le(0).into(),
                IDENTIFIER | PHYSICAL_SECTOR => {}
                PARENT => {
                    known -= 1;
                    found.parent = Some(parent(item));
                }
                _ => {
                    known -= 1;
                    // 2.6.1.2: IsRequired.
                    if flags & 4 != 0 {
                        findings::unknown_feature(info, "\"unknown metadata\"");
                    }
                }
            }
        }
        if known < 5 {
            findings::bad_table(
                info,
                format_args!("the metadata lack one of the five items that every image has"),
            );
            return Ok(None);
        }
        if has_parent && found.parent.is_none() {
            found.parent = Some(String::new());
        }
        Ok(Some(found))
    }
}

/// The path of a parent locator (2.6.2.6): the relative one if there is one, which stands for a file beside this one.
fn parent(locator: Region<'_>) -> String {
    let mut found: Option<(bool, String)> = None;
    for index in 0..usize::from(locator.u16_le(18).min(MOST_KEYS)) {
        let at = 20 + 12 * index;
        let field = |offset: usize, length: usize| {
            let bytes = locator.slice(locator.u32_le(offset) as usize, locator.u16_le(length).into());
            text::name_utf16(bytes, u16::from_le_bytes)
        };
        let key = field(at, at + 8);
        let relative = key == "relative_path";
        if key.ends_with("_path") && found.as_ref().is_none_or(|(known, _)| !known) {
            found = Some((relative, field(at + 4, at + 10)));
        }
    }
    found.map(|(_, path)| path).unwrap_or_default()
}
