//! Deletes an image by version 1.1 of the API. Deprecated: `deleteImage` takes its place.
//!
//! Source: Image Management Service API reference, "Deleting an Image (Native OpenStack API V1.1, Deprecated)".

use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "deleteImageV1",
    section: section("Deleting an Image (Native OpenStack API V1.1, Deprecated)"),
    method: Method::Delete,
    path: "/v1.1/images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Nothing,
    repeat: Repeat::SafeUntilStatus(404),
    permission: needs(&Permission {
        actions: &["ims:images:delete"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
