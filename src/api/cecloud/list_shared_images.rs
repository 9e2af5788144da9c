//! Lists the images that others share with the caller. Source: CECloud IMS API reference, 1.16.

use super::answers::SharedImage;
use super::requests::SHARED_PAGE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listSharedImages",
    section: section("1.16"),
    method: Method::Get,
    path: "/api/image/v1/shared-images",
    arguments: &[Argument::Query("request", SHARED_PAGE)],
    answer: Answer::page(SharedImage::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
