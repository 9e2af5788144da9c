//! Lists product images. Source: Workspace API Reference, "Querying Product Images".
//!
//! The document calls Content-Type mandatory, and says that it is the body's type: there is no body, so none is sent.

use super::answers::ProductImagePage;
use super::requests::ListProductImages;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImages",
    section: section("Querying Product Images"),
    method: Method::Get,
    path: "/v2/{project_id}/images",
    arguments: &[Argument::Query("request", ListProductImages::FIELDS)],
    answer: Answer::Json(FieldKind::Object(ProductImagePage::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["workspace:images:list"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
