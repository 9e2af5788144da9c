//! Creates a private image out of a server, disks, or a file in the object store: a job.
//! Source: Image Management Service, API Reference, "Creating an Image".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::fields::creation;
use super::requests::create::CREATE_IMAGE;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createImage",
    section: section("Creating an Image"),
    method: Method::Post,
    path: "/v2/cloudimages/action",
    arguments: &[Argument::one_of("request", CREATE_IMAGE)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::CREATE_IMAGE),
    ..Operation::BASE
};
