//! What is written of image instances, with the documents' limits. Jobs and product images have a file of their own.

pub use super::requests_of_jobs::*;
use super::values::*;
use crate::api::rules::{INT_MAX, Rule};
use crate::{request, text};

/// IDs have 1 to 128 characters.
const ID: Rule = Rule::Text { min: 1, max: 128 };
pub(super) const UP_TO_255: Rule = Rule::Text { min: 0, max: 255 };
pub(super) const FROM_1_TO_255: Rule = Rule::Text { min: 1, max: 255 };
const PROJECT: Rule = Rule::Text { min: 0, max: 64 };
const PERCENT: Rule = Rule::Integer { min: 1, max: 100 };
pub(super) const OFFSET: Rule = Rule::Integer { min: 0, max: INT_MAX };
pub(super) const LIMIT: Rule = Rule::Integer { min: 1, max: 100 };
pub(super) const UP_TO_20_IDS: Rule = Rule::List { of: &ID, min: 1, max: 20, unique: true };
/// Codes of products are up to 100 characters without white space.
const CODE: Rule = Rule::Checked(is_code, "must have at most 100 characters and no white space");
const SERVER_NAME: Rule = Rule::Checked(
    is_server_name,
    "must have 1 to 64 characters: letters, digits, Chinese characters, - _ and spaces, not spaces alone",
);

fn is_code(text: &str) -> bool {
    text.chars().count() <= 100 && !text.chars().any(text::is_white)
}

/// The service's pattern knows no spaces; the document's own example of 1.1 has them, so they are let through.
fn is_server_name(name: &str) -> bool {
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | '\u{4e00}'..='\u{9fa5}');
    (1..=64).contains(&name.chars().count())
        && name.chars().all(allowed)
        && !name.bytes().all(|byte| byte == b' ')
}

/// No line breaks, no angle brackets, no space first.
fn is_description(text: &str) -> bool {
    text.chars().count() <= 1024 && !text.starts_with(" ") && !text::has_any(text, "\r\n<>")
}

/// Letters and digits of any script, spaces and these signs.
fn has_tag_letters(text: &str, signs: &str) -> bool {
    text.chars().all(|c| text::is_letter_or_digit(c) || signs.chars().any(|sign| sign == c))
}

fn is_tag_key(text: &str) -> bool {
    (1..=128).contains(&text.chars().count())
        && !text.starts_with(" ")
        && !text.ends_with(" ")
        && !text.starts_with("_sys_")
        && has_tag_letters(text, " _.:=+-@")
}

fn is_tag_value(text: &str) -> bool {
    text.chars().count() <= 255 && has_tag_letters(text, " _.:/=+-@")
}

request! {
    /// A disk. Source: Workspace API Reference, "Creating an Image Instance".
    pub struct Volume {
        required {
            /// Type of the disk.
            r#type: DiskType = Rule::OneOf(DiskType::VALUES),
            /// Capacity in GB: a multiple of 10, from 10 to 1020, the most that a system disk has.
            size: f64 = Rule::Multiple { of: 10, min: 10, max: 1_020 },
        }
        optional {
            /// ID of the storage pool that the system disk lies in.
            cluster_id: String = UP_TO_255,
        }
    }
}

request! {
    /// A KooGallery image. Source: Workspace API Reference, "Creating an Image Instance", table ImageRef.
    pub struct GoldImageRef {
        required {
            /// ID of the image.
            id: String = ID,
            image_type: GoldImageType = Rule::OneOf(GoldImageType::VALUES),
            /// Specification code of the image (the service spells the field so), up to 100 characters.
            spce_code: String = CODE,
            /// Product ID of the image, up to 100 characters.
            product_id: String = CODE,
        }
        optional {}
    }
}

