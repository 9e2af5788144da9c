//! Exports an image to a bucket. Source: CECloud IMS API reference, 1.20.

use super::requests::BUCKET;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "exportImage",
    section: section("1.20"),
    method: Method::Post,
    path: "/api/image/v1/custom-images/{image_Id}/export",
    arguments: &[Argument::Segment("imageId"), Argument::Wrapped { argument: "bucket", inside: "bucket", fields: BUCKET }],
    answer: Answer::Nothing,
    repeat: Repeat::Once,
    ..Operation::BASE
};
