//! Changes attributes of an active private image. The page wants a value with every change, so a removal has
//! an empty one.
//! Source: Image Management Service, API Reference, "Updating an Image".

use super::JSON;
use super::permissions;
use super::answers::images::Image;
use super::requests::images::{changes, changes_fit};
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "updateImage",
    section: section("Updating an Image"),
    method: Method::Patch,
    path: "/v2/cloudimages/{image_id}",
    arguments: &[Argument::Segment("imageId"), Argument::Made("changes", changes)],
    answer: Answer::Json(FieldKind::Open(Image::FIELDS)),
    repeat: Repeat::Once,
    content_type: JSON,
    check: Some(changes_fit),
    permission: needs(&permissions::UPDATE),
    ..Operation::BASE
};
