//! Exports a private image to the object store: a job. Full-server and ISO images, and images made of most
//! public ones, cannot be exported.
//! Source: Image Management Service, API Reference, "Exporting an Image".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::EXPORT;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "exportImage",
    section: section("Exporting an Image"),
    method: Method::Post,
    path: "/v1/cloudimages/{image_id}/file",
    arguments: &[Argument::Segment("imageId"), Argument::one_of("request", EXPORT)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::EXPORT_IMAGE),
    ..Operation::BASE
};
