//! Lists jobs of one type. Source: Workspace API Reference, "Querying the Image Tasks of a Tenant".

use super::answers::ImageJobPage;
use super::requests::ListImageJobs;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageJobs",
    section: section("Querying the Image Tasks of a Tenant"),
    method: Method::Get,
    path: "/v1/{project_id}/image-server-jobs",
    arguments: &[Argument::Query("request", ListImageJobs::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ImageJobPage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:images:listImageJobs"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
