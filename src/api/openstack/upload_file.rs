//! The bytes of an image, sent in one request.
//!
//! Source: OpenStack Image service API reference, "Upload binary image data"
//! and Image Management Service API reference, "Uploading an Image (Native OpenStack API)".

use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "uploadFile",
    section: section("Uploading an Image (Native OpenStack API)"),
    method: Method::Put,
    path: "/v2/images/{image_id}/file",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::Once,
    content_type: "application/octet-stream",
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:update", "ims:images:upload"],
        dependencies: &["obs:bucket:*", "obs:object:*", "kms:*:*"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
