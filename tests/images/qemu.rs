//! What `qemu-img info` said of each image when it was made, and what we say.

use crate::fixtures::{IMAGES, list, recorded};
use crate::{inspect, problems};
use ims_client::inspect::{DiskImageInfo, Format};
use ims_client::json::Value;

/// Where we say more than qemu-img, which takes everything that it does not know for raw, or something else: name, and
/// why.
const DIFFERENT: [(&str, &str); 17] = [
    ("vhd-fixed", "the footer at the end is looked for only when told (-f vpc, compared below)"),
    ("vhd-fixed-exact", "the same"),
    ("vhd-fixed-disk", "the same"),
    ("vmdk-split-part", "qemu-img refuses it: the description is another file"),
    ("luks2", "QEMU reads version 1 only"),
    ("iso", "QEMU has no discs: a machine sees the file as it is"),
    ("iso-arm64", "the same"),
    ("iso-hybrid", "the same"),
    ("iso-data", "the same"),
    ("iso-udf", "the same"),
    ("udf", "the same"),
    ("gzip", "QEMU unpacks nothing"),
    ("gzip-named", "the same"),
    ("xz", "the same"),
    ("zip", "the same"),
    ("zstd", "the same"),
    ("tar", "the same"),
];
/// More of the same, whose names start like one above.
const ALSO: [&str; 5] = ["xz-blocks", "zstd-streamed", "zip-streamed", "bzip2", "parallels"];

#[test]
fn we_say_what_qemu_img_said() {
    for image in IMAGES.iter() {
        let (name, said) = (image.name.as_str(), recorded("qemu", &image.name));
        assert_eq!(said.get("size").and_then(Value::as_u64), Some(image.bytes.len() as u64), "{name}");
        let ours = inspect(&image.bytes);
        if is_different(name) {
            let format = said.get("info").and_then(|info| info.get("format")).and_then(Value::as_str);
            assert!(
                Some(qemu_name(ours.format)) != format || !problems(&ours).is_empty(),
                "{name} is not different"
            );
        } else {
            compare(&ours, said.get("info").unwrap_or_else(|| panic!("{name}: {said}")), name);
        }
        if let Some(told) = said.get("info-vpc") {
            compare(&ours, told, name);
        }
    }
}

pub fn is_different(name: &str) -> bool {
    DIFFERENT.iter().any(|(known, _)| *known == name) || ALSO.contains(&name)
}

/// What qemu-img calls a format.
pub fn qemu_name(format: Format) -> &'static str {
    if format == Format::Vhd { "vpc" } else { format.as_str() }
}

/// Holds what we say against `qemu-img info --output=json`.
pub fn compare(ours: &DiskImageInfo, theirs: &Value, what: &str) {
    let text = |name: &str| theirs.get(name).and_then(Value::as_str);
    let number = |name: &str| theirs.get(name).and_then(Value::as_u64);
    assert_eq!(Some(qemu_name(ours.format)), text("format"), "{what}");
    // A machine sees whole sectors.
    assert_eq!(Some(ours.virtual_size.next_multiple_of(512)), number("virtual-size"), "{what}");
    // Of a VMDK that names other files, those have the clusters.
    if ours.data_file.is_none() || ours.format != Format::Vmdk {
        assert_eq!(ours.cluster_size, number("cluster-size"), "{what}");
    }
    let encrypted = theirs.get("encrypted") == Some(&Value::Bool(true));
    assert_eq!(ours.encryption.is_some(), encrypted, "{what}");
    let dirty = theirs.get("dirty-flag") == Some(&Value::Bool(true));
    // qemu-img tells this flag of qcow2 and QED only.
    if matches!(ours.format, Format::Qcow2 | Format::Qed) {
        assert_eq!(ours.has_problem("dirty"), dirty, "{what}");
    }
    let backing = ours.backing_file.as_ref();
    assert_eq!(backing.and_then(|file| file.name.as_deref()), text("backing-filename"), "{what}");
    if ours.format != Format::Vmdk {
        let format = backing.and_then(|file| file.format.as_deref());
        assert_eq!(format, text("backing-filename-format"), "{what}");
    }
    let snapshots = theirs.get("snapshots").map_or(&[][..], list);
    assert_eq!(ours.snapshot_count, snapshots.len() as u64, "{what}");
    for (ours, theirs) in ours.snapshots.iter().zip(snapshots) {
        assert_eq!(Some(ours.name.as_str()), theirs.get("name").and_then(Value::as_str), "{what}");
        assert_eq!(Some(ours.id.as_str()), theirs.get("id").and_then(Value::as_str), "{what}");
        assert_eq!(Some(ours.taken_at), theirs.get("date-sec").and_then(Value::as_u64), "{what}");
        assert_eq!(Some(ours.vm_state_size), theirs.get("vm-state-size").and_then(Value::as_u64), "{what}");
    }
    if let Some(data) = theirs.get("format-specific").and_then(|specific| specific.get("data")) {
        specific(ours, data, what);
    }
}

/// What only one format has.
fn specific(ours: &DiskImageInfo, data: &Value, what: &str) {
    let json = ours.to_json();
    let same: &[(&str, &str)] = match ours.format {
        Format::Qcow2 => &[
            ("refcountBits", "refcount-bits"),
            ("lazyRefcounts", "lazy-refcounts"),
            ("extendedL2", "extended-l2"),
            ("compression", "compression-type"),
        ],
        Format::Vmdk => &[("formatVersion", "create-type")],
        Format::Luks => &[("payloadOffset", "payload-offset"), ("uuid", "uuid")],
        _ => &[],
    };
    for (ours, theirs) in same {
        if let Some(value) = data.get(theirs) {
            assert_eq!(json.get(ours), Some(value), "{what}: {theirs}");
        }
    }
    if ours.format == Format::Qcow2 {
        let version = if data.get("compat").and_then(Value::as_str) == Some("0.10") { "2" } else { "3" };
        assert_eq!(ours.format_version.as_deref(), Some(version), "{what}");
        let data_file = ours.data_file.as_ref().and_then(|file| file.name.as_deref());
        assert_eq!(data_file, data.get("data-file").and_then(Value::as_str), "{what}");
        let encryption =
            data.get("encrypt").and_then(|encrypt| encrypt.get("format")).and_then(Value::as_str);
        assert_eq!(ours.encryption.as_deref(), encryption, "{what}");
    }
}
