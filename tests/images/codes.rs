//! Every code that a problem can have is provoked by something, with every severity that is listed for it.

use crate::fixtures::{IMAGES, image};
use crate::{damage, inspect, problems};
use ims_client::inspect::declared::{self, Declared};
use ims_client::inspect::problems::CODES;
use ims_client::inspect::{DiskImageInfo, Inspector, Severity, Step, declared_format_problem};
use std::collections::BTreeSet;

/// What no file of a few mebibytes can provoke: a VHDX of 32 GiB whose metadata are all over it, and in the second case
/// what counts most behind all others.
fn too_complex() -> Vec<String> {
    const TABLE: usize = 3 << 20;
    const REGIONS: usize = 192 << 10;
    const FILE_PARAMETERS: &[u8] = b"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b";
    let mut vhdx = image("vhdx-disk").to_vec();
    vhdx[TABLE + 10] = 128;
    // The region of the metadata has 64 MiB.
    vhdx[REGIONS + 72..][..4].copy_from_slice(&(64u32 << 20).to_le_bytes());
    vhdx[REGIONS + 4..][..4].fill(0);
    let sum = damage::checksum("crc32c", &vhdx[REGIONS..][..65_536]);
    vhdx[REGIONS + 4..][..4].copy_from_slice(&sum);
    for index in 6..=128u32 {
        let item = &mut vhdx[TABLE + 32 * index as usize..][..32];
        item[0] = index as u8;
        item[16..20].copy_from_slice(&(index << 18).to_le_bytes());
        item[20..24].copy_from_slice(&0x4000u32.to_le_bytes());
    }
    let mut last = vhdx.clone();
    last[TABLE + 32 * 128..][..16].copy_from_slice(FILE_PARAMETERS);
    [vhdx, last].iter().flat_map(|start| problems(&inspect_with(start, 32 << 30))).collect()
}

/// Inspects a file of this size that starts like this, and is zero behind.
fn inspect_with(start: &[u8], size: u64) -> DiskImageInfo {
    let mut inspector = Inspector::new(size);
    loop {
        match inspector.step() {
            Step::Done(info) => return *info,
            Step::Read(need) => {
                let piece = need.offset..need.offset + u64::from(need.length);
                let bytes = piece.map(|at| start.get(at as usize).copied().unwrap_or(0)).collect();
                inspector.give(bytes).expect("the piece that was asked for");
            }
        }
    }
}

/// "code severity" of everything that a fixture provokes.
fn provoked() -> BTreeSet<String> {
    let mut found: BTreeSet<String> = too_complex().into_iter().collect();
    found.extend(IMAGES.iter().flat_map(|image| problems(&inspect(&image.bytes))));
    found.extend(damage::all().flat_map(|damaged| problems(&inspect(&damaged.bytes))));
    for (name, declared) in [("qcow2-v3", "raw"), ("iso", "raw")] {
        let problem = declared_format_problem(&inspect(image(name)), declared).expect("a problem");
        found.insert(format!("{} {}", problem.code, problem.severity.as_str()));
    }
    let declared = Declared { disk_format: None, min_disk: Some(1) };
    found.extend(
        declared::problems(&inspect(image("qcow2-v3")), &declared)
            .iter()
            .map(|problem| format!("{} {}", problem.code, problem.severity.as_str())),
    );
    found
}

#[test]
fn every_code_is_provoked_and_no_other() {
    let mut listed = BTreeSet::new();
    for (code, severities, meaning) in CODES {
        assert!(!meaning.is_empty());
        for severity in severities.split(" or ") {
            assert!(
                [Severity::Fatal, Severity::Danger, Severity::Warning]
                    .iter()
                    .any(|known| known.as_str() == severity)
            );
            listed.insert(format!("{code} {severity}"));
        }
    }
    assert!(CODES.is_sorted_by_key(|(code, ..)| code));
    let provoked = provoked();
    assert_eq!(listed.difference(&provoked).collect::<Vec<_>>(), [""; 0], "listed, and nothing provokes it");
    assert_eq!(provoked.difference(&listed).collect::<Vec<_>>(), [""; 0], "provoked, and not listed");
}
