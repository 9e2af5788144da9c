//! Takes shared images, or does not: a job.
//! Source: Image Management Service, API Reference, "Updating the Sharing Status for Images".

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::requests::members::DECISION;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchUpdateMembers",
    section: section("Updating the Sharing Status for Images"),
    method: Method::Put,
    path: "/v1/cloudimages/members",
    arguments: &[Argument::one_of("request", DECISION)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    permission: needs(&permissions::SHARE),
    ..Operation::BASE
};
