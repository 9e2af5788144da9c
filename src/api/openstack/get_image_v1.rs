//! Shows an image by version 1 of the API: all of it stands in headers. Deprecated: `getImage` takes its place.
//!
//! Source: Image Management Service API reference, "Querying Image Metadata (Native OpenStack API V1, Deprecated)".

use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "getImageV1",
    section: section("Querying Image Metadata (Native OpenStack API V1, Deprecated)"),
    method: Method::Head,
    path: "/v1/images/{image_id}",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::Headers("x-image-meta-"),
    repeat: Repeat::Safe,
    permission: needs(&Permission {
        actions: &["ims:images:get"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
