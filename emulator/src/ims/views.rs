//! Images and shares as the document's answers show them, with its oddities.

use serde_json::{Map, Value, json};
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, UtcOffset};

use super::images::Image;
use super::shares::Share;
use super::tenants;

/// `2023-06-15T06:02:03.756Z`: what create, import, copy and shares show.
pub fn precise_time(milliseconds: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    format_time(milliseconds, UtcOffset::UTC, FORMAT)
}

/// `2023-05-24T05:46:14+08:00`: what lists and details show.
fn local_time(milliseconds: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+08:00");
    format_time(milliseconds, offset!(+8), FORMAT)
}

/// `2023-07-14T07:43:56Z`: what the image within a share shows.
fn coarse_time(milliseconds: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    format_time(milliseconds, UtcOffset::UTC, FORMAT)
}

fn format_time(milliseconds: i64, offset: UtcOffset, format: &[BorrowedFormatItem<'_>]) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.to_offset(offset).format(&format).unwrap_or_default()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What all lists and details have in common.
fn common(image: &Image) -> Map<String, Value> {
    object(json!({
        "createdAt": local_time(image.created_at),
        "updatedAt": local_time(image.updated_at),
        "id": image.id,
        "imageId": image.image_id,
        "imageType": image.image_type,
        "name": image.name,
        "size": image.size,
        "status": image.status.as_str(),
        "diskFormat": image.disk_format,
        "checksum": image.checksum,
        "minDisk": image.min_disk,
        "minRam": image.min_ram,
        "cpuArch": image.cpu_arch,
        "osType": image.os_type,
        "platform": image.platform,
        // A string in all lists and details, without a per cent sign.
        "progress": image.progress.to_string(),
        "usage": image.usage,
        "instructions": image.instructions,
        "uploadId": image.upload_id,
        "imageTags": null,
        "visibility": image.visibility,
        "bootMode": image.boot_mode,
    }))
}

/// An item of the public list (1.3).
pub fn public_item(image: &Image, region: &str) -> Value {
    let mut view = common(image);
    view.insert("region".to_owned(), region.into());
    view.insert("osVersion".to_owned(), image.os_version.clone().into());
    Value::Object(view)
}

/// The details (1.4): tags are an array here, and osVersion is missing.
pub fn details(image: &Image, region: &str) -> Value {
    let mut view = common(image);
    view.insert("region".to_owned(), region.into());
    view.insert(
        "imageTags".to_owned(),
        serde_json::from_str(&image.image_tags).unwrap_or_else(|_| json!([])),
    );
    Value::Object(view)
}

/// An item of the private list (1.10).
pub fn private_item(image: &Image, region: &str) -> Value {
    let mut view = object(public_item(image, region));
    view.insert("owner".to_owned(), image.owner.clone().into());
    view.insert("tenantName".to_owned(), tenants::tenant_name(&image.tenant).into());
    Value::Object(view)
}

/// The answer of create (1.6): progress is `0%`, tags are an array.
pub fn created(image: &Image) -> Value {
    json!({
        "owner": image.owner,
        "instructions": image.instructions,
        "imageId": image.image_id,
        "uploadId": image.upload_id,
        "visibility": image.visibility,
        "usage": image.usage,
        "departmentId": image.department_id,
        "cpuArch": image.cpu_arch,
        "minDisk": image.min_disk,
        "platform": image.platform,
        "createdAt": precise_time(image.created_at),
        "osVersion": image.os_version,
        "sourceType": "",
        "minRam": image.min_ram,
        "name": image.name,
        "osType": image.os_type,
        "progress": "0%",
        "resourceGroupId": image.resource_group_id,
        "id": image.id,
        "diskFormat": image.disk_format,
        "imageTags": serde_json::from_str::<Value>(&image.image_tags).unwrap_or_else(|_| json!([])),
        "imageType": image.image_type,
        "updatedAt": precise_time(image.updated_at),
        "status": image.status.as_str(),
        "bootMode": image.boot_mode,
    })
}

/// The answer of import (1.18): the fields of the example, which is cut off after them.
pub fn imported(image: &Image) -> Value {
    json!({
        "createdAt": precise_time(image.created_at),
        "updatedAt": precise_time(image.updated_at),
        "id": image.id,
        "imageId": image.image_id,
        "imageType": image.image_type,
        "name": image.name,
        "status": image.status.as_str(),
        "diskFormat": image.disk_format,
        "owner": image.owner,
        "minDisk": image.min_disk,
        "minRam": image.min_ram,
    })
}

/// The answer of copy (1.21): the fields of the example, which has neither progress nor size nor checksum.
pub fn copied(image: &Image) -> Value {
    json!({
        "createdAt": precise_time(image.created_at),
        "updatedAt": precise_time(image.updated_at),
        "id": image.id,
        "imageId": image.image_id,
        "imageType": image.image_type,
        "name": image.name,
        "bootMode": image.boot_mode,
        "status": image.status.as_str(),
        "diskFormat": image.disk_format,
        "owner": image.owner,
        "minDisk": image.min_disk,
        "minRam": image.min_ram,
        "cpuArch": image.cpu_arch,
        "osType": image.os_type,
        "platform": image.platform,
        "usage": image.usage,
        "describe": image.description,
        "instructions": image.instructions,
        "uploadId": "",
        "imageTags": null,
        "visibility": image.visibility,
        "departmentId": image.department_id,
        "resourceGroupId": image.resource_group_id,
        "osVersion": image.os_version,
        "position": "",
        "sourceType": "",
        "shared": false,
        "capacityPercentage": "",
        "volumeImages": null,
        "errMessage": image.error_message,
        "tenantName": "",
        "departmentName": "",
        "resourceGroupName": "",
    })
}

/// An item of an image's list of shares (1.14), or, with the image, of the shared images (1.16).
pub fn share(share: &Share, image: Option<&Image>) -> Value {
    json!({
        "createdAt": precise_time(share.created_at),
        "updatedAt": precise_time(share.updated_at),
        "id": share.id,
        "shareId": share.share_id,
        "imageId": share.image_id,
        "userId": share.user_id,
        "image": image.map(shared_image),
        "userName": tenants::user_name(&share.user_id),
    })
}

fn shared_image(image: &Image) -> Value {
    let mut view = common(image);
    for (name, value) in [
        ("createdAt", coarse_time(image.created_at)),
        ("updatedAt", coarse_time(image.updated_at)),
        ("owner", image.owner.clone()),
        ("departmentId", image.department_id.clone()),
        ("resourceGroupId", image.resource_group_id.clone()),
        ("osVersion", image.os_version.clone()),
        ("position", "oss".to_owned()),
        ("sourceType", image.source_type.clone()),
    ] {
        view.insert(name.to_owned(), value.into());
    }
    Value::Object(view)
}

/// A page of a list.
pub fn page(page: super::image_lists::Page, total: i64, list: Vec<Value>) -> Value {
    json!({ "size": page.size, "current": page.current, "total": total, "list": list })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_as_in_the_document() {
        assert_eq!(precise_time(1_686_808_923_756), "2023-06-15T06:02:03.756Z");
        assert_eq!(local_time(1_684_878_374_000), "2023-05-24T05:46:14+08:00");
        assert_eq!(coarse_time(1_689_320_636_000), "2023-07-14T07:43:56Z");
    }
}
