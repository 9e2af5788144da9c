//! Every code that a problem can have, so that tests and documents can be held against it.

/// Code, severities that it comes with, what it stands for. In the order of the alphabet.
#[rustfmt::skip]
pub static CODES: [(&str, &str, &str); 28] = [
    ("ambiguous-format", "danger", "two formats recognize the file"),
    ("backing-file", "danger", "the image continues another file"),
    ("bad-checksum", "warning", "a header does not match its checksum"),
    ("bad-cluster-size", "fatal", "clusters, blocks or grains of a size that no program accepts"),
    ("bad-table", "fatal", "a header or table says what cannot be"),
    ("compressed", "fatal", "a packed file: gzip, xz, zstd, zip, or (as format raw) bzip2, 7z, lz4, lzop, rar, wim, tar"),
    ("corrupt", "fatal", "marked as corrupt"),
    ("data-file", "danger", "the data are in another file"),
    ("data-file-name", "warning", "another file is named but not used"),
    ("dirty", "warning or danger", "not closed properly; danger for VHDX, whose log has to be replayed"),
    ("empty", "fatal", "no bytes"),
    ("encrypted", "danger", "encrypted"),
    ("extent-files", "danger", "a VMDK that names other files, or is a part of one"),
    ("format-mismatch", "fatal or warning", "not the declared format (declared_format_problem)"),
    ("gpt-damaged", "warning", "GPT missing or damaged"),
    ("huge-virtual-size", "danger", "more than 64 TiB"),
    ("nested-image", "danger", "the disk inside starts with the header of an image"),
    ("partition-beyond-end", "danger", "a partition ends behind the disk"),
    ("partitions-overlap", "warning", "partitions overlap each other or the table"),
    ("size-ambiguous", "warning", "programs disagree on the virtual size (VHD)"),
    ("snapshots", "warning", "earlier states inside"),
    ("too-complex", "warning or danger", "not all was checked within the bounds; danger where a header was out of reach"),
    ("too-large", "fatal", "more bytes than JavaScript counts exactly"),
    ("truncated", "fatal or danger", "the file is shorter than its headers (fatal) or partitions (danger) say"),
    ("unaligned-size", "warning", "a raw file of no whole number of sectors"),
    ("unknown-feature", "fatal", "needs a feature that nobody knows"),
    ("unknown-version", "fatal", "a version of the format that nobody knows"),
    ("unsupported-format", "fatal", "an image of a format that is recognized and not read"),
];
