//! Querying and updating images, and the quota.

use serde_json::{Value, json};

use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::images::{self, Image, filter, members, names, page, view};
use crate::huawei::query::Query;
use crate::huawei::refusal::{Family, Refusal};
use crate::huawei::{Result, images::Seen};

/// Attributes that no update changes.
const FIXED: [&str; 30] = [
    "id",
    "owner",
    "status",
    "size",
    "checksum",
    "visibility",
    "protected",
    "container_format",
    "disk_format",
    "created_at",
    "updated_at",
    "active_at",
    "file",
    "self",
    "schema",
    "tags",
    "virtual_size",
    "virtual_env_type",
    "os_hidden",
    "__imagetype",
    "__image_size",
    "__image_source_type",
    "__isregistered",
    "__os_bit",
    "__os_type",
    "__platform",
    "__originalimagename",
    "__backup_id",
    "__data_origin",
    "__root_origin",
];

/// Attributes that must not stand beside others.
const RIVALS: [(&str, &[&str]); 4] = [
    ("__support_xen_hana", &["__support_xen", "__support_kvm"]),
    ("__support_xen_gpu_type", &["__support_xen", "__support_kvm"]),
    ("__support_kvm_gpu_type", &["__support_xen", "__support_kvm"]),
    ("__support_kvm_infiniband", &["__support_xen"]),
];

/// `GET /v2/cloudimages`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let mut query = call.query.clone();
    // "The value is true for all extension APIs by default."
    if query.get("__isregistered").is_none() {
        query.0.push(("__isregistered".to_owned(), "true".to_owned()));
    }
    let statuses = ["queued", "saving", "deleted", "killed", "active"];
    query.choice("status", &statuses, |rule| call.invalid(rule))?;
    let call = &with_query(call, query);
    let listed = call.huawei.database.with(|transaction| filter::list(call, transaction))?;
    let page = page::cut(call, listed, 500)?;
    let images: Vec<Value> = page.images.into_iter().map(|listed| Value::Object(listed.view)).collect();
    let mut answer = json!({ "images": images });
    if let Some(marker) = page.next_marker {
        answer["page_info"] = json!({ "next_marker": marker });
    }
    Answer::json(answer)
}

/// The same call with another query.
pub(super) fn with_query(call: &Call, query: Query) -> Call {
    Call {
        huawei: call.huawei.clone(),
        family: call.family,
        caller: call.caller.clone(),
        parameters: call.parameters.clone(),
        path: call.path.clone(),
        query,
        headers: call.headers.clone(),
        body: call.body.clone(),
    }
}

/// `PATCH /v2/cloudimages/{image_id}`.
pub(in crate::huawei) fn update(call: &Call) -> Result<Answer> {
    let changes = match call.json()? {
        Value::Array(changes) if !changes.is_empty() => changes,
        _ => return Err(call.invalid("the body must be a list of changes")),
    };
    let changed = call.huawei.database.with(|transaction| {
        let mut image =
            images::own(&call.huawei, transaction, call.parameter("image_id"), &call.caller.project)?;
        if image.status != "active" {
            let rule = format!("image_id: only active images are updated, this is {}", image.status);
            return Err(Refusal::img("IMG.0046", rule));
        }
        for change in changes {
            apply(&mut image, Fields::of(change, Family::Ims)?)?;
        }
        check_rivals(&image)?;
        images::update(&call.huawei, transaction, &mut image)?;
        let members = members::of(transaction, &image.id)?;
        Ok(Seen { image, members, is_own: true })
    })?;
    Answer::json(Value::Object(view::current(&changed)))
}

