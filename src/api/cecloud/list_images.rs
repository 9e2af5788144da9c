//! Lists the public images. Source: CECloud IMS API reference, 1.3.

use super::answers::Image;
use super::requests::PAGE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImages",
    section: section("1.3"),
    method: Method::Get,
    path: "/api/image/v1/images",
    arguments: &[Argument::Query("page", PAGE)],
    answer: Answer::page(Image::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
