//! Starts the import of an image's bytes from where the service finds them; `getImportInfo` tells the methods.
//!
//! Source: OpenStack Image service API reference, "Import an image".

use super::requests::ImportOpenStackImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "importImage",
    section: section("Import an image"),
    method: Method::Post,
    path: "/v2/images/{image_id}/import",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", ImportOpenStackImage::FIELDS)],
    answer: Answer::Nothing,
    repeat: Repeat::Once,
    ..Operation::BASE
};
