//! Lists image instances. Source: Workspace API Reference, "Querying Image Instances".

use super::answers::ImageServerPage;
use super::requests::ListImageServers;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageServers",
    section: section("Querying Image Instances"),
    method: Method::Get,
    path: "/v1/{project_id}/image-servers",
    arguments: &[Argument::Query("request", ListImageServers::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ImageServerPage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:list"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
