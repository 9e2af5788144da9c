//! The images that Workspace offers: the public ones and the project's own.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::{self, Image};
use crate::huawei::moments;

/// What the list may be sorted by.
const SORTED_BY: [&str; 6] = ["id", "name", "created_at", "os_version", "min_disk", "image_type"];

/// `GET /v2/{project_id}/images`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let refuse = |rule: String| call.invalid(rule);
    let limit = call.query.number("limit", 0..=100, refuse)?.unwrap_or(100);
    let offset = call.query.number("offset", 0..=5000, refuse)?.unwrap_or(0);
    let kind = call.query.choice("image_type", &["gold", "private"], refuse)?;
    let architecture = call.query.choice("architecture", &["arm", "x86"], refuse)?;
    let sort_field = call.query.choice("sort_field", &SORTED_BY, refuse)?.unwrap_or("created_at");
    let descending = call.query.choice("sort_type", &["asc", "desc", "ASC", "DESC"], refuse)?;
    let descending = descending.is_some_and(|direction| direction.eq_ignore_ascii_case("desc"));
    let images = call.huawei.database.with(|transaction| images::all(&call.huawei, transaction))?;
    let is =
        |name: &str, own: &str| call.query.get(name).is_none_or(|wanted| own.eq_ignore_ascii_case(wanted));
    let mut found: Vec<Value> = images
        .iter()
        .filter(|image| image.is_public() || image.owner == call.caller.project)
        .filter(|image| image.status == "active" && is("platform", image.property("__platform")))
        .map(view)
        .filter(|image| {
            let text = |name: &str| image[name].as_str().unwrap_or_default();
            is("os_type", text("os_type"))
                && is("image_id", text("id"))
                && kind.is_none_or(|kind| text("image_type") == kind)
                && architecture.is_none_or(|architecture| text("architecture") == architecture)
        })
        .collect();
    found.sort_by(|one, other| {
        let ordering =
            compare(&one[sort_field], &other[sort_field]).then_with(|| compare(&one["id"], &other["id"]));
        if descending { ordering.reverse() } else { ordering }
    });
    let total = found.len();
    let (offset, limit) = (usize::try_from(offset).unwrap_or(0), usize::try_from(limit).unwrap_or(100));
    let images: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    Answer::json(json!({ "images": images, "total_count": total }))
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_str().cmp(&other.as_str()),
    }
}

fn view(image: &Image) -> Value {
    let is_arm = image.property("__support_arm") == "true";
    json!({
        "id": image.id,
        "image_type": if image.is_public() { "gold" } else { "private" },
        "os_type": image.property("__os_type"),
        "architecture": if is_arm { "arm" } else { "x86" },
        "os_version": image.property("__os_version"),
        "disk_format": image.disk_format,
        "name": image.name,
        "min_ram": image.min_ram,
        "min_disk": image.min_disk,
        "product_code": image.property("__productcode"),
        "created_at": moments::seconds(image.created),
        "kms_id": image.property("__system__cmkid"),
    })
}
