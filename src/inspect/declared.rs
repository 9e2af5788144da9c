//! What speaks against uploading a file as what the caller says it is: its own problems, another format, a disk that
//! does not fit.

use super::encode;
use super::info::{DiskImageInfo, Problem, Severity};
use super::suggestion::declared_format_problem;
use super::text;
use crate::json::Value;

const GIB: u64 = 1 << 30;

/// What the image is, or will be, by its metadata.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// `raw`, `qcow2`; none where nothing is said.
    pub disk_format: Option<String>,
    /// GiB.
    pub min_disk: Option<u64>,
}

/// All problems of uploading this file as that, the worst first.
pub fn problems(info: &DiskImageInfo, declared: &Declared) -> Vec<Problem> {
    let format = declared.disk_format.as_deref();
    // Who takes a file for another format need not hear first what is odd about it in that one.
    let mismatch = format.and_then(|format| declared_format_problem(info, format));
    let mut problems: Vec<Problem> = mismatch.into_iter().chain(info.problems.iter().cloned()).collect();
    problems.extend(declared.min_disk.and_then(|min_disk| disk_problem(info, format, min_disk)));
    let rank = |severity: Severity| problems.iter().filter(move |problem| problem.severity == severity);
    [Severity::Fatal, Severity::Danger, Severity::Warning].into_iter().flat_map(rank).cloned().collect()
}

/// The service refuses a file whose disk is larger than `minDisk` (`IMG.OperationFailed.MinDiskSize`). Its document
/// wants `minDisk` to be larger than the disk, but a disk of just that size is accepted, and what everybody makes.
/// Of a file that is declared raw, it takes the length for the disk's, whatever is in it.
fn disk_problem(info: &DiskImageInfo, format: Option<&str>, min_disk: u64) -> Option<Problem> {
    let is_raw = format.is_some_and(|format| format.eq_ignore_ascii_case("raw"));
    let size = if is_raw { info.file_size } else { info.virtual_size };
    let smallest = size.div_ceil(GIB);
    (min_disk < smallest).then(|| Problem {
        code: "min-disk",
        severity: Severity::Fatal,
        message: format!(
            "the smallest disk is declared as {min_disk} GiB, but the disk in the file has {}",
            text::size(size)
        ),
        advice: format!("Declare {smallest} GiB at least."),
    })
}

/// The problems as JSON, a list of `{ code, severity, message, advice }`.
pub fn to_json(problems: &[Problem]) -> Value {
    Value::Array(problems.iter().map(encode::problem).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::Format;

    fn codes(info: &DiskImageInfo, format: &str, min_disk: u64) -> Vec<&'static str> {
        let declared = Declared { disk_format: Some(format.to_owned()), min_disk: Some(min_disk) };
        problems(info, &declared).iter().map(|problem| problem.code).collect()
    }

    fn image(format: Format, virtual_size: u64, file_size: u64) -> DiskImageInfo {
        DiskImageInfo { virtual_size, ..DiskImageInfo::new(format, file_size) }
    }

    #[test]
    fn a_disk_may_be_as_large_as_min_disk_and_not_a_byte_larger() {
        let disk = |size| image(Format::Qcow2, size, 1 << 20);
        assert!(codes(&disk(10 << 30), "qcow2", 10).is_empty());
        assert_eq!(codes(&disk((10 << 30) + 1), "qcow2", 10), ["min-disk"]);
        assert_eq!(codes(&disk(u64::MAX), "qcow2", 10), ["min-disk"]);
        let declared = Declared { disk_format: Some("qcow2".into()), min_disk: Some(1) };
        let problem = &problems(&disk(20 << 30), &declared)[0];
        assert_eq!(problem.severity, Severity::Fatal);
        assert_eq!(
            problem.message,
            "the smallest disk is declared as 1 GiB, but the disk in the file has 20 GiB (21474836480 bytes)"
        );
        assert_eq!(problem.advice, "Declare 20 GiB at least.");
    }

    #[test]
    fn what_is_declared_raw_is_as_large_as_its_file() {
        let disk = image(Format::Qcow2, 10 << 30, 1 << 30);
        assert_eq!(codes(&disk, "raw", 1), ["format-mismatch"]);
        assert_eq!(codes(&disk, "qcow2", 1), ["min-disk"]);
    }

    #[test]
    fn the_worst_comes_first_and_nothing_declared_says_nothing() {
        let mut disk = image(Format::Qcow2, 10 << 30, 1 << 20);
        disk.warning("dirty", format_args!("a"), "b");
        disk.danger("backing-file", format_args!("c"), "d");
        assert_eq!(codes(&disk, "raw", 10), ["format-mismatch", "backing-file", "dirty"]);
        let all = problems(&disk, &Declared::default());
        assert_eq!(
            to_json(&all).to_string(),
            r#"[{"code":"backing-file","severity":"danger","message":"c","advice":"d"},"#.to_owned()
                + r#"{"code":"dirty","severity":"warning","message":"a","advice":"b"}]"#
        );
    }
}
