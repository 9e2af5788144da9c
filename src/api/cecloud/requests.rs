//! What is written: the request types with the document's limits.

use super::values::*;
use crate::api::rules::{INT_MAX, InputField, Presence, Rule, SAFE_MAX};
use crate::request;

const NON_EMPTY: Rule = Rule::Text { min: 1, max: usize::MAX };
const DISK: Rule = Rule::Integer { min: 1, max: INT_MAX };
const MEMORY: Rule = Rule::Integer { min: 0, max: INT_MAX };
const DESCRIPTION: Rule = Rule::Text { min: 2, max: 256 };

/// A tag of an image: `ImageTag` in TypeScript, declared where the bindings are. The document calls it an object and
/// shows none; it is sent and returned as it is.
pub struct ImageTag;

/// `current` and `size` of a list, with the defaults that this client sends: the document requires both.
const CURRENT: InputField = InputField {
    name: "current",
    presence: Presence::Default(1),
    rule: Rule::Integer { min: 1, max: INT_MAX },
};
const SIZE: InputField = InputField {
    name: "size",
    presence: Presence::Default(10),
    rule: Rule::Integer { min: 1, max: INT_MAX },
};

/// Query of lists that can only be paged (1.3, 1.14).
pub const PAGE: &[InputField] = &[CURRENT, SIZE];
/// Query of 1.10.
pub const PRIVATE_PAGE: &[InputField] =
    &[CURRENT, SIZE, InputField { name: "filter", presence: Presence::Optional, rule: Rule::FILTER }];
/// Query of 1.16.
pub const SHARED_PAGE: &[InputField] = &[
    CURRENT,
    SIZE,
    InputField { name: "orderBy", presence: Presence::Optional, rule: NON_EMPTY },
    InputField { name: "requestInfo", presence: Presence::Optional, rule: NON_EMPTY },
];

request! {
    /// Metadata of a new private image. Source: CECloud IMS API reference, 1.6.
    pub struct CreateImage {
        required {
            /// Format of the file that will be uploaded.
            diskFormat: DiskFormat = Rule::OneOf(DiskFormat::VALUES),
            /// Smallest disk the image runs on, in GiB, from 1; must be larger than the image's system disk.
            minDisk: f64 = DISK,
            /// Smallest memory the image runs with, in MiB, from 0.
            minRam: f64 = MEMORY,
            /// 1 to 128 characters: letters, digits, `-`, `.`, `_`, space, Chinese; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// System disk, data disk, or whole machine.
            imageType: ImageType = Rule::OneOf(ImageType::VALUES),
            /// Width of the instruction set.
            instruction: InstructionWidth = Rule::OneOf(InstructionWidth::VALUES),
            /// CPU architecture.
            cpuArch: CpuArch = Rule::OneOf(CpuArch::VALUES),
            /// Family of the operating system.
            osType: OsType = Rule::OneOf(OsType::VALUES),
            /// Distribution family.
            platform: Platform = Rule::OneOf(Platform::VALUES),
            /// Who else sees the image.
            visibility: Visibility = Rule::OneOf(Visibility::VALUES),
            /// The service the image is made for.
            usage: ImageUsage = Rule::OneOf(ImageUsage::VALUES),
            /// ID of the department that owns the image.
            departmentId: String = NON_EMPTY,
            /// ID of the tenant that owns the image.
            tenantId: String = NON_EMPTY,
        }
        optional {
            /// 2 to 256 characters.
            description: String = DESCRIPTION,
            /// Tags; the document does not name their fields, they are sent as they are.
            imageTags: Vec<ImageTag> = Rule::AnyObjects,
            /// ID of the resource group; may be empty.
            resourceGroupId: String = Rule::AnyText,
            /// Boot mode; the service's default is BIOS.
            bootMode: BootMode = Rule::OneOf(BootMode::VALUES),
        }
    }
}

request! {
    /// New information of a private image; all of it is sent. Source: CECloud IMS API reference, 1.5.
    pub struct UpdateImage {
        required {
            /// Boot mode.
            bootMode: BootMode = Rule::OneOf(BootMode::VALUES),
            /// CPU architecture, for example `x86` or `arm`.
            cpuArch: String = NON_EMPTY,
            /// Must be the image's own format.
            diskFormat: String = NON_EMPTY,
            /// Width of the instruction set.
            instruction: InstructionWidth = Rule::OneOf(InstructionWidth::VALUES),
            /// Smallest disk the image runs on, in GiB, from 1; must be larger than the image's system disk.
            minDisk: f64 = DISK,
            /// Smallest memory the image runs with, in MiB, from 0.
            minRam: f64 = MEMORY,
            /// 1 to 128 characters: letters, digits, `-`, `.`, `_`, space, Chinese; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// Family of the operating system.
            osType: OsType = Rule::OneOf(OsType::VALUES),
            /// Version of the operating system, for example `kylin-v10-sp3`; empty as the service shows it where it knows none.
            osVersion: String = Rule::AnyText,
            /// Distribution family.
            platform: Platform = Rule::OneOf(Platform::VALUES),
        }
        optional {}
    }
}

