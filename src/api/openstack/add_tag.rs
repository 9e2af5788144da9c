//! Puts a tag on an image.
//!
//! Source: OpenStack Image service API reference, "Add image tag"
//! and Image Management Service API reference, "Adding a Tag (Native OpenStack API)".

use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "addTag",
    section: section("Adding a Tag (Native OpenStack API)"),
    method: Method::Put,
    path: "/v2/images/{image_id}/tags/{tag}",
    arguments: &[Argument::Segment("imageId"), Argument::Segment("tag")],
    answer: Answer::Nothing,
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get", "ims:images:update"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
