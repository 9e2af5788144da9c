//! What follows the header of qcow2 ("Header extensions", "Feature name table", "Full disk encryption header pointer").

use super::header::Header;
use crate::inspect::formats::findings;
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

/// Most extensions that are looked at; five kinds are known.
const MOST: usize = 32;
/// Most bytes that are read of a text or a table of names (three bitmaps of 64 features have 9 KiB).
const LONGEST: u64 = 3 * 64 * 48;

#[derive(Default)]
pub struct Extensions {
    pub backing_format: Option<String>,
    pub data_file: Option<String>,
    /// Offset and length, bytes.
    pub encryption_header: Option<(u64, u64)>,
    /// Class, bit, name.
    names: Vec<(u8, u8, String)>,
}

impl Extensions {
    pub fn read(regions: &Regions, header: &Header, info: &mut DiskImageInfo) -> Result<Self, Stop> {
        let mut found = Extensions::default();
        // The name of a backing file ends the area.
        let end = match header.backing_offset {
            0 => header.cluster_size(),
            offset => offset.min(header.cluster_size()),
        };
        let mut at = header.length;
        for _ in 0..MOST {
            if at >= end {
                break;
            }
            let start = regions.read(at, 8)?;
            let (kind, data, length) = (start.u32_be(0), at + 8, u64::from(start.u32_be(4)));
            // QEMU wants this of the one that ends the list as well.
            let room = end.saturating_sub(data);
            if data > end || length > room {
                let message =
                    format_args!("the header extension at byte {at} has {length} bytes, {room} have room");
                findings::bad_table(info, message);
                break;
            }
            if kind == 0 {
                break;
            }
            found.take(kind, regions.read(data, length.min(LONGEST))?);
            at = data + length.next_multiple_of(8);
        }
        Ok(found)
    }

    fn take(&mut self, kind: u32, data: Region<'_>) {
        match kind {
            0xe279_2aca => self.backing_format = Some(text::name(data.as_slice())),
            0x4441_5441 => self.data_file = Some(text::name(data.as_slice())),
            0x0537_be77 => {
                self.encryption_header = Some((data.u64_be(0), data.u64_be(8)));
            }
            0x6803_f857 => {
                let (entries, _) = data.as_slice().as_chunks::<48>();
                self.names =
                    entries.iter().map(|entry| (entry[0], entry[1], text::name(&entry[2..]))).collect();
            }
            _ => {}
        }
    }

    /// What the image itself calls a feature; `class` 0 is incompatible, 1 compatible, 2 autoclear.
    pub fn feature_name(&self, class: u8, bit: u8) -> Option<String> {
        let found = self.names.iter().find(|(of, at, name)| (*of, *at) == (class, bit) && !name.is_empty());
        found.map(|(.., name)| name.clone())
    }
}
