//! What the file tells of the fields of createImage, and whether a declared format is the file's own.
//!
//! Source of the values: CECloud IMS API reference, 1.6 (diskFormat raw or qcow2; minDisk in GB, larger than the image's
//! system disk; cpuArch x86 or arm; bootMode BIOS or UEFI) and IMG.OperationFailed.MinDiskSize.

use super::formats::qemu_name;
use super::info::{DiskImageInfo, Format, Problem, Severity};
use crate::json::Value;

const GIB: u64 = 1 << 30;
/// Problems of files that no machine could start from, whatever they were declared as.
const NO_DISK: [&str; 3] = ["compressed", "empty", "unsupported-format"];

/// Fields of createImage, spelt as the service wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestion {
    pub disk_format: Option<&'static str>,
    /// GiB.
    pub min_disk: Option<u64>,
    pub boot_mode: Option<&'static str>,
    pub cpu_arch: Option<&'static str>,
}

impl DiskImageInfo {
    pub fn suggestion(&self) -> Suggestion {
        // What is no disk, or one of a format that is not read, must not be declared as anything.
        if NO_DISK.iter().any(|code| self.has_problem(code)) {
            return Suggestion::default();
        }
        let boot_mode = match (self.boot.uefi, self.boot.bios) {
            (true, _) => Some("UEFI"),
            (false, true) => Some("BIOS"),
            (false, false) => None,
        };
        Suggestion {
            disk_format: match self.format {
                Format::Raw => Some("raw"),
                Format::Qcow2 => Some("qcow2"),
                _ => None,
            },
            // The service may be one of those who disagree on the size.
            min_disk: (self.virtual_size > 0).then(|| smallest_disk(self.virtual_size.max(self.other_size))),
            boot_mode,
            cpu_arch: match self.boot.architecture {
                Some("x86-64" | "x86") => Some("x86"),
                Some("arm64" | "arm") => Some("arm"),
                _ => None,
            },
        }
    }
}

/// The smallest `minDisk` that is larger than a disk of so many bytes.
pub fn smallest_disk(virtual_size: u64) -> u64 {
    virtual_size / GIB + 1
}

impl Suggestion {
    pub fn to_json(&self) -> Value {
        let mut members = Vec::new();
        for (name, value) in [
            ("diskFormat", self.disk_format.map(Value::from)),
            ("minDisk", self.min_disk.map(Value::from)),
            ("bootMode", self.boot_mode.map(Value::from)),
            ("cpuArch", self.cpu_arch.map(Value::from)),
        ] {
            if let Some(value) = value {
                members.push((name.to_owned(), value));
            }
        }
        Value::Object(members)
    }
}

fn is_zvhd(declared: &str) -> bool {
    ["zvhd", "zvhd2"].iter().any(|format| format.eq_ignore_ascii_case(declared))
}

/// What is wrong when this file is uploaded as `declared` (a `diskFormat`: `raw`, `qcow2`): the service would store it,
/// and a host would read it as what it is not. A disk of which one format is a special case may be declared raw: then
/// it is a warning.
pub fn declared_format_problem(info: &DiskImageInfo, declared: &str) -> Option<Problem> {
    let found = info.format.as_str();
    if declared.eq_ignore_ascii_case(found) {
        return None;
    }
    let (severity, message, advice) = match info.format {
        // Their layout is not published: such a file is not recognized, and may be one.
        Format::Raw | Format::Vhd if is_zvhd(declared) => (
            Severity::Warning,
            format!(
                "whether the file is {declared} cannot be seen: the layout of that format is not published"
            ),
            "Make sure of it with the program that made it.".to_owned(),
        ),
        // The footer of a fixed VHD stands behind the disk.
        Format::Vhd
            if declared.eq_ignore_ascii_case("raw") && info.format_version.as_deref() == Some("fixed") =>
        {
            (
                Severity::Warning,
                "the file is declared as raw; it is one with the footer of a VHD behind the disk".to_owned(),
                "Nothing, if that is meant; qemu-img convert -f vpc -O raw old new leaves the footer out."
                    .to_owned(),
            )
        }
        Format::Iso | Format::Luks if declared.eq_ignore_ascii_case("raw") => (
            Severity::Warning,
            format!("the file is declared as raw; its content is {found}, which a machine sees as it is"),
            "Nothing, if that is meant.".to_owned(),
        ),
        Format::Gzip | Format::Xz | Format::Zstd | Format::Zip => (
            Severity::Fatal,
            format!("the file is declared as {declared}, but it is compressed ({found})"),
            "Unpack it first, and upload what comes out.".to_owned(),
        ),
        Format::Raw => (
            Severity::Fatal,
            format!("the file is declared as {declared}, but its content is not: it would be raw"),
            format!("Declare it as raw, or convert it: qemu-img convert -f raw -O {declared} old new"),
        ),
        Format::Qcow2 => (
            Severity::Fatal,
            format!("the file is declared as {declared}, but its content is qcow2"),
            format!("Declare it as qcow2, or convert it: qemu-img convert -f qcow2 -O {declared} old new"),
        ),
        _ => (
            Severity::Fatal,
            format!("the file is declared as {declared}, but its content is {found}"),
            format!("Convert it: qemu-img convert -f {} -O {declared} old new", qemu_name(info.format)),
        ),
    };
    Some(Problem { code: "format-mismatch", severity, message, advice })
}
