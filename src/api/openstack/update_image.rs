//! Changes properties of an image. A repetition would find removed what it is to remove, so there is none once it is sent.
//!
//! Source: OpenStack Image service API reference, "Update image; HTTP PATCH media types"
//! and Image Management Service API reference, "Modifying an Image (Native OpenStack API)".

use super::answers::OpenStackImage;
use super::properties;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "updateImage",
    section: section("Modifying an Image (Native OpenStack API)"),
    method: Method::Patch,
    path: "/v2/images/{image_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Made("changes", properties::changes)],
    answer: Answer::Json(FieldKind::Open(OpenStackImage::FIELDS)),
    repeat: Repeat::Once,
    content_type: "application/openstack-images-v2.1-json-patch",
    permission: needs(&Permission {
        actions: &["ims:images:update"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
