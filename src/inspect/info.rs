//! What is known of a disk image once its headers were read.
//!
//! As JSON ([`DiskImageInfo::to_json`]); what is not known is left out, all sizes and offsets are bytes:
//!
//! | field | of | what |
//! |---|---|---|
//! | `format` | all | `raw`, `qcow2`, … ([`Format::as_str`]; `zvhd` and `zvhd2` never come: their layout is not published) |
//! | `formatVersion` | not raw | qcow2 `2`/`3`, qcow `1`, VHD and VHDX `fixed`/`dynamic`/`differencing`, VMDK its createType, VDI `1.1`, LUKS `1`/`2`, ISO `ISO 9660`/`UDF`/`ISO 9660 and UDF` |
//! | `virtualSize` | all | number; 0 of compressed files; of ISO the file's size |
//! | `fileSize` | all | number |
//! | `clusterSize` | qcow2, qcow, qed, VHD and VHDX and VDI (block), VMDK (grain) | number |
//! | `compression` | qcow2, qcow, VMDK | `zlib`, `zstd` |
//! | `encryption` | qcow2, qcow, LUKS, VMDK | `luks`, `aes`, `vmdk` |
//! | `backingFile` | | `{ name?, format? }`; no name where the file does not tell it |
//! | `dataFile` | qcow2; VMDK (the first other file) | `{ name?, format? }` |
//! | `snapshotCount`, `snapshots` | qcow2 | number; `[{ id, name, vmStateSize, takenAt }]`, the first 128, `takenAt` in seconds since 1970 |
//! | `features` | | names: bits of qcow2 and qed; VMDK `zeroed-grains`, `compressed-grains`, `markers`; VDI `dynamic`, `static`, `undo`, `differencing`; ISO `hybrid` (has a partition table as well) |
//! | `refcountBits`, `lazyRefcounts`, `extendedL2` | qcow2 | number, boolean, boolean |
//! | `creator` | VHD, VHDX | text |
//! | `sectorSize` | VHDX | number |
//! | `cipher`, `cipherMode` | LUKS 1 | text |
//! | `label` | LUKS 2, ISO | text |
//! | `uuid`, `payloadOffset` | LUKS | text, number |
//! | `containedName`, `uncompressedSize` | gzip, xz, zstd, zip | text, number; where the headers tell |
//! | `partitionTable` | where the first sectors can be read | `{ scheme: mbr or gpt, sectorSize, partitions: [{ number, start, size, type, typeName?, name?, active }] }`, the first 128 |
//! | `boot` | where something is known | `{ bios, uefi, architecture? }`; architecture `x86-64`, `x86`, `arm64`, `arm`, `riscv64`, … |
//! | `problems` | all | `[{ code, severity, message, advice }]`; codes: [`super::problems::CODES`] |
//! | `suggestion` | all | `{ diskFormat?, minDisk?, bootMode?, cpuArch? }` as createImage spells them, `minDisk` in GiB |

use core::fmt::Arguments;

/// The formats that are told apart, as the public interface spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Raw,
    Qcow2,
    Qcow,
    Qed,
    Vhd,
    Vhdx,
    Vmdk,
    Vdi,
    Iso,
    Luks,
    Zvhd,
    Zvhd2,
    Gzip,
    Xz,
    Zstd,
    Zip,
}

impl Format {
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Raw => "raw",
            Format::Qcow2 => "qcow2",
            Format::Qcow => "qcow",
            Format::Qed => "qed",
            Format::Vhd => "vhd",
            Format::Vhdx => "vhdx",
            Format::Vmdk => "vmdk",
            Format::Vdi => "vdi",
            Format::Iso => "iso",
            Format::Luks => "luks",
            Format::Zvhd => "zvhd",
            Format::Zvhd2 => "zvhd2",
            Format::Gzip => "gzip",
            Format::Xz => "xz",
            Format::Zstd => "zstd",
            Format::Zip => "zip",
        }
    }
}

/// What a file of disk image is, how large, what it depends on, and what is wrong with it. Sizes are bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct DiskImageInfo {
    pub format: Format,
    /// As the format counts: `3` of qcow2; the kind of file where a format has several.
    pub format_version: Option<String>,
    /// What a virtual machine sees.
    pub virtual_size: u64,
    /// What other programs take for the virtual size, where they disagree; 0 elsewhere.
    pub other_size: u64,
    pub file_size: u64,
    /// The unit in which the format allocates.
    pub cluster_size: Option<u64>,
    /// How data is compressed where it is: `zlib`, `zstd`, …
    pub compression: Option<String>,
    /// How data is encrypted: `luks`, `aes`.
    pub encryption: Option<String>,
    pub backing_file: Option<LinkedFile>,
    pub data_file: Option<LinkedFile>,
    /// The first ones of them, [`MAX_LISTED`] at most.
    pub snapshots: Vec<Snapshot>,
    /// All that the header counts.
    pub snapshot_count: u64,
    /// Optional parts of the format that this image uses, by name.
    pub features: Vec<String>,
    /// What only this format has, under the name it shall have in JSON.
    pub details: Vec<(&'static str, Detail)>,
    /// What stands in the image's first sectors, as a virtual machine sees them.
    pub partitions: Option<PartitionTable>,
    pub boot: Boot,
    pub problems: Vec<Problem>,
}

