//! Lists tags of images as texts.
//! Source: Image Management Service, API Reference, "Querying Tags".

use super::permissions;
use super::answers::tags::TagTexts;
use super::requests::queries::ListTags;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listTags",
    section: section("Querying Tags"),
    method: Method::Get,
    path: "/v1/cloudimages/tags",
    arguments: &[Argument::Query("query", ListTags::FIELDS)],
    answer: Answer::Json(FieldKind::Object(TagTexts::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::LIST_TAGS),
    ..Operation::BASE
};
