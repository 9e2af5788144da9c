//! Asks for the object store and the credentials of an upload. Asking twice gives fresh credentials. Source: CECloud IMS API reference, 1.7.

use super::answers::UploadCredentials;
use super::requests::PREPARE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "prepareUpload",
    section: section("1.7"),
    method: Method::Post,
    path: "/api/image/v1/private-images/{image_id}/upload-prepare",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", PREPARE)],
    answer: Answer::object(UploadCredentials::FIELDS),
    is_secret: true,
    repeat: Repeat::Safe,
    ..Operation::BASE
};
