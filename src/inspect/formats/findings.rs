//! The problems that several formats share, said the same way for each.

use crate::inspect::info::{DiskImageInfo, Format, LinkedFile};
use crate::inspect::regions::Regions;
use crate::inspect::text;
use core::fmt::Arguments;

/// What qemu-img calls the format; it has none for discs.
pub fn qemu_name(format: Format) -> &'static str {
    match format {
        Format::Vhd => "vpc",
        Format::Iso => "raw",
        other => other.as_str(),
    }
}

/// What to do where an image names other files. Who converts it reads them, whatever they are: of an image from elsewhere
/// that copies a file of the reader's own into what is uploaded.
pub fn only_if_own(format: Format, old: &str) -> String {
    format!(
        "Only if you made it yourself, make one file of all: qemu-img convert -f {} -O qcow2 {old} new.qcow2; otherwise do \
         not use it: that would copy the file that it names, one of yours.",
        qemu_name(format)
    )
}

/// How to make a clean copy. The format is named: who lets it be guessed may read what the image wants to be taken for.
pub fn convert(format: Format) -> String {
    format!(
        "Convert it with the program that made it: qemu-img convert -f {} -O qcow2 old new.qcow2",
        qemu_name(format)
    )
}

/// The image holds only what differs from another file, whose name may not be known.
pub fn backing_file(info: &mut DiskImageInfo, name: String, format: Option<String>) {
    info.danger(
        "backing-file",
        format_args!(
            "the image holds only what differs from a backing file, {}: without it the disk is not whole, and a host \
             that follows the name reads a file of its own",
            quoted(Some(&name))
        ),
        &only_if_own(info.format, "old"),
    );
    info.backing_file = Some(LinkedFile { name: Some(name).filter(|name| !name.is_empty()), format });
}

/// The name of a file for a message.
fn quoted(name: Option<&String>) -> String {
    match name {
        Some(name) if !name.is_empty() => format!("\"{name}\""),
        _ => "which it does not name".to_owned(),
    }
}

/// The image's data are in another file.
pub fn data_file(info: &mut DiskImageInfo, name: Option<String>, format: Option<String>) {
    let named = quoted(name.as_ref());
    info.danger(
        "data-file",
        format_args!(
            "the image's data are in another file, {named}: without it there is no disk, and a host that follows the \
             name reads a file of its own"
        ),
        &only_if_own(info.format, "old"),
    );
    info.data_file = Some(LinkedFile { name, format });
}

/// The image's data cannot be read without a key.
pub fn encrypted(info: &mut DiskImageInfo, method: &str) {
    info.danger(
        "encrypted",
        format_args!(
            "the image is encrypted ({method}): the service has no key, so nothing can start from it"
        ),
        "Decrypt it first: qemu-img convert --object secret,id=key,file=… --image-opts … -O qcow2 new.qcow2",
    );
    info.encryption = Some(method.to_owned());
}

/// Part of the file is missing.
pub fn truncated(info: &mut DiskImageInfo, what: &str, offset: u64) {
    let end = info.file_size;
    let message = format_args!("{what} is at byte {offset} and beyond, but the file ends at {end}");
    info.fatal("truncated", message, "The file is cut short: copy or download it again and compare sizes.");
}

/// Whether a part lies within the file; if not, says so.
pub fn within(regions: &Regions, info: &mut DiskImageInfo, what: &str, offset: u64, length: u64) -> bool {
    let within = regions.holds(offset, length);
    if !within {
        truncated(info, what, offset);
    }
    within
}

/// A table is where or as large as none can be.
pub fn bad_table(info: &mut DiskImageInfo, message: Arguments<'_>) {
    info.fatal(
        "bad-table",
        message,
        "The image is damaged or was made to do harm: get it from its source again.",
    );
}

/// Clusters have a size that no program accepts.
pub fn bad_cluster_size(info: &mut DiskImageInfo, message: Arguments<'_>) {
    info.fatal(
        "bad-cluster-size",
        message,
        "The image is damaged or was made to do harm: get it from its source again.",
    );
}

/// The image needs something of its reader that is not known.
pub fn unknown_feature(info: &mut DiskImageInfo, feature: &str) {
    info.fatal(
        "unknown-feature",
        format_args!(
            "the image needs the feature {feature}, which programs that read this format do not know"
        ),
        "Convert it with the program that made it, or with the newest qemu-img.",
    );
}

/// The image was not closed properly.
pub fn dirty(info: &mut DiskImageInfo) {
    info.warning(
        "dirty",
        format_args!("the image was not closed properly: it may be in use, or the program that wrote it stopped too early"),
        &format!("Stop what uses it, then check it: qemu-img check -f {} -r all image", qemu_name(info.format)),
    );
}

/// The image is of a version of its format that nobody knows.
pub fn unknown_version(info: &mut DiskImageInfo, version: &str, known: &str) {
    info.fatal(
        "unknown-version",
        format_args!("{} of version {version}: {known}", info.format.as_str()),
        &convert(info.format),
    );
}

/// A part of the headers is not as it was written.
pub fn bad_checksum(info: &mut DiskImageInfo, what: &str) {
    info.warning(
        "bad-checksum",
        format_args!("the checksum of the {what} does not match: it was damaged or edited"),
        &convert(info.format),
    );
}

/// The file is no disk, but has one inside.
pub fn compressed(info: &mut DiskImageInfo, message: &str) {
    info.fatal("compressed", format_args!("{message}"), "Unpack it first, and upload what comes out.");
}

/// The name of a file as it stands in a header; an unreadable one is empty.
pub fn file_name(bytes: Option<&[u8]>) -> String {
    bytes.map(text::name).unwrap_or_default()
}
