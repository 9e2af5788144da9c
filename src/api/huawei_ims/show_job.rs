//! Shows a job. The service's authors call it outdated: `showJobProgress` takes its place.
//! Source: Image Management Service, API Reference, "Querying the Status of an Asynchronous Job".

use super::permissions;
use super::answers::jobs::Job;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showJob",
    section: section("Querying the Status of an Asynchronous Job"),
    method: Method::Get,
    path: "/v1/{project_id}/jobs/{job_id}",
    arguments: &[Argument::Segment("jobId")],
    answer: Answer::Json(FieldKind::Object(Job::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::NONE),
    ..Operation::BASE
};
