//! Which format a file is of, which one the disk inside it seems to be of, and what is no disk at all.

use super::fixtures::{put, qcow2};
use super::{inspect, problems};
use crate::inspect::Format;
use crate::inspect::suggestion::Suggestion;

/// A file of a mebibyte that starts like this.
fn starting(start: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 1 << 20];
    put(&mut file, 0, start);
    file
}

#[test]
fn an_image_inside_an_image() {
    let vdi = [&[0; 64][..], b"\x7f\x10\xda\xbe\x01\0\x01\0"].concat();
    for (inner, start) in [
        ("qcow2", &b"QFI\xfb\0\0\0\x03"[..]),
        ("qcow", b"QFI\xfb\0\0\0\x01"),
        ("qed", b"QED\0"),
        ("vmdk", b"KDMV"),
        ("vmdk", b"COWD"),
        ("vmdk", b"# Disk DescriptorFile\n"),
        ("vmdk", b"#x\n\nversion=1\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"/etc/passwd\" 0\n"),
        ("vmdk", b"version=3\n"),
        ("vhdx", b"vhdxfile"),
        ("vhd", b"conectix"),
        ("vdi", &vdi),
        ("Parallels", b"WithouFreSpacExt"),
        ("Bochs", b"Bochs Virtual HD Image"),
    ] {
        let info = inspect(&qcow2(3, &starting(start)[..8192]));
        assert_eq!(problems(&info), ["nested-image danger"], "{inner}");
        let problem = &info.problems[0];
        assert!(problem.message.ends_with(inner), "{problem:?}");
        assert!(problem.advice.contains("-f qcow2 -O raw"), "{problem:?}");
    }
    let info = inspect(&qcow2(3, &starting(b"LUKS\xba\xbe\0\x02")[..8192]));
    assert_eq!(problems(&info), ["encrypted danger"]);
    // What a machine may well have on its disk.
    for start in [&b"version=10\n"[..], b"#!/bin/sh\n", b"\x1f\x8b\x08", b"Q", b""] {
        assert_eq!(problems(&inspect(&qcow2(3, &starting(start)[..8192]))), [""; 0], "{start:?}");
    }
}

/// A header of a tar as it was before it had a magic number.
fn old_tar() -> Vec<u8> {
    let mut header = vec![0; 512];
    put(&mut header, 0, b"disk.raw");
    put(&mut header, 100, b"0000644\0");
    put(&mut header, 148, b"        ");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    put(&mut header, 148, format!("{sum:06o}\0 ").as_bytes());
    header
}

#[test]
fn packed_files_have_no_suggestion() {
    let lzma = |dictionary: u32, size: u64| {
        [&b"\x5d"[..], &dictionary.to_le_bytes(), &size.to_le_bytes(), b"\0"].concat()
    };
    let skipped =
        |frame: &[u8]| [&b"\x50\x2a\x4d\x18\x04\0\0\0size\x5f\x2a\x4d\x18\0\0\0\0"[..], frame].concat();
    let mut other_sum = old_tar();
    other_sum[0] += 1;
    for (format, is_packed, start) in [
        (Format::Zstd, true, &skipped(b"\x28\xb5\x2f\xfd\xa0\0\0\x20\0")[..]),
        (Format::Raw, true, &skipped(b"\x04\x22\x4d\x18")),
        (Format::Raw, false, &skipped(b"nothing")),
        (Format::Raw, true, b"\x04\x22\x4d\x18"),
        (Format::Raw, true, b"\x02\x21\x4c\x18"),
        (Format::Raw, true, b"BZh91AY&SY"),
        (Format::Raw, true, &lzma(8 << 20, u64::MAX)),
        (Format::Raw, true, &lzma(3 << 20, 2 << 20)),
        (Format::Raw, false, &lzma(5 << 20, u64::MAX)),
        (Format::Raw, false, &lzma(8 << 20, 1 << 50)),
        (Format::Raw, true, &old_tar()),
        (Format::Raw, false, &other_sum),
        (Format::Zip, true, b"PK\x07\x08PK\x03\x04"),
        (Format::Zip, true, b"PK00PK\x03\x04"),
    ] {
        let info = inspect(&starting(start));
        assert_eq!(info.format, format, "{start:?}");
        assert_eq!(info.has_problem("compressed"), is_packed, "{start:?}");
        assert_eq!(info.suggestion() == Suggestion::default(), is_packed, "{start:?}");
    }
    let told =
        |start: &[u8], field: &str| inspect(&starting(start)).to_json().get(field).map(ToString::to_string);
    let size = "2097152";
    assert_eq!(told(&skipped(b"\x28\xb5\x2f\xfd\xa0\0\0\x20\0"), "uncompressedSize").as_deref(), Some(size));
    let mut volume = [&b"PK\x07\x08PK\x03\x04"[..], &[0; 26], b"disk.raw"].concat();
    volume[4 + 26] = 8;
    assert_eq!(told(&volume, "containedName").as_deref(), Some("\"disk.raw\""));
    // No disk either.
    for file in [vec![], starting(b"Bochs Virtual HD Image"), starting(b"WithoutFreeSpace")] {
        assert_eq!(inspect(&file).suggestion(), Suggestion::default());
    }
}

#[test]
fn an_image_of_another_format_names_the_format_to_convert_from() {
    let info = inspect(&starting(b"WithoutFreeSpace"));
    assert!(info.problems[0].advice.contains("qemu-img convert -f parallels"), "{:?}", info.problems);
    let info = inspect(&starting(b"EVF\x09\r\n\xff\0"));
    assert!(!info.problems[0].advice.contains("qemu-img"), "{:?}", info.problems);
}

#[test]
fn two_formats_at_once() {
    let mut disc = starting(b"");
    put(&mut disc, 32 << 10, b"\x01CD001");
    for (start, other) in [
        (&b"7z\xbc\xaf\x27\x1c"[..], "7z"),
        (b"WithoutFreeSpace", "Parallels"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"#x\nversion=1\n", "vmdk"),
    ] {
        let mut file = disc.clone();
        put(&mut file, 0, start);
        let info = inspect(&file);
        let problem = info.problems.iter().find(|problem| problem.code == "ambiguous-format");
        let message = &problem.unwrap_or_else(|| panic!("{other}: {:?}", info.problems)).message;
        assert!(message.contains("iso") && message.contains(other), "{message}");
    }
}
