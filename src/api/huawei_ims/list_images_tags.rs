//! Lists the tags of all images of the project.
//! Source: Image Management Service, API Reference, "Querying All Image Tags".

use super::permissions;
use super::answers::tags::ProjectTags;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImagesTags",
    section: section("Querying All Image Tags"),
    method: Method::Get,
    path: "/v2/{project_id}/images/tags",
    answer: Answer::Json(FieldKind::Object(ProjectTags::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::LIST_TAGS),
    ..Operation::BASE
};
