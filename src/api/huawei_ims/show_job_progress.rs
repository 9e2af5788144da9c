//! Shows a job and how far it is. Its page names a project, its path has none.
//! Source: API reference, operation show_job_progress.

use super::permissions;
use super::answers::jobs::Job;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showJobProgress",
    section: section("Querying the Progress of an Asynchronous Job"),
    method: Method::Get,
    path: "/v1/cloudimages/job/{job_id}",
    arguments: &[Argument::Segment("jobId")],
    answer: Answer::Json(FieldKind::Object(Job::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::NONE),
    ..Operation::BASE
};
