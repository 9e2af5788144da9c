//! The values that the document lists, each a TypeScript union.

use crate::choices;

choices! {
    /// Format of an image file that the service takes (1.6).
    pub enum DiskFormat { Raw = "raw", Qcow2 = "qcow2" }
}
choices! {
    /// What an image is for: a system disk, a data disk, or a whole machine (1.6).
    pub enum ImageType { OsImage = "os_image", DataImage = "data_image", WholeImage = "whole_image" }
}
choices! {
    /// Width of the instruction set (1.5, 1.6).
    pub enum InstructionWidth { Bits32 = "32-bits", Bits64 = "64-bits" }
}
choices! {
    /// CPU architecture (1.6).
    pub enum CpuArch { X86 = "x86", Arm = "arm" }
}
choices! {
    /// Family of the operating system (1.5, 1.6).
    pub enum OsType { Linux = "linux", Windows = "windows", Other = "other" }
}
choices! {
    /// Distribution family (1.5, 1.6), to the letter in requests; answers vary the letter case.
    pub enum Platform {
        Windows = "windows", Ubuntu = "ubuntu", CentOs = "CentOS", Kylin = "kylin", CcLinux = "CCLinux",
        Other = "other",
    }
}
choices! {
    /// Who else sees an image (1.6).
    pub enum Visibility { Public = "public", Private = "private", Market = "market" }
}
choices! {
    /// The fixed visibility of an imported image (1.18).
    pub enum ImportVisibility { Private = "private" }
}
choices! {
    /// The service an image is made for (1.6).
    pub enum ImageUsage { Sec = "sec", Cke = "cke", Bms = "bms", Ecs = "ecs" }
}
choices! {
    /// The service an imported image is made for (1.18).
    pub enum ImportUsage { Ecs = "ecs", Cks = "cks" }
}
choices! {
    /// Boot mode (1.5, 1.6); the service's default is BIOS.
    pub enum BootMode { Bios = "BIOS", Uefi = "UEFI" }
}
choices! {
    /// How an upload ended (1.9).
    pub enum UploadOutcome { Success = "success", Failed = "failed" }
}
