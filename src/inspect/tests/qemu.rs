//! Images that qemu-img made, and what it says of them. Where it is not installed there is nothing to compare with.

use super::fixtures::{EFI, ROOT_ARM64, gpt, qcow2};
use super::mutations::Numbers;
use super::{inspect_with, passes, problems};
use crate::inspect::DiskImageInfo;
use crate::json::Value;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory of this test's own, gone afterwards.
struct Directory(PathBuf);

impl Directory {
    /// None where qemu-img is not installed.
    fn new(name: &str) -> Option<Self> {
        Command::new("qemu-img").arg("--version").output().ok()?;
        let path = std::env::temp_dir().join(format!("inspect-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        Some(Directory(path))
    }

    /// Runs qemu-img here.
    fn run(&self, arguments: &str) -> Result<String, String> {
        let output = Command::new("qemu-img")
            .args(arguments.split(' '))
            .current_dir(&self.0)
            .output()
            .expect("qemu-img runs");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("qemu-img {arguments}: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }

    fn inspect(&self, name: &str) -> DiskImageInfo {
        let mut file = File::open(self.0.join(name)).expect("the image");
        let size = file.metadata().expect("its size").len();
        inspect_with(size, |need| {
            let mut bytes = vec![0; need.length as usize];
            file.seek(SeekFrom::Start(need.offset)).expect("an offset");
            file.read_exact(&mut bytes).expect("its bytes");
            bytes
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What stays behind of a failed test harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Holds what we say against `qemu-img info`.
fn compare(directory: &Directory, name: &str, what: &str) -> DiskImageInfo {
    let ours = directory.inspect(name);
    let theirs = directory.run(&format!("info --output=json {name}")).expect(what);
    let theirs = Value::parse(&theirs).expect("JSON");
    let text = |name: &str| theirs.get(name).and_then(Value::as_str);
    assert_eq!(Some(ours.format.as_str()), text("format"), "{what}");
    assert_eq!(Some(ours.virtual_size), theirs.get("virtual-size").and_then(Value::as_u64), "{what}");
    assert_eq!(ours.cluster_size, theirs.get("cluster-size").and_then(Value::as_u64), "{what}");
    assert_eq!(ours.encryption.is_some(), theirs.get("encrypted") == Some(&Value::Bool(true)), "{what}");
    assert_eq!(theirs.get("dirty-flag"), Some(&Value::Bool(ours.has_problem("dirty"))), "{what}");
    let backing = ours.backing_file.as_ref();
    assert_eq!(backing.and_then(|file| file.name.as_deref()), text("backing-filename"), "{what}");
    assert_eq!(backing.and_then(|file| file.format.as_deref()), text("backing-filename-format"), "{what}");
    let snapshots = match theirs.get("snapshots") {
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    };
    assert_eq!(ours.snapshot_count, snapshots.len() as u64, "{what}");
    for (ours, theirs) in ours.snapshots.iter().zip(snapshots) {
        assert_eq!(Some(ours.name.as_str()), theirs.get("name").and_then(Value::as_str));
        assert_eq!(Some(ours.id.as_str()), theirs.get("id").and_then(Value::as_str));
        assert_eq!(Some(ours.taken_at), theirs.get("date-sec").and_then(Value::as_u64));
    }
    let Some(data) = theirs.get("format-specific").and_then(|specific| specific.get("data")) else {
        return ours;
    };
    let json = ours.to_json();
    for (ours, theirs) in [
        ("refcountBits", "refcount-bits"),
        ("lazyRefcounts", "lazy-refcounts"),
        ("extendedL2", "extended-l2"),
        ("compression", "compression-type"),
    ] {
        if let Some(value) = data.get(theirs) {
            assert_eq!(json.get(ours), Some(value), "{what}: {theirs}");
        }
    }
    if let Some(compat) = data.get("compat").and_then(Value::as_str) {
        let version = if compat == "0.10" { "2" } else { "3" };
        assert_eq!(ours.format_version.as_deref(), Some(version), "{what}");
    }
    let data_file = ours.data_file.as_ref().and_then(|file| file.name.as_deref());
    assert_eq!(data_file, data.get("data-file").and_then(Value::as_str), "{what}");
    ours
}

#[test]
fn every_option_of_the_formats() {
    let Some(directory) = Directory::new("options") else { return };
    directory.run("create -q -f raw base.raw 4M").expect("a base");
    let secret = "--object secret,id=key,data=abcdefgh";
    let luks = "encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10";
    for (options, found) in [
        ("-f qcow2 image 10G".to_owned(), vec![]),
        ("-f qcow2 image 0".to_owned(), vec![]),
        ("-f qcow2 -o compat=0.10 image 1G".to_owned(), vec![]),
        ("-f qcow2 -o cluster_size=512 image 100M".to_owned(), vec![]),
        ("-f qcow2 -o cluster_size=2M image 20T".to_owned(), vec![]),
        ("-f qcow2 -o refcount_bits=1 image 1G".to_owned(), vec![]),
        ("-f qcow2 -o refcount_bits=64 image 1G".to_owned(), vec![]),
        ("-f qcow2 -o lazy_refcounts=on image 1G".to_owned(), vec![]),
        ("-f qcow2 -o compression_type=zstd image 1G".to_owned(), vec![]),
        ("-f qcow2 -o extended_l2=on image 1G".to_owned(), vec![]),
        ("-f qcow2 -o preallocation=metadata image 64M".to_owned(), vec![]),
        ("-f qcow2 -o preallocation=falloc image 8M".to_owned(), vec![]),
        ("-f qcow2 -o preallocation=full,cluster_size=4k image 8M".to_owned(), vec![]),
        ("-f qcow2 -b base.raw -F raw image".to_owned(), vec!["backing-file danger"]),
        ("-f qcow2 -o compat=0.10 -b base.raw -F raw image".to_owned(), vec!["backing-file danger"]),
        ("-f qcow2 -o data_file=data.raw image 8M".to_owned(), vec!["data-file danger"]),
        ("-f qcow2 -o data_file=data2.raw,data_file_raw=on image 8M".to_owned(), vec!["data-file danger"]),
        (format!("-f qcow2 {secret} -o {luks} image 8M"), vec!["encrypted danger"]),
        (
            format!("-f qcow2 {secret} -o encrypt.format=aes,encrypt.key-secret=key image 8M"),
            vec!["encrypted danger"],
        ),
        ("-f qcow image 8M".to_owned(), vec![]),
        ("-f qcow -b base.raw -F raw image".to_owned(), vec!["backing-file danger"]),
        ("-f qed image 8M".to_owned(), vec![]),
        ("-f qed -o cluster_size=4096,table_size=16 image 8M".to_owned(), vec![]),
        ("-f qed -b base.raw -F raw image".to_owned(), vec!["backing-file danger"]),
        ("-f raw image 8M".to_owned(), vec![]),
    ] {
        directory.run(&format!("create -q {options}")).expect("an image");
        let info = compare(&directory, "image", &options);
        assert_eq!(problems(&info), found, "{options}");
        fs::remove_file(directory.0.join("image")).expect("the image");
    }
}

#[test]
fn disks_with_content() {
    let Some(directory) = Directory::new("content") else { return };
    let mut disk = gpt(4 << 20, 512, &[(EFI, 40, 200), (ROOT_ARM64, 201, 8000)]);
    let mut numbers = Numbers(12);
    for chunk in disk[1 << 20..].chunks_exact_mut(8) {
        chunk.copy_from_slice(&numbers.next().to_le_bytes());
    }
    fs::write(directory.0.join("disk.raw"), &disk).expect("a disk");
    for options in [
        "-O qcow2",
        "-O qcow2 -o compat=0.10",
        "-O qcow2 -o cluster_size=512",
        "-O qcow2 -o cluster_size=2M",
        "-O qcow2 -o extended_l2=on,cluster_size=128k",
        "-O qcow2 -o extended_l2=on,cluster_size=16k",
        "-O qcow2 -o refcount_bits=1",
        "-O qcow",
        "-O qed",
        "-O raw",
    ] {
        directory.run(&format!("convert -f raw {options} disk.raw image")).expect("an image");
        let info = compare(&directory, "image", options);
        assert_eq!(problems(&info), [""; 0], "{options}");
        assert_eq!(info.partitions.map(|table| table.partitions.len()), Some(2), "{options}");
        assert_eq!(info.boot.architecture, Some("arm64"), "{options}");
        cut(&directory, options);
    }
    for options in ["-O qcow2", "-O qcow2 -o compression_type=zstd"] {
        directory.run(&format!("convert -c -f raw {options} disk.raw image")).expect("an image");
        let info = compare(&directory, "image", options);
        assert_eq!(problems(&info), [""; 0], "compressed {options}");
        assert_eq!(info.partitions, None, "compressed {options}");
    }
    directory.run("convert -f raw -O qcow2 disk.raw image").expect("an image");
    directory.run("snapshot -c first image").expect("a snapshot");
    directory.run("snapshot -c second image").expect("a snapshot");
    assert_eq!(problems(&compare(&directory, "image", "snapshots")), ["snapshots warning"]);
}

/// A file that lost its last 128 KiB, and half of it.
fn cut(directory: &Directory, options: &str) {
    let path = directory.0.join("image");
    let length = fs::metadata(&path).expect("the image").len();
    for rest in [length - (128 << 10), length / 2] {
        // Clusters of 2 MiB: what is missing lies within the last one, where no table tells.
        if options.contains("2M") && rest > length / 2 || options == "-O qcow" || options == "-O qed" {
            continue;
        }
        File::options().write(true).open(&path).and_then(|file| file.set_len(rest)).expect("a shorter image");
        let info = directory.inspect("image");
        assert!(info.has_problem("truncated"), "{options} cut to {rest} of {length}: {:?}", info.problems);
    }
}

#[test]
fn what_qemu_refuses_is_fatal_here() {
    let Some(directory) = Directory::new("refused") else { return };
    let sound = qcow2(3, &[0; 64 << 10]);
    let mut numbers = Numbers(13);
    let (mut refused, path): (_, &Path) = (0, &directory.0.join("image"));
    for round in 0..120 {
        let mut file = sound.clone();
        let value = numbers.extreme();
        // Fields of the header behind its magic and version.
        let at = 8 + 4 * numbers.below(24);
        file[at..at + value.len()].copy_from_slice(&value);
        fs::write(path, &file).expect("an image");
        let info = directory.inspect("image");
        if let Err(error) = directory.run("info -f qcow2 image") {
            refused += 1;
            assert!(!passes(&info), "round {round}: {value:?} at {at}: {error}: {:?}", problems(&info));
        }
    }
    assert!(refused > 20, "only {refused}");
}
