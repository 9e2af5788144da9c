//! Each problem, provoked by a file that was damaged or made for it.

use super::fixtures::{CLUSTER, EFI, ROOT_ARM64, gpt, put, put_u32, put_u64};
use super::fixtures::{qcow, qcow2, qcow2_with_backing_file, qcow2_with_snapshots, qed};
use super::{inspect, passes, problems};
use crate::inspect::Format;

fn sound() -> Vec<u8> {
    qcow2(3, &gpt(64 << 10, 512, &[(EFI, 40, 60)]))
}

#[test]
fn sound_files_have_no_problems() {
    let disk = gpt(64 << 10, 512, &[(EFI, 40, 60), (ROOT_ARM64, 61, 90)]);
    for (file, format, version) in [
        (disk.clone(), Format::Raw, None),
        (qcow2(2, &disk), Format::Qcow2, Some("2")),
        (qcow2(3, &disk), Format::Qcow2, Some("3")),
        (qcow(&disk), Format::Qcow, Some("1")),
        (qed(&disk), Format::Qed, None),
    ] {
        let info = inspect(&file);
        assert_eq!(info.format, format);
        assert_eq!(problems(&info), [""; 0], "{format:?}");
        assert_eq!(info.format_version.as_deref(), version);
        assert_eq!((info.virtual_size, info.file_size), (64 << 10, file.len() as u64));
        // Through the tables of each format.
        let table = info.partitions.expect("a partition table");
        assert_eq!(table.partitions.len(), 2, "{format:?}");
        assert_eq!(table.partitions[1].start, 61 * 512);
        assert!(info.boot.uefi && !info.boot.bios);
        assert_eq!(info.boot.architecture, Some("arm64"));
    }
}

/// What a damage is called, how to do it, and what is found.
type Damage = (&'static str, fn(&mut Vec<u8>), &'static str);

fn check(sound: &[u8], damages: &[Damage]) {
    for (name, damage, found) in damages {
        let mut file = sound.to_vec();
        damage(&mut file);
        let info = inspect(&file);
        assert!(problems(&info).contains(&(*found).to_owned()), "{name}: {:?}", info.problems);
        for problem in &info.problems {
            assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}");
        }
    }
}

#[test]
fn damaged_qcow2() {
    check(
        &sound(),
        &[
            ("version 4", |file| put_u32(file, 4, 4), "unknown-version fatal"),
            ("version 0", |file| put_u32(file, 4, 0), "unknown-version fatal"),
            ("clusters of 256 bytes", |file| put_u32(file, 20, 8), "bad-cluster-size fatal"),
            ("clusters of 4 MiB", |file| put_u32(file, 20, 22), "bad-cluster-size fatal"),
            ("clusters of 2^4294967295", |file| put_u32(file, 20, u32::MAX), "bad-cluster-size fatal"),
            ("subclusters too small", |file| file[79] = 16, "bad-cluster-size fatal"),
            ("2^63 bytes", |file| put_u64(file, 24, 1 << 63), "too-large fatal"),
            ("2^53 bytes", |file| put_u64(file, 24, 1 << 53), "too-large fatal"),
            ("100 TiB", |file| put_u64(file, 24, 100 << 40), "huge-virtual-size danger"),
            ("encryption 3", |file| put_u32(file, 32, 3), "unknown-feature fatal"),
            ("AES", |file| put_u32(file, 32, 1), "encrypted danger"),
            ("LUKS", |file| put_u32(file, 32, 2), "encrypted danger"),
            ("LUKS without header", |file| put_u32(file, 32, 2), "bad-table fatal"),
            ("no L1", |file| put_u32(file, 36, 0), "bad-table fatal"),
            ("L1 of 32 GiB", |file| put_u32(file, 36, u32::MAX), "bad-table fatal"),
            ("L1 beyond the file", |file| put_u64(file, 40, 1 << 30), "truncated fatal"),
            ("L1 at the end of numbers", |file| put_u64(file, 40, !0xfff), "bad-table fatal"),
            (
                "L1 at the end of signed numbers",
                |file| put_u64(file, 40, i64::MAX as u64 & !0xfff),
                "truncated fatal",
            ),
            ("snapshots nowhere", |file| file[64] = 0x80, "bad-table fatal"),
            ("L1 unaligned", |file| put_u64(file, 40, 12_000), "bad-table fatal"),
            ("L1 on the header", |file| put_u64(file, 40, 0), "bad-table fatal"),
            ("L1 on the refcount table", |file| put_u64(file, 40, 4096), "bad-table fatal"),
            ("refcounts beyond the file", |file| put_u64(file, 48, 1 << 40), "truncated fatal"),
            ("no refcounts", |file| put_u32(file, 56, 0), "bad-table fatal"),
            ("refcounts of 16 TiB", |file| put_u32(file, 56, u32::MAX), "bad-table fatal"),
            ("too many snapshots", |file| put_u32(file, 60, u32::MAX), "bad-table fatal"),
            ("snapshots beyond the file", |file| put(file, 63, &[1, 0, 0, 0, 1]), "truncated fatal"),
            ("dirty", |file| file[79] = 1, "dirty warning"),
            ("corrupt", |file| file[79] = 2, "corrupt fatal"),
            ("data file", |file| file[79] = 4, "data-file danger"),
            ("compression type missing", |file| file[79] = 8, "bad-table fatal"),
            ("compression type not announced", |file| file[104] = 1, "bad-table fatal"),
            ("compression type 9", |file| file[104] = 9, "unknown-feature fatal"),
            ("unknown feature", |file| file[72] = 1, "unknown-feature fatal"),
            ("refcounts of 128 bits", |file| put_u32(file, 96, 7), "bad-table fatal"),
            ("refcounts of 2^4294967295 bits", |file| put_u32(file, 96, u32::MAX), "bad-table fatal"),
            ("header too short", |file| put_u32(file, 100, 96), "bad-table fatal"),
            ("header too long", |file| put_u32(file, 100, 8192), "bad-table fatal"),
            ("extension too long", |file| put_u32(file, 116, 5000), "bad-table fatal"),
            ("L2 unaligned", |file| file[3 * CLUSTER + 6] = 0x42, "bad-table fatal"),
            ("L2 beyond the file", |file| file[3 * CLUSTER + 3] = 1, "truncated fatal"),
            ("cluster unaligned", |file| file[4 * CLUSTER + 6] = 0x52, "bad-table fatal"),
            ("cluster beyond the file", |file| file[4 * CLUSTER + 3] = 1, "truncated fatal"),
            ("cut by a cluster", |file| file.truncate(file.len() - CLUSTER), "truncated fatal"),
            ("cut by half", |file| file.truncate(file.len() / 2), "truncated fatal"),
            ("cut in its header", |file| file.truncate(80), "truncated fatal"),
        ],
    );
}