request! {
    /// Any other image. Source: Workspace API Reference, "Creating an Image Instance", table ImageRef.
    pub struct PlainImageRef {
        required {
            /// ID of the image.
            id: String = ID,
            image_type: PlainImageType = Rule::OneOf(PlainImageType::VALUES),
        }
        optional {
            /// Specification code of the image, up to 100 characters.
            spce_code: String = CODE,
            /// Product ID of the image, up to 100 characters.
            product_id: String = CODE,
        }
    }
}

/// The image that an instance is made of: `spce_code` and `product_id` are mandatory for `gold`.
#[derive(tsify::Tsify)]
#[serde(untagged)]
pub enum ImageRef {
    Gold(GoldImageRef),
    Plain(PlainImageRef),
}

request! {
    /// What both have, checked as one; what `gold` asks for is checked by the operation.
    pub struct AnyImageRef {
        required {
            id: String = ID,
            image_type: SourceImageType = Rule::OneOf(SourceImageType::VALUES),
        }
        optional {
            spce_code: String = CODE,
            product_id: String = CODE,
        }
    }
}

request! {
    /// Who may use the applications of an image instance.
    pub struct ImageAccount {
        required {
            /// Name of the user or the group, 1 to 128 characters.
            account: String = ID,
            account_type: AccountType = Rule::OneOf(AccountType::VALUES),
        }
        optional {
            /// Domain name, up to 64 characters.
            domain: String = PROJECT,
        }
    }
}

request! {
    /// A host that is reserved for the instance.
    pub struct SchedulerHints {
        required {}
        optional {
            /// ID of the Workspace host.
            dedicated_host_id: String = UP_TO_255,
            /// Type.
            tenancy: String = FROM_1_TO_255,
        }
    }
}

request! {
    /// How sessions are spread over servers.
    pub struct RoutePolicy {
        required {}
        optional {
            /// Most sessions on one server, 1 to 1024.
            max_session: f64 = Rule::Integer { min: 1, max: 1024 },
            /// CPU usage from which a server gets no more, percent, 1 to 100.
            cpu_threshold: f64 = PERCENT,
            /// Memory usage from which a server gets no more, percent, 1 to 100.
            mem_threshold: f64 = PERCENT,
        }
    }
}

request! {
    /// A tag of an image instance.
    pub struct TmsTag {
        required {
            /// 1 to 128 characters: letters and digits of any script, spaces inside, `_ . : = + - @`; not `_sys_…`.
            key: String = Rule::Checked(
                is_tag_key,
                "must have 1 to 128 characters: letters, digits, spaces inside, _ . : = + - @; not start with _sys_",
            ),
        }
        optional {
            /// Up to 255 characters of the same, and `/`.
            value: String = Rule::Checked(
                is_tag_value,
                "must have at most 255 characters: letters, digits, spaces, _ . : / = + - @",
            ),
        }
    }
}

const ACCOUNT: Rule = Rule::Object(ImageAccount::FIELDS);
const TAG: Rule = Rule::Object(TmsTag::FIELDS);

