//! The JSON schema of a list of images.
//!
//! Source: OpenStack Image service API reference, "Show images schema"
//! and Image Management Service API reference, "Querying an Image List Schema (Native OpenStack API)".

use super::answers::OpenStackSchema;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getImagesSchema",
    section: section("Querying an Image List Schema (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/schemas/images",
    answer: Answer::Json(FieldKind::Open(OpenStackSchema::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission::NONE),
    ..Operation::BASE
};
