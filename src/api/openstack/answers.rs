//! What is read: the answer types. What a service adds to an image is kept as it came.

use crate::answer;
use crate::api::answer::FieldKind::{Any, Flag, List, ListOf, Number, Object, Open, Text};

/// Any other property of an image: declared where the bindings are.
pub struct OpenStackProperties;
/// Any other member of a schema: declared where the bindings are.
pub struct OpenStackSchemaExtras;
/// What else a store is said to be: declared where the bindings are.
pub struct OpenStackStoreExtras;

answer! {
    /// An image with all of its properties, also those that only its cloud or its owner knows. Source: OpenStack Image
    /// service API reference, "Show image".
    pub struct OpenStackImage {
        required {
            /// A UUID.
            id: String = Text,
        }
        optional {
            name: String = Text,
            #[tsify(type = "OpenStackImageStatus")]
            status: String = Text,
            #[tsify(type = "OpenStackVisibility")]
            visibility: String = Text,
            /// A protected image cannot be deleted.
            protected: bool = Flag,
            os_hidden: bool = Flag,
            /// MD5 of the file, 32 hexadecimal digits; absent until there is one.
            checksum: String = Text,
            /// Usually `sha512`.
            os_hash_algo: String = Text,
            /// The file's digest by `os_hash_algo`, hexadecimal.
            os_hash_value: String = Text,
            /// The ID of the project that it belongs to.
            owner: String = Text,
            /// Size of the file, bytes.
            size: f64 = Number,
            /// Size of the disk in it, bytes.
            virtual_size: f64 = Number,
            container_format: String = Text,
            disk_format: String = Text,
            /// RFC 3339, UTC.
            created_at: String = Text,
            /// RFC 3339, UTC.
            updated_at: String = Text,
            tags: Vec<String> = List,
            /// Smallest memory that the image runs with, MiB.
            min_ram: f64 = Number,
            /// Smallest disk that the image runs on, GiB.
            min_disk: f64 = Number,
            /// Path of the file.
            file: String = Text,
            /// Path of the schema.
            schema: String = Text,
            /// The stores that hold the file, with commas between; where there are several.
            stores: String = Text,
            /// Where the file lies behind the service; where the cloud shows it.
            direct_url: String = Text,
            /// The same, all of them.
            #[tsify(type = "unknown[]")]
            locations: String = List,
        }
        open { OpenStackProperties }
    }
}

answer! {
    /// A page of images. Source: OpenStack Image service API reference, "List images".
    pub struct OpenStackImageList {
        required {
            images: Vec<OpenStackImage> = ListOf(&Open(OpenStackImage::FIELDS)),
        }
        optional {
            /// Path of the first page.
            first: String = Text,
            /// Path of the next page; absent on the last one. Glance leaves all but one of several `tag`s out of it:
            /// `iterateImages` does not.
            next: String = Text,
            schema: String = Text,
        }
    }
}

answer! {
    /// A link of a version or a schema.
    pub struct OpenStackLink {
        required {}
        optional {
            href: String = Text,
            rel: String = Text,
        }
    }
}

answer! {
    /// A version of the API. Source: OpenStack Image service API reference, "API versions".
    pub struct OpenStackVersion {
        required {}
        optional {
            /// `v2.17`.
            id: String = Text,
            #[tsify(type = "'CURRENT' | 'SUPPORTED' | 'DEPRECATED' | (string & {})")]
            status: String = Text,
            links: Vec<OpenStackLink> = ListOf(&Object(OpenStackLink::FIELDS)),
        }
    }
}

answer! {
    /// The versions that a service speaks.
    pub struct OpenStackVersions {
        required {
            versions: Vec<OpenStackVersion> = ListOf(&Object(OpenStackVersion::FIELDS)),
        }
        optional {}
    }
}

answer! {
    /// A project that an image is shared with. Source: OpenStack Image service API reference, "Show image member details".
    pub struct OpenStackMember {
        required {}
        optional {
            image_id: String = Text,
            /// The ID of the project.
            member_id: String = Text,
            #[tsify(type = "'pending' | 'accepted' | 'rejected' | (string & {})")]
            status: String = Text,
            created_at: String = Text,
            updated_at: String = Text,
            schema: String = Text,
            /// Huawei Cloud: `project`, `domain` or `organization`.
            member_type: String = Text,
            /// Huawei Cloud: the URN of an organization.
            urn: String = Text,
        }
    }
}

