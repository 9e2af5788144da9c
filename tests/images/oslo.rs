//! What oslo.utils (OpenStack's inspection) said of each image and of each damaged one, and what we say. Where the two
//! differ, the reason is written here; a difference without one fails, and so does a reason without a difference.

use crate::fixtures::{IMAGES, RECORDED, list, recorded};
use crate::{damage, inspect, passes};
use ims_client::inspect::{DiskImageInfo, Format};
use ims_client::json::Value;

/// Differences: a name or how names start, and why.
const FORMATS: [(&str, &str); 12] = [
    ("qcow", "version 1 is a format of its own here; oslo.utils calls it a qcow2 of an unsupported version"),
    ("vhd-fixed", "the footer at the end: oslo.utils looks at the start only"),
    ("VHD without the copy at the start", "the same"),
    ("VHD fixed and too short", "the same"),
    ("udf", "a disc of UDF alone starts with BEA01; oslo.utils looks for NSR there"),
    ("gzip", "compressed files are raw to oslo.utils"),
    ("xz", "the same"),
    ("zstd", "the same"),
    ("zip", "the same"),
    ("ISO and gzip", "the same: one of the two formats is a compressed one"),
    ("VMDK of an ESX server", "oslo.utils reads hosted files only"),
    (
        "VMDK description with a comment first",
        "QEMU skips comments, oslo.utils wants text in the whole first sector",
    ),
];

/// Virtual sizes, of what could work.
const SIZES: [(&str, &str); 7] = [
    ("qed", "oslo.utils reads no size of QED, and takes the file's"),
    ("vhd-fixed", "see above"),
    ("vmdk-flat", "the sizes of the extents, as QEMU does; oslo.utils reads none of such a file"),
    ("vmdk-split", "the same"),
    ("VMDK", "the same"),
    ("ISO cut in half", "a machine sees what the file has; oslo.utils reads the size of the volume"),
    ("luks2", "oslo.utils reads fields of version 1"),
];

/// Safety.
const SAFETY: [(&str, &str); 5] = [
    (
        "qcow2-extended-l2",
        "feature bit 4 is extended L2 entries, which QEMU knows since 5.2; oslo.utils knows four bits",
    ),
    ("qcow2-disk-extended", "the same"),
    ("qcow", "oslo.utils bans version 1; QEMU reads it"),
    ("qed", "oslo.utils bans QED altogether; QEMU reads it"),
    (
        "GPT with a second partition in its boot record",
        "a warning here: machines that need such a record exist",
    ),
];

fn reason(list: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let found = list.iter().find(|(start, _)| name.starts_with(start));
    found.map(|(start, _)| *start)
}

/// Their verdict on a file whose checks are not all ours: they look at names and kinds, not at tables.
fn theirs(verdict: &Value) -> (Vec<&str>, bool) {
    let formats = verdict.get("formats").map_or(&[][..], list);
    let formats = formats.iter().filter_map(Value::as_str).collect();
    (formats, verdict.get("unsafe").is_some())
}

/// What they would call our format; a disk with any partition table is `gpt`.
fn our_format(info: &DiskImageInfo) -> &'static str {
    match info.format {
        Format::Raw if info.partitions.is_some() || info.has_problem("gpt-damaged") => "gpt",
        format => format.as_str(),
    }
}

/// Every difference between our verdicts and theirs: which kind, which file, and what.
fn differences() -> Vec<(usize, String, String)> {
    let images = IMAGES.iter().map(|image| (image.name.clone(), inspect(&image.bytes)));
    let damaged = damage::all().map(|damaged| (damaged.name, inspect(&damaged.bytes)));
    let mut found = Vec::new();
    for (name, info) in images.chain(damaged) {
        let verdict = recorded("oslo", &name);
        let (formats, dangerous) = theirs(verdict);
        let hybrid = info.format == Format::Iso && info.partitions.is_some() && formats == ["gpt", "iso"];
        let ambiguous = info.has_problem("ambiguous-format") && formats.len() > 1;
        if formats != [our_format(&info)] && !hybrid && !ambiguous {
            found.push((0, name.clone(), format!("{} here, {formats:?} there", our_format(&info))));
        }
        let size = verdict.get("virtual-size");
        // Of what cannot work, and of what is behind a header that is not believed, there is no size here.
        if !info.is_fatal() && size.is_some_and(|size| size.as_u64() != Some(info.virtual_size)) {
            found.push((1, name.clone(), format!("{} here, {size:?} there", info.virtual_size)));
        }
        // What they call unsafe must not pass here. We find more: damage, encryption, parents of every format.
        if dangerous && passes(&info) {
            found.push((2, name.clone(), format!("passes here, not there: {verdict}")));
        }
    }
    found
}

#[test]
fn oslo_utils_agrees_or_there_is_a_reason() {
    assert!(RECORDED.get("oslo.utils").and_then(Value::as_str).is_some(), "a version");
    let mut used = Vec::new();
    for (kind, name, what) in differences() {
        let list = [&FORMATS[..], &SIZES, &SAFETY][kind];
        match reason(list, &name) {
            Some(start) => used.push((kind, start)),
            None => panic!("{name}: {what}"),
        }
    }
    for (kind, list) in [&FORMATS[..], &SIZES, &SAFETY].into_iter().enumerate() {
        for (start, why) in list {
            if !used.contains(&(kind, start)) {
                eprintln!("UNUSED {kind} {start} {why}");
            }
        }
    }
}
