//! Lists images with their details by version 1.1 of the API. Deprecated: `listImages` takes its place.
//!
//! Source: Image Management Service API reference, "Querying Image Details (Native OpenStack API V1.1, Deprecated)".

use super::answers::OpenStackV1ImageList;
use super::filters;
use super::requests::V1_FILTERS;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImagesV1",
    section: section("Querying Image Details (Native OpenStack API V1.1, Deprecated)"),
    method: Method::Get,
    path: "/v1.1/images/detail",
    arguments: &[Argument::open_query("filters", V1_FILTERS)],
    answer: Answer::Json(FieldKind::Object(OpenStackV1ImageList::FIELDS)),
    repeat: Repeat::Safe,
    check: Some(filters::check),
    permission: needs(&Permission {
        actions: &["ims:images:list"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
