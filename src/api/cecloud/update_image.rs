//! Changes the information of a private image. Sending the same values twice changes nothing. Source: CECloud IMS API reference, 1.5.

use super::requests::UpdateImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "updateImage",
    section: section("1.5"),
    method: Method::Put,
    path: "/api/image/v1/private-images/{imageId}",
    arguments: &[Argument::Segment("imageId"), Argument::Body("image", UpdateImage::FIELDS)],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