/// Most entries of a list that came from the file.
pub const MAX_LISTED: usize = 128;

/// A value of [`DiskImageInfo::details`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    Number(u64),
    Text(String),
    Flag(bool),
}

/// Another file that the image cannot be read without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedFile {
    /// As the image names it; none where whoever opens the image must know.
    pub name: Option<String>,
    pub format: Option<String>,
}

/// An earlier state of the disk, kept inside the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: String,
    pub name: String,
    /// Bytes of the state of a running machine (its memory); 0 where the disk alone was kept.
    pub vm_state_size: u64,
    /// Seconds since 1970.
    pub taken_at: u64,
}

/// How a disk is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionTable {
    /// `mbr` or `gpt`.
    pub scheme: &'static str,
    /// Bytes.
    pub sector_size: u64,
    pub partitions: Vec<Partition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// As Linux counts: from 1, logical partitions from 5.
    pub number: u32,
    /// Bytes from the start of the disk.
    pub start: u64,
    /// Bytes.
    pub size: u64,
    /// `0x83` of an MBR, a GUID of a GPT.
    pub type_id: String,
    /// What the type means, where it is known.
    pub type_name: Option<&'static str>,
    /// The label of a GPT entry.
    pub name: Option<String>,
    /// Marked active in an MBR.
    pub active: bool,
}

/// A guess of what starts this disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// A boot sector with code.
    pub bios: bool,
    /// An EFI system partition.
    pub uefi: bool,
    /// As the Discoverable Partitions Specification names it: `x86-64`, `arm64`, …
    pub architecture: Option<&'static str>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It will work, but perhaps not as expected.
    Warning,
    /// It reaches beyond the file, or is made to do harm, or shall not be trusted.
    Danger,
    /// It cannot work.
    Fatal,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Danger => "danger",
            Severity::Fatal => "fatal",
        }
    }
}

/// Something that is wrong with an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The danger in words: `backing-file`, `truncated`.
    pub code: &'static str,
    pub severity: Severity,
    /// A sentence with the values.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl DiskImageInfo {
    /// An image of which only the format is known.
    pub fn new(format: Format, file_size: u64) -> Self {
        DiskImageInfo {
            format,
            format_version: None,
            virtual_size: 0,
            other_size: 0,
            file_size,
            cluster_size: None,
            compression: None,
            encryption: None,
            backing_file: None,
            data_file: None,
            snapshots: Vec::new(),
            snapshot_count: 0,
            features: Vec::new(),
            details: Vec::new(),
            partitions: None,
            boot: Boot::default(),
            problems: Vec::new(),
        }
    }

    /// Says which version or kind of the format it is.
    pub fn version(&mut self, version: &str) {
        self.format_version = Some(version.to_owned());
    }

    /// Says that compressed data are compressed as zlib does.
    pub fn zlib(&mut self) {
        self.compression = Some("zlib".to_owned());
    }

    /// Adds what only this format has.
    pub fn detail(&mut self, name: &'static str, detail: Detail) {
        self.details.push((name, detail));
    }

    /// Adds an optional part that the image uses.
    pub fn feature(&mut self, name: &str) {
        self.features.push(name.to_owned());
    }

    pub fn fatal(&mut self, code: &'static str, message: Arguments<'_>, advice: &str) {
        self.problem(Severity::Fatal, code, message, advice);
    }

    pub fn danger(&mut self, code: &'static str, message: Arguments<'_>, advice: &str) {
        self.problem(Severity::Danger, code, message, advice);
    }

    pub fn warning(&mut self, code: &'static str, message: Arguments<'_>, advice: &str) {
        self.problem(Severity::Warning, code, message, advice);
    }

    /// The first problem of a code stands for all like it, unless a later one is worse.
    fn problem(&mut self, severity: Severity, code: &'static str, message: Arguments<'_>, advice: &str) {
        debug_assert!(
            super::problems::CODES.iter().any(|(known, ..)| *known == code),
            "{code} is not listed"
        );
        let problem = Problem { code, severity, message: message.to_string(), advice: advice.to_owned() };
        match self.problems.iter_mut().find(|known| known.code == code) {
            Some(known) if known.severity < severity => *known = problem,
            Some(_) => {}
            None => self.problems.push(problem),
        }
    }

    /// Whether a problem of this code was found.
    pub fn has_problem(&self, code: &str) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Whether the image cannot work at all.
    pub fn is_fatal(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Fatal)
    }
}
