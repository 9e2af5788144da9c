//! Removes tags from an image.
//! Source: API reference, operation batch_delete_tags.

use super::JSON;
use super::permissions;
use super::fields::no_key_twice;
use super::requests::tags::RemovedTags;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchDeleteTags",
    section: section("Deleting Image Tags in a Batch"),
    method: Method::Delete,
    path: "/v1/{project_id}/cloudimages/{image_id}/tags/delete",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", RemovedTags::FIELDS)],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    content_type: JSON,
    check: Some(no_key_twice),
    permission: needs(&permissions::CHANGE_TAGS),
    ..Operation::BASE
};
