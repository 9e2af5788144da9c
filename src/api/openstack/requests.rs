//! What is written: the request types with their limits.

use super::filters::{DIRECTIONS, SORT_KEYS, is_sort, is_time_filter};
use crate::api::rules::{INT_MAX, InputField, Presence, Rule, SAFE_MAX};
use crate::request;

/// Any other filter: declared where the bindings are.
pub struct OpenStackFilterProperties;
/// Any other property of an image to create: declared where the bindings are.
pub struct OpenStackOwnProperties;

pub const NAME: Rule = Rule::Text { min: 0, max: 255 };
/// An empty filter would be none.
const TAG: Rule = ID;
pub const TAGS: Rule = Rule::List { of: &NAME, min: 0, max: usize::MAX, unique: false };
pub const VISIBILITIES: &[&str] = &["private", "shared", "community", "public"];
/// Each cloud configures its formats; none has a name that is longer.
pub const CONTAINER: Rule = Rule::Text { min: 1, max: 20 };
pub const DISK: Rule = Rule::Text { min: 1, max: 20 };
const ID: Rule = Rule::Text { min: 1, max: 255 };
const SIZE: Rule = Rule::Integer { min: 0, max: INT_MAX };
const BYTES: Rule = Rule::Integer { min: 0, max: SAFE_MAX };
const KEY: Rule = Rule::OneOf(SORT_KEYS);
const DIRECTION: Rule = Rule::OneOf(DIRECTIONS);
const SORT: Rule = Rule::Checked(
    is_sort,
    "must be keys and directions like name:asc,size:desc (keys: name, status, container_format, disk_format, size, id, \
     created_at, updated_at)",
);
const TIME: Rule = Rule::Checked(
    is_time_filter,
    "must be a time after an operator (gt, gte, lt, lte, eq, neq): gt:2018-10-28T10:00:00Z",
);
const UUID: Rule = Rule::Checked(is_uuid, "must be a UUID: 8-4-4-4-12 hexadecimal digits");

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

request! {
    /// Filters, order and page of a list of images. Any other name is a filter by that property of the image, to the
    /// letter. Source: OpenStack Image service API reference, "List images", and Huawei Cloud's Image Management Service
    /// API reference, "Querying Images (Native OpenStack API)".
    pub struct OpenStackImageFilters {
        required {}
        optional {
            /// Images on a page; the service has a default (25) and a maximum of its own.
            limit: f64 = SIZE,
            /// The ID of the last image of the page before.
            marker: String = ID,
            /// `created_at` where nothing is said.
            #[tsify(type = "OpenStackSortKey | OpenStackSortKey[]")]
            sort_key: String = Rule::OneOrMore(&KEY),
            /// One for all keys, or one for each; `desc` where nothing is said.
            #[tsify(type = "'asc' | 'desc' | ('asc' | 'desc')[]")]
            sort_dir: String = Rule::OneOrMore(&DIRECTION),
            /// `name:asc,size:desc`: the newer way, instead of `sort_key` and `sort_dir`.
            sort: String = SORT,
            /// The whole name; a list finds images with one of these names. What begins with `in:` or `eq:`, here and in the
            /// four filters below, goes to the service as its operator: `eq:in:x` finds the name `in:x`.
            #[tsify(type = "string | string[]")]
            name: String = Rule::TEXT_OR_IN,
            #[tsify(type = "string | string[]")]
            id: String = Rule::TEXT_OR_IN,
            #[tsify(type = "OpenStackImageStatus | OpenStackImageStatus[]")]
            status: String = Rule::TEXT_OR_IN,
            #[tsify(type = "string | string[]")]
            container_format: String = Rule::TEXT_OR_IN,
            #[tsify(type = "string | string[]")]
            disk_format: String = Rule::TEXT_OR_IN,
            #[tsify(type = "'public' | 'private' | 'shared' | 'community' | 'all'")]
            visibility: String = Rule::OneOf(&["public", "private", "shared", "community", "all"]),
            /// Of images that others share: those that were accepted, where nothing is said.
            #[tsify(type = "'pending' | 'accepted' | 'rejected' | 'all'")]
            member_status: String = Rule::OneOf(&["pending", "accepted", "rejected", "all"]),
            /// The ID of a project.
            owner: String = ID,
            /// All of them, where it is a list.
            #[tsify(type = "string | string[]")]
            tag: String = Rule::OneOrMore(&TAG),
            protected: bool = Rule::Flag,
            /// Hidden images are left out where nothing is said.
            os_hidden: bool = Rule::Flag,
            /// To the number, GiB.
            min_disk: f64 = SIZE,
            /// To the number, MiB.
            min_ram: f64 = SIZE,
            /// Bytes.
            size_min: f64 = BYTES,
            /// Bytes.
            size_max: f64 = BYTES,
            /// `gt:2018-10-28T10:00:00Z`, with gt, gte, lt, lte, eq or neq.
            created_at: String = TIME,
            /// As created_at.
            updated_at: String = TIME,
        }
        open { OpenStackFilterProperties }
    }
}

