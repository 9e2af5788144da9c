//! Lists whom an image is shared with.
//! Source: API reference, operation list_image_members.

use super::permissions;
use super::answers::members::MemberPage;
use super::requests::queries::ListImageMembers;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageMembers",
    section: section("Querying Image Sharing Members"),
    method: Method::Get,
    path: "/v1/{project_id}/cloudimages/{image_id}/members",
    arguments: &[Argument::Segment("imageId"), Argument::Query("query", ListImageMembers::FIELDS)],
    answer: Answer::Json(FieldKind::Object(MemberPage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::MEMBERS),
    ..Operation::BASE
};
