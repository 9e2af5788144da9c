//! Both families of tag rows: `/v1/cloudimages/tags`, and those under an image of a project.

use http::StatusCode;
use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::images::tags::{self, Tag};
use crate::huawei::images::{self, Image, filter};
use crate::huawei::refusal::Refusal;

/// Tags that one batch may name; what a tag that is deleted may be long.
const MOST: usize = 20;
const LONGEST_DELETED: (usize, usize) = (127, 255);

/// Changes the caller's own image.
fn change(call: &Call, id: &str, change: impl FnOnce(&mut Image) -> Result<()>) -> Result<Answer> {
    call.huawei.database.with(|transaction| {
        let mut image = images::own(&call.huawei, transaction, id, &call.caller.project)?;
        change(&mut image)?;
        images::update(&call.huawei, transaction, &mut image)
    })?;
    Answer::empty(StatusCode::NO_CONTENT)
}

/// `PUT /v1/cloudimages/tags`.
pub(in crate::huawei) fn set(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let id = fields.required("image_id", 1..=64)?;
    let old = fields.text("tag")?.map(|text| Tag::checked_of_ims(&text)).transpose()?;
    let new = match fields.object("image_tag")? {
        Some(mut tag) => {
            let read = tags::read(&mut tag)?;
            tag.end()?;
            Some(read)
        }
        None => None,
    };
    fields.end()?;
    let tag = match (old, new) {
        (Some(tag), None) | (None, Some(tag)) => tag,
        (Some(_), Some(_)) => return Err(call.invalid("image_tag: must not stand beside tag")),
        (None, None) => return Err(call.invalid("one of tag and image_tag is required")),
    };
    tag.check()?;
    change(call, &id, |image| image.add_tag(tag))
}

/// `GET /v1/cloudimages/tags`: the tags of the images that the query finds.
pub(in crate::huawei) fn names(call: &Call) -> Result<Answer> {
    let limit = call.query.number("limit", 1..=i64::from(i32::MAX), |rule| call.invalid(rule))?;
    let page = call.query.number("page", 1..=i64::from(i32::MAX), |rule| call.invalid(rule))?.unwrap_or(1);
    let listed = call.huawei.database.with(|transaction| filter::list(call, transaction))?;
    let mut texts: Vec<String> =
        listed.iter().flat_map(|listed| listed.seen.image.tags.iter().map(Tag::text)).collect();
    texts.sort();
    texts.dedup();
    let size = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let first = size.saturating_mul(usize::try_from(page - 1).unwrap_or(usize::MAX));
    let texts: Vec<String> = texts.into_iter().skip(first).take(size).collect();
    Answer::json(json!({ "tags": texts }))
}

/// `POST /v2/{project_id}/images/{image_id}/tags`.
pub(in crate::huawei) fn add(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut inner = fields.required_object("tag")?;
    let tag = tags::read(&mut inner)?;
    inner.end()?;
    fields.end()?;
    tag.check()?;
    change(call, call.parameter("image_id"), |image| image.add_tag(tag))
}

/// `GET /v2/{project_id}/images/{image_id}/tags`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let image = call.huawei.database.with(|transaction| {
        images::own(&call.huawei, transaction, call.parameter("image_id"), &call.caller.project)
    })?;
    let tags: Vec<Value> = image.tags.iter().map(Tag::view).collect();
    Answer::json(json!({ "tags": tags }))
}

/// `POST /v2/{project_id}/images/{image_id}/tags/action`.
pub(in crate::huawei) fn batch(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let action = fields.required_choice("action", &["create", "delete"])?;
    if action == "delete" {
        return delete_all(call, fields);
    }
    let tags = fields.objects("tags", 1..=MOST, tags::read)?;
    let tags = tags.ok_or_else(|| call.invalid("tags: is required"))?;
    fields.end()?;
    for (index, tag) in tags.iter().enumerate() {
        tag.check()?;
        if tags[..index].iter().any(|known| known.key == tag.key) {
            return Err(Refusal::img("IMG.0115", format!("key: {:?} stands twice", tag.key)));
        }
    }
    change(call, call.parameter("image_id"), |image| tags.into_iter().try_for_each(|tag| image.add_tag(tag)))
}

/// `DELETE /v1/{project_id}/cloudimages/{image_id}/tags/delete`.
pub(in crate::huawei) fn batch_delete(call: &Call) -> Result<Answer> {
    delete_all(call, call.fields()?)
}

/// Deletes tags by key, and by value where one is given; those that are not there are no mistake.
fn delete_all(call: &Call, mut fields: Fields) -> Result<Answer> {
    let tags = fields.objects("tags", 1..=MOST, |fields| {
        Ok((fields.required("key", 1..=LONGEST_DELETED.0)?, fields.sized("value", 0..=LONGEST_DELETED.1)?))
    })?;
    let tags = tags.ok_or_else(|| call.invalid("tags: is required"))?;
    fields.end()?;
    change(call, call.parameter("image_id"), |image| {
        image.tags.retain(|tag| {
            let is_meant = |(key, value): &(String, Option<String>)| {
                *key == tag.key && value.as_ref().is_none_or(|value| *value == tag.value)
            };
            !tags.iter().any(is_meant)
        });
        Ok(())
    })
}

/// `DELETE /v2/{project_id}/images/{image_id}/tags/{key}`.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    let key = call.parameter("key");
    change(call, call.parameter("image_id"), |image| {
        let count = image.tags.len();
        image.tags.retain(|tag| tag.key != key);
        if image.tags.len() == count {
            let refusal = Refusal::img("IMG.0115", format!("key: the image has no tag {key:?}"));
            return Err(Refusal { status: StatusCode::NOT_FOUND, ..refusal });
        }
        Ok(())
    })
}

/// `GET /v2/{project_id}/images/tags`: all keys of the project with their values.
pub(in crate::huawei) fn all(call: &Call) -> Result<Answer> {
    let images = call.huawei.database.with(|transaction| images::all(&call.huawei, transaction))?;
    let own = images.iter().filter(|image| image.owner == call.caller.project);
    let mut tags: Vec<&Tag> = own.flat_map(|image| &image.tags).collect();
    tags.sort();
    tags.dedup();
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for tag in tags {
        match keys.last_mut() {
            Some((key, values)) if *key == tag.key => values.push(&tag.value),
            _ => keys.push((&tag.key, vec![&tag.value])),
        }
    }
    let tags: Vec<Value> =
        keys.into_iter().map(|(key, values)| json!({ "key": key, "values": values })).collect();
    Answer::json(json!({ "tags": tags }))
}
