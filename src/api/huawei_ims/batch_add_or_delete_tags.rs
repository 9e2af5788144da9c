//! Adds tags to an image, or removes tags from it.
//! Source: Image Management Service, API Reference, "Adding or Deleting Image Tags in a Batch".

use super::JSON;
use super::permissions;
use super::fields::no_key_twice;
use super::requests::tags::BATCH;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchAddOrDeleteTags",
    section: section("Adding or Deleting Image Tags in a Batch"),
    method: Method::Post,
    path: "/v2/{project_id}/images/{image_id}/tags/action",
    arguments: &[Argument::Segment("imageId"), Argument::one_of("request", BATCH)],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    content_type: JSON,
    check: Some(no_key_twice),
    permission: needs(&permissions::CHANGE_TAGS),
    ..Operation::BASE
};
