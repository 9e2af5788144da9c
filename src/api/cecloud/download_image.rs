//! The bytes of a private image. The document shows no answer: the file follows from the operation's name. Source: CECloud IMS API reference, 1.11.

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "downloadImage",
    section: section("1.11"),
    method: Method::Get,
    path: "/api/image/v1/private-images/{image_id}/file",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Bytes,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
