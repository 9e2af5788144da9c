//! Deletes a private image. Source: CECloud IMS API reference, 1.12.

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteImage",
    section: section("1.12"),
    method: Method::Delete,
    path: "/api/image/v1/private-images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntil(&["IMG.DBGet.NoData"]),
    ..Operation::BASE
};
