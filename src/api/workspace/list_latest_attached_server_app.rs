//! Lists the software that an image instance was told last.
//! Source: Workspace API Reference, "Querying the Latest Distributed Software".

use super::answers::ServerApps;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listLatestAttachedServerApp",
    section: section("Querying the Latest Distributed Software"),
    method: Method::Get,
    path: "/v1/{project_id}/image-servers/{server_id}/actions/latest-attached-app",
    arguments: &[Argument::Segment("serverId")],
    answer: Answer::Json(FieldKind::Object(ServerApps::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:listLatestAttachedApp"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