request! {
    /// An image to create. Any other name is a property of your own, a text. Source: OpenStack Image service API
    /// reference, "Create image", and Huawei Cloud's Image Management Service API reference, "Creating Image Metadata
    /// (Native OpenStack API)".
    pub struct CreateOpenStackImage {
        required {}
        optional {
            /// A UUID; the service makes one where none is given.
            id: String = UUID,
            /// At most 255 characters; Huawei Cloud wants at least one.
            name: String = NAME,
            /// `shared` where nothing is said; Huawei Cloud knows `private` only.
            #[tsify(type = "OpenStackVisibility")]
            visibility: String = Rule::OneOf(VISIBILITIES),
            /// Each of at most 255 characters.
            tags: Vec<String> = TAGS,
            /// `bare`, mostly: Huawei Cloud's default.
            #[tsify(type = "'bare' | 'ovf' | 'ova' | 'docker' | 'compressed' | (string & {})")]
            container_format: String = CONTAINER,
            /// What the cloud is configured for; Huawei Cloud: zvhd2 (the default), vhd, zvhd, raw, qcow2.
            #[tsify(type = "'qcow2' | 'raw' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'iso' | 'zvhd' | 'zvhd2' | (string & {})")]
            disk_format: String = DISK,
            /// Smallest disk that the image runs on, GiB.
            min_disk: f64 = SIZE,
            /// Smallest memory that the image runs with, MiB.
            min_ram: f64 = SIZE,
            /// A protected image cannot be deleted.
            protected: bool = Rule::Flag,
            /// A hidden image is listed only where it is asked for.
            os_hidden: bool = Rule::Flag,
            /// The ID of a project; administrators only.
            owner: String = ID,
        }
        open { OpenStackOwnProperties }
    }
}

request! {
    /// What is deleted with an image. Source: Image Management Service API reference, "Deleting an Image (Native
    /// OpenStack API)".
    pub struct DeleteOpenStackImage {
        required {}
        optional {
            /// Huawei Cloud: the backups of a full-server image too.
            delete_backup: bool = Rule::Flag,
        }
    }
}

/// How the service gets the bytes: declared where the bindings are.
pub struct OpenStackImportMethod;

const METHOD: &[InputField] = &[
    InputField { name: "name", presence: Presence::Required, rule: ID },
    optional("uri", Rule::Url),
    optional("glance_image_id", UUID),
    optional("glance_region", ID),
    optional("glance_service_interface", Rule::OneOf(&["public", "internal", "admin"])),
];

request! {
    /// An import. Source: OpenStack Image service API reference, "Import an image".
    pub struct ImportOpenStackImage {
        required {
            method: OpenStackImportMethod = Rule::Object(METHOD),
        }
        optional {
            /// The IDs of the stores that the bytes go to.
            stores: Vec<String> = Rule::List { of: &ID, min: 1, max: usize::MAX, unique: true },
            all_stores: bool = Rule::Flag,
            /// Whether the import fails where one of the stores does; true where nothing is said.
            all_stores_must_succeed: bool = Rule::Flag,
        }
    }
}

request! {
    /// Page of a list of members; Huawei Cloud only. Source: Image Management Service API reference, "Querying Image
    /// Sharing Members (Native OpenStack API)".
    pub struct OpenStackMemberPage {
        required {}
        optional {
            /// 500 where nothing is said.
            limit: f64 = SIZE,
            /// The `page_info.next_marker` of the page before.
            marker: String = ID,
        }
    }
}

request! {
    /// Whom an image is shared with. Source: OpenStack Image service API reference, "Create image member".
    pub struct AddOpenStackMember {
        required {
            /// The ID of a project.
            member: String = ID,
        }
        optional {}
    }
}

request! {
    /// What becomes of an image that is shared with one's own project. Source: OpenStack Image service API reference,
    /// "Update image member", and Image Management Service API reference, "Updating the Image Sharing Status (Native
    /// OpenStack API)".
    pub struct UpdateOpenStackMember {
        required {
            /// Huawei Cloud knows no `pending` here.
            #[tsify(type = "'accepted' | 'rejected' | 'pending'")]
            status: String = Rule::OneOf(&["accepted", "rejected", "pending"]),
        }
        optional {
            /// Huawei Cloud: the vault that a full-server image made from a CBR backup goes to; required to accept one.
            vault_id: String = ID,
        }
    }
}

const fn optional(name: &'static str, rule: Rule) -> InputField {
    InputField { name, presence: Presence::Optional, rule }
}

/// Filters of the list of version 1.1 (its type is written by hand: `changes-since` is no name in Rust). Any other name
/// is sent too, as `property-…` is.
pub const V1_FILTERS: &[InputField] = &[
    optional("name", ID),
    optional("container_format", CONTAINER),
    optional("disk_format", DISK),
    optional("status", ID),
    optional("size_min", BYTES),
    optional("size_max", BYTES),
    optional("changes-since", TIME),
    optional("limit", SIZE),
    optional("marker", ID),
    optional("sort_key", KEY),
    optional("sort_dir", DIRECTION),
];
