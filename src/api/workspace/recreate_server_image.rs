//! Makes an image of an image instance; answers with a job.
//! Source: Workspace API Reference, "Building a Workspace Application Image from an Image Instance".

use super::answers::StartedImageJob;
use super::requests::CreateServerImage;
use crate::api::answer::FieldKind;
use crate::api::operation::{Answer, Argument, Operation, needs, section};
use crate::api::permission::Permission;
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "recreateServerImage",
    section: section("Building a Workspace Application Image from an Image Instance"),
    method: Method::Post,
    path: "/v1/{project_id}/image-servers/{server_id}/actions/recreate-image",
    arguments: &[Argument::Segment("serverId"), Argument::Body("image", CreateServerImage::FIELDS)],
    answer: Answer::Json(FieldKind::Object(StartedImageJob::FIELDS)),
    repeat: Repeat::Once,
    permission: needs(&Permission {
        actions: &["workspace:imageServer:recreate"],
        dependencies: &["vpc:ports:get", "vpc:subnets:get", "ims:quotas:get", "ims:images:get", "ims:images:list", "ims:images:setTags", "ims:images:setOrDeleteTags", "ims:images:updateMemberStatus", "ims:images:copyInRegion", "ims:serverImages:create"],
        enterprise_project: true,
        ..Permission::NONE
    }),
    ..Operation::BASE
};
