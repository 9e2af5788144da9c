//! Copies a shared image into an image of the caller's own. The document's table says that nothing is answered, its example
//! that the copy is. Source: CECloud IMS API reference, 1.21.

use super::answers::CopiedImage;
use super::requests::CopySharedImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "copySharedImage",
    section: section("1.21"),
    method: Method::Post,
    path: "/api/image/v1/shared-images/{shareImageId}/copy",
    arguments: &[Argument::Segment("shareId"), Argument::Body("request", CopySharedImage::FIELDS)],
    answer: Answer::object_or_nothing(CopiedImage::FIELDS),
    repeat: Repeat::Once,
    ..Operation::BASE
};
