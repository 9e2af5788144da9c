//! Finding and counting images by their tags.

use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::images::tags::Tag;
use crate::huawei::images::{self, Image};

/// Keys of a condition, and values of a key.
const MOST: usize = 10;

/// A key with the values that it may have; none: any.
struct Wanted {
    key: String,
    values: Vec<String>,
}

impl Wanted {
    fn is_had(&self, image: &Image) -> bool {
        image
            .tags
            .iter()
            .any(|tag| tag.key == self.key && (self.values.is_empty() || self.values.contains(&tag.value)))
    }
}

fn wanted(fields: &mut Fields, name: &str) -> Result<Vec<Wanted>> {
    let mut keys: Vec<String> = Vec::new();
    let list = fields.objects(name, 0..=MOST, |fields| {
        let key = fields.required("key", 1..=128)?;
        if keys.contains(&key) {
            return Err(fields.refuse("key", format!("{key:?} stands twice")));
        }
        keys.push(key.clone());
        let Some(values) = fields.take("values") else {
            return Err(fields.refuse("values", "is required"));
        };
        let Some(values) = values.as_array().filter(|values| values.len() <= MOST) else {
            return Err(fields.refuse("values", format!("must be a list of at most {MOST} texts")));
        };
        let mut texts: Vec<String> = Vec::new();
        for value in values {
            match value.as_str().filter(|text| text.chars().count() <= 255) {
                Some(text) if !texts.iter().any(|known| known == text) => texts.push(text.to_owned()),
                _ => {
                    return Err(
                        fields.refuse("values", "must be texts of at most 255 characters, none twice")
                    );
                }
            }
        }
        Ok(Wanted { key, values: texts })
    })?;
    Ok(list.unwrap_or_default())
}

/// A number that the document has as a text; as a number it is taken, too.
fn number(fields: &mut Fields, name: &str, least: i64, most: i64) -> Result<Option<i64>> {
    let Some(value) = fields.take(name) else { return Ok(None) };
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    match number.filter(|number| (least..=most).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            Err(fields.refuse(name, format!("must be a whole number from {least} to {most}, is {value}")))
        }
    }
}

/// `POST /v2/{project_id}/images/resource_instances/action`.
pub(in crate::huawei) fn search(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let action = fields.required_choice("action", &["filter", "count"])?;
    let [tags, any, not, not_any] = [
        wanted(&mut fields, "tags")?,
        wanted(&mut fields, "tags_any")?,
        wanted(&mut fields, "not_tags")?,
        wanted(&mut fields, "not_tags_any")?,
    ];
    let without_any = fields.flag("without_any_tag")?.unwrap_or(false);
    let limit = number(&mut fields, "limit", 1, 1000)?.unwrap_or(10);
    let offset = number(&mut fields, "offset", 0, i64::from(i32::MAX))?.unwrap_or(0);
    let mut keys: Vec<&'static str> = Vec::new();
    let matches = fields.objects("matches", 1..=2, |fields| {
        let key = fields.required_choice("key", &["resource_name", "resource_id"])?;
        if keys.contains(&key) {
            return Err(fields.refuse("key", format!("{key:?} stands twice")));
        }
        keys.push(key);
        Ok((key, fields.required("value", 0..=255)?))
    })?;
    fields.end()?;
    let had = |list: &[Wanted], image: &Image| list.iter().filter(|wanted| wanted.is_had(image)).count();
    let images = call.huawei.database.with(|transaction| images::all(&call.huawei, transaction))?;
    let found: Vec<&Image> = images
        .iter()
        .filter(|image| image.owner == call.caller.project)
        .filter(|image| match without_any {
            true => image.tags.is_empty(),
            false => {
                had(&tags, image) == tags.len()
                    && (any.is_empty() || had(&any, image) > 0)
                    // Not all of these, and none of those.
                    && (not.is_empty() || had(&not, image) < not.len())
                    && had(&not_any, image) == 0
            }
        })
        .filter(|image| matches.iter().flatten().all(|(key, value)| fits(image, key, value)))
        .collect();
    if action == "count" {
        return Answer::json(json!({ "total_count": found.len() }));
    }
    let (limit, offset) = (usize::try_from(limit).unwrap_or(10), usize::try_from(offset).unwrap_or(0));
    let resources: Vec<Value> = found.iter().skip(offset).take(limit).map(|image| view(image)).collect();
    Answer::json(json!({ "total_count": found.len(), "resources": resources }))
}

/// A name that is given contains; an empty one is an empty name; an ID is the whole.
fn fits(image: &Image, key: &str, value: &str) -> bool {
    let name = image.name.as_deref().unwrap_or_default();
    match (key, value) {
        ("resource_id", id) => image.id == id,
        (_, "") => name.is_empty(),
        (_, part) => name.contains(part),
    }
}

fn view(image: &Image) -> Value {
    let tags: Vec<Value> = image.tags.iter().map(Tag::view).collect();
    json!({
        "resource_id": image.id,
        "resource_name": image.name,
        "resource_detail": { "status": image.status },
        "tags": tags,
    })
}
