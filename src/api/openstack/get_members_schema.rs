//! The JSON schema of a list of members.
//!
//! Source: OpenStack Image service API reference, "Show image members schema"
//! and Image Management Service API reference, "Querying a Schema for an Image Sharing Member List (Native OpenStack API)".

use super::answers::OpenStackSchema;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getMembersSchema",
    section: section("Querying a Schema for an Image Sharing Member List (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/schemas/members",
    answer: Answer::Json(FieldKind::Open(OpenStackSchema::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission::NONE),
    ..Operation::BASE
};
