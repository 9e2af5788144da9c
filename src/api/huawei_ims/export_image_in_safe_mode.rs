//! The same as `exportImage` by the newer address.
//! Source: API reference, operation export_image_in_safe_mode.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::EXPORT;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "exportImageInSafeMode",
    section: section("Exporting an Image (v2.1)"),
    method: Method::Post,
    path: "/v2.1/cloudimages/{image_id}/file",
    arguments: &[Argument::Segment("imageId"), Argument::one_of("request", EXPORT)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::EXPORT_IMAGE),
    ..Operation::BASE
};
