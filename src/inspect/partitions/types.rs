//! What the type of a partition means.
//!
//! Sources: UEFI Specification 2.10, 5.2.2 (MBR types) and 5.3.3 (GPT types); the Discoverable Partitions Specification
//! (UAPI group), "Defined Partition Type UUIDs"; the list of MBR types that Linux' fdisk knows.

/// A GPT type: its GUID as it is written, what it is, and the architecture that it is for.
pub struct GuidType {
    pub guid: &'static str,
    pub name: &'static str,
    pub architecture: Option<&'static str>,
}

const fn plain(guid: &'static str, name: &'static str) -> GuidType {
    GuidType { guid, name, architecture: None }
}

const fn root(guid: &'static str, architecture: &'static str) -> GuidType {
    GuidType { guid, name: "Linux root", architecture: Some(architecture) }
}

const fn usr(guid: &'static str, architecture: &'static str) -> GuidType {
    GuidType { guid, name: "Linux /usr", architecture: Some(architecture) }
}

pub const EFI_SYSTEM: &str = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
pub const BIOS_BOOT: &str = "21686148-6449-6e6f-744e-656564454649";

static GUIDS: [GuidType; 28] = [
    plain(EFI_SYSTEM, "EFI system"),
    plain(BIOS_BOOT, "BIOS boot"),
    plain("024dee41-33e7-11d3-9d69-0008c781f39f", "MBR partition scheme"),
    plain("0fc63daf-8483-4772-8e79-3d69d8477de4", "Linux file system"),
    plain("bc13c2ff-59e6-4262-a352-b275fd6f7172", "Linux extended boot"),
    plain("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "Linux swap"),
    plain("e6d6d379-f507-44c2-a23c-238f2a3df928", "Linux LVM"),
    plain("a19d880f-05fc-4d3b-a006-743f0f84911e", "Linux RAID"),
    plain("933ac7e1-2eb4-4f13-b844-0e14e2aef915", "Linux home"),
    plain("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "Microsoft basic data"),
    plain("e3c9e316-0b5c-4db8-817d-f92df00215ae", "Microsoft reserved"),
    plain("de94bba4-06d1-4d40-a16a-bfd50179d6ac", "Windows recovery"),
    plain("516e7cb4-6ecf-11d6-8ff8-00022d09712b", "FreeBSD data"),
    plain("83bd6b9d-7f41-11dc-be0b-001560b84f0f", "FreeBSD boot"),
    plain("9e1a2d38-c612-4316-aa26-8b49521e5a8b", "PowerPC PReP boot"),
    root("4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "x86-64"),
    root("44479540-f297-41b2-9af7-d131d5f0458a", "x86"),
    root("b921b045-1df0-41c3-af44-4c6f280d3fae", "arm64"),
    root("69dad710-2ce4-4e3c-b16c-21a1d49abed3", "arm"),
    root("72ec70a6-cf74-40e6-bd49-4bda08e8f224", "riscv64"),
    root("77055800-792c-4f94-b39a-98c91b762bb6", "loongarch64"),
    root("c31c45e6-3f39-412e-80fb-4809c4980599", "ppc64-le"),
    root("5eead9a9-fe09-4a1e-a1d7-520d00531306", "s390x"),
    usr("8484680c-9521-48c6-9c11-b0720656f69e", "x86-64"),
    usr("75250d76-8cc6-458e-bd66-bd47cc81a812", "x86"),
    usr("b0e01050-ee5f-4390-949a-9101b17104e9", "arm64"),
    usr("7d0359a3-02b3-4f0a-865c-654403e70625", "arm"),
    usr("beaec34b-8442-439b-a40b-984381ed097d", "riscv64"),
];

/// What this GUID (small letters) stands for.
pub fn of_guid(guid: &str) -> Option<&'static GuidType> {
    GUIDS.iter().find(|known| known.guid == guid)
}

/// The name of the types that [`is_extended`] knows.
pub const EXTENDED: &str = "extended";

/// Whether this MBR type is a container of further partitions.
pub fn is_extended(kind: u8) -> bool {
    matches!(kind, 0x05 | 0x0f | 0x85)
}

/// What this MBR type stands for.
pub fn of_mbr(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x01 | 0x04 | 0x06 | 0x0b | 0x0c | 0x0e => "FAT",
        0x05 | 0x0f | 0x85 => EXTENDED,
        0x07 => "NTFS or exFAT",
        0x27 => "Windows recovery",
        0x82 => "Linux swap",
        0x83 => "Linux file system",
        0x8e => "Linux LVM",
        0xa5 => "FreeBSD",
        0xee => "GPT protective",
        0xef => "EFI system",
        0xfd => "Linux RAID",
        _ => return None,
    })
}
