//! Deletes the records of parts of jobs. Source: Workspace API Reference, "Deleting Image Subtasks in Batches".

use super::requests::BatchDeleteSubJobs;
use crate::api::operation::{Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchDeleteImageSubJobs",
    section: section("Deleting Image Subtasks in Batches"),
    method: Method::Patch,
    path: "/v1/{project_id}/image-server-sub-jobs/actions/batch-delete",
    arguments: &[Argument::Body("subJobs", BatchDeleteSubJobs::FIELDS)],
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:batchDeleteImageSubJobs"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
