//! Strict writing: what a document forbids is refused, with field, value and rule, before a request is made.

use crate::error::{Error, Result};
use crate::json::Value;

/// One field of a request.
pub struct InputField {
    pub name: &'static str,
    pub presence: Presence,
    pub rule: Rule,
}

/// Whether a field may be left out. `null` and `undefined` count as left out.
pub enum Presence {
    Required,
    Optional,
    /// Sent with this value where the caller names none.
    Default(u32),
}

/// What a value must be.
pub enum Rule {
    /// One of the document's values, to the letter.
    OneOf(&'static [&'static str]),
    /// The name rule of sections 1.5 and 1.6.
    ImageName,
    /// A text with at least and at most so many characters (Unicode scalar values).
    Text { min: usize, max: usize },
    /// A text that may also be empty.
    AnyText,
    /// A whole number.
    Integer { min: u64, max: u64 },
    /// An http(s) URL.
    Url,
    /// A list of objects with these fields.
    ObjectsOf(&'static [InputField]),
    /// A list of objects whose fields the document does not name; sent as they are.
    AnyObjects,
    /// `{ name?, imageId? }`, written as the service's filter expression.
    Filter,
}

/// The largest integer the services' `int` can be trusted to hold.
pub const INT_MAX: u64 = 2_147_483_647;
/// The largest integer that JavaScript holds exactly.
pub const SAFE_MAX: u64 = 9_007_199_254_740_991;

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// Checks an object against its fields and gives what is to be sent, in the order of the table.
pub fn check_object(
    value: &Value,
    path: &str,
    fields: &'static [InputField],
) -> Result<Vec<(&'static str, Value)>> {
    let object = match value {
        Value::Object(object) => &object[..],
        Value::Null if !fields.iter().any(|field| matches!(field.presence, Presence::Required)) => &[],
        other => {
            let name = if path.is_empty() { "request" } else { path };
            return Err(Error::invalid(name, other.to_string(), "must be an object"));
        }
    };
    for (name, value) in object {
        if !value.is_null() && !fields.iter().any(|field| field.name == name) {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let rule = format!("is not a field of this request (known: {})", known.join(", "));
            return Err(Error::invalid(join(path, name), value.to_string(), rule));
        }
    }
    let mut checked = Vec::with_capacity(fields.len());
    for field in fields {
        match value.get(field.name) {
            None | Some(Value::Null) => match field.presence {
                Presence::Required => {
                    return Err(Error::invalid(
                        join(path, field.name),
                        "undefined",
                        describe(&field.rule, true),
                    ));
                }
                Presence::Optional => {}
                Presence::Default(number) => checked.push((field.name, Value::from(u64::from(number)))),
            },
            Some(value) => checked.push((field.name, check(value, join(path, field.name), &field.rule)?)),
        }
    }
    Ok(checked)
}

/// `{"a":1,"b":"x"}` of checked fields.
pub fn object_text(fields: Vec<(&'static str, Value)>) -> String {
    let mut text = String::from("{");
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&format!("\"{name}\":{value}"));
    }
    text.push('}');
    text
}

fn check(value: &Value, path: String, rule: &Rule) -> Result<Value> {
    let right = match (rule, value) {
        (Rule::OneOf(values), Value::String(text)) => values.contains(&text.as_str()),
        (Rule::ImageName, Value::String(text)) => is_image_name(text),
        (Rule::Text { min, max }, Value::String(text)) => (*min..=*max).contains(&text.chars().count()),
        (Rule::AnyText, Value::String(_)) => true,
        (Rule::Integer { min, max }, Value::Number(_)) => {
            value.as_u64().is_some_and(|number| (*min..=*max).contains(&number))
        }
        (Rule::Url, Value::String(text)) => is_url(text),
        (Rule::ObjectsOf(fields), Value::Array(list)) => {
            let mut items = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if !item.is_object() {
                    return Err(Error::invalid(path, item.to_string(), "must be an object"));
                }
                let object = check_object(item, &path, fields)?;
                items.push(Value::Object(
                    object.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                ));
            }
            return Ok(Value::Array(items));
        }
        (Rule::AnyObjects, Value::Array(list)) => match list.iter().position(|item| !item.is_object()) {
            Some(index) => {
                return Err(Error::invalid(
                    format!("{path}[{index}]"),
                    list[index].to_string(),
                    "must be an object",
                ));
            }
            None => true,
        },
        (Rule::Filter, _) => return filter(value, &path).map(Value::String),
        _ => false,
    };
    if right {
        Ok(value.clone())
    } else {
        Err(Error::invalid(path, value.to_string(), describe(rule, false)))
    }
}

