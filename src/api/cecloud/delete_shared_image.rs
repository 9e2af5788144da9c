//! Deletes a share from the receiver's list. Source: CECloud IMS API reference, 1.17.

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteSharedImage",
    section: section("1.17"),
    method: Method::Delete,
    path: "/api/image/v1/shared-images/{shareImageId}",
    arguments: &[Argument::Segment("shareId")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntil(&["IMG.DBGet.NoData"]),
    ..Operation::BASE
};
