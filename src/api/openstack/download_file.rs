//! The bytes of an image; ranges are answered where the store behind can.
//!
//! Source: OpenStack Image service API reference, "Download binary image data".

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "downloadFile",
    section: section("Download binary image data"),
    method: Method::Get,
    path: "/v2/images/{image_id}/file",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Bytes,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
