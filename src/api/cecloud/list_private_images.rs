//! Lists the private images, filtered where wanted. Source: CECloud IMS API reference, 1.10.

use super::answers::PrivateImage;
use super::requests::PRIVATE_PAGE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listPrivateImages",
    section: section("1.10"),
    method: Method::Get,
    path: "/api/image/v1/private-images",
    arguments: &[Argument::Query("request", PRIVATE_PAGE)],
    answer: Answer::page(PrivateImage::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
