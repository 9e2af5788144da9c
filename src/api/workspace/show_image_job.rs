//! Shows a job with its parts. Source: Workspace API Reference, "Querying Image Task Details".

use super::answers::ImageJob;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showImageJob",
    section: section("Querying Image Task Details"),
    method: Method::Get,
    path: "/v1/{project_id}/image-server-jobs/{job_id}",
    arguments: &[Argument::Segment("jobId")],
    answer: Answer::Json(FieldKind::Object(ImageJob::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:images:getImageJob"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
