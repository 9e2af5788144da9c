//! Creates an image instance; answers with a job. Source: Workspace API Reference, "Creating an Image Instance".

use super::answers::StartedImageJob;
use super::requests::CreateImageServer;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::api::rules::unique_keys;
use crate::http::Method;
use crate::http::retry::Repeat;
use crate::error::{Error, Result};
use crate::json::Value;

pub static OPERATION: Operation = Operation {
    name: "createImageServer",
    section: section("Creating an Image Instance"),
    method: Method::Post,
    path: "/v1/{project_id}/image-servers",
    arguments: &[Argument::Body("server", CreateImageServer::FIELDS)],
    answer: Answer::Json(FieldKind::Object(StartedImageJob::FIELDS)),
    repeat: Repeat::Once,
    check: Some(check),
    permission: needs(&Permission {
        actions: &["workspace:imageServer:create"],
        dependencies: &["ims:images:list", "vpc:ports:get", "vpc:subnets:get"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};

/// A KooGallery image needs its codes; no key of a tag stands twice.
fn check(arguments: &[Value]) -> Result<()> {
    let server = arguments.first().unwrap_or(&Value::Null);
    let source = server.get("image_ref").unwrap_or(&Value::Null);
    if source.get("image_type").and_then(Value::as_str) == Some("gold") {
        for name in ["spce_code", "product_id"] {
            let given = source.get(name).filter(|value| !value.is_null());
            if given.and_then(Value::as_str).unwrap_or_default().is_empty() {
                let shown = given.map_or("undefined".to_owned(), Value::to_string);
                let rule = "is required where image_type is 'gold'";
                return Err(Error::invalid(format!("image_ref.{name}"), shown, rule));
            }
        }
    }
    unique_keys(server.get("tags"), "tags")
}
