//! Lists the buckets that an image can be exported to. Source: CECloud IMS API reference, 1.19.

use super::answers::Bucket;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::http::Method;
use crate::http::retry::Repeat;

pub static OPERATION: Operation = Operation {
    name: "listExportBuckets",
    section: section("1.19"),
    method: Method::Get,
    path: "/api/image/v1/private-images/{image_id}/oss-bucket-list",
    arguments: &[Argument::Segment("imageId")],
    answer: Answer::list(Bucket::FIELDS),
    repeat: Repeat::Safe,
    ..Operation::BASE
};
