//! Deletes an image. The body is Huawei Cloud's: other services ignore it.
//!
//! Source: OpenStack Image service API reference, "Delete image"
//! and Image Management Service API reference, "Deleting an Image (Native OpenStack API)".

use super::requests::DeleteOpenStackImage;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteImage",
    section: section("Deleting an Image (Native OpenStack API)"),
    method: Method::Delete,
    path: "/v2/images/{image_id}",
    arguments: &[Argument::Segment("imageId"), Argument::OptionalBody("options", DeleteOpenStackImage::FIELDS)],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntilStatus(404),
    permission: needs(&Permission {
        actions: &["ims:images:delete"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
