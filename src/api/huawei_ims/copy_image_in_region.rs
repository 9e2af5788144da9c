//! Copies an image in its region: a job. Full-server and ISO images cannot be copied.
//! Source: Image Management Service, API Reference, "Replicating an Image Within a Region".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::CopyInRegion;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "copyImageInRegion",
    section: section("Replicating an Image Within a Region"),
    method: Method::Post,
    path: "/v1/cloudimages/{image_id}/copy",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", CopyInRegion::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::COPY),
    ..Operation::BASE
};
