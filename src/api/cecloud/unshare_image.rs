//! Stops sharing a private image with up to 50 users.
//!
//! The example of 1.15 shows `/share`, its URL format `/unshare`: the example is a slip of the document. Source: CECloud IMS API reference, 1.15.

use super::shares::shares;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "unshareImage",
    section: section("1.15"),
    method: Method::Post,
    path: "/api/image/v1/private-images/{imageId}/unshare",
    arguments: &[Argument::Segment("imageId"), Argument::Made("userIds", shares)],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntil(&["IMG.OperationFailed.NotShared"]),
    ..Operation::BASE
};
