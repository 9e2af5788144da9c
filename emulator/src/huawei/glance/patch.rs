//! Updating an image by a list of changes, in both spellings of JSON patch that Glance knows.

use http::header;
use serde_json::Value;

use super::create::check_tag;
use super::images::own;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::{self, Image, Seen, members, tags::Tag, view};
use crate::huawei::refusal::Refusal;

const TYPE_2_1: &str = "application/openstack-images-v2.1-json-patch";
const TYPE_2_0: &str = "application/openstack-images-v2.0-json-patch";
const READ_ONLY: [&str; 14] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
    "stores",
];
const RESERVED: [&str; 3] = ["location", "deleted", "deleted_at"];
const BASE: [&str; 11] = [
    "name",
    "visibility",
    "protected",
    "os_hidden",
    "container_format",
    "disk_format",
    "min_disk",
    "min_ram",
    "tags",
    "owner",
    "locations",
];
const DISK_FORMATS: [&str; 14] = [
    "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso", "zvhd", "zvhd2", "gpt",
];
const CONTAINER_FORMATS: [&str; 8] = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];

/// `PATCH /v2/images/{image_id}`.
pub(in crate::huawei) fn update(call: &Call) -> Result<Answer> {
    let is_new = match call.media_type().as_str() {
        TYPE_2_1 => true,
        TYPE_2_0 => false,
        _ => {
            let refusal = Refusal::glance(415, "The request's media type is not supported.");
            return Err(refusal.with_header(
                header::HeaderName::from_static("accept-patch"),
                format!("{TYPE_2_1}, {TYPE_2_0}"),
            ));
        }
    };
    let Value::Array(changes) = call.json()? else {
        return Err(Refusal::glance(400, "Request body must be a JSON array of operation objects."));
    };
    let changed = call.huawei.database.with(|transaction| {
        let mut image = own(call, transaction, "modify")?;
        for change in &changes {
            let (operation, path) = if is_new { read_new(change)? } else { read_old(change)? };
            apply(&mut image, operation, attribute(path)?.as_str(), change.get("value"))?;
        }
        images::update(&call.huawei, transaction, &mut image)?;
        let members = members::of(transaction, &image.id)?;
        Ok(Seen { image, members, is_own: true })
    })?;
    Answer::json(Value::Object(view::current(&changed)))
}

/// `{"op": "replace", "path": "/name", "value": …}`.
fn read_new(change: &Value) -> Result<(&str, &str)> {
    let text = |name: &str| {
        let missing = || Refusal::glance(400, format!("Unable to find '{name}' in JSON Schema change"));
        change.get(name).and_then(Value::as_str).ok_or_else(missing)
    };
    if !change.is_object() {
        return Err(Refusal::glance(400, "Operations must be JSON objects."));
    }
    let operation = text("op")?;
    if !["add", "remove", "replace"].contains(&operation) {
        return Err(Refusal::glance(400, format!("Invalid operation: `{operation}`.")));
    }
    Ok((operation, text("path")?))
}

/// `{"replace": "/name", "value": …}`.
fn read_old(change: &Value) -> Result<(&str, &str)> {
    let named: Vec<(&str, &str)> = ["add", "remove", "replace"]
        .into_iter()
        .filter_map(|name| Some((name, change.get(name)?.as_str()?)))
        .collect();
    match named.as_slice() {
        [one] => Ok(*one),
        _ => {
            let message = "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".";
            Err(Refusal::glance(400, message))
        }
    }
}

/// The attribute that a JSON pointer names.
fn attribute(pointer: &str) -> Result<String> {
    let refuse = |rule: &str| Err(Refusal::glance(400, format!("Pointer `{pointer}` {rule}.")));
    let Some(rest) = pointer.strip_prefix('/') else { return refuse("does not start with \"/\"") };
    if rest.is_empty() || rest.contains('/') {
        return Err(Refusal::glance(400, format!("Invalid JSON pointer for this resource: '{pointer}'")));
    }
    let mut escapes = rest.split('~').skip(1);
    if escapes.any(|after| !after.starts_with(['0', '1'])) {
        return refuse("contains \"~\" not part of a recognized escape sequence");
    }
    Ok(rest.replace("~1", "/").replace("~0", "~"))
}

