//! Each damage is found, and what is sound is not called damaged.

use crate::fixtures::{IMAGES, image};
use crate::{damage, inspect, passes, problems};
use ims_client::inspect::Format;

/// What is wrong with images that qemu-img and others made; nothing with those that are not named.
const NOT_SOUND: [(&str, &[&str]); 31] = [
    ("raw-unaligned", &["unaligned-size warning"]),
    ("parallels", &["unsupported-format fatal"]),
    ("qcow2-backing", &["backing-file danger"]),
    ("qcow2-backing-chain", &["backing-file danger"]),
    ("qcow2-v2-backing", &["backing-file danger"]),
    ("qcow2-data-file", &["data-file danger"]),
    ("qcow2-data-file-raw", &["data-file danger"]),
    ("qcow2-luks", &["encrypted danger"]),
    ("qcow2-aes", &["encrypted danger"]),
    ("qcow2-snapshots", &["snapshots warning"]),
    ("qcow2-nested", &["nested-image danger"]),
    ("qcow-backing", &["backing-file danger"]),
    ("qcow-aes", &["encrypted danger"]),
    ("qed-backing", &["backing-file danger"]),
    ("vmdk-backing", &["backing-file danger"]),
    ("vmdk-flat", &["extent-files danger"]),
    ("vmdk-split-sparse", &["extent-files danger"]),
    ("vmdk-split-flat", &["extent-files danger"]),
    ("vmdk-split-part", &["extent-files danger"]),
    ("luks1", &["encrypted danger"]),
    ("luks2", &["encrypted danger"]),
    ("gzip", &["compressed fatal"]),
    ("gzip-named", &["compressed fatal"]),
    ("xz", &["compressed fatal"]),
    ("xz-blocks", &["compressed fatal"]),
    ("zstd", &["compressed fatal"]),
    ("zstd-streamed", &["compressed fatal"]),
    ("zip", &["compressed fatal"]),
    ("zip-streamed", &["compressed fatal"]),
    ("bzip2", &["compressed fatal"]),
    ("tar", &["compressed fatal"]),
];

#[test]
fn images_as_they_were_made() {
    for image in IMAGES.iter() {
        let expected =
            NOT_SOUND.iter().find(|(name, _)| *name == image.name).map_or(&[][..], |(_, found)| found);
        assert_eq!(problems(&inspect(&image.bytes)), expected, "{}", image.name);
    }
    for (name, _) in NOT_SOUND {
        image(name);
    }
}

#[test]
fn every_damage_is_found() {
    for damaged in damage::all() {
        let info = inspect(&damaged.bytes);
        if damaged.problem.is_empty() {
            assert_eq!(problems(&info), [""; 0], "{}", damaged.name);
        } else {
            assert!(problems(&info).contains(&damaged.problem), "{}: {:?}", damaged.name, info.problems);
        }
        for problem in &info.problems {
            assert!(
                !problem.message.is_empty() && !problem.advice.is_empty(),
                "{}: {problem:?}",
                damaged.name
            );
        }
    }
}

/// Whatever a file lost from its end, it does not pass for a whole one. (Less than the last cluster is not missed: files
/// may end within it.)
#[test]
fn images_cut_anywhere() {
    for name in ["qcow2-disk", "vhd-disk", "vhdx-disk", "vmdk-disk", "vdi-disk", "iso", "raw-gpt"] {
        let whole = image(name);
        for eighth in 1..8 {
            let info = inspect(&whole[..whole.len() * eighth / 8]);
            assert!(!passes(&info), "{name} cut to {eighth}/8: {:?}", problems(&info));
        }
    }
}

