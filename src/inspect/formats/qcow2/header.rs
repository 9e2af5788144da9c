//! The header of qcow2 and the limits of its fields ("Header", "Additional fields (version 3 and higher)").

use super::extensions::Extensions;
use crate::inspect::formats::findings;
use crate::inspect::info::{Detail, DiskImageInfo};
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

const DIRTY: u64 = 1 << 0;
const CORRUPT: u64 = 1 << 1;
pub const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
pub const EXTENDED_L2: u64 = 1 << 4;
/// Bytes. QEMU's limits: 32 MiB for an L1 table, 8 MiB for the refcount table, 65,536 snapshots.
pub const LARGEST_L1: u64 = 32 << 20;
const LARGEST_REFCOUNTS: u64 = 8 << 20;
const MOST_SNAPSHOTS: u64 = 65_536;

pub enum Encryption {
    None,
    Aes,
    Luks,
}

/// What the header says, with limits that make every later computation safe: `cluster_bits` is 9 to 21.
pub struct Header {
    pub backing_offset: u64,
    pub backing_size: u64,
    pub cluster_bits: u32,
    pub size: u64,
    pub encryption: Encryption,
    /// Entries.
    pub l1_size: u64,
    pub l1_offset: u64,
    pub refcount_offset: u64,
    pub refcount_clusters: u64,
    pub snapshots: u64,
    pub snapshots_offset: u64,
    pub incompatible: u64,
    compatible: u64,
    autoclear: u64,
    pub refcount_order: u32,
    pub length: u64,
}

impl Header {
    /// Reads the header; none where it says what no program accepts and nothing else can be believed.
    pub fn read(regions: &Regions, info: &mut DiskImageInfo) -> Result<Option<Self>, Stop> {
        let fields = regions.read(0, 112)?;
        let version = fields.u32_be(4);
        regions.whole(0, if version == 3 { 104 } else { 72 })?;
        info.version(&version.to_string());
        if !matches!(version, 2 | 3) {
            findings::unknown_version(info, &version.to_string(), "2 and 3 are known");
            return Ok(None);
        }
        info.virtual_size = fields.u64_be(24);
        let cluster_bits = fields.u32_be(20);
        if !(9..=21).contains(&cluster_bits) {
            let message =
                format_args!("clusters of 2^{cluster_bits} bytes: 2^9 (512 bytes) to 2^21 (2 MiB) are right");
            findings::bad_cluster_size(info, message);
            return Ok(None);
        }
        let encryption = match fields.u32_be(32) {
            0 => Encryption::None,
            1 => Encryption::Aes,
            2 => Encryption::Luks,
            other => {
                findings::unknown_feature(info, &format!("\"encryption method {other}\""));
                Encryption::Luks
            }
        };
        let mut header = Header {
            backing_offset: fields.u64_be(8),
            backing_size: fields.u32_be(16).into(),
            cluster_bits,
            size: info.virtual_size,
            encryption,
            l1_size: fields.u32_be(36).into(),
            l1_offset: fields.u64_be(40),
            refcount_offset: fields.u64_be(48),
            refcount_clusters: fields.u32_be(56).into(),
            snapshots: fields.u32_be(60).into(),
            snapshots_offset: fields.u64_be(64),
            incompatible: 0,
            compatible: 0,
            autoclear: 0,
            refcount_order: 4,
            length: 72,
        };
        info.zlib();
        if version == 3 {
            header.incompatible = fields.u64_be(72);
            header.compatible = fields.u64_be(80);
            header.autoclear = fields.u64_be(88);
            header.refcount_order = fields.u32_be(96);
            header.length = fields.u32_be(100).into();
            let compression = if header.length > 104 { fields.byte(104) } else { 0 };
            header.check_version_3(compression, info);
        }
        if header.refcount_order > 6 {
            let message =
                format_args!("reference counts of 2^{} bits: 2^6 at most is right", header.refcount_order);
            findings::bad_table(info, message);
            return Ok(None);
        }
        Ok(Some(header))
    }

    fn check_version_3(&self, compression: u8, info: &mut DiskImageInfo) {
        if self.length < 104 || self.length > self.cluster_size() || !self.length.is_multiple_of(8) {
            let message = format_args!(
                "a header of {} bytes: 104 to {} and a multiple of 8 is right",
                self.length,
                self.cluster_size()
            );
            findings::bad_table(info, message);
        }
        let announced = self.incompatible & COMPRESSION_TYPE != 0;
        info.compression = match compression {
            0 => Some("zlib".to_owned()),
            1 => Some("zstd".to_owned()),
            other => {
                findings::unknown_feature(info, &format!("\"compression type {other}\""));
                None
            }
        };
        if announced != (compression != 0) {
            let message =
                format_args!("compression type {compression} and its feature bit contradict each other");
            findings::bad_table(info, message);
        }
        if self.incompatible & EXTENDED_L2 != 0 && self.cluster_bits < 14 {
            let message = format_args!("extended L2 entries need clusters of 16 KiB at least");
            findings::bad_cluster_size(info, message);
        }
    }