answer! {
    /// Where a list goes on; Huawei Cloud only.
    pub struct OpenStackPageInfo {
        required {}
        optional {
            current_count: f64 = Number,
            next_marker: String = Text,
        }
    }
}

answer! {
    /// The members of an image. Source: OpenStack Image service API reference, "List image members".
    pub struct OpenStackMemberList {
        required {
            members: Vec<OpenStackMember> = ListOf(&Object(OpenStackMember::FIELDS)),
        }
        optional {
            schema: String = Text,
            page_info: OpenStackPageInfo = Object(OpenStackPageInfo::FIELDS),
        }
    }
}

answer! {
    /// A JSON schema. Source: OpenStack Image service API reference, "Image Schemas".
    pub struct OpenStackSchema {
        required {
            name: String = Text,
        }
        optional {
            /// By name: type, description and limits of each.
            #[tsify(type = "Record<string, Record<string, unknown>>")]
            properties: String = Any,
            links: Vec<OpenStackLink> = ListOf(&Object(OpenStackLink::FIELDS)),
        }
        open { OpenStackSchemaExtras }
    }
}

answer! {
    /// A store behind the service. Source: OpenStack Image service API reference, "List stores".
    pub struct OpenStackStore {
        required {
            id: String = Text,
        }
        optional {
            description: String = Text,
            default: bool = Flag,
        }
        open { OpenStackStoreExtras }
    }
}

answer! {
    /// The stores behind the service.
    pub struct OpenStackStores {
        required {
            stores: Vec<OpenStackStore> = ListOf(&Open(OpenStackStore::FIELDS)),
        }
        optional {}
    }
}

answer! {
    /// Something that the service does with an image. Source: OpenStack Image service API reference, "Show tasks
    /// associated with image".
    pub struct OpenStackTask {
        required {
            id: String = Text,
        }
        optional {
            /// `import`, `export`, `clone`, `api_image_import` …
            r#type: String = Text,
            #[tsify(type = "'pending' | 'processing' | 'success' | 'failure' | (string & {})")]
            status: String = Text,
            owner: String = Text,
            message: String = Text,
            created_at: String = Text,
            updated_at: String = Text,
            expires_at: String = Text,
            image_id: String = Text,
            request_id: String = Text,
            user_id: String = Text,
            #[tsify(type = "unknown")]
            input: String = Any,
            #[tsify(type = "unknown")]
            result: String = Any,
        }
    }
}

answer! {
    /// The tasks of an image.
    pub struct OpenStackTasks {
        required {
            tasks: Vec<OpenStackTask> = ListOf(&Object(OpenStackTask::FIELDS)),
        }
        optional {}
    }
}

answer! {
    /// An image as version 1.1 shows it. Source: Image Management Service API reference, "Querying Image Details (Native
    /// OpenStack API V1.1, Deprecated)".
    pub struct OpenStackV1Image {
        required {
            id: String = Text,
        }
        optional {
            name: String = Text,
            status: String = Text,
            container_format: String = Text,
            disk_format: String = Text,
            /// Bytes.
            size: f64 = Number,
            /// Bytes.
            virtual_size: f64 = Number,
            checksum: String = Text,
            owner: String = Text,
            min_disk: f64 = Number,
            min_ram: f64 = Number,
            is_public: bool = Flag,
            protected: bool = Flag,
            deleted: bool = Flag,
            created_at: String = Text,
            updated_at: String = Text,
            deleted_at: String = Text,
            #[tsify(type = "Record<string, string>")]
            properties: String = Any,
        }
        open { OpenStackProperties }
    }
}

answer! {
    /// A page of images of version 1.1.
    pub struct OpenStackV1ImageList {
        required {
            images: Vec<OpenStackV1Image> = ListOf(&Open(OpenStackV1Image::FIELDS)),
        }
        optional {
            next: String = Text,
        }
    }
}
