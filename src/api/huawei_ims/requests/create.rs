//! Bodies that create an image out of a server, disks, or a file in the object store.

use super::super::fields::*;
use super::super::values::*;
use super::tags::Tag;
use crate::api::rules::{Rule, Shape};
use crate::request;

/// The pairs of a new image.
pub const PAIRS: Rule = Rule::List { of: &Rule::Object(Tag::FIELDS), min: 0, max: 20, unique: true };

request! {
    /// A system disk image out of a server. Source: Image Management Service, API Reference, "Creating an Image".
    pub struct ImageFromServer {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the server.
            instance_id: String = ID,
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
    /// A data disk of a server, to make an image of. Source: "Creating an Image".
    pub struct DataVolume {
        required {
            /// Name of the data disk image.
            name: String = Rule::IMAGE_NAME,
            /// ID of the data disk.
            volume_id: String = ID,
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// Tags as `key.value`; use either these or `image_tags`.
            tags: Vec<String> = TAG_TEXTS,
            /// Tags as pairs.
            image_tags: Vec<Tag> = PAIRS,
        }
    }
}

request! {
    /// Data disk images out of data disks. Names, descriptions and tags stand with each disk: beside them they would
    /// have no effect. Source: "Creating an Image".
    pub struct ImagesFromDataVolumes {
        required {
            /// The disks.
            #[tsify(type = "(DataVolume & EitherTags)[]")]
            data_images: Vec<DataVolume> =
                Rule::List { of: &Rule::Object(DataVolume::FIELDS), min: 1, max: usize::MAX, unique: true },
        }
        optional {
            /// Enterprise project of the images: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
        }
    }
}

request! {
    /// A system disk image out of a data disk; the service cannot see whether an operating system is on it. Source:
    /// "Creating an Image".
    pub struct ImageFromVolume {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the data disk.
            volume_id: String = ID,
            /// The operating system on it, as `listOsVersions` spells it.
            os_version: String = ID,
        }
        optional {
            /// What the image is for; default `ECS`.
            #[tsify(type = "SystemImageType")]
            r#type: SystemImageType = Rule::OneOf(SystemImageType::VALUES),
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

/// What `createImage` takes, told by these fields.
pub const CREATE_IMAGE: &[Shape] = &[
    Shape { name: "an image from a server", key: "instance_id", fields: ImageFromServer::FIELDS },
    Shape { name: "an image from a data disk", key: "volume_id", fields: ImageFromVolume::FIELDS },
    Shape {
        name: "an image from an ISO file",
        key: "type=IsoImage",
        fields: super::files::ImageFromIso::FIELDS,
    },
    Shape {
        name: "a quick import of a file",
        key: "is_quick_import=true",
        fields: super::files::ImageFromFileQuickly::FIELDS,
    },
    Shape { name: "an image from a file", key: "image_url", fields: super::files::ImageFromFile::FIELDS },
    Shape {
        name: "data disk images from data disks",
        key: "data_images",
        fields: ImagesFromDataVolumes::FIELDS,
    },
];
