//! Finds images by their tags, or counts them.
//! Source: Image Management Service, API Reference, "Querying Images by Tag".

use super::JSON;
use super::permissions;
use super::answers::tags::FoundImages;
use super::fields::no_search_twice;
use super::requests::tags::BY_TAGS;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageByTags",
    section: section("Querying Images by Tag"),
    method: Method::Post,
    path: "/v2/{project_id}/images/resource_instances/action",
    arguments: &[Argument::one_of("request", BY_TAGS)],
    answer: Answer::Json(FieldKind::Object(FoundImages::FIELDS)),
    repeat: Repeat::Safe,
    content_type: JSON,
    check: Some(no_search_twice),
    permission: needs(&permissions::LIST_TAGS),
    ..Operation::BASE
};
