//! Creates an image of a whole server out of the server or a backup of it: a job.
//! Source: Image Management Service, API Reference, "Creating a Full-ECS Image".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::fields::creation;
use super::requests::whole::WHOLE_IMAGE;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createWholeImage",
    section: section("Creating a Full-ECS Image"),
    method: Method::Post,
    path: "/v1/cloudimages/wholeimages/action",
    arguments: &[Argument::one_of("request", WHOLE_IMAGE)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::CREATE_WHOLE_IMAGE),
    ..Operation::BASE
};
