//! Tells the service how an upload ended. It says the same however often it is said. Source: CECloud IMS API reference, 1.9.

use super::requests::COMPLETE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "completeUpload",
    section: section("1.9"),
    method: Method::Post,
    path: "/api/image/v1/private-images/{image_id}/upload-done",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", COMPLETE)],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
