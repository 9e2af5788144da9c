//! Creating an image's metadata; its file comes later.

use http::StatusCode;
use serde_json::Value;

use super::patch;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::{self, Image, Seen, tags::Tag, view};
use crate::huawei::native::os_versions;
use crate::huawei::refusal::Refusal;

/// `POST /v2/images`.
pub(in crate::huawei) fn create(call: &Call) -> Result<Answer> {
    let body = match call.json()? {
        Value::Object(body) => body,
        _ => return Err(Refusal::glance(400, "The body must be a JSON object.")),
    };
    let mut image = Image::new(&call.huawei, &call.caller.project);
    os_versions::describe(&mut image, "Other Linux(64 bit)");
    image.set("__image_size", "0");
    image.set("__root_origin", "file");
    for (name, value) in body {
        match (name.as_str(), &value) {
            ("id", Value::String(id)) if uuid::Uuid::parse_str(id).is_ok() => {
                image.id = id.to_ascii_lowercase()
            }
            ("id", _) => return Err(Refusal::glance(400, "id: must be a UUID.")),
            ("owner", Value::String(owner)) if *owner == call.caller.project => {}
            // Glance's own default, and no list in that.
            ("tags", _) => image.tags = patch::tags(&value)?,
            _ => patch::set(&mut image, &name, &value)?,
        }
    }
    let version = image.property("__os_version").to_owned();
    os_versions::describe(&mut image, &version);
    call.huawei.database.with(|transaction| {
        if images::anywhere(transaction, &image.id)?.is_some() {
            return Err(Refusal::glance(409, format!("Image ID {} already exists!", image.id)));
        }
        images::insert(&call.huawei, transaction, &image)
    })?;
    let place = format!("{}/v2/images/{}", call.base(), image.id);
    let seen = Seen { image, members: Vec::new(), is_own: true };
    Ok(Answer::json_with(StatusCode::CREATED, Value::Object(view::current(&seen)))?.located(place))
}

/// A tag that Glance takes: letters, digits, underscores and hyphens, with `=` before a value.
pub(super) fn check_tag(text: &str) -> Result<Tag> {
    let length = text.chars().count();
    if !(1..=255).contains(&length) {
        return Err(Refusal::glance(400, format!("A tag must have 1 to 255 characters, this has {length}.")));
    }
    let allowed = |character: char| character.is_alphanumeric() || "_-=.".contains(character);
    if !text.chars().all(allowed) {
        let message = format!("A tag has digits, letters, underscores and hyphens, {text:?} has others.");
        return Err(Refusal::glance(400, message));
    }
    Ok(Tag::of_glance(text))
}
