//! The same as `importImageQuick` by the newer address.
//! Source: API reference, operation import_image_quick_in_safe_mode.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::fields::creation;
use super::requests::whole::QUICK_IMPORT;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "importImageQuickInSafeMode",
    section: section("Importing an Image File Quickly (v2.1)"),
    method: Method::Post,
    path: "/v2.1/cloudimages/quickimport/action",
    arguments: &[Argument::one_of("request", QUICK_IMPORT)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::IMPORT_QUICK),
    ..Operation::BASE
};
