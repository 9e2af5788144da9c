//! Accepts or rejects an image that is shared with one's own project.
//!
//! Source: OpenStack Image service API reference, "Update image member"
//! and Image Management Service API reference, "Updating the Image Sharing Status (Native OpenStack API)".

use super::answers::OpenStackMember;
use super::requests::UpdateOpenStackMember;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "updateMember",
    section: section("Updating the Image Sharing Status (Native OpenStack API)"),
    method: Method::Put,
    path: "/v2/images/{image_id}/members/{member_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("memberId"), Argument::Body("change", UpdateOpenStackMember::FIELDS)],
    answer: Answer::Json(FieldKind::Object(OpenStackMember::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:share"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
