//! The same as `createImage` by the newer address; the pages say nothing about the difference.
//! Source: API reference, operation create_image_in_safe_mode.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::fields::creation;
use super::requests::create::CREATE_IMAGE;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createImageInSafeMode",
    section: section("Creating an Image (v2.1)"),
    method: Method::Post,
    path: "/v2.1/cloudimages/action",
    arguments: &[Argument::one_of("request", CREATE_IMAGE)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::CREATE_IMAGE),
    ..Operation::BASE
};
