//! Removes a tag from an image; 404 where it is not there.
//! Source: Image Management Service, API Reference, "Deleting an Image Tag".

use super::permissions;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteImageTag",
    section: section("Deleting an Image Tag"),
    method: Method::Delete,
    path: "/v2/{project_id}/images/{image_id}/tags/{key}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("key")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntilStatus(404),
    permission: needs(&permissions::CHANGE_TAGS),
    ..Operation::BASE
};
