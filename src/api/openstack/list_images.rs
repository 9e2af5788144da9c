//! Lists images, a page at a time.
//!
//! Source: OpenStack Image service API reference, "List images"
//! and Image Management Service API reference, "Querying Images (Native OpenStack API)".

use super::answers::OpenStackImageList;
use super::filters;
use super::requests::OpenStackImageFilters;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImages",
    section: section("Querying Images (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/images",
    arguments: &[Argument::open_query("filters", OpenStackImageFilters::FIELDS)],
    answer: Answer::Json(FieldKind::Object(OpenStackImageList::FIELDS)),
    repeat: Repeat::Safe,
    check: Some(filters::check),
    permission: needs(&Permission {
        actions: &["ims:images:list"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
