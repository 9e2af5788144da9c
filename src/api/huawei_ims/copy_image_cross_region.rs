//! Copies an image to another region: a job. At most 128 GiB, neither encrypted nor an ISO image.
//! Source: API reference, operation copy_image_cross_region.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::CopyCrossRegion;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "copyImageCrossRegion",
    section: section("Replicating an Image Across Regions"),
    method: Method::Post,
    path: "/v1/cloudimages/{image_id}/cross_region_copy",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", CopyCrossRegion::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::COPY_CROSS_REGION),
    ..Operation::BASE
};
