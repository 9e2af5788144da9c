//! Lists whom a private image is shared with. The document speaks of `total` as a number of pages here, as a
//! number of items elsewhere; its example fits both. Source: CECloud IMS API reference, 1.14.

use super::answers::Share;
use super::requests::PAGE;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listImageShares",
    section: section("1.14"),
    method: Method::Get,
    path: "/api/image/v1/private-images/{imageId}/share",
    arguments: &[Argument::Segment("imageId"), Argument::Query("page", PAGE)],
    answer: Answer::page(Share::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
