//! Rules that many requests share, and what must hold between fields.

use crate::api::rules::{INT_MAX, Rule, unique_keys};
use crate::error::{Error, Result};
use crate::json::Value;

/// An ID, or any other text that must not be empty.
pub const ID: Rule = Rule::Text { min: 1, max: 255 };
/// A list of IDs.
pub const IDS: Rule = Rule::List { of: &ID, min: 1, max: usize::MAX, unique: true };
/// A list of tenants: an image is shared with at most 256.
pub const TENANTS: Rule = Rule::List { of: &ID, min: 0, max: 256, unique: true };
/// MiB of memory.
pub const MEMORY: Rule = Rule::Integer { min: 0, max: INT_MAX };
/// GiB of a system disk made of a file.
pub const SYSTEM_DISK: Rule = Rule::Integer { min: 40, max: 1024 };
/// Entries on a page.
pub const LIMIT: Rule = Rule::Integer { min: 1, max: INT_MAX };
/// Something that is said about an image.
pub const DESCRIPTION: Rule =
    Rule::Checked(is_description, "must be a text of at most 1024 characters without line breaks, < and >");
/// A file in the object store.
pub const FILE: Rule = Rule::Checked(
    is_file,
    "must be bucket:object, where the bucket has 3 to 63 lower-case letters, digits, - and .",
);
/// An enterprise project.
pub const ENTERPRISE_PROJECT: Rule = Rule::Checked(
    is_enterprise_project,
    "must be '0' (the default enterprise project) or the ID of one, a UUID",
);
/// Enterprise projects to look into.
pub const ENTERPRISE_PROJECTS: Rule = Rule::Checked(
    |text| text == "all_granted_eps" || is_enterprise_project(text),
    "must be '0' (the default enterprise project), the ID of one (a UUID), or 'all_granted_eps'",
);
/// A point in time to compare with.
pub const TIME: Rule = Rule::Checked(
    is_time,
    "must be operator:time, where the operator is gt, gte, lt, lte, eq or neq and the time \
     yyyy-MM-ddThh:mm:ssZ or yyyy-MM-dd hh:mm:ss",
);
/// A tag as a text.
pub const TAG_TEXT: Rule = Rule::Checked(
    is_tag_text,
    "must be key.value: a key of 1 to 36 and a value of at most 43 letters, digits, _ and -",
);
/// Tags of one image, as texts; newer editions of the pages allow 20, older ones 10.
pub const TAG_TEXTS: Rule = Rule::List { of: &TAG_TEXT, min: 0, max: 20, unique: true };
/// The key of a tag.
pub const TAG_KEY: Rule =
    Rule::Checked(|text| is_key(text, 36), "must have 1 to 36 characters and not be blank");
/// The value of a tag.
pub const TAG_VALUE: Rule = Rule::Text { min: 0, max: 43 };
/// The key of a tag that is to go, which may be older than today's rules.
pub const OLD_TAG_KEY: Rule =
    Rule::Checked(|text| is_key(text, 127), "must have 1 to 127 characters and not be blank");
/// The value of such a tag.
pub const OLD_TAG_VALUE: Rule = Rule::Text { min: 0, max: 255 };

fn is_description(text: &str) -> bool {
    text.chars().count() <= 1024 && !crate::text::has_any(text, "\r\n<>")
}

/// Whether a text is `bucket:object`.
pub fn is_file(text: &str) -> bool {
    let Some((bucket, object)) = crate::text::split_once(text, ":") else { return false };
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    (3..=63).contains(&bucket.len())
        && bucket.bytes().all(legal)
        && !object.is_empty()
        // An address of the store is no such pair.
        && !object.starts_with("//")
        && !object.chars().any(char::is_control)
}

/// Whether a text is `0` or a UUID, with or without its hyphens.
pub fn is_enterprise_project(text: &str) -> bool {
    text == "0"
        || (text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
            && text.bytes().filter(|byte| *byte != b'-').count() == 32)
}

fn is_time(text: &str) -> bool {
    let Some((operator, time)) = crate::text::split_once(text, ":") else { return false };
    let shape = |shape: &[u8]| {
        time.len() == shape.len()
            && time.bytes().zip(shape).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == *wanted,
            })
    };
    ["gt", "gte", "lt", "lte", "eq", "neq"].contains(&operator)
        && (shape(b"0000-00-00T00:00:00Z") || shape(b"0000-00-00 00:00:00"))
}

/// Letters of any script, digits, `_` and `-`.
fn is_tag_text(text: &str) -> bool {
    let (key, value) = crate::text::split_once(text, ".").unwrap_or((text, ""));
    let legal =
        |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || (!c.is_ascii() && !c.is_control());
    (1..=36).contains(&key.chars().count())
        && value.chars().count() <= 43
        && key.chars().chain(value.chars()).all(legal)
}

fn is_key(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !crate::text::trim(text).is_empty() && !text.chars().any(char::is_control)
}

/// A member of an object that is there.
pub fn given<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn refused(path: &str, name: &str, value: &Value, rule: &str) -> Error {
    let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    Error::invalid(field, value.to_string(), rule)
}

/// Tags are given as texts or as pairs, no key twice.
pub fn one_kind_of_tags(request: &Value, path: &str) -> Result<()> {
    let (texts, pairs) = (given(request, "tags"), given(request, "image_tags"));
    if let (Some(_), Some(pairs)) = (texts, pairs) {
        return Err(refused(path, "image_tags", pairs, "must not stand beside tags: it is one or the other"));
    }
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(Value::Array(items)) = texts {
        let key = |item: &Value| item.as_str().and_then(|text| text.split('.').next()).map(str::to_owned);
        for (index, item) in items.iter().enumerate() {
            if items[..index].iter().any(|earlier| key(earlier) == key(item)) {
                let rule = "must not have a key that stands twice";
                return Err(Error::invalid(format!("{}[{index}]", within("tags")), item.to_string(), rule));
            }
        }
    }
    unique_keys(pairs, &within("image_tags"))
}

/// Images for ARM boot by UEFI only.
pub fn firmware_fits(request: &Value) -> Result<()> {
    let text = |name: &str| given(request, name).and_then(Value::as_str);
    match (text("architecture"), given(request, "hw_firmware_type")) {
        (Some("arm"), Some(value)) if value.as_str() != Some("uefi") => {
            Err(refused("", "hw_firmware_type", value, "must be 'uefi' where architecture is 'arm'"))
        }
        _ => Ok(()),
    }
}

/// What holds between the fields of every creation; the request is the first argument.
pub fn creation(arguments: &[Value]) -> Result<()> {
    let Some(request) = arguments.first() else { return Ok(()) };
    one_kind_of_tags(request, "")?;
    if let Some(Value::Array(disks)) = given(request, "data_images") {
        for (index, disk) in disks.iter().enumerate() {
            one_kind_of_tags(disk, &format!("data_images[{index}]"))?;
        }
    }
    firmware_fits(request)
}

/// No key stands twice among the tags of the second argument.
pub fn no_key_twice(arguments: &[Value]) -> Result<()> {
    unique_keys(arguments.get(1).and_then(|request| given(request, "tags")), "tags")
}

/// No key stands twice in a filter of the first argument.
pub fn no_search_twice(arguments: &[Value]) -> Result<()> {
    let Some(request) = arguments.first() else { return Ok(()) };
    for name in ["tags", "tags_any", "not_tags", "not_tags_any", "matches"] {
        unique_keys(given(request, name), name)?;
    }
    Ok(())
}