#[test]
fn compressed_clusters() {
    let mut file = sound();
    put_u64(&mut file, 4 * CLUSTER, (1 << 62) | (5 * CLUSTER as u64));
    let info = inspect(&file);
    assert_eq!(problems(&info), [""; 0]);
    assert_eq!(info.partitions, None, "what is compressed is not guessed");
    put_u64(&mut file, 4 * CLUSTER, 1 << 62 | 1 << 40);
    assert_eq!(problems(&inspect(&file)), ["truncated fatal"]);

    let mut file = qcow(&gpt(64 << 10, 512, &[(EFI, 40, 60)]));
    assert!(inspect(&file).partitions.is_some());
    file[2 * CLUSTER] = 0x80;
    assert_eq!(inspect(&file).partitions, None);
}

#[test]
fn only_reference_counts_show_what_is_missing() {
    // A cluster that no L2 table that is looked at names.
    let mut file = sound();
    let missing = file.len() / CLUSTER;
    put(&mut file, 2 * CLUSTER + 2 * missing, &[0, 1]);
    assert_eq!(problems(&inspect(&file)), ["truncated fatal"]);
    // After a crash the counts prove nothing.
    file[79] = 1;
    assert_eq!(problems(&inspect(&file)), ["dirty warning"]);
}

#[test]
fn unknown_features_have_the_name_that_the_image_gives_them() {
    let mut file = sound();
    put_u64(&mut file, 72, 1 << 33 | 1 << 40);
    put_u64(&mut file, 80, 1 << 7 | 1);
    let info = inspect(&file);
    assert_eq!(info.features, ["time travel", "incompatible bit 40", "lazy-refcounts", "compatible bit 7"]);
    assert!(info.problems[0].message.contains("time travel"), "{:?}", info.problems);
}

#[test]
fn backing_files_and_data_files_are_named() {
    let info = inspect(&qcow2_with_backing_file("/etc/\u{202e}pass\nwd"));
    assert_eq!(problems(&info), ["backing-file danger"]);
    let file = info.backing_file.expect("a backing file");
    assert_eq!(file.name.as_deref(), Some("/etc/\u{fffd}pass\u{fffd}wd"));
    assert_eq!(info.partitions, None);

    let mut long = qcow2_with_backing_file("base");
    put_u32(&mut long, 16, 1024);
    assert!(problems(&inspect(&long)).contains(&"bad-table fatal".to_owned()));

    let mut data = sound();
    put_u32(&mut data, 128, 0x4441_5441);
    put_u32(&mut data, 132, 8);
    put(&mut data, 136, b"/dev/sda\0\0\0\0\0\0\0\0");
    assert_eq!(problems(&inspect(&data)), ["data-file-name warning"]);
    data[79] = 4;
    let info = inspect(&data);
    assert_eq!(problems(&info), ["data-file danger"]);
    assert_eq!(info.data_file.and_then(|file| file.name).as_deref(), Some("/dev/sda"));
}