request! {
    /// A data disk of an import. Source: CECloud IMS API reference, 1.18.
    pub struct ImportVolume {
        required {}
        optional {
            /// URL of the disk's file, http or https.
            imageUrl: String = Rule::Url,
            /// Smallest disk, in GiB, from 1. The document's table calls it a text, its example sends a number.
            minDisk: f64 = DISK,
        }
    }
}

request! {
    /// An image that the service fetches itself. Source: CECloud IMS API reference, 1.18.
    pub struct ImportImage {
        required {
            /// Format of the file behind `imageUrl`.
            diskFormat: DiskFormat = Rule::OneOf(DiskFormat::VALUES),
            /// Smallest disk the image runs on, in GiB, from 1.
            minDisk: f64 = DISK,
            /// Smallest memory the image runs with, in MiB, from 0.
            minRam: f64 = MEMORY,
            /// 1 to 128 characters: letters, digits, `-`, `.`, `_`, space, Chinese; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// Width of the instruction set.
            instruction: InstructionWidth = Rule::OneOf(InstructionWidth::VALUES),
            /// CPU architecture.
            cpuArch: CpuArch = Rule::OneOf(CpuArch::VALUES),
            /// Family of the operating system; 1.18 lists no values.
            osType: String = NON_EMPTY,
            /// Distribution family; 1.18 lists no values.
            platform: String = NON_EMPTY,
            /// Fixed.
            visibility: ImportVisibility = Rule::OneOf(ImportVisibility::VALUES),
            /// The service the image is made for.
            usage: ImportUsage = Rule::OneOf(ImportUsage::VALUES),
            /// ID of the department that owns the image.
            departmentId: String = NON_EMPTY,
            /// ID of the tenant that owns the image.
            tenantId: String = NON_EMPTY,
            /// URL of the system disk's file, http or https.
            imageUrl: String = Rule::Url,
            /// Version of the operating system.
            osVersion: String = NON_EMPTY,
        }
        optional {
            /// System disk, data disk, or whole machine.
            imageType: ImageType = Rule::OneOf(ImageType::VALUES),
            /// 2 to 256 characters.
            description: String = DESCRIPTION,
            /// Tags; the document does not name their fields, they are sent as they are.
            imageTags: Vec<ImageTag> = Rule::AnyObjects,
            /// ID of the resource group; may be empty.
            resourceGroupId: String = Rule::AnyText,
            /// Data disks.
            volumeImages: Vec<ImportVolume> = Rule::ObjectsOf(ImportVolume::FIELDS),
            /// In the document's example only, as 1.
            imageSource: f64 = MEMORY,
            /// In the document's example only: a region ID.
            region: String = NON_EMPTY,
        }
    }
}

request! {
    /// Whose the copy of a shared image will be. Source: CECloud IMS API reference, 1.21.
    pub struct CopySharedImage {
        required {
            /// ID of the tenant that will own the copy.
            tenantId: String = NON_EMPTY,
            /// ID of the department that will own the copy.
            departmentId: String = NON_EMPTY,
            /// ID of the resource group of the copy.
            resourceGroupId: String = NON_EMPTY,
            /// 1 to 128 characters: letters, digits, `-`, `.`, `_`, space, Chinese; no space first or last.
            name: String = Rule::IMAGE_NAME,
        }
        optional {
            /// 2 to 256 characters, as everywhere in the document.
            description: String = DESCRIPTION,
        }
    }
}

/// Body of 1.7.
pub const PREPARE: &[InputField] = &[InputField {
    name: "size",
    presence: Presence::Required,
    rule: Rule::Integer { min: 1, max: SAFE_MAX },
}];

/// Body of 1.9.
pub const COMPLETE: &[InputField] = &[
    InputField { name: "result", presence: Presence::Required, rule: Rule::OneOf(UploadOutcome::VALUES) },
    InputField { name: "uploadId", presence: Presence::Optional, rule: Rule::AnyText },
];

/// Body of 1.20, inside `bucket`.
pub const BUCKET: &[InputField] = &[
    InputField { name: "name", presence: Presence::Required, rule: NON_EMPTY },
    InputField { name: "azId", presence: Presence::Required, rule: NON_EMPTY },
    InputField { name: "cellId", presence: Presence::Required, rule: NON_EMPTY },
];
