//! Tells by which methods images can be imported.
//!
//! Source: OpenStack Image service API reference, "Import methods and values discovery".

use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getImportInfo",
    section: section("Import methods and values discovery"),
    method: Method::Get,
    path: "/v2/info/import",
    answer: Answer::Json(FieldKind::Open(&[])),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
