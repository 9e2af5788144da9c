//! Lists the tags of an image.
//! Source: Image Management Service, API Reference, "Querying Tags of an Image".

use super::permissions;
use super::answers::tags::ImageTags;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageTags",
    section: section("Querying Tags of an Image"),
    method: Method::Get,
    path: "/v2/{project_id}/images/{image_id}/tags",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Json(FieldKind::Object(ImageTags::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::LIST_TAGS),
    ..Operation::BASE
};
