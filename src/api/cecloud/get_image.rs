//! Shows one image. Source: CECloud IMS API reference, 1.4.

use super::answers::Image;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getImage",
    section: section("1.4"),
    method: Method::Get,
    path: "/api/image/v1/images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::object(Image::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
