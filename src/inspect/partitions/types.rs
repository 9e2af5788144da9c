//! What the type of a partition means.
//!
//! Sources: UEFI Specification 2.10, 5.2.2 (MBR types) and 5.3.3 (GPT types); the Discoverable Partitions Specification
//! (UAPI group), "Defined Partition Type UUIDs"; the list of MBR types that Linux' fdisk knows.

/// A GPT type: the start of its GUID as it is written (48 bits tell all of them apart, and are a third of the weight),
/// what it is, and the architecture that it is for.
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
    plain("024dee41-33e7", "MBR partition scheme"),
    plain("0fc63daf-8483", "Linux file system"),
    plain("bc13c2ff-59e6", "Linux extended boot"),
    plain("0657fd6d-a4ab", "Linux swap"),
    plain("e6d6d379-f507", "Linux LVM"),
    plain("a19d880f-05fc", "Linux RAID"),
    plain("933ac7e1-2eb4", "Linux home"),
    plain("ebd0a0a2-b9e5", "Microsoft basic data"),
    plain("e3c9e316-0b5c", "Microsoft reserved"),
    plain("de94bba4-06d1", "Windows recovery"),
    plain("516e7cb4-6ecf", "FreeBSD data"),
    plain("83bd6b9d-7f41", "FreeBSD boot"),
    plain("9e1a2d38-c612", "PowerPC PReP boot"),
    root("4f68bce3-e8cd", "x86-64"),
    root("44479540-f297", "x86"),
    root("b921b045-1df0", "arm64"),
    root("69dad710-2ce4", "arm"),
    root("72ec70a6-cf74", "riscv64"),
    root("77055800-792c", "loongarch64"),
    root("c31c45e6-3f39", "ppc64-le"),
    root("5eead9a9-fe09", "s390x"),
    usr("8484680c-9521", "x86-64"),
    usr("75250d76-8cc6", "x86"),
    usr("b0e01050-ee5f", "arm64"),
    usr("7d0359a3-02b3", "arm"),
    usr("beaec34b-8442", "riscv64"),
];

/// What this GUID (small letters) stands for.
pub fn of_guid(guid: &str) -> Option<&'static GuidType> {
    GUIDS.iter().find(|known| guid.starts_with(known.guid))
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
