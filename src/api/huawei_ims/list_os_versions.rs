//! Lists the operating systems that images may have.
//! Source: API reference, operation list_os_versions.

use super::permissions;
use super::answers::members::OS_VERSIONS;
use super::requests::queries::ListOsVersions;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listOsVersions",
    section: section("Querying OSs Supported by Images"),
    method: Method::Get,
    path: "/v1/cloudimages/os_version",
    arguments: &[Argument::Query("query", ListOsVersions::FIELDS)],
    answer: Answer::Json(OS_VERSIONS),
    repeat: Repeat::Safe,
    permission: needs(&permissions::LIST_TAGS),
    ..Operation::BASE
};
