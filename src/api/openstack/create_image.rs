//! Creates the metadata of an image; its file is still to be uploaded.
//!
//! Source: OpenStack Image service API reference, "Create image"
//! and Image Management Service API reference, "Creating Image Metadata (Native OpenStack API)".

use super::answers::OpenStackImage;
use super::properties;
use super::requests::CreateOpenStackImage;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "createImage",
    section: section("Creating Image Metadata (Native OpenStack API)"),
    method: Method::Post,
    path: "/v2/images",
    arguments: &[Argument::open_body("image", CreateOpenStackImage::FIELDS)],
    answer: Answer::Json(FieldKind::Open(OpenStackImage::FIELDS)),
    repeat: Repeat::Once,
    check: Some(properties::check),
    permission: needs(&Permission {
        actions: &["ims:images:create"],
        ..Permission::NONE
    }),
    ..Operation::BASE
};
