//! Shows an image instance. Source: Workspace API Reference, "Querying Specified Image Instances".

use super::answers::ImageServer;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showImageServer",
    section: section("Querying Specified Image Instances"),
    method: Method::Get,
    path: "/v1/{project_id}/image-servers/{server_id}",
    arguments: &[Argument::Segment("serverId")],
    answer: Answer::Json(FieldKind::Object(ImageServer::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:get"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
