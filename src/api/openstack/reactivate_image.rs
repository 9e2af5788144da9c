//! Makes the bytes of an image available again.
//!
//! Source: OpenStack Image service API reference, "Reactivate image".

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "reactivateImage",
    section: section("Reactivate image"),
    method: Method::Post,
    path: "/v2/images/{image_id}/actions/reactivate",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
