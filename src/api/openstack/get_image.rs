//! Shows one image.
//!
//! Source: OpenStack Image service API reference, "Show image"
//! and Image Management Service API reference, "Querying Image Details (Native OpenStack API)".

use super::answers::OpenStackImage;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getImage",
    section: section("Querying Image Details (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Json(FieldKind::Open(OpenStackImage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
