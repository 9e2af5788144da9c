//! Shares a private image with up to 50 users. Source: CECloud IMS API reference, 1.13.

use super::shares::shares;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "shareImage",
    section: section("1.13"),
    method: Method::Post,
    path: "/api/image/v1/private-images/{imageId}/share",
    arguments: &[Argument::Segment("imageId"), Argument::Made("userIds", shares)],
    answer: Answer::Nothing,
    repeat: Repeat::Once,
    ..Operation::BASE
};
