//! The values that the pages list, each a TypeScript union.

use crate::choices;

choices! {
    /// Whose an image is: `gold` is public, `market` of the marketplace.
    pub enum ImageKind { Gold = "gold", Private = "private", Shared = "shared", Market = "market" }
}
choices! {
    /// State of an image: metadata only, its file on the way, deleted, failed, ready.
    pub enum ImageStatus {
        Queued = "queued", Saving = "saving", Deleted = "deleted", Killed = "killed", Active = "active",
    }
}
choices! {
    /// Family of the operating system.
    pub enum OsType { Linux = "Linux", Windows = "Windows", Other = "Other" }
}
choices! {
    /// Family of the operating system that a data disk is made for.
    pub enum DataOsType { Linux = "Linux", Windows = "Windows" }
}
choices! {
    /// Distribution of the operating system.
    pub enum Platform {
        Windows = "Windows", Ubuntu = "Ubuntu", RedHat = "RedHat", RedHatSpelt = "Red Hat", Suse = "SUSE",
        CentOs = "CentOS", Debian = "Debian", OpenSuse = "OpenSUSE", OracleLinux = "Oracle Linux",
        Fedora = "Fedora", Other = "Other", CoreOs = "CoreOS", EulerOs = "EulerOS",
        HuaweiCloudEulerOs = "Huawei Cloud EulerOS",
    }
}
choices! {
    /// Format of an image in the service.
    pub enum DiskFormat { Vhd = "vhd", Zvhd = "zvhd", Raw = "raw", Qcow2 = "qcow2", Zvhd2 = "zvhd2" }
}
choices! {
    /// Format of an exported file.
    pub enum ExportFormat { Qcow2 = "qcow2", Vhd = "vhd", Zvhd = "zvhd", Vmdk = "vmdk" }
}
choices! {
    /// Boot mode.
    pub enum FirmwareType { Bios = "bios", Uefi = "uefi" }
}
choices! {
    /// CPU architecture.
    pub enum Architecture { X86 = "x86", Arm = "arm" }
}
choices! {
    /// What a system disk image is for: `ECS` and `FusionCompute` say elastic servers, `BMS` and `Ironic` bare metal.
    pub enum SystemImageType { Ecs = "ECS", Bms = "BMS", FusionCompute = "FusionCompute", Ironic = "Ironic" }
}
choices! {
    /// What a quickly imported system disk image is for: elastic servers or bare metal.
    pub enum QuickSystemType { Ecs = "ECS", Bms = "BMS" }
}
choices! {
    /// Says that a file is an ISO image.
    pub enum IsoType { IsoImage = "IsoImage" }
}
choices! {
    /// Says that a file is a data disk.
    pub enum DataType { DataImage = "DataImage" }
}
choices! {
    /// Says that a backup is one of Cloud Backup and Recovery.
    pub enum CbrType { Cbr = "CBR" }
}
choices! {
    /// Says that a backup is one of the Cloud Server Backup Service.
    pub enum CsbsType { Csbs = "CSBS" }
}
choices! {
    /// Whose licence of Windows is used: the cloud's, or your own.
    pub enum LicenseType { Cloud = "platform", Own = "byol" }
}
choices! {
    /// Where an image is used: `FusionCompute` elastic servers, `Ironic` bare metal, `DataImage` data disks,
    /// `IsoImage` ISO files.
    pub enum Environment {
        FusionCompute = "FusionCompute", Ironic = "Ironic", DataImage = "DataImage", IsoImage = "IsoImage",
    }
}
choices! {
    /// Who else sees an image.
    pub enum Visibility { Public = "public", Private = "private", Shared = "shared" }
}
choices! {
    /// What the receiver of a shared image decided.
    pub enum MemberStatus { Accepted = "accepted", Rejected = "rejected", Pending = "pending" }
}
choices! {
    /// The receiver takes the shared image.
    pub enum Accepted { Accepted = "accepted" }
}
choices! {
    /// The receiver does not take the shared image.
    pub enum Rejected { Rejected = "rejected" }
}
choices! {
    /// A flag that the service spells as a text.
    pub enum FlagText { True = "true", False = "false" }
}
choices! {
    /// Width of the operating system.
    pub enum OsBit { Bits32 = "32", Bits64 = "64" }
}
choices! {
    /// What a list of images is sorted by.
    pub enum SortKey {
        CreatedAt = "created_at", Name = "name", ContainerFormat = "container_format",
        DiskFormat = "disk_format", Status = "status", Id = "id", Size = "size",
    }
}
choices! {
    /// Ascending or descending.
    pub enum SortDirection { Ascending = "asc", Descending = "desc" }
}
choices! {
    /// What an operating system must fit: bare metal, UEFI, an architecture, KVM.
    pub enum OsTag { Bms = "bms", Uefi = "uefi", Arm = "arm", X86 = "x86", Kvm = "kvm" }
}
choices! {
    /// Tags are added, or changed where the key is there.
    pub enum TagAction { Create = "create", Delete = "delete" }
}
choices! {
    /// The images themselves are asked for.
    pub enum Filter { Filter = "filter" }
}
choices! {
    /// Only their number is asked for.
    pub enum Count { Count = "count" }
}
