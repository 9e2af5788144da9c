//! Lists the projects that an image is shared with. Only Huawei Cloud pages them.
//!
//! Source: OpenStack Image service API reference, "List image members"
//! and Image Management Service API reference, "Querying Image Sharing Members (Native OpenStack API)".

use super::answers::OpenStackMemberList;
use super::requests::OpenStackMemberPage;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listMembers",
    section: section("Querying Image Sharing Members (Native OpenStack API)"),
    method: Method::Get,
    path: "/v2/images/{image_id}/members",
    arguments: &[Argument::Segment("imageId"), Argument::Query("page", OpenStackMemberPage::FIELDS)],
    answer: Answer::Json(FieldKind::Object(OpenStackMemberList::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:share"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
