//! Adds a tag to an image, or changes its value; the image stands in the body.
//! Source: Image Management Service, API Reference, "Adding or Modifying a Tag".

use super::JSON;
use super::permissions;
use super::requests::tags::TAG_OF_IMAGE;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createOrUpdateTags",
    section: section("Adding or Modifying a Tag"),
    method: Method::Put,
    path: "/v1/cloudimages/tags",
    arguments: &[Argument::one_of("request", TAG_OF_IMAGE)],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    content_type: JSON,
    permission: needs(&permissions::SET_TAG),
    ..Operation::BASE
};
