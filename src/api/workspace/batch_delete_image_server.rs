//! Deletes image instances; answers with a job.
//! Source: Workspace API Reference, "Deleting Image Instances in Batches".

use super::answers::StartedImageJob;
use super::requests::BatchDeleteImageServer;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "batchDeleteImageServer",
    section: section("Deleting Image Instances in Batches"),
    method: Method::Patch,
    path: "/v1/{project_id}/image-servers/actions/batch-delete",
    arguments: &[Argument::Body("servers", BatchDeleteImageServer::FIELDS)],
    answer: Answer::Json(FieldKind::Object(StartedImageJob::FIELDS)),
    repeat: Repeat::Once,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:batchDelete"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