fn apply(image: &mut Image, mut change: Fields) -> Result<()> {
    let operation = change.required_choice("op", &["add", "replace", "remove"])?;
    let path = change.required("path", 2..=256)?;
    let Some(name) = path.strip_prefix('/').filter(|name| !name.contains('/')) else {
        return Err(change.refuse("path", format!("must be a slash and an attribute's name, is {path:?}")));
    };
    if FIXED.contains(&name) {
        return Err(Refusal::img("IMG.0105", format!("path: {name} cannot be changed")));
    }
    if name.chars().any(char::is_uppercase) {
        return Err(change.refuse("path", format!("names have no upper-case letters, is {path:?}")));
    }
    let value = match change.take("value") {
        Some(Value::String(text)) => Some(text),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
        Some(_) => return Err(change.refuse("value", "must be a text")),
        None => None,
    };
    change.end()?;
    let is_there = match name {
        "name" | "min_disk" | "min_ram" => true,
        _ => image.properties.contains_key(name),
    };
    match (operation, value) {
        ("add" | "replace", None) => Err(change.refuse("value", "is required")),
        ("replace" | "remove", _) if !is_there => {
            Err(Refusal::img("IMG.0035", format!("path: the image has no attribute {name}")))
        }
        ("remove", _) if matches!(name, "name" | "min_disk" | "min_ram") => {
            Err(Refusal::img("IMG.0105", format!("path: {name} cannot be removed")))
        }
        ("remove", _) => {
            image.properties.remove(name);
            Ok(())
        }
        (_, Some(value)) => set(image, name, value, &change),
        (_, None) => Ok(()),
    }
}

fn set(image: &mut Image, name: &str, value: String, change: &Fields) -> Result<()> {
    let number = |most: i64| {
        let rule = format!("{name}: must be a whole number from 0 to {most}, is {value:?}");
        let number = value.parse().ok().filter(|number| (0..=most).contains(number));
        number.ok_or_else(|| Refusal::img("IMG.0055", rule))
    };
    match name {
        "name" => {
            names::check_name(&value)?;
            image.name = Some(value);
            return Ok(());
        }
        "min_ram" => {
            image.min_ram = number(i64::from(i32::MAX))?;
            return Ok(());
        }
        "min_disk" => {
            image.min_disk = number(1024)?;
            return Ok(());
        }
        "max_ram" => drop(number(i64::from(i32::MAX))?),
        "__description" => names::check_description(&value)?,
        "hw_firmware_type" if !["bios", "uefi"].contains(&value.as_str()) => {
            return Err(Refusal::img("IMG.0141", format!("hw_firmware_type: is {value:?}")));
        }
        "__os_version" => {
            super::os_versions::check(&value)?;
            super::os_versions::describe(image, &value);
        }
        "enterprise_project_id" if value != "0" && uuid::Uuid::parse_str(&value).is_err() => {
            return Err(change.refuse("value", format!("must be 0 or a UUID, is {value:?}")));
        }
        "hw_vif_multiqueue_enabled" | "__is_config_init" | "__support_amd"
            if !["true", "false"].contains(&value.as_str()) =>
        {
            return Err(change.refuse("value", format!("must be true or false, is {value:?}")));
        }
        _ => {}
    }
    image.set(name, value);
    Ok(())
}

fn check_rivals(image: &Image) -> Result<()> {
    for (name, rivals) in RIVALS {
        let rival = rivals.iter().find(|rival| image.property(rival) == "true");
        if let (true, Some(rival)) = (image.properties.contains_key(name), rival) {
            return Err(Refusal::img("IMG.0035", format!("{name} must not stand beside {rival}.")));
        }
    }
    Ok(())
}

/// `GET /v1/cloudimages/quota`.
pub(in crate::huawei) fn quota(call: &Call) -> Result<Answer> {
    let used = call
        .huawei
        .database
        .with(|transaction| images::count(&call.huawei, transaction, &call.caller.project))?;
    let quota = images::quota(&call.huawei);
    let resource = json!({ "type": "image", "used": used, "quota": quota, "min": 1, "max": 1000 });
    Answer::json(json!({ "quotas": { "resources": [resource] } }))
}
