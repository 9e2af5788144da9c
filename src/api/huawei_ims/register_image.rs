//! Gives an image whose metadata is there (made by OpenStack's API) its file: a job.
//! Source: Image Management Service, API Reference, "Registering an Image".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::RegisterImage;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "registerImage",
    section: section("Registering an Image"),
    method: Method::Put,
    path: "/v1/cloudimages/{image_id}/upload",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", RegisterImage::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::REGISTER),
    ..Operation::BASE
};
