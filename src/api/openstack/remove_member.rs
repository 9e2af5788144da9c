//! Stops sharing an image with a project.
//!
//! Source: OpenStack Image service API reference, "Delete image member"
//! and Image Management Service API reference, "Deleting an Image Sharing Member (Native OpenStack API)".

use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "removeMember",
    section: section("Deleting an Image Sharing Member (Native OpenStack API)"),
    method: Method::Delete,
    path: "/v2/images/{image_id}/members/{member_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("memberId")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntilStatus(404),
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:share"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
