//! What is read: the answer types, each field as tolerant as the services require.

use super::requests::ImageTag;
use crate::answer;
use crate::api::answer::FieldKind::{Any, Flag, List, Number, Object, Percent, Text};

answer! {
    /// An image of the public list or of image details. Source: CECloud IMS API reference, 1.3 and 1.4.
    pub struct Image {
        required {
            /// The image's ID, `img-…`.
            imageId: String = Text,
        }
        optional {
            /// When it was created, RFC 3339.
            createdAt: String = Text,
            /// When it was last changed, RFC 3339.
            updatedAt: String = Text,
            /// Number of the database row.
            id: f64 = Number,
            /// `os_image`, `data_image` or `whole_image`.
            imageType: String = Text,
            name: String = Text,
            /// Size of the image file in bytes.
            size: f64 = Number,
            /// `queued`, `saving`, `active`, `killed` or `deleted` (1.6.7).
            status: String = Text,
            /// `raw` or `qcow2`.
            diskFormat: String = Text,
            /// 32 hexadecimal digits in every example: an MD5. Empty until the image is active.
            checksum: String = Text,
            /// Smallest disk the image runs on, GiB.
            minDisk: f64 = Number,
            /// Smallest memory the image runs with, MiB.
            minRam: f64 = Number,
            /// `x86` or `arm`.
            cpuArch: String = Text,
            osType: String = Text,
            /// Distribution family; its letter case varies (`cclinux`, `CCLinux`).
            platform: String = Text,
            /// 0 to 100; comes as `"100"`, `"0%"` or 100 and always reads as a number.
            progress: f64 = Percent,
            /// `ecs`, `bms`, `cke` …
            usage: String = Text,
            /// `32-bits` or `64-bits`.
            instructions: String = Text,
            uploadId: String = Text,
            /// Tags; null reads as the empty list.
            imageTags: Vec<ImageTag> = List,
            region: String = Text,
            /// `public`, `private`, `market` or `shared`.
            visibility: String = Text,
            /// `BIOS` or `UEFI`.
            bootMode: String = Text,
            osVersion: String = Text,
        }
    }
}

answer! {
    /// A private image of the caller's tenant. Source: CECloud IMS API reference, 1.10 (and 1.18, which returns a
    /// part of it).
    pub struct PrivateImage {
        required {
            /// The image's ID, `img-…`.
            imageId: String = Text,
        }
        optional {
            /// When it was created, RFC 3339.
            createdAt: String = Text,
            /// When it was last changed, RFC 3339.
            updatedAt: String = Text,
            /// Number of the database row.
            id: f64 = Number,
            /// `os_image`, `data_image` or `whole_image`.
            imageType: String = Text,
            name: String = Text,
            /// Size of the image file in bytes.
            size: f64 = Number,
            /// `queued`, `saving`, `active`, `killed` or `deleted` (1.6.7).
            status: String = Text,
            /// `raw` or `qcow2`.
            diskFormat: String = Text,
            /// 32 hexadecimal digits in every example: an MD5. Empty until the image is active.
            checksum: String = Text,
            /// Smallest disk the image runs on, GiB.
            minDisk: f64 = Number,
            /// Smallest memory the image runs with, MiB.
            minRam: f64 = Number,
            /// `x86` or `arm`.
            cpuArch: String = Text,
            osType: String = Text,
            /// Distribution family; its letter case varies (`cclinux`, `CCLinux`).
            platform: String = Text,
            /// 0 to 100; comes as `"100"`, `"0%"` or 100 and always reads as a number.
            progress: f64 = Percent,
            /// `ecs`, `bms`, `cke` …
            usage: String = Text,
            /// `32-bits` or `64-bits`.
            instructions: String = Text,
            uploadId: String = Text,
            /// Tags; null reads as the empty list.
            imageTags: Vec<ImageTag> = List,
            region: String = Text,
            /// `public`, `private`, `market` or `shared`.
            visibility: String = Text,
            /// `BIOS` or `UEFI`.
            bootMode: String = Text,
            osVersion: String = Text,
            /// Name of the tenant that owns the image.
            tenantName: String = Text,
            /// ID of the tenant that owns the image.
            owner: String = Text,
        }
    }
}

answer! {
    /// Metadata of an image that has just been created. Source: CECloud IMS API reference, 1.6.
    pub struct CreatedImage {
        required {
            /// The image's ID, `img-…`.
            imageId: String = Text,
        }
        optional {
            /// ID of the tenant that owns the image.
            owner: String = Text,
            /// `32-bits` or `64-bits`.
            instructions: String = Text,
            uploadId: String = Text,
            /// `private` (the default), `public` or `shared`.
            visibility: String = Text,
            usage: String = Text,
            departmentId: String = Text,
            cpuArch: String = Text,
            /// Smallest disk the image runs on, GiB.
            minDisk: f64 = Number,
            platform: String = Text,
            /// When it was created, RFC 3339.
            createdAt: String = Text,
            osVersion: String = Text,
            sourceType: String = Text,
            /// Smallest memory the image runs with, MiB.
            minRam: f64 = Number,
            name: String = Text,
            osType: String = Text,
            /// 0 to 100.
            progress: f64 = Percent,
            resourceGroupId: String = Text,
            /// A text in the document's table, a number in its example: always a text here.
            id: String = Text,
            diskFormat: String = Text,
            imageTags: Vec<ImageTag> = List,
            imageType: String = Text,
            /// When it was last changed, RFC 3339.
            updatedAt: String = Text,
            /// `queued` at first (1.6.7).
            status: String = Text,
            bootMode: String = Text,
        }
    }
}

