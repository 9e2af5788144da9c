//! Shares an image with a project.
//!
//! Source: OpenStack Image service API reference, "Create image member"
//! and Image Management Service API reference, "Adding an Image Sharing Member (Native OpenStack API)".

use super::answers::OpenStackMember;
use super::requests::AddOpenStackMember;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "addMember",
    section: section("Adding an Image Sharing Member (Native OpenStack API)"),
    method: Method::Post,
    path: "/v2/images/{image_id}/members",
    arguments: &[Argument::Segment("imageId"), Argument::Body("member", AddOpenStackMember::FIELDS)],
    answer: Answer::Json(FieldKind::Object(OpenStackMember::FIELDS)),
    repeat: Repeat::Once,
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:share"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
