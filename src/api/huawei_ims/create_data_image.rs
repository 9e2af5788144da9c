//! Creates a data disk image out of a file in the object store: a job.
//! Source: Image Management Service, API Reference, "Creating a Data Disk Image from an External Image File".

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
    name: "createDataImage",
    section: section("Creating a Data Disk Image from an External Image File"),
    method: Method::Post,
    path: "/v1/cloudimages/dataimages/action",
    arguments: &[Argument::Body("request", DataImageFromFile::FIELDS)],
    answer: Answer::Json(FieldKind::Object(JobId::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(creation),
    permission: needs(&permissions::CREATE_DATA_IMAGE),
    ..Operation::BASE
};
