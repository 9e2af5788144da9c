//! Lists parts of jobs of one type. Source: Workspace API Reference, "Querying Image Subtasks".

use super::answers::ImageSubJobPage;
use super::requests::ListImageSubJobs;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageSubJobs",
    section: section("Querying Image Subtasks"),
    method: Method::Get,
    path: "/v1/{project_id}/image-server-sub-jobs",
    arguments: &[Argument::Query("request", ListImageSubJobs::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ImageSubJobPage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:listImageSubJobs"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
