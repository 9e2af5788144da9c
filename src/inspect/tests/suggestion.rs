//! What createImage is told, as JSON, and what happens to a wrong declaration.

use super::fixtures::{EFI, ROOT_ARM64, gpt, put_u64, qcow2, qcow2_with_snapshots, qed};
use super::{inspect, inspect_with};
use crate::inspect::info::{DiskImageInfo, Format};
use crate::inspect::suggestion::smallest_disk;
use crate::inspect::{Severity, declared_format_problem, text};
use crate::json::Value;

#[test]
fn the_smallest_disk_is_larger_than_the_image() {
    for (size, gib) in [(0, 1), (1, 1), ((1 << 30) - 1, 1), (1 << 30, 2), (10 << 30, 11), (u64::MAX, 1 << 34)]
    {
        assert_eq!(smallest_disk(size), gib, "{size}");
    }
}

#[test]
fn the_json_of_an_image() {
    let info = inspect(&qcow2(3, &gpt(64 << 10, 512, &[(EFI, 40, 60), (ROOT_ARM64, 61, 90)])));
    let json = Value::parse(&info.to_json().to_string()).expect("JSON");
    assert_eq!(
        json.get("suggestion").map(ToString::to_string).as_deref(),
        Some(r#"{"diskFormat":"qcow2","minDisk":1,"bootMode":"UEFI","cpuArch":"arm"}"#)
    );
    for (name, value) in [
        ("format", "\"qcow2\""),
        ("formatVersion", "\"3\""),
        ("virtualSize", "65536"),
        ("clusterSize", "4096"),
        ("compression", "\"zlib\""),
        ("refcountBits", "16"),
        ("lazyRefcounts", "false"),
        ("boot", r#"{"bios":false,"uefi":true,"architecture":"arm64"}"#),
        ("problems", "[]"),
    ] {
        assert_eq!(json.get(name).map(ToString::to_string).as_deref(), Some(value), "{name}");
    }
    let snapshots = inspect(&qcow2_with_snapshots()).to_json();
    let Some(Value::Array(list)) = snapshots.get("snapshots") else { panic!("{snapshots}") };
    assert_eq!(
        list[0].to_string(),
        r#"{"id":"1","name":"first","vmStateSize":1073741824,"takenAt":1700000000}"#
    );
}

#[test]
fn sizes_that_javascript_cannot_hold() {
    let mut file = qcow2(3, &[0; 4096]);
    put_u64(&mut file, 24, u64::MAX);
    let info = inspect(&file);
    assert_eq!(info.virtual_size, u64::MAX);
    assert_eq!(info.to_json().get("virtualSize").and_then(Value::as_u64), Some((1 << 53) - 1));
    assert!(info.has_problem("too-large"));
    // A raw file of that size, of which hardly anything is read.
    let info = inspect_with(u64::MAX, |need| vec![0; need.length as usize]);
    assert!(info.has_problem("too-large"));
}

#[test]
fn a_declared_format_must_be_the_files_own() {
    let raw = inspect(&[0; 4096]);
    let image = inspect(&qcow2(3, &[0; 4096]));
    assert_eq!(declared_format_problem(&raw, "raw"), None);
    assert_eq!(declared_format_problem(&image, "qcow2"), None);
    for (info, declared) in [(&raw, "qcow2"), (&image, "raw"), (&inspect(&qed(&[0; 4096])), "qcow2")] {
        let problem = declared_format_problem(info, declared).expect("a problem");
        assert_eq!((problem.code, problem.severity), ("format-mismatch", Severity::Fatal));
        assert!(problem.message.contains(declared) && problem.advice.contains(declared), "{problem:?}");
    }
    let compressed = DiskImageInfo::new(Format::Gzip, 10);
    assert_eq!(
        declared_format_problem(&compressed, "raw").map(|problem| problem.severity),
        Some(Severity::Fatal)
    );
    let disc = DiskImageInfo::new(Format::Iso, 10);
    assert_eq!(
        declared_format_problem(&disc, "raw").map(|problem| problem.severity),
        Some(Severity::Warning)
    );
    assert_eq!(
        declared_format_problem(&disc, "qcow2").map(|problem| problem.severity),
        Some(Severity::Fatal)
    );
}

#[test]
fn texts_out_of_a_file() {
    assert_eq!(text::size(1023).to_string(), "1023 bytes");
    assert_eq!(text::size(10 << 30).to_string(), "10 GiB (10737418240 bytes)");
    assert_eq!(text::size(1536).to_string(), "1.5 KiB (1536 bytes)");
    assert_eq!(text::size(u64::MAX).to_string(), "15.9 EiB (18446744073709551615 bytes)");
    assert_eq!(text::name(b"a\x1b[31m\xff\0rest"), "a\u{fffd}[31m\u{fffd}");
    assert_eq!(text::name(&[b'x'; 5000]).chars().count(), 256);
    assert_eq!(text::name_utf16(b"a\0\x00\xd8b\0\0\0c\0", u16::from_le_bytes), "a\u{fffd}b");
}
