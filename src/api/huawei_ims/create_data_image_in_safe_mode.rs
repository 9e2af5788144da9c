//! The same as `createDataImage` by the newer address.
//! Source: API reference, operation create_data_image_in_safe_mode.

use super::JSON;
use super::permissions;
use super::answers::jobs::JobId;
use super::fields::creation;
use super::requests::whole::DataImageFromFile;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createDataImageInSafeMode",
    section: section("Creating a Data Disk Image from an External Image File (v2.1)"),
    method: Method::Post,
    path: "/v2.1/cloudimages/dataimages/action",
    arguments: &[Argument::Body("request", DataImageFromFile::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::CREATE_DATA_IMAGE),
    ..Operation::BASE
};
