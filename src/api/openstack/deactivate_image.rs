//! Makes the bytes of an image unavailable to all but administrators.
//!
//! Source: OpenStack Image service API reference, "Deactivate image".

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deactivateImage",
    section: section("Deactivate image"),
    method: Method::Post,
    path: "/v2/images/{image_id}/actions/deactivate",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