answer! {
    /// Where and with which keys the file of an image is stored. Source: CECloud IMS API reference, 1.7.
    pub struct UploadCredentials {
        required {
            accessKey: String = Text,
            /// A secret: never log it.
            secretKey: String = Text,
            /// Name of the bucket.
            bucket: String = Text,
            /// The object's key.
            file: String = Text,
            /// The object store's endpoint, `https://host:port`.
            domain: String = Text,
        }
        optional {
            image_url: String = Text,
            /// The session token, a secret; empty where there is none.
            token: String = Text,
        }
    }
}

answer! {
    /// One user that an image is shared with. Source: CECloud IMS API reference, 1.14.
    pub struct Share {
        required {
            /// ID of the share, `img-share-…`.
            shareId: String = Text,
        }
        optional {
            createdAt: String = Text,
            updatedAt: String = Text,
            id: f64 = Number,
            imageId: String = Text,
            /// The user it is shared with.
            userId: String = Text,
            /// Null in this list.
            image: SharedImageDetails = Object(SharedImageDetails::FIELDS),
            userName: String = Text,
            bootMode: String = Text,
        }
    }
}

answer! {
    /// An image that somebody shares with the caller. Source: CECloud IMS API reference, 1.16.
    pub struct SharedImage {
        required {
            /// ID of the share, `img-share-…`.
            shareId: String = Text,
        }
        optional {
            createdAt: String = Text,
            updatedAt: String = Text,
            id: f64 = Number,
            imageId: String = Text,
            userId: String = Text,
            /// The image itself.
            image: SharedImageDetails = Object(SharedImageDetails::FIELDS),
            userName: String = Text,
        }
    }
}

answer! {
    /// The image behind a share. Source: CECloud IMS API reference, 1.16.
    pub struct SharedImageDetails {
        required {}
        optional {
            createdAt: String = Text,
            updatedAt: String = Text,
            id: f64 = Number,
            imageId: String = Text,
            imageType: String = Text,
            name: String = Text,
            /// Size of the image file in bytes.
            size: f64 = Number,
            /// `queued`, `saving`, `active`, `killed` or `deleted` (1.6.7).
            status: String = Text,
            diskFormat: String = Text,
            /// 32 hexadecimal digits: an MD5.
            checksum: String = Text,
            /// ID of the tenant that owns the image.
            owner: String = Text,
            /// Smallest disk the image runs on, GiB.
            minDisk: f64 = Number,
            /// Smallest memory the image runs with, MiB.
            minRam: f64 = Number,
            cpuArch: String = Text,
            osType: String = Text,
            platform: String = Text,
            /// 0 to 100.
            progress: f64 = Percent,
            usage: String = Text,
            instructions: String = Text,
            uploadId: String = Text,
            imageTags: Vec<ImageTag> = List,
            visibility: String = Text,
            departmentId: String = Text,
            resourceGroupId: String = Text,
            osVersion: String = Text,
            /// Where the file is kept, for example `minio`.
            position: String = Text,
            /// For example `internal`.
            sourceType: String = Text,
            bootMode: String = Text,
        }
    }
}

answer! {
    /// A bucket that images can be exported to. Source: CECloud IMS API reference, 1.19 and 1.20.
    pub struct Bucket {
        required {
            name: String = Text,
            /// ID of the availability zone.
            azId: String = Text,
            /// ID of the cell.
            cellId: String = Text,
        }
        optional {}
    }
}

answer! {
    /// A copy of a shared image, in the making. Source: CECloud IMS API reference, 1.21.
    pub struct CopiedImage {
        required {
            /// The copy's ID, `img-…`.
            imageId: String = Text,
        }
        optional {
            createdAt: String = Text,
            updatedAt: String = Text,
            /// A text in the document's table, a number in its example: always a text here.
            id: String = Text,
            imageType: String = Text,
            name: String = Text,
            bootMode: String = Text,
            /// `saving` at first (1.6.7).
            status: String = Text,
            diskFormat: String = Text,
            owner: String = Text,
            /// Smallest disk the image runs on, GiB.
            minDisk: f64 = Number,
            /// Smallest memory the image runs with, MiB.
            minRam: f64 = Number,
            cpuArch: String = Text,
            osType: String = Text,
            platform: String = Text,
            usage: String = Text,
            describe: String = Text,
            instructions: String = Text,
            uploadId: String = Text,
            imageTags: Vec<ImageTag> = List,
            visibility: String = Text,
            departmentId: String = Text,
            resourceGroupId: String = Text,
            osVersion: String = Text,
            position: String = Text,
            sourceType: String = Text,
            shared: bool = Flag,
            /// Share of the storage it takes, as the service words it.
            capacityPercentage: String = Text,
            /// Disks that belong to it; the document does not name their fields.
            #[tsify(type = "unknown")]
            volumeImages: serde_json::Value = Any,
            errMessage: String = Text,
            tenantName: String = Text,
            departmentName: String = Text,
            resourceGroupName: String = Text,
            /// In the document's table only.
            checksum: String = Text,
            /// Size of the image file in bytes; in the document's table only.
            size: f64 = Number,
            /// 0 to 100; in the document's table only.
            progress: f64 = Percent,
            /// In the document's table only.
            tags: Vec<ImageTag> = List,
        }
    }
}