#[test]
fn snapshots_are_listed() {
    let info = inspect(&qcow2_with_snapshots());
    assert_eq!(problems(&info), ["snapshots warning"]);
    assert!(passes(&info));
    assert_eq!(info.snapshot_count, 2);
    let [first, second] = &info.snapshots[..] else { panic!("{:?}", info.snapshots) };
    assert_eq!((first.id.as_str(), first.name.as_str(), first.vm_state_size), ("1", "first", 1 << 30));
    assert_eq!((second.id.as_str(), second.taken_at), ("2", 1_700_000_000));

    let mut file = qcow2_with_snapshots();
    let table = file.len() - CLUSTER;
    put_u32(&mut file, table + 8, u32::MAX);
    assert!(problems(&inspect(&file)).contains(&"bad-table fatal".to_owned()));
    put_u32(&mut file, table + 8, 1);
    put_u32(&mut file, table + 36, u32::MAX);
    assert!(problems(&inspect(&file)).contains(&"truncated fatal".to_owned()));
}

#[test]
fn damaged_qcow() {
    check(
        &qcow(&[0; 8192]),
        &[
            ("clusters of 2^17", |file| file[32] = 17, "bad-cluster-size fatal"),
            ("tables of 2^14", |file| file[33] = 14, "bad-table fatal"),
            ("encrypted", |file| file[39] = 1, "encrypted danger"),
            ("encryption 2", |file| file[39] = 2, "unknown-feature fatal"),
            ("no disk", |file| put_u64(file, 24, 1), "bad-table fatal"),
            ("2^63 bytes", |file| put_u64(file, 24, 1 << 63), "too-large fatal"),
            ("backing file", |file| put(file, 15, &[48, 0, 0, 0, 4]), "backing-file danger"),
            ("L1 beyond the file", |file| put_u64(file, 40, u64::MAX), "truncated fatal"),
            ("L2 beyond the file", |file| put_u64(file, CLUSTER, 1 << 50), "truncated fatal"),
            ("cut in its header", |file| file.truncate(40), "truncated fatal"),
        ],
    );
}

#[test]
fn damaged_qed() {
    check(
        &qed(&[0; 8192]),
        &[
            ("clusters of 2 KiB", |file| put(file, 4, &2048u32.to_le_bytes()), "bad-cluster-size fatal"),
            ("clusters of 5000 bytes", |file| put(file, 4, &5000u32.to_le_bytes()), "bad-cluster-size fatal"),
            ("tables of 1 cluster", |file| file[8] = 1, "bad-table fatal"),
            ("tables of 3 clusters", |file| file[8] = 3, "bad-table fatal"),
            ("backing file", |file| file[16] = 1, "backing-file danger"),
            ("name outside the header", |file| put(file, 16, &[1; 48]), "bad-table fatal"),
            ("dirty", |file| file[16] = 2, "dirty warning"),
            ("unknown feature", |file| file[17] = 1, "unknown-feature fatal"),
            ("L1 unaligned", |file| file[40] = 1, "bad-table fatal"),
            ("L1 beyond the file", |file| file[44] = 1, "truncated fatal"),
            ("L2 unaligned", |file| file[CLUSTER] = 1, "bad-table fatal"),
            ("L2 beyond the file", |file| file[CLUSTER + 5] = 1, "truncated fatal"),
            ("size unaligned", |file| file[48] = 1, "bad-table fatal"),
            ("size too large for the tables", |file| file[54] = 1, "bad-table fatal"),
            ("2^60 bytes", |file| file[55] = 16, "too-large fatal"),
        ],
    );
}

#[test]
fn raw_files() {
    assert_eq!(problems(&inspect(&[])), ["empty fatal"]);
    assert_eq!(problems(&inspect(&[0; 1000])), ["unaligned-size warning"]);
    assert_eq!(problems(&inspect(b"QFI")), ["unaligned-size warning"]);
    let mut cut = gpt(64 << 10, 512, &[(EFI, 40, 60)]);
    cut.truncate(32 << 10);
    assert_eq!(problems(&inspect(&cut)), ["truncated danger"]);
}
