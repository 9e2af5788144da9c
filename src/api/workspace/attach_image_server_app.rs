//! Tells an image instance which software it is to get.
//! Source: Workspace API Reference, "Distributing Software Information to an Image Instance".

use super::answers::AttachedServerApp;
use super::requests::AttachServerApp;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "attachImageServerApp",
    section: section("Distributing Software Information to an Image Instance"),
    method: Method::Post,
    path: "/v1/{project_id}/image-servers/{server_id}/actions/attach-app",
    arguments: &[Argument::Segment("serverId"), Argument::Body("software", AttachServerApp::FIELDS)],
    answer: Answer::Json(FieldKind::Object(AttachedServerApp::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:attachApp"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
