//! Creates the metadata of a private image; its file is uploaded afterwards.
//!
//! The table of 1.6 starts with a row `image` (object, required), but the example sends the fields at top level:
//! so does this client. Source: CECloud IMS API reference, 1.6.

use super::answers::CreatedImage;
use super::requests::CreateImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createImage",
    section: section("1.6"),
    method: Method::Post,
    path: "/api/image/v1/private-images",
    arguments: &[Argument::Body("image", CreateImage::FIELDS)],
    answer: Answer::object(CreatedImage::FIELDS),
    repeat: Repeat::Once,
    ..Operation::BASE
};
