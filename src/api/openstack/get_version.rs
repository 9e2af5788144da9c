//! Shows one version of the API.
//!
//! Source: OpenStack Image service API reference, "API versions"
//! and Image Management Service API reference, "Querying an API Version (Native OpenStack API)".

use super::answers::OpenStackVersions;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getVersion",
    section: section("Querying an API Version (Native OpenStack API)"),
    method: Method::Get,
    path: "/{version}",
    arguments: &[Argument::Segment("version")],
    answer: Answer::Json(FieldKind::Object(OpenStackVersions::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission::NONE),
    ..Operation::BASE
};
