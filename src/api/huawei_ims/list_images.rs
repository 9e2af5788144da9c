//! Lists images, page by page.
//! Source: Image Management Service, API Reference, "Querying Images".

use super::permissions;
use super::answers::images::ImagePage;
use super::requests::queries::ImageFilters;
use super::requests::queries::decision_needs_shared;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImages",
    section: section("Querying Images"),
    method: Method::Get,
    path: "/v2/cloudimages",
    arguments: &[Argument::Query("query", ImageFilters::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ImagePage::FIELDS)),
    repeat: Repeat::Safe,
    check: Some(decision_needs_shared),
    permission: needs(&permissions::LIST),
    ..Operation::BASE
};
