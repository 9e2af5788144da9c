//! Lists what the service is doing or has done with an image.
//!
//! Source: OpenStack Image service API reference, "Show tasks associated with image".

use super::answers::OpenStackTasks;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageTasks",
    section: section("Show tasks associated with image"),
    method: Method::Get,
    path: "/v2/images/{image_id}/tasks",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Json(FieldKind::Object(OpenStackTasks::FIELDS)),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
