//! Adds a tag to an image, or changes its value.
//! Source: Image Management Service, API Reference, "Adding an Image Tag".

use super::JSON;
use super::permissions;
use super::requests::tags::Tag;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "addImageTag",
    section: section("Adding an Image Tag"),
    method: Method::Post,
    path: "/v2/{project_id}/images/{image_id}/tags",
    arguments: &[Argument::Segment("imageId"), Argument::Wrapped { argument: "tag", inside: "tag", fields: Tag::FIELDS }],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    content_type: JSON,
    permission: needs(&permissions::CHANGE_TAGS),
    ..Operation::BASE
};
