//! Deletes an image: OpenStack's call, which an upload needs to take back what it has made. Callers have it in the client
//! of OpenStack's calls. Source: Image Management Service, API Reference, "Deleting an Image (Native OpenStack API)".

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteImage",
    section: section("Deleting an Image (Native OpenStack API)"),
    method: Method::Delete,
    path: "/v2/images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntilStatus(404),
    ..Operation::BASE
};
