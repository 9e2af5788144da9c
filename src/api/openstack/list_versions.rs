//! Lists the versions of the API that the service speaks; answered with 300, which is a success here.
//!
//! Source: OpenStack Image service API reference, "API versions"
//! and Image Management Service API reference, "Querying API Versions (Native OpenStack API)".

use super::answers::OpenStackVersions;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listVersions",
    section: section("Querying API Versions (Native OpenStack API)"),
    method: Method::Get,
    path: "/",
    answer: Answer::Json(FieldKind::Object(OpenStackVersions::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission::NONE),
    ..Operation::BASE
};
