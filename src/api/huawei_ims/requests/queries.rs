//! Queries of the lists.

use super::super::fields::*;
use super::super::values::*;
use crate::api::rules::{INT_MAX, Rule};
use crate::error::{Error, Result};
use crate::json::Value;
use crate::request;

/// One flavor: the service knows no lists here.
const FLAVOR: Rule = Rule::Checked(
    |text| !text.is_empty() && !crate::text::has_any(text, ","),
    "must be the ID of one flavor",
);
const FLAG: Rule = Rule::OneOf(FlagText::VALUES);

request! {
    /// What images are looked for by. Source: Image Management Service, API Reference, "Querying Images".
    pub struct ImageFilters {
        required {}
        optional {
            /// Whose they are.
            __imagetype: ImageKind = Rule::OneOf(ImageKind::VALUES),
            /// Whether they are registered; others than `true` are seen by operators only.
            __isregistered: FlagText = FLAG,
            /// Width of the operating system.
            __os_bit: OsBit = Rule::OneOf(OsBit::VALUES),
            /// Family of the operating system.
            __os_type: OsType = Rule::OneOf(OsType::VALUES),
            /// Distribution of the operating system.
            __platform: Platform = Rule::OneOf(Platform::VALUES),
            /// Runs on disk-intensive servers.
            __support_diskintensive: FlagText = FLAG,
            /// Runs on high-performance servers.
            __support_highperformance: FlagText = FLAG,
            /// Runs on KVM.
            __support_kvm: FlagText = FLAG,
            /// GPUs on KVM.
            __support_kvm_gpu_type: String = ID,
            /// InfiniBand on KVM.
            __support_kvm_infiniband: FlagText = FLAG,
            /// Runs with very much memory.
            __support_largememory: FlagText = FLAG,
            /// Runs on Xen.
            __support_xen: FlagText = FLAG,
            /// GPUs on Xen.
            __support_xen_gpu_type: String = ID,
            /// HANA on Xen.
            __support_xen_hana: FlagText = FLAG,
            /// Always `bare`.
            container_format: String = ID,
            /// Format of the image; default `zvhd2`.
            disk_format: DiskFormat = Rule::OneOf(DiskFormat::VALUES),
            /// `0` for the default enterprise project, a UUID, or `all_granted_eps`; not for shared images.
            enterprise_project_id: String = ENTERPRISE_PROJECTS,
            /// ID of the image.
            id: String = ID,
            /// Images on a page; default 500.
            limit: f64 = LIMIT,
            /// ID of the last image of the page before.
            marker: String = ID,
            /// What the receiver decided; `visibility` must then be `shared`.
            member_status: MemberStatus = Rule::OneOf(MemberStatus::VALUES),
            /// Smallest disk the image runs on, in GiB, 1 to 1024.
            min_disk: f64 = Rule::Integer { min: 1, max: 1024 },
            /// Smallest memory the image runs with, in MiB.
            min_ram: f64 = MEMORY,
            /// Name of the image, all of it.
            name: String = ID,
            /// ID of the project that owns the image.
            owner: String = ID,
            /// Whether the image is protected; all public images are.
            protected: bool = Rule::Flag,
            /// Default `desc`.
            sort_dir: SortDirection = Rule::OneOf(SortDirection::VALUES),
            /// Default `created_at`.
            sort_key: SortKey = Rule::OneOf(SortKey::VALUES),
            /// State of the image.
            status: ImageStatus = Rule::OneOf(ImageStatus::VALUES),
            /// A tag; of one made as `key.value` spelt `key=value`.
            tag: String = ID,
            /// Where the image is used.
            virtual_env_type: Environment = Rule::OneOf(Environment::VALUES),
            /// Who else sees the image.
            visibility: Visibility = Rule::OneOf(Visibility::VALUES),
            /// ID of a flavor: public images that run on it.
            flavor_id: String = FLAVOR,
            /// When it was created: `operator:time`, for example `gt:2018-10-28T10:00:00Z`; gt, gte, lt, lte, eq, neq.
            created_at: String = TIME,
            /// When it was last changed, in the same way.
            updated_at: String = TIME,
            /// CPU architecture.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
        }
    }
}

/// A decision is a filter of shared images only.
pub fn decision_needs_shared(arguments: &[Value]) -> Result<()> {
    let Some(query) = arguments.first() else { return Ok(()) };
    match given(query, "member_status") {
        Some(status) if given(query, "visibility").and_then(Value::as_str) != Some("shared") => {
            let rule = "must come with visibility 'shared'";
            Err(Error::invalid("member_status", status.to_string(), rule))
        }
        _ => Ok(()),
    }
}

request! {
    /// Which images' tags are listed. Source: Image Management Service, API Reference, "Querying Tags".
    pub struct ListTags {
        required {}
        optional {
            /// Tags on a page; default all.
            limit: f64 = LIMIT,
            /// From 1; default 1.
            page: f64 = Rule::Integer { min: 1, max: INT_MAX },
            /// Whose the images are.
            __imagetype: ImageKind = Rule::OneOf(ImageKind::VALUES),
            /// ID of the image.
            id: String = ID,
            /// State of the image.
            status: ImageStatus = Rule::OneOf(ImageStatus::VALUES),
            /// Name of the image, all of it.
            name: String = ID,
            /// Smallest disk the image runs on, in GiB, 1 to 1024.
            min_disk: f64 = Rule::Integer { min: 1, max: 1024 },
            /// Distribution of the operating system.
            __platform: Platform = Rule::OneOf(Platform::VALUES),
            /// Family of the operating system.
            __os_type: OsType = Rule::OneOf(OsType::VALUES),
            /// What the receiver decided.
            member_status: MemberStatus = Rule::OneOf(MemberStatus::VALUES),
            /// Where the image is used.
            virtual_env_type: Environment = Rule::OneOf(Environment::VALUES),
            /// `0` for the default enterprise project, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// CPU architecture.
            architecture: Architecture = Rule::OneOf(Architecture::VALUES),
            /// When the image was created: `operator:time`; gt, gte, lt, lte, eq, neq.
            created_at: String = TIME,
            /// When the image was last changed, in the same way.
            updated_at: String = TIME,
        }
    }
}

request! {
    /// Which operating systems are listed. Source: API reference, operation list_os_versions.
    pub struct ListOsVersions {
        required {}
        optional {
            /// What they must fit, one or several; all systems of the region where it is left out.
            #[tsify(type = "OsTag | OsTag[]")]
            tag: OsTag = Rule::OneOrMore(&Rule::OneOf(OsTag::VALUES)),
        }
    }
}

request! {
    /// Which members are listed. Source: API reference, operation list_image_members.
    pub struct ListImageMembers {
        required {}
        optional {
            /// Members on a page; default 500.
            limit: f64 = LIMIT,
            /// `next_marker` of the page before.
            marker: String = ID,
        }
    }
}
