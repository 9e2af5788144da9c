//! The same as `copyImageInRegion` by the newer address.
//! Source: API reference, operation copy_image_in_region_in_safe_mode.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::images::CopyInRegion;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "copyImageInRegionInSafeMode",
    section: section("Replicating an Image Within a Region (v2.1)"),
    method: Method::Post,
    path: "/v2.1/cloudimages/{image_id}/copy",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", CopyInRegion::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::COPY),
    ..Operation::BASE
};
