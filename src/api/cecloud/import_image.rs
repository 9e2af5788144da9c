//! Lets the service fetch an image from a URL, with its data disks. The document's table says that nothing is answered, its
//! example that the image is. Source: CECloud IMS API reference, 1.18.

use super::answers::PrivateImage;
use super::requests::ImportImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "importImage",
    section: section("1.18"),
    method: Method::Post,
    path: "/api/image/v1/private-images/import",
    arguments: &[Argument::Body("request", ImportImage::FIELDS)],
    answer: Answer::object_or_nothing(PrivateImage::FIELDS),
    repeat: Repeat::Once,
    ..Operation::BASE
};
