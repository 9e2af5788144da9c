//! An image as IMS and Glance show it, and as Glance's version 1 did.

use serde_json::{Map, Value, json};

use super::Seen;
use crate::huawei::moments;

/// The image as `/v2/images` and `/v2/cloudimages` show it.
pub(in crate::huawei) fn current(seen: &Seen) -> Map<String, Value> {
    let image = &seen.image;
    let mut view = Map::new();
    for (name, value) in &image.properties {
        view.insert(name.clone(), Value::String(value.clone()));
    }
    let file = image.file.as_ref();
    let kind = match (image.is_public(), seen.is_shared()) {
        (true, _) => "gold",
        (false, true) => "shared",
        (false, false) => "private",
    };
    let visibility = match (image.visibility.as_str(), seen.members.is_empty()) {
        ("private", false) => "shared",
        (visibility, _) => visibility,
    };
    let tags: Vec<String> = image.tags.iter().map(super::tags::Tag::text).collect();
    let base = json!({
        "id": image.id,
        "name": image.name,
        "owner": image.owner,
        "status": image.status,
        "visibility": visibility,
        "protected": image.protected,
        "os_hidden": image.hidden,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "size": file.map(|file| file.size),
        "virtual_size": file.map(|file| file.virtual_size).filter(|size| *size > 0),
        "checksum": file.map(|file| file.checksum.clone()),
        "os_hash_algo": file.filter(|file| !file.sha512.is_empty()).map(|_| "sha512"),
        "os_hash_value": file.map(|file| file.sha512.clone()).filter(|digest| !digest.is_empty()),
        "created_at": moments::seconds(image.created),
        "updated_at": moments::seconds(image.updated),
        "tags": tags,
        "self": format!("/v2/images/{}", image.id),
        "file": format!("/v2/images/{}/file", image.id),
        "schema": "/v2/schemas/image",
        "__imagetype": kind,
    });
    if let Value::Object(base) = base {
        view.extend(base);
    }
    if let Some(active_at) = image.active_at {
        view.insert("active_at".to_owned(), moments::seconds(active_at).into());
    }
    view
}

/// The image as Glance's version 1 showed it.
pub(in crate::huawei) fn version_1(seen: &Seen) -> Map<String, Value> {
    let image = &seen.image;
    let file = image.file.as_ref();
    let view = json!({
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "deleted": false,
        "deleted_at": null,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "created_at": moments::glance_1(image.created),
        "updated_at": moments::glance_1(image.updated),
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "protected": image.protected,
        "is_public": image.is_public(),
        "owner": image.owner,
        "checksum": file.map(|file| file.checksum.clone()),
        "size": file.map_or(0, |file| file.size),
        "virtual_size": file.map(|file| file.virtual_size).filter(|size| *size > 0),
        "properties": image.properties,
    });
    match view {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
