//! Tags: a key and a value, and the three ways in which they are written.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Image;
use crate::huawei::Result;
use crate::huawei::fields::Fields;
use crate::huawei::refusal::Refusal;

/// Tags that an image may have.
const MOST: usize = 10;
const LONGEST_KEY: usize = 36;
const LONGEST_VALUE: usize = 43;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::huawei) struct Tag {
    pub(in crate::huawei) key: String,
    pub(in crate::huawei) value: String,
}

impl Tag {
    /// Reads `key=value`, or a key alone.
    pub(in crate::huawei) fn of_glance(text: &str) -> Tag {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    /// Reads `key.value`, as IMS's own `tags` have it; `key=value` is the newer spelling of the same.
    fn of_ims(text: &str) -> Tag {
        match text.split_once('=').or_else(|| text.split_once('.')) {
            Some((key, value)) => Tag { key: key.to_owned(), value: value.to_owned() },
            None => Tag { key: text.to_owned(), value: String::new() },
        }
    }

    /// Reads a tag in the older spelling, which has fewer characters to choose from.
    pub(in crate::huawei) fn checked_of_ims(text: &str) -> Result<Tag> {
        let allowed = |character: char| character.is_alphanumeric() || "_-.=".contains(character);
        if !text.chars().all(allowed) {
            let rule = format!("tag: may have digits, letters, underscores and hyphens, is {text:?}");
            return Err(Refusal::img("IMG.0115", rule));
        }
        Ok(Tag::of_ims(text))
    }

    /// As an image's `tags` show it.
    pub(in crate::huawei) fn text(&self) -> String {
        if self.value.is_empty() { self.key.clone() } else { format!("{}={}", self.key, self.value) }
    }

    /// As the tag rows show it.
    pub(in crate::huawei) fn view(&self) -> Value {
        json!({ "key": self.key, "value": self.value })
    }

    /// Whether the tag may be set.
    pub(in crate::huawei) fn check(&self) -> Result<()> {
        let refuse = |rule: String| Err(Refusal::img("IMG.0115", rule));
        let (key, value) = (self.key.chars().count(), self.value.chars().count());
        if !(1..=LONGEST_KEY).contains(&key) {
            return refuse(format!("key: must have 1 to {LONGEST_KEY} characters, has {key}"));
        }
        if value > LONGEST_VALUE {
            return refuse(format!("value: must have at most {LONGEST_VALUE} characters, has {value}"));
        }
        if self.key.contains(['=', '*', '<', '>', '\\', ',', '|', '/']) {
            return refuse(format!("key: must not have any of =*<>\\,|/, is {:?}", self.key));
        }
        if self.value.contains(['=', '*', '<', '>', '\\', ',', '|', '/']) {
            return refuse(format!("value: must not have any of =*<>\\,|/, is {:?}", self.value));
        }
        Ok(())
    }
}

/// Reads a key and a value; spaces around them are dropped.
pub(in crate::huawei) fn read(fields: &mut Fields) -> Result<Tag> {
    let key = fields.required("key", 0..=1000)?.trim().to_owned();
    let value = fields.required("value", 0..=1000)?.trim().to_owned();
    Ok(Tag { key, value })
}

/// Reads `tags` or `image_tags` of a body that creates an image: one of them at most.
pub(in crate::huawei) fn of_body(fields: &mut Fields) -> Result<Vec<Tag>> {
    if fields.has("tags") && fields.has("image_tags") {
        return Err(fields.refuse("image_tags", "must not stand beside tags"));
    }
    let old = fields.texts("tags", 0..=MOST, 80)?.unwrap_or_default();
    let new = fields.objects("image_tags", 0..=MOST, read)?.unwrap_or_default();
    let mut tags = old.iter().map(|text| Tag::checked_of_ims(text)).collect::<Result<Vec<Tag>>>()?;
    tags.extend(new);
    for (index, tag) in tags.iter().enumerate() {
        tag.check()?;
        if tags[..index].iter().any(|known| known.key == tag.key) {
            return Err(Refusal::img("IMG.0115", format!("key: {:?} stands twice", tag.key)));
        }
    }
    Ok(tags)
}

impl Image {
    /// Adds a tag, or changes the value of the one that has its key.
    pub(in crate::huawei) fn add_tag(&mut self, tag: Tag) -> Result<()> {
        let count = self.tags.len();
        match self.tags.iter_mut().find(|known| known.key == tag.key) {
            Some(known) => known.value = tag.value,
            None if count >= MOST => {
                return Err(Refusal::img("IMG.0116", format!("An image has at most {MOST} tags.")));
            }
            None => self.tags.push(tag),
        }
        Ok(())
    }
}
