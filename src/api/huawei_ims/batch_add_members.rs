//! Shares images: a job, whose `entities.results` tell of each.
//! Source: Image Management Service, API Reference, "Adding Image Sharing Members".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::members::ImageMembers;
use super::requests::members::has_a_tenant;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchAddMembers",
    section: section("Adding Image Sharing Members"),
    method: Method::Post,
    path: "/v1/cloudimages/members",
    arguments: &[Argument::Body("request", ImageMembers::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(has_a_tenant),
    permission: needs(&permissions::SHARE),
    ..Operation::BASE
};
