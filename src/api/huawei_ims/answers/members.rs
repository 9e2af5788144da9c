//! Whom images are shared with, and operating systems.

use super::{PAGE_INFO, PageInfo, list_of};
use crate::answer;
use crate::api::answer::FieldKind::{self, Number, Object, Text};

answer! {
    /// Whom an image is shared with. Source: Image Management Service, API reference, operation show_image_member.
    pub struct Member {
        required {
            /// ID of the project, account or organization.
            member_id: String = Text,
        }
        optional {
            /// ID of the image.
            image_id: String = Text,
            /// `project`, `domain` or `organization`.
            member_type: String = Text,
            /// `pending`, `accepted` or `rejected`.
            status: String = Text,
            /// When it was shared, UTC.
            created_at: String = Text,
            /// When that was last changed, UTC.
            updated_at: String = Text,
            /// URN of the organization.
            urn: String = Text,
            /// Path of the schema.
            schema: String = Text,
        }
    }
}

answer! {
    /// A page of members. Source: API reference, operation list_image_members.
    pub struct MemberPage {
        required {
            /// The members.
            members: Vec<Member> = list_of!(Member),
        }
        optional {
            /// Where the next page starts.
            page_info: PageInfo = PAGE_INFO.kind,
            /// Path of the schema.
            schema: String = Text,
        }
    }
}

answer! {
    /// A version of an operating system. Source: API reference, operation list_os_versions.
    pub struct OsVersion {
        required {
            /// What `os_version` of a creation is to be.
            os_version: String = Text,
        }
        optional {
            /// The same.
            os_version_key: String = Text,
            /// 32 or 64.
            os_bit: f64 = Number,
            /// `Linux`, `Windows` or `Other`.
            os_type: String = Text,
            /// Distribution.
            platform: String = Text,
        }
    }
}

answer! {
    /// Versions of one distribution. Source: API reference, operation list_os_versions.
    pub struct OsVersions {
        required {
            /// Distribution, for example `RedHat`.
            platform: String = Text,
            /// Its versions.
            version_list: Vec<OsVersion> = list_of!(OsVersion),
        }
        optional {}
    }
}

/// The answer of `listOsVersions`, a bare list.
pub const OS_VERSIONS: FieldKind = FieldKind::ListOf(&Object(OsVersions::FIELDS));