#[test]
fn what_is_told_of_each_format() {
    let told = |name: &str, field: &str| {
        inspect(image(name)).to_json().get(field).map_or(String::new(), ToString::to_string)
    };
    for (name, field, value) in [
        ("vhd-dynamic", "formatVersion", r#""dynamic""#),
        ("vhd-fixed", "formatVersion", r#""fixed""#),
        ("vhd-fixed", "format", r#""vhd""#),
        ("vhd-dynamic-exact", "creator", r#""qem2""#),
        ("vhdx-disk", "formatVersion", r#""dynamic""#),
        ("vhdx-disk", "sectorSize", "512"),
        ("vmdk-sparse", "formatVersion", r#""monolithicSparse""#),
        ("vmdk-stream-disk", "formatVersion", r#""streamOptimized""#),
        ("vmdk-stream-disk", "compression", r#""zlib""#),
        ("vmdk-stream-disk", "features", r#"["compressed-grains","markers"]"#),
        ("vmdk-sparse-compat6", "features", r#"["zeroed-grains"]"#),
        ("vmdk-flat", "dataFile", r#"{"name":"image-flat"}"#),
        ("vmdk-backing", "backingFile", r#"{"name":"base.vmdk"}"#),
        ("vdi-static", "features", r#"["static"]"#),
        ("luks1", "cipher", r#""aes""#),
        ("luks1", "payloadOffset", "2068480"),
        ("luks2", "label", r#""secret""#),
        ("luks2", "payloadOffset", "16777216"),
        ("iso", "label", r#""INSTALL""#),
        ("iso", "formatVersion", r#""ISO 9660""#),
        ("iso", "boot", r#"{"bios":true,"uefi":true,"architecture":"x86-64"}"#),
        ("iso-arm64", "boot", r#"{"bios":false,"uefi":true,"architecture":"arm64"}"#),
        ("iso-arm64", "suggestion", r#"{"minDisk":1,"bootMode":"UEFI","cpuArch":"arm"}"#),
        ("iso-hybrid", "features", r#"["hybrid"]"#),
        ("iso-data", "boot", ""),
        ("iso-udf", "formatVersion", r#""ISO 9660 and UDF""#),
        ("udf", "formatVersion", r#""UDF""#),
        ("gzip-named", "containedName", r#""disk.raw""#),
        ("gzip", "uncompressedSize", "2097152"),
        ("xz", "uncompressedSize", "2097152"),
        ("xz-blocks", "uncompressedSize", "2097152"),
        ("zstd", "uncompressedSize", "2097152"),
        ("zstd-streamed", "uncompressedSize", ""),
        ("zip", "uncompressedSize", "2097152"),
        ("zip", "containedName", r#""disk.raw""#),
        ("raw-mbr", "boot", ""),
        ("raw-gpt-bios", "boot", r#"{"bios":true,"uefi":false,"architecture":"arm64"}"#),
    ] {
        assert_eq!(told(name, field), value, "{name}: {field}");
    }
}

/// The same disk, whatever it is wrapped in.
#[test]
fn partitions_through_every_format() {
    let plain = inspect(image("raw-gpt"));
    assert_eq!(plain.partitions.as_ref().map(|table| table.partitions.len()), Some(2));
    for name in [
        "qcow2-disk",
        "qcow2-disk-v2",
        "qcow2-disk-extended",
        "qcow2-snapshots",
        "qcow-disk",
        "qed-disk",
        "vhd-disk",
        "vhd-fixed-disk",
        "vhdx-disk",
        "vmdk-disk",
        "vdi-disk",
    ] {
        let info = inspect(image(name));
        assert_eq!(info.partitions, plain.partitions, "{name}");
        assert_eq!(info.boot, plain.boot, "{name}");
        assert_eq!(info.virtual_size, 2 << 20, "{name}");
    }
    // What is compressed is not guessed.
    for name in ["qcow2-disk-zlib", "qcow2-disk-zstd", "vmdk-stream-disk"] {
        assert_eq!(inspect(image(name)).partitions, None, "{name}");
    }
}

#[test]
fn names_of_other_files() {
    let named = |name: &str| {
        let damaged =
            damage::all().find(|damaged| damaged.name == name).unwrap_or_else(|| panic!("no {name}"));
        let info = inspect(&damaged.bytes);
        let file = info.backing_file.or(info.data_file).unwrap_or_else(|| panic!("{name}: no file"));
        file.name.unwrap_or_default()
    };
    for (name, file) in [
        ("qcow2 backing file /etc/passwd", "/etc/passwd"),
        ("VHD with a parent", "C:\\parent.vhd"),
        ("VHDX with a parent", ".\\parent.vhdx"),
        ("VHDX with a parent that is not named", ""),
        ("VMDK flat inside", "/etc/passwd"),
        ("VMDK with a path", "/dev/sda"),
        ("VMDK with a parent", "/etc/passwd"),
        ("VMDK description with a comment first", "/dev/sda"),
        ("VDI with a parent", ""),
    ] {
        assert_eq!(named(name), file, "{name}");
    }
}

#[test]
fn a_description_that_hides_its_end() {
    let mut text = b"# Disk DescriptorFile\nversion=1\n".to_vec();
    text.extend(b"# nothing\n".repeat(8_000));
    text.extend(b"parentFileNameHint=\"/etc/passwd\"\n");
    assert!(problems(&inspect(&text)).contains(&"bad-table fatal".to_owned()));
}

#[test]
fn an_index_that_counts_for_ever() {
    let mut file = image("xz").to_vec();
    // The footer tells the length of the index in front of it, whose second byte starts the number of records.
    let footer = file.len() - 12;
    let length =
        (u32::from_le_bytes(file[footer + 4..footer + 8].try_into().expect("four bytes")) as usize + 1) * 4;
    file[footer - length + 1..][..9].copy_from_slice(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f");
    assert_eq!(problems(&inspect(&file)), ["compressed fatal"]);
}

#[test]
fn an_older_header_or_a_spare_table_does() {
    let mut file = image("vhdx-disk").to_vec();
    file[131_136] ^= 1;
    assert_eq!(problems(&inspect(&file)), [""; 0], "the older header");
    assert_eq!(inspect(&file).format, Format::Vhdx);
}
