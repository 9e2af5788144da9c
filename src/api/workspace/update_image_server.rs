//! Changes name or description of an image instance. Source: Workspace API Reference, "Modifying an Image Instance".

use super::requests::UpdateImageServer;
use crate::api::operation::{Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::error::{Error, Result};
use crate::http::Method;
use crate::http::retry::Repeat;
use crate::json::Value;

pub static OPERATION: Operation = Operation {
    name: "updateImageServer",
    section: section("Modifying an Image Instance"),
    method: Method::Patch,
    path: "/v1/{project_id}/image-servers/{server_id}",
    arguments: &[Argument::Segment("serverId"), Argument::Body("changes", UpdateImageServer::FIELDS)],
    repeat: Repeat::Safe,
    check: Some(check),
    permission: needs(&Permission {
        actions: &["workspace:imageServer:update"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};

/// There is something to change.
fn check(arguments: &[Value]) -> Result<()> {
    match arguments.get(1) {
        Some(Value::Object(changes)) if changes.iter().all(|(_, value)| value.is_null()) => {
            Err(Error::invalid("changes", "{}", "must hold at least one change"))
        }
        _ => Ok(()),
    }
}
