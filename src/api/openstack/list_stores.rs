//! Lists the stores behind a service that has several.
//!
//! Source: OpenStack Image service API reference, "List stores".

use super::answers::OpenStackStores;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listStores",
    section: section("List stores"),
    method: Method::Get,
    path: "/v2/info/stores",
    answer: Answer::Json(FieldKind::Object(OpenStackStores::FIELDS)),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
