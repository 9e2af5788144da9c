//! The JSON schema of a member.
//!
//! Source: OpenStack Image service API reference, "Show image member schema"
//! and Image Management Service API reference, "Querying a Schema for an Image Sharing Member (Native OpenStack API)".

use super::answers::OpenStackSchema;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getMemberSchema",
    section: section("Querying a Schema for an Image Sharing Member (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/schemas/member",
    answer: Answer::Json(FieldKind::Open(OpenStackSchema::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission::NONE),
    ..Operation::BASE
};
