//! The values that the documents of Huawei Cloud Workspace list.

use crate::choices;

choices! {
    /// Type of a disk: Extreme SSD, ultra-high I/O, general-purpose SSD, high I/O, common I/O.
    pub enum DiskType { Essd = "ESSD", Ssd = "SSD", Gpssd = "GPSSD", Sas = "SAS", Sata = "SATA" }
}
choices! {
    /// A KooGallery image.
    pub enum GoldImageType { Gold = "gold" }
}
choices! {
    /// Where an image comes from, KooGallery aside.
    pub enum PlainImageType { Public = "public", Private = "private", Shared = "shared", Other = "other" }
}
choices! {
    /// Where an image comes from.
    pub enum SourceImageType {
        Gold = "gold", Public = "public", Private = "private", Shared = "shared", Other = "other",
    }
}
choices! {
    /// A user or a group of users.
    pub enum AccountType { User = "USER", UserGroup = "USER_GROUP" }
}
choices! {
    /// What paid sessions use.
    pub enum SessionType { Gpu = "GPU", Cpu = "CPU" }
}
choices! {
    /// Public (`gold`) or private.
    pub enum ProductImageType { Gold = "gold", Private = "private" }
}
choices! {
    /// CPU architecture of a product image.
    pub enum ProductArchitecture { X86 = "x86", Arm = "arm" }
}
choices! {
    /// What a job does that can be asked for: makes an image instance, makes an image of one, deletes one.
    pub enum ImageJobType {
        CreateServer = "CREATE_SERVER", CreateServerImage = "CREATE_SERVER_IMAGE", DeleteServer = "DELETE_SERVER",
    }
}
choices! {
    /// What product images are sorted by.
    pub enum ProductImageOrder { Name = "name", CreatedAt = "created_at" }
}
choices! {
    /// Which way product images are sorted.
    pub enum SortDirection { Ascending = "asc", Descending = "desc" }
}
choices! {
    /// State of a job.
    pub enum ImageJobStatus { Waiting = "WAITING", Running = "RUNNING", Success = "SUCCESS", Failed = "FAILED" }
}
choices! {
    /// State of a part of a job.
    pub enum ImageSubJobStatus {
        Waiting = "WAITING", Running = "RUNNING", Success = "SUCCESS", Failed = "FAILED", Abnormal = "ABNORMAL",
        Rollback = "ROLLBACK", Aborting = "ABORTING",
    }
}