    /// Bytes.
    pub fn cluster_size(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// Entries of an L2 table.
    pub fn l2_entries(&self) -> u64 {
        self.cluster_size() / if super::extended(self) { 16 } else { 8 }
    }

    /// The feature bits by name, those that matter as problems.
    pub fn name_features(&self, extensions: &Extensions, info: &mut DiskImageInfo) {
        if self.incompatible & DIRTY != 0 {
            findings::dirty(info);
        }
        if self.incompatible & CORRUPT != 0 {
            info.fatal(
                "corrupt",
                format_args!("the image is marked as corrupt: programs open it for reading only"),
                "Try qemu-img check -f qcow2 -r all image; if it cannot be repaired, get the image again.",
            );
        }
        let known: [(u8, u64, &[&str]); 3] = [
            (
                0,
                self.incompatible,
                &["dirty", "corrupt", "external-data-file", "compression-type", "extended-l2"],
            ),
            (1, self.compatible, &["lazy-refcounts"]),
            (2, self.autoclear, &["bitmaps", "raw-external-data"]),
        ];
        for (kind, bits, names) in known {
            for bit in (0..64u8).filter(|bit| bits >> bit & 1 != 0) {
                if let Some(name) = names.get(usize::from(bit)) {
                    info.feature(name);
                    continue;
                }
                let class = ["incompatible", "compatible", "autoclear"][usize::from(kind)];
                let name = extensions.feature_name(kind, bit).unwrap_or_else(|| format!("{class} bit {bit}"));
                if kind == 0 {
                    findings::unknown_feature(info, &format!("\"{name}\""));
                }
                info.feature(&name);
            }
        }
        let lazy = self.compatible & 1 != 0;
        info.detail("lazyRefcounts", Detail::Flag(lazy));
        info.detail("extendedL2", Detail::Flag(super::extended(self)));
    }

    /// Whether the tables are where QEMU accepts them, within the file, and apart from each other.
    pub fn check_tables(&self, regions: &Regions, info: &mut DiskImageInfo) {
        let l1_bytes = self.l1_size * 8;
        let refcount_bytes = self.refcount_clusters << self.cluster_bits;
        if l1_bytes > LARGEST_L1 {
            let message = format_args!(
                "the L1 table has {}, {} at most is right",
                text::size(l1_bytes),
                text::size(LARGEST_L1)
            );
            findings::bad_table(info, message);
        }
        let needed = self.size.div_ceil(self.cluster_size() * self.l2_entries());
        if self.l1_size < needed {
            let message = format_args!(
                "the L1 table has {} entries, a disk of {} needs {needed}",
                self.l1_size,
                text::size(self.size)
            );
            findings::bad_table(info, message);
        }
        if self.refcount_clusters == 0 || refcount_bytes > LARGEST_REFCOUNTS {
            let message = format_args!(
                "the refcount table has {}: something up to {} is right",
                text::size(refcount_bytes),
                text::size(LARGEST_REFCOUNTS)
            );
            findings::bad_table(info, message);
        }
        if self.snapshots > MOST_SNAPSHOTS {
            let message = format_args!("{} snapshots: {MOST_SNAPSHOTS} at most is right", self.snapshots);
            findings::bad_table(info, message);
        }
        // An entry of the snapshot table has 40 bytes at least.
        let mut parts = vec![("the header", 0, self.length)];
        for (what, offset, length) in [
            ("the L1 table", self.l1_offset, l1_bytes),
            ("the refcount table", self.refcount_offset, refcount_bytes),
            ("the snapshot table", self.snapshots_offset, self.snapshots * 40),
        ] {
            // QEMU wants this of an empty table as well. It counts offsets in signed numbers.
            if !offset.is_multiple_of(self.cluster_size()) || offset > i64::MAX as u64 {
                findings::bad_table(
                    info,
                    format_args!("{what} is at byte {offset}, not at the start of a cluster"),
                );
            } else if length > 0 && findings::within(regions, info, what, offset, length) {
                if let Some((other, ..)) =
                    parts.iter().find(|(_, start, size)| offset < start + size && *start < offset + length)
                {
                    findings::bad_table(info, format_args!("{what} (byte {offset}) and {other} overlap"));
                }
                parts.push((what, offset, length));
            }
        }
    }
}
