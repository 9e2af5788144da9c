//! Bodies that create an image out of a file in the object store.

use super::super::fields::*;
use super::super::values::*;
use super::create::PAIRS;
use super::tags::Tag;
use crate::api::rules::Rule;
use crate::request;

request! {
    /// A data disk's file beside that of the system disk. Source: Image Management Service, API Reference, "Creating
    /// an Image".
    pub struct DataFile {
        required {
            /// The file as `bucket:object`.
            image_url: String = FILE,
            /// Size of the disk in GiB, 1 to 2048.
            min_disk: f64 = Rule::Integer { min: 1, max: 2048 },
        }
        optional {
            /// Name of the data disk image.
            name: String = Rule::IMAGE_NAME,
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Whether the file is imported quickly.
            is_quick_import: bool = Rule::Flag,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
        }
    }
}

const DATA_FILES: Rule = Rule::List { of: &Rule::Object(DataFile::FIELDS), min: 1, max: 3, unique: true };

request! {
    /// A system disk image out of a file in the object store, at most 128 GiB. Source: "Creating an Image".
    pub struct ImageFromFile {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the system disk in GiB, 40 to 1024; larger than the system disk in the file.
            min_disk: f64 = SYSTEM_DISK,
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Family of the operating system; in some editions of the page only.
            os_type: OsType = Rule::OneOf(OsType::VALUES),
            /// The operating system, as `listOsVersions` spells it.
            os_version: String = ID,
            /// Whether the service configures the image by itself; default false.
            is_config: bool = Rule::Flag,
            /// Whether it is initialized; in the page's examples only.
            is_config_init: bool = Rule::Flag,
            /// ID of the key that encrypts the image.
            cmk_id: String = ID,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// What the image is for; default `ECS`.
            #[tsify(type = "SystemImageType")]
            r#type: SystemImageType = Rule::OneOf(SystemImageType::VALUES),
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Most memory that the image runs with, in MiB.
            max_ram: f64 = MEMORY,
            /// Least memory that the image runs with, in MiB; 0 (the default): any.
            min_ram: f64 = MEMORY,
            /// `true` takes the shape of a quick import.
            #[tsify(type = "false")]
            is_quick_import: bool = Rule::Flag,
            /// Boot mode; `uefi` only where the architecture is `arm`.
            hw_firmware_type: FirmwareType = Rule::OneOf(FirmwareType::VALUES),
            /// CPU architecture; default `x86`.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
            /// 1 to 3 data disks, each an image of its own.
            #[tsify(type = "(DataFile & EitherTags)[]")]
            data_images: Vec<DataFile> = DATA_FILES,
        }
    }
}

request! {
    /// A system disk image out of a RAW or ZVHD2 file of up to 1 TiB, which is prepared already. Source: "Creating an
    /// Image".
    pub struct ImageFromFileQuickly {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the system disk in GiB, 40 to 1024; larger than the system disk in the file.
            min_disk: f64 = SYSTEM_DISK,
            /// The operating system, as `listOsVersions` spells it.
            os_version: String = ID,
            /// What makes it quick.
            #[tsify(type = "true")]
            is_quick_import: bool = Rule::Flag,
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Family of the operating system; in some editions of the page only.
            os_type: OsType = Rule::OneOf(OsType::VALUES),
            /// Whether the service configures the image by itself; default false.
            is_config: bool = Rule::Flag,
            /// Whether it is initialized; in the page's examples only.
            is_config_init: bool = Rule::Flag,
            /// ID of the key that encrypts the image.
            cmk_id: String = ID,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
            /// What the image is for; default `ECS`.
            #[tsify(type = "SystemImageType")]
            r#type: SystemImageType = Rule::OneOf(SystemImageType::VALUES),
            /// Enterprise project of the image: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Most memory that the image runs with, in MiB.
            max_ram: f64 = MEMORY,
            /// Least memory that the image runs with, in MiB; 0 (the default): any.
            min_ram: f64 = MEMORY,
            /// Boot mode; `uefi` only where the architecture is `arm`.
            hw_firmware_type: FirmwareType = Rule::OneOf(FirmwareType::VALUES),
            /// CPU architecture; default `x86`.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
            /// 1 to 3 data disks, each an image of its own.
            #[tsify(type = "(DataFile & EitherTags)[]")]
            data_images: Vec<DataFile> = DATA_FILES,
        }
    }
}

request! {
    /// An image out of an ISO file; it can neither be encrypted nor copied nor exported. Source: "Creating an Image".
    pub struct ImageFromIso {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// The file as `bucket:object`; storage class Standard, the service's own region.
            image_url: String = FILE,
            /// Size of the system disk in GiB, 40 to 1024.
            min_disk: f64 = SYSTEM_DISK,
            /// The operating system, as `listOsVersions` spells it.
            os_version: String = ID,
            /// What makes it an ISO file.
            #[tsify(type = "IsoType")]
            r#type: IsoType = Rule::OneOf(IsoType::VALUES),
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Family of the operating system; in some editions of the page only.
            os_type: OsType = Rule::OneOf(OsType::VALUES),
            /// Whether the service configures the image by itself; default false.
            is_config: bool = Rule::Flag,
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
            /// Boot mode; `uefi` only where the architecture is `arm`.
            hw_firmware_type: FirmwareType = Rule::OneOf(FirmwareType::VALUES),
            /// CPU architecture; default `x86`.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
        }
    }
}
