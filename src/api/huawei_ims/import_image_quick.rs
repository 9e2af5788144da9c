//! Creates an image out of a large RAW or ZVHD2 file that is prepared already: a job.
//! Source: Image Management Service, API Reference, "Importing an Image File Quickly".

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
    name: "importImageQuick",
    section: section("Importing an Image File Quickly"),
    method: Method::Post,
    path: "/v2/cloudimages/quickimport/action",
    arguments: &[Argument::one_of("request", QUICK_IMPORT)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::IMPORT_QUICK),
    ..Operation::BASE
};