request! {
    /// A new image instance. Source: Workspace API Reference, "Creating an Image Instance".
    pub struct CreateImageServer {
        required {
            /// 1 to 64 characters: letters, digits, Chinese, `-`, `_`, spaces.
            name: String = SERVER_NAME,
            /// The system disk, 10 to 1020 GB in steps of 10.
            root_volume: Volume = Rule::Object(Volume::FIELDS),
            /// The image it is made of.
            image_ref: ImageRef = Rule::Object(AnyImageRef::FIELDS),
            /// ID of the VPC.
            vpc_id: String = ID,
            /// ID of the subnet of its network interface.
            subnet_id: String = ID,
            /// ID of the product package.
            product_id: String = ID,
            /// Who may use its applications: one entry.
            authorize_accounts: Vec<ImageAccount> = Rule::List { of: &ACCOUNT, min: 1, max: 1, unique: false },
        }
        optional {
            /// Up to 255 characters.
            description: String = UP_TO_255,
            /// Flavor, 1 to 255 characters.
            flavor_id: String = FROM_1_TO_255,
            /// Availability zone; a random one where it is empty.
            availability_zone: String = UP_TO_255,
            /// IDs of software in the application repository: up to 100, none twice.
            attach_apps: Vec<String> = Rule::List { of: &ID, min: 0, max: 100, unique: true },
            /// Organizational unit, up to 255 characters.
            ou_name: String = UP_TO_255,
            /// Single-session mode (VDI); false where it is left out.
            is_vdi: bool = Rule::Flag,
            /// A reserved host.
            scheduler_hints: SchedulerHints = Rule::Object(SchedulerHints::FIELDS),
            /// Type of paid sessions.
            extra_session_type: SessionType = Rule::OneOf(SessionType::VALUES),
            /// Number of paid sessions, 1 to 10000.
            extra_session_size: f64 = Rule::Integer { min: 1, max: 10_000 },
            /// How sessions are spread.
            route_policy: RoutePolicy = Rule::Object(RoutePolicy::FIELDS),
            /// Up to 20, each key once.
            tags: Vec<TmsTag> = Rule::List { of: &TAG, min: 0, max: 20, unique: false },
            /// Reserved by the service: image products belong to the default enterprise project.
            enterprise_project_id: String = PROJECT,
        }
    }
}

request! {
    /// Which image instances. Source: Workspace API Reference, "Querying Image Instances".
    pub struct ListImageServers {
        required {}
        optional {
            /// How many to pass over, from 0.
            offset: f64 = OFFSET,
            /// Entries of a page, 1 to 100; the service's default is 10.
            limit: f64 = LIMIT,
            /// Part of the name.
            server_name: String = Rule::Text { min: 0, max: 1024 },
            /// ID of the image instance.
            server_id: String = Rule::Text { min: 0, max: 128 },
            /// `0`: the default one.
            enterprise_project_id: String = Rule::Text { min: 0, max: 128 },
        }
    }
}

request! {
    /// New name or description. Source: Workspace API Reference, "Modifying an Image Instance".
    pub struct UpdateImageServer {
        required {}
        optional {
            /// 1 to 64 characters: letters, digits, Chinese, `-`, `_`, spaces.
            name: String = SERVER_NAME,
            /// Up to 255 characters.
            description: String = UP_TO_255,
        }
    }
}

request! {
    /// Which image instances go. Source: Workspace API Reference, "Deleting Image Instances in Batches".
    pub struct BatchDeleteImageServer {
        required {
            /// 1 to 20 IDs, none twice.
            items: Vec<String> = UP_TO_20_IDS,
            /// Whether server group, servers and application group go too, which makes the applications unusable.
            recursive: bool = Rule::Flag,
        }
        optional {}
    }
}

request! {
    /// Software for an image instance. Source: Workspace API Reference, "Distributing Software Information to an Image
    /// Instance".
    pub struct AttachServerApp {
        required {
            /// 1 to 100 IDs of software in the application repository, none twice.
            items: Vec<String> = Rule::List { of: &ID, min: 1, max: 100, unique: true },
        }
        optional {}
    }
}

request! {
    /// The image that is made of an image instance. Source: Workspace API Reference, "Building a Workspace Application
    /// Image from an Image Instance".
    pub struct CreateServerImage {
        required {
            /// 1 to 128 characters: letters, digits, Chinese, `-`, `.`, `_`, space; no space first or last.
            name: String = Rule::IMAGE_NAME,
        }
        optional {
            /// Up to 1024 characters; no line breaks, no `<` `>`, no space first.
            description: String = Rule::Checked(
                is_description,
                "must have at most 1024 characters, no line breaks, no < or >, and no space first",
            ),
            /// Reserved by the service.
            enterprise_project_id: String = PROJECT,
            /// Whether Sysprep is run before.
            execute_sysprep: bool = Rule::Flag,
        }
    }
}
