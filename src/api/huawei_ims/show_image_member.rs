//! Shows whether somebody takes a shared image.
//! Source: API reference, operation show_image_member.

use super::permissions;
use super::answers::members::Member;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showImageMember",
    section: section("Querying Details About an Image Sharing Member"),
    method: Method::Get,
    path: "/v1/{project_id}/cloudimages/{image_id}/members/{member_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("memberId")],
    answer: Answer::Json(FieldKind::Object(Member::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::MEMBERS),
    ..Operation::BASE
};
