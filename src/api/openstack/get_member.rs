//! Shows how far an image is shared with a project.
//!
//! Source: OpenStack Image service API reference, "Show image member details"
//! and Image Management Service API reference, "Querying Image Sharing Member Details (Native OpenStack API)".

use super::answers::OpenStackMember;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getMember",
    section: section("Querying Image Sharing Member Details (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/images/{image_id}/members/{member_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("memberId")],
    answer: Answer::Json(FieldKind::Object(OpenStackMember::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:share"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