/// The rule in words.
fn describe(rule: &Rule, missing: bool) -> String {
    let words = match rule {
        Rule::OneOf(values) => {
            let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            format!("must be one of {}", quoted.join(", "))
        }
        Rule::ImageName => {
            "must have 1 to 128 characters: letters a-z and A-Z, digits, - . _ space, Chinese \
                            characters; the first and the last must not be a space"
                .to_owned()
        }
        Rule::Text { min, max: usize::MAX } => format!("must be a text with at least {min} character(s)"),
        Rule::Text { min, max } => format!("must be a text with {min} to {max} characters"),
        Rule::AnyText => "must be a text".to_owned(),
        Rule::Integer { min, max } => format!("must be a whole number from {min} to {max}"),
        Rule::Url => "must be a URL that starts with http:// or https://".to_owned(),
        Rule::ObjectsOf(_) | Rule::AnyObjects => "must be a list of objects".to_owned(),
        Rule::Filter => "must be an object with name or imageId".to_owned(),
    };
    if missing { format!("is required and {words}") } else { words }
}

/// The name rule of sections 1.5 and 1.6: 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese
/// characters, no space first or last.
fn is_image_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ') || is_chinese(c);
    (1..=128).contains(&name.chars().count())
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && name.chars().all(allowed)
}

/// Unified ideographs with their extensions, compatibility ideographs, and 〇.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2fa1f}' | '\u{30000}'..='\u{323af}')
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

/// `name:lk:TEXT|imageId:eq:ID`, section 1.10. `|` separates the terms and has no escape there, so a text that
/// holds one is refused; so is an imageId that is not a plain ID. A colon in a name would be read as a part of
/// the expression.
fn filter(value: &Value, path: &str) -> Result<String> {
    let Value::Object(object) = value else {
        return Err(Error::invalid(path, value.to_string(), describe(&Rule::Filter, false)));
    };
    for (name, value) in object {
        if !value.is_null() && name != "name" && name != "imageId" {
            return Err(Error::invalid(join(path, name), value.to_string(), describe(&Rule::Filter, false)));
        }
    }
    let mut terms = Vec::new();
    for (name, operator) in [("name", "lk"), ("imageId", "eq")] {
        match value.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.is_empty() => {
                return Err(Error::invalid(join(path, name), "\"\"", "must not be empty"));
            }
            Some(Value::String(text)) if !text.chars().any(|c| matches!(c, '|' | ':') || c.is_control()) => {
                terms.push(format!("{name}:{operator}:{text}"));
            }
            Some(other) => {
                let rule = "must be a text without | and : and control characters, which would break out of the \
                            filter";
                return Err(Error::invalid(join(path, name), other.to_string(), rule));
            }
        }
    }
    Ok(terms.join("|"))
}

/// 1 to 50 user IDs without duplicates (sections 1.13 and 1.15, and the code DuplicateUserId), as JSON.
pub fn check_user_ids(value: &Value, path: &str) -> Result<String> {
    let Value::Array(list) = value else {
        return Err(Error::invalid(path, value.to_string(), "must be a list of user IDs"));
    };
    if list.is_empty() || list.len() > 50 {
        return Err(Error::invalid(path, format!("{} IDs", list.len()), "must hold 1 to 50 user IDs"));
    }
    for (index, item) in list.iter().enumerate() {
        let path = || format!("{path}[{index}]");
        match item {
            Value::String(text) if !text.trim().is_empty() => {}
            other => return Err(Error::invalid(path(), other.to_string(), "must be a user ID (a text)")),
        }
        if list[..index].contains(item) {
            return Err(Error::invalid(path(), item.to_string(), "must not be listed twice"));
        }
    }
    Ok(value.to_string())
}

#[cfg(test)]
mod tests;
