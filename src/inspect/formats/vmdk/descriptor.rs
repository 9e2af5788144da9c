//! The text that describes a VMDK ("The Descriptor File"): its kind, its parent, and the files that have its data.

use crate::inspect::formats::findings;
use crate::inspect::info::DiskImageInfo;
use crate::inspect::regions::{Region, Regions, Stop};
use crate::inspect::text;

/// Most bytes that are read; those of programs have less than 2 KiB.
const LONGEST: u64 = 64 << 10;

const PARENT: &[u8] = b"parentFileNameHint";

#[derive(Default)]
pub struct Descriptor {
    pub create_type: String,
    /// The file that this disk continues; empty where it is not named.
    pub parent: Option<String>,
    pub encrypted: bool,
    /// Of all extents together.
    pub sectors: u64,
    pub extents: usize,
    /// The file of the first extent.
    pub first: Option<String>,
    /// The file of an extent that cannot be this file: a path, a device, or data without a header.
    pub other: Option<String>,
}

/// Whether a file is such a text, as QEMU finds out: behind comments and empty lines follows a version.
pub fn detect(start: Region<'_>) -> bool {
    if start.has(0, b"# Disk DescriptorFile") {
        return true;
    }
    let mut lines = start.as_slice().split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(line) = lines.find(|line| !line.is_empty() && line[0] != b'#') else { return false };
    matches!(line, b"version=1" | b"version=2" | b"version=3")
}

impl Descriptor {
    /// Whether nothing is described: so in the parts of a disk.
    pub fn is_empty(&self) -> bool {
        self.create_type.is_empty() && self.extents == 0
    }

    /// Reads the text, which ends with its first zero.
    pub fn read(regions: &Regions, at: u64, length: u64, info: &mut DiskImageInfo) -> Result<Self, Stop> {
        let bytes = regions.read(at, length.min(LONGEST))?.as_slice();
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        if length > LONGEST && end as u64 == LONGEST {
            let message =
                format_args!("the description has more than {}: some KiB are right", text::size(LONGEST));
            findings::bad_table(info, message);
        }
        let bytes = &bytes[..end];
        let mut found = Descriptor {
            create_type: value(bytes, b"createType").unwrap_or_default(),
            // QEMU follows the name wherever it stands.
            parent: text::find(bytes, PARENT).map(|_| value(bytes, PARENT).unwrap_or_default()),
            encrypted: text::find(bytes, b"encryption.keysafe").is_some(),
            ..Descriptor::default()
        };
        if found.parent.is_none() && value(bytes, b"parentCID").is_some_and(|id| !is_none(&id)) {
            found.parent = Some(String::new());
        }
        for line in bytes.split(|&byte| byte == b'\n') {
            found.take(line);
        }
        Ok(found)
    }

    /// A line such as `RW 4192256 SPARSE "disk.vmdk"`.
    fn take(&mut self, line: &[u8]) {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let access = words.next().unwrap_or_default();
        if ![&b"RW"[..], b"RDONLY", b"NOACCESS"].iter().any(|known| known.eq_ignore_ascii_case(access)) {
            return;
        }
        let Some(sectors) = words.next().and_then(digits) else { return };
        let kind = words.next().unwrap_or_default();
        let name = line.split(|&byte| byte == b'"').nth(1).map(text::name);
        self.sectors = self.sectors.saturating_add(sectors);
        self.extents += 1;
        let own = kind.eq_ignore_ascii_case(b"SPARSE")
            && name.as_ref().is_some_and(|name| !name.contains(['/', '\\', ':']));
        if !own && !kind.eq_ignore_ascii_case(b"ZERO") {
            self.other = self.other.take().or_else(|| name.clone());
        }
        self.first = self.first.take().or(name);
    }
}

/// No parent: `ffffffff`, or 0 of some programs.
fn is_none(id: &str) -> bool {
    id.eq_ignore_ascii_case("ffffffff") || id.bytes().all(|byte| byte == b'0')
}

fn digits(word: &[u8]) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// What follows `key=`, without quotation marks; keys are written in any case.
fn value(bytes: &[u8], key: &[u8]) -> Option<String> {
    let rest = &bytes[text::find(bytes, key)? + key.len()..];
    let line = rest.split(|&byte| byte == b'\n').next()?.trim_ascii();
    let line = line.strip_prefix(b"=")?.trim_ascii();
    let quoted = line.strip_prefix(b"\"");
    Some(text::name(quoted.and_then(|rest| rest.split(|&byte| byte == b'"').next()).unwrap_or(line)))
}
