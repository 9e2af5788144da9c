//! The qemu-img of this machine, where there is one: what it says of the images now, and what it refuses.

use crate::fixtures::{IMAGES, image, recorded};
use crate::mutate::Numbers;
use crate::qemu::{compare, is_different, qemu_name};
use crate::{inspect, passes, problems};
use ims_client::json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A directory of a test's own, gone afterwards.
struct Directory(PathBuf);

impl Directory {
    /// None where qemu-img is not installed.
    fn new(name: &str) -> Option<Self> {
        Command::new("qemu-img").arg("--version").output().ok()?;
        let path = std::env::temp_dir().join(format!("images-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        Some(Directory(path))
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).expect("a file");
    }

    fn info(&self, options: &[&str]) -> Result<Value, String> {
        let output = Command::new("qemu-img")
            .args(["info", "--output=json"])
            .args(options)
            .arg("image")
            .current_dir(&self.0)
            .output()
            .expect("qemu-img runs");
        if output.status.success() {
            Ok(Value::parse(&String::from_utf8_lossy(&output.stdout)).expect("JSON"))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What stays behind of a failed test harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn we_say_what_qemu_img_says() {
    let Some(directory) = Directory::new("info") else { return };
    // The files that images name.
    directory.write("data.raw", &[0; 8 << 20]);
    directory.write("image-flat", &[0; 2 << 20]);
    directory.write("image-f001", &[0; 2 << 20]);
    let mut compared = 0;
    for image in IMAGES.iter() {
        // The parts of this one are not kept.
        if image.name == "vmdk-split-sparse" {
            continue;
        }
        let said = recorded("qemu", &image.name);
        // The same answer is enough: what was recorded is compared elsewhere, for all of them.
        for (options, known) in [(&[][..], said.get("info")), (&["-f", "vpc"], said.get("info-vpc"))] {
            let Some(known) = known.filter(|_| options.len() > 1 || !is_different(&image.name)) else {
                continue;
            };
            directory.write("image", &image.bytes);
            let says = directory.info(options).unwrap_or_else(|error| panic!("{}: {error}", image.name));
            compare(&inspect(&image.bytes), &says, &image.name);
            assert_eq!(says.get("format"), known.get("format"), "{}", image.name);
            compared += 1;
        }
    }
    assert!(compared > 50, "only {compared}");
}

/// Fields of the header: image, format for -f, first byte and number of bytes that are changed.
const HEADERS: [(&str, &str, usize, usize); 9] = [
    ("qcow2-disk", "qcow2", 8, 104),
    ("qcow-disk", "qcow", 8, 40),
    ("qed-disk", "qed", 4, 60),
    ("vhd-disk", "vpc", 16, 72),
    ("vhd-disk", "vpc", 512, 64),
    ("vhdx-disk", "vhdx", 3_145_728, 224),
    ("vmdk-disk", "vmdk", 4, 76),
    ("vdi-disk", "vdi", 64, 16),
    ("vdi-disk", "vdi", 340, 132),
];
/// Of each of them; IMS_QEMU_ROUNDS says otherwise.
const ROUNDS: usize = 12;

#[test]
fn what_qemu_refuses_does_not_pass() {
    let Some(directory) = Directory::new("refused") else { return };
    let rounds = std::env::var("IMS_QEMU_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let mut numbers = Numbers(14);
    let mut refused = 0;
    for (name, format, first, length) in HEADERS {
        for round in 0..rounds {
            let mut file = image(name).to_vec();
            let value = numbers.extreme();
            let at = first + numbers.below(length / 2) * 2;
            file[at..at + value.len()].copy_from_slice(&value);
            directory.write("image", &file);
            let info = inspect(&file);
            if let Err(error) = directory.info(&["-f", format]) {
                refused += 1;
                let mismatch = qemu_name(info.format) != format;
                assert!(
                    mismatch || !passes(&info),
                    "{name}, round {round}: {value:?} at {at}: {error}: {:?}",
                    problems(&info)
                );
            }
        }
    }
    assert!(refused > rounds, "only {refused}");
}
