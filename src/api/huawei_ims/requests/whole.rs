//! Bodies that create data disk images, full-server images and quick imports.

use super::super::fields::*;
use super::super::values::*;
use super::create::PAIRS;
use super::tags::Tag;
use crate::api::rules::{Rule, Shape};
use crate::request;

request! {
    /// A data disk image out of a file in the object store. Source: Image Management Service, API Reference,
    /// "Creating a Data Disk Image from an External Image File".
    pub struct DataImageFromFile {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the disk in GiB, 40 to 2048.
            min_disk: f64 = Rule::Integer { min: 40, max: 2048 },
        }
        optional {
            /// Family of the operating system it is for; default `Linux`.
            os_type: DataOsType = Rule::OneOf(DataOsType::VALUES),
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// ID of the key that encrypts the image.
            cmk_id: String = ID,
        }
    }
}

request! {
    /// A system disk image out of a large RAW or ZVHD2 file, which is prepared already; at most 1 TiB. Source: Image
    /// Management Service, API Reference, "Importing an Image File Quickly".
    pub struct QuickSystemImage {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The operating system, as `listOsVersions` spells it.
            os_version: String = ID,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the system disk in GiB, 1 to 1024; larger than the system disk in the file.
            min_disk: f64 = Rule::Integer { min: 1, max: 1024 },
        }
        optional {
            /// What the image is for; default `ECS`.
            #[tsify(type = "QuickSystemType")]
            r#type: QuickSystemType = Rule::OneOf(QuickSystemType::VALUES),
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Whose licence of Windows is used.
            license_type: LicenseType = Rule::OneOf(LicenseType::VALUES),
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// CPU architecture; default `x86`.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
            /// Boot mode; `uefi` only where the architecture is `arm`.
            hw_firmware_type: FirmwareType = Rule::OneOf(FirmwareType::VALUES),
        }
    }
}

request! {
    /// A data disk image out of a large RAW or ZVHD2 file. Source: "Importing an Image File Quickly".
    pub struct QuickDataImage {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the disk in GiB, 1 to 1024.
            min_disk: f64 = Rule::Integer { min: 1, max: 1024 },
            /// What makes it a data disk.
            #[tsify(type = "DataType")]
            r#type: DataType = Rule::OneOf(DataType::VALUES),
        }
        optional {
            /// Family of the operating system it is for; default `Linux`.
            os_type: DataOsType = Rule::OneOf(DataOsType::VALUES),
            /// The operating system it is for; the page does not ask for it.
            os_version: String = ID,
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
        }
    }
}

/// What a quick import takes, told by these fields.
pub const QUICK_IMPORT: &[Shape] = &[
    Shape { name: "a quick import of a data disk", key: "type=DataImage", fields: QuickDataImage::FIELDS },
    Shape { name: "a quick import of a system disk", key: "", fields: QuickSystemImage::FIELDS },
];

request! {
    /// A full-server image out of a server. Source: Image Management Service, API Reference, "Creating a Full-ECS
    /// Image".
    pub struct WholeImageFromServer {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the server.
            instance_id: String = ID,
        }
        optional {
            /// ID of the vault that the backup goes into; the service asks for it where its backups are those of Cloud
            /// Backup and Recovery, which is everywhere today.
            vault_id: String = ID,
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Most memory that the image runs with, in MiB.
            max_ram: f64 = MEMORY,
            /// Least memory that the image runs with, in MiB; 0 (the default): any.
            min_ram: f64 = MEMORY,
        }
    }
}

request! {
    /// A full-server image out of a backup of Cloud Backup and Recovery. Source: "Creating a Full-ECS Image".
    pub struct WholeImageFromCbr {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the backup; it makes one image only.
            backup_id: String = ID,
            /// Which service made the backup.
            whole_image_type: CbrType = Rule::OneOf(CbrType::VALUES),
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Most memory that the image runs with, in MiB.
            max_ram: f64 = MEMORY,
            /// Least memory that the image runs with, in MiB; 0 (the default): any.
            min_ram: f64 = MEMORY,
        }
    }
}

request! {
    /// A full-server image out of a backup of the Cloud Server Backup Service. Source: "Creating a Full-ECS Image".
    pub struct WholeImageFromCsbs {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the backup; it makes one image only.
            backup_id: String = ID,
        }
        optional {
            /// Which service made the backup; the default.
            whole_image_type: CsbsType = Rule::OneOf(CsbsType::VALUES),
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Most memory that the image runs with, in MiB.
            max_ram: f64 = MEMORY,
            /// Least memory that the image runs with, in MiB; 0 (the default): any.
            min_ram: f64 = MEMORY,
        }
    }
}

/// What `createWholeImage` takes, told by these fields.
pub const WHOLE_IMAGE: &[Shape] = &[
    Shape { name: "an image from a server", key: "instance_id", fields: WholeImageFromServer::FIELDS },
    Shape {
        name: "an image from a CBR backup",
        key: "whole_image_type=CBR",
        fields: WholeImageFromCbr::FIELDS,
    },
    Shape { name: "an image from a CSBS backup", key: "backup_id", fields: WholeImageFromCsbs::FIELDS },
];
