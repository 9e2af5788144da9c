//! Counts parts of jobs. Source: Workspace API Reference, "Querying the Number of Image Subtasks".

use super::answers::ImageSubJobCount;
use super::requests::CountImageSubJobs;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "countImageSubJobs",
    section: section("Querying the Number of Image Subtasks"),
    method: Method::Get,
    path: "/v1/{project_id}/image-server-sub-jobs/actions/count",
    arguments: &[Argument::Query("request", CountImageSubJobs::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ImageSubJobCount::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:countImageSubJobs"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
