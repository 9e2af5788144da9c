//! Changes name or description of an image instance. Source: Workspace API Reference, "Modifying an Image Instance".

use super::requests::UpdateImageServer;
use crate::api::operation::{Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "updateImageServer",
    section: section("Modifying an Image Instance"),
    method: Method::Patch,
    path: "/v1/{project_id}/image-servers/{server_id}",
    arguments: &[Argument::Segment("serverId"), Argument::Body("changes", UpdateImageServer::FIELDS)],
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:update"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
