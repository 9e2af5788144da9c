//! Shows how many images the project may have, and has.
//! Source: Image Management Service, API Reference, "Querying the Image Quota".

use super::permissions;
use super::answers::jobs::QuotaAnswer;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "showImageQuota",
    section: section("Querying the Image Quota"),
    method: Method::Get,
    path: "/v1/cloudimages/quota",
    answer: Answer::Json(FieldKind::Object(QuotaAnswer::FIELDS)),
    repeat: Repeat::Safe,
    permission: needs(&permissions::QUOTA),
    ..Operation::BASE
};