fn apply(image: &mut Image, operation: &str, name: &str, value: Option<&Value>) -> Result<()> {
    check_writable(name)?;
    if operation == "remove" {
        if BASE.contains(&name) {
            return Err(Refusal::glance(403, format!("Property {name} may not be removed.")));
        }
        return match image.properties.remove(name) {
            Some(_) => Ok(()),
            None => Err(Refusal::glance(409, format!("Property {name} does not exist."))),
        };
    }
    let missing =
        || Refusal::glance(400, format!("Operation \"{operation}\" requires a member named \"value\"."));
    let value = value.ok_or_else(missing)?;
    if operation == "replace" && !BASE.contains(&name) && !image.properties.contains_key(name) {
        return Err(Refusal::glance(409, format!("Property {name} does not exist.")));
    }
    if ["container_format", "disk_format"].contains(&name) && image.status != "queued" {
        let message = format!("Attribute {name} can be only replaced for a queued image.");
        return Err(Refusal::glance(403, message));
    }
    set(image, name, value)
}

fn check_writable(name: &str) -> Result<()> {
    if READ_ONLY.contains(&name) {
        return Err(Refusal::glance(403, format!("Attribute '{name}' is read-only.")));
    }
    if RESERVED.contains(&name) || name.starts_with("os_glance") {
        return Err(Refusal::glance(403, format!("Attribute '{name}' is reserved.")));
    }
    Ok(())
}

/// Sets an attribute to a value, both of which must be allowed.
pub(super) fn set(image: &mut Image, name: &str, value: &Value) -> Result<()> {
    check_writable(name)?;
    let wrong = |rule: &str| {
        let message = format!("Provided object does not match schema 'image': {name}: {rule}, is {value}");
        Refusal::glance(400, message)
    };
    let flag = || value.as_bool().ok_or_else(|| wrong("must be true or false"));
    let number = || {
        let number = value.as_i64().filter(|number| (0..=i64::from(i32::MAX)).contains(number));
        number.ok_or_else(|| wrong("must be a whole number from 0 to 2147483647"))
    };
    let format = |formats: &[&str]| match value {
        Value::Null => Ok(None),
        Value::String(text) if formats.contains(&text.as_str()) => Ok(Some(text.clone())),
        _ => Err(wrong(&format!("must be one of {}", formats.join(", ")))),
    };
    match name {
        "name" => {
            image.name = match value {
                Value::Null => None,
                Value::String(text) if text.chars().count() <= 255 => Some(text.clone()),
                _ => return Err(wrong("must be a text of at most 255 characters")),
            }
        }
        "protected" => image.protected = flag()?,
        "os_hidden" => image.hidden = flag()?,
        "min_disk" => image.min_disk = number()?,
        "min_ram" => image.min_ram = number()?,
        "disk_format" => image.disk_format = format(&DISK_FORMATS)?,
        "container_format" => image.container_format = format(&CONTAINER_FORMATS)?,
        "tags" => image.tags = tags(value)?,
        "visibility" => match value.as_str() {
            Some(text @ ("private" | "shared" | "community")) => image.visibility = text.to_owned(),
            Some("public") => {
                return Err(Refusal::glance(
                    403,
                    "You are not authorized to complete publicize_image action.",
                ));
            }
            _ => return Err(wrong("must be community, public, private or shared")),
        },
        "owner" | "locations" => {
            return Err(Refusal::glance(403, format!("You are not authorized to change {name}.")));
        }
        _ => match value {
            Value::String(text) if (1..=255).contains(&name.chars().count()) => {
                image.properties.insert(name.to_owned(), text.clone());
            }
            _ => return Err(wrong("must be a text")),
        },
    }
    Ok(())
}

/// A list of tags; the same one twice is one.
pub(super) fn tags(value: &Value) -> Result<Vec<Tag>> {
    let wrong = || Refusal::glance(400, format!("tags: must be a list of texts, is {value}"));
    let mut tags: Vec<Tag> = Vec::new();
    for text in value.as_array().ok_or_else(wrong)? {
        let tag = check_tag(text.as_str().ok_or_else(wrong)?)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}
