//! Strict writing: what a document forbids is refused, with field, value and rule, before a request is made.

use crate::error::{Error, Result};
use crate::http::url::bare;
use crate::json::Value;
use crate::text;
use std::borrow::Cow;

mod expressions;

/// One field of a request.
pub struct InputField {
    pub name: &'static str,
    pub presence: Presence,
    pub rule: Rule,
}

/// One of the shapes of a body that takes several.
pub struct Shape {
    /// What it is, in words: `an image from a server`.
    pub name: &'static str,
    /// The field that tells it from the shapes after it, or the field with its value: `type=IsoImage`. Empty: what no
    /// shape before it was told by.
    pub key: &'static str,
    pub fields: &'static [InputField],
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
    /// A text with at least and at most so many characters (Unicode scalar values).
    Text { min: usize, max: usize },
    /// A text that may also be empty.
    AnyText,
    /// A text that a function accepts, and the rule in words.
    Checked(fn(&str) -> bool, &'static str),
    /// An http(s) URL.
    Url,
    /// A whole number.
    Integer { min: u64, max: u64 },
    /// A whole number that is a multiple of `of`.
    Multiple { of: u64, min: u64, max: u64 },
    /// True or false.
    Flag,
    /// An object with these fields.
    Object(&'static [InputField]),
    /// An object of texts by names of the caller's.
    Texts,
    /// A list of so many values that each keep a rule; `unique`: none of them twice.
    List { of: &'static Rule, min: usize, max: usize, unique: bool },
    /// A value that keeps a rule, or a list of at least one of them.
    OneOrMore(&'static Rule),
    /// Not a field of this shape: why, in words.
    Never(&'static str),
    /// A whole number, or its digits, that is written as a text.
    NumberText { min: u64, max: u64 },
    /// A list of objects with these fields.
    ObjectsOf(&'static [InputField]),
    /// A list of objects whose fields the document does not name; sent as they are.
    AnyObjects,
    /// What a function writes as a text of the service's, or refuses; and the rule in words.
    Written(fn(&Value, &str) -> Result<String>, &'static str),
}

// Where not every entry of the package needs a rule, its function stands in the tables of those that do, and weighs
// nothing in the others.
impl Rule {
    /// The name rule of CECloud's sections 1.5 and 1.6.
    pub const IMAGE_NAME: Rule = Rule::Checked(
        is_image_name,
        "must have 1 to 128 characters: letters a-z and A-Z, digits, - . _ space, Chinese characters; the first and \
         the last must not be a space",
    );
    /// `{ name?, imageId? }`, written as CECloud's filter expression.
    pub const FILTER: Rule = Rule::Written(expressions::filter, expressions::FILTER);
    /// A text, or a list of texts: written as the filter expression `in:a,b` of OpenStack's services.
    pub const TEXT_OR_IN: Rule = Rule::Written(expressions::text_or_in, expressions::TEXT_OR_IN);
}

/// The largest integer the services' `int` can be trusted to hold.
pub const INT_MAX: u64 = 2_147_483_647;
/// The largest integer that JavaScript holds exactly.
pub const SAFE_MAX: u64 = 9_007_199_254_740_991;

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// What is to be sent, by names.
pub type Checked = Vec<(Cow<'static, str>, Value)>;

/// Refuses what is no object.
pub fn must_be_object(value: &Value, path: &str) -> Result<()> {
    if value.is_object() { Ok(()) } else { Err(Error::invalid(path, value.to_string(), "must be an object")) }
}

/// Checks an object against the shape that its fields tell.
pub fn check_shapes(value: &Value, path: &str, shapes: &'static [Shape]) -> Result<Checked> {
    let has = |shape: &&Shape| match text::split_once(shape.key, "=") {
        Some((name, wanted)) => match value.get(name) {
            Some(Value::String(text)) => wanted != "true" && text == wanted,
            Some(Value::Bool(flag)) => wanted == "true" && *flag,
            _ => false,
        },
        None => shape.key.is_empty() || value.get(shape.key).is_some_and(|value| !value.is_null()),
    };
    let Some(shape) = shapes.iter().find(has) else {
        let known = shapes.iter().map(|shape| format!("{} ({})", shape.key, shape.name));
        let name = if path.is_empty() { "request" } else { path };
        let rule = format!("must have one of {}", text::join(known, ", "));
        return Err(Error::invalid(name, value.to_string(), rule));
    };
    // A field of another shape is no mistake in spelling: it says so.
    if let Value::Object(members) = value {
        let has = |shape: &Shape, name: &str| shape.fields.iter().any(|field| field.name == name);
        let foreign = |(name, value): &&(String, Value)| {
            !value.is_null() && !has(shape, name) && shapes.iter().any(|other| has(other, name))
        };
        if let Some((name, value)) = members.iter().find(foreign) {
            let rule = format!("must not be there: this is {}", shape.name);
            return Err(Error::invalid(join(path, name), value.to_string(), rule));
        }
    }
    check_object(value, path, shape.fields)
}

/// Like [`check_object`]; any other name is taken too, with a text, a number or a flag.
pub fn check_open(value: &Value, path: &str, fields: &'static [InputField]) -> Result<Checked> {
    let Value::Object(members) = value else { return check_object(value, path, fields) };
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    let (named, others): (Vec<_>, Vec<_>) = members.iter().cloned().partition(|(name, _)| known(name));
    let mut checked = check_object(&Value::Object(named), path, fields)?;
    for (name, value) in others {
        match value {
            Value::Null => {}
            Value::Array(_) | Value::Object(_) => {
                return Err(Error::invalid(join(path, &name), value.to_string(), "must be a text"));
            }
            _ if name.is_empty() => {
                let rule = "must not stand under an empty name";
                return Err(Error::invalid(join(path, "\"\""), value.to_string(), rule));
            }
            value => checked.push((Cow::Owned(name), value)),
        }
    }
    Ok(checked)
}

/// Checks an object against its fields and gives what is to be sent, in the order of the table.
pub fn check_object(value: &Value, path: &str, fields: &'static [InputField]) -> Result<Checked> {
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
            let known = text::join(fields.iter().map(|field| field.name), ", ");
            let rule = format!("is not a field of this request (known: {known})");
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
                Presence::Default(number) => {
                    checked.push((Cow::Borrowed(field.name), Value::from(u64::from(number))));
                }
            },
            Some(value) => {
                let value = check(value, join(path, field.name), &field.rule)?;
                checked.push((Cow::Borrowed(field.name), value));
            }
        }
    }
    Ok(checked)
}

/// No key stands twice in a list of `{ key, … }`.
pub fn unique_keys(list: Option<&Value>, path: &str) -> Result<()> {
    let Some(Value::Array(items)) = list else { return Ok(()) };
    for (index, item) in items.iter().enumerate() {
        let Some(key) = item.get("key") else { continue };
        if items[..index].iter().any(|earlier| earlier.get("key") == Some(key)) {
            return Err(Error::invalid(
                format!("{path}[{index}].key"),
                key.to_string(),
                "must not stand twice",
            ));
        }
    }
    Ok(())
}

/// `{"a":1,"b":"x"}` of checked fields.
pub fn object_text(fields: Checked) -> String {
    object_of(fields).to_string()
}

fn object_of(fields: Checked) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.into_owned(), value)).collect())
}

/// Checks one value and gives what is to be sent.
pub fn check(value: &Value, path: String, rule: &Rule) -> Result<Value> {
    let right = match (rule, value) {
        (Rule::OneOf(values), Value::String(text)) => values.contains(&text.as_str()),
        (Rule::Text { min, max }, Value::String(text)) => (*min..=*max).contains(&text.chars().count()),
        (Rule::AnyText, Value::String(_)) => true,
        (Rule::Integer { min, max }, Value::Number(_)) => {
            value.as_u64().is_some_and(|number| (*min..=*max).contains(&number))
        }
        (Rule::Multiple { of, min, max }, Value::Number(_)) => {
            value.as_u64().is_some_and(|number| (*min..=*max).contains(&number) && number.is_multiple_of(*of))
        }
        (Rule::NumberText { min, max }, Value::Number(digits) | Value::String(digits)) => {
            let number = text::whole_number(digits).filter(|number| (*min..=*max).contains(number));
            match number {
                Some(number) => return Ok(Value::String(number.to_string())),
                None => false,
            }
        }
        (Rule::Checked(accepts, _), Value::String(text)) => accepts(text),
        (Rule::Url, Value::String(text)) => is_url(text),
        (Rule::Flag, Value::Bool(_)) => true,
        (Rule::Object(fields), Value::Object(_)) => return check_object(value, &path, fields).map(object_of),
        (Rule::Texts, Value::Object(members)) => {
            for (name, value) in members {
                check(value, join(&path, name), &Rule::AnyText)?;
            }
            true
        }
        (Rule::List { of, min, max, unique }, Value::Array(list)) if (*min..=*max).contains(&list.len()) => {
            let mut items = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if *unique && list[..index].contains(item) {
                    return Err(Error::invalid(path, item.to_string(), "must not be listed twice"));
                }
                items.push(check(item, path, of)?);
            }
            return Ok(Value::Array(items));
        }
        (Rule::ObjectsOf(fields), Value::Array(list)) => {
            let mut items = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if !item.is_object() {
                    return Err(Error::invalid(path, item.to_string(), "must be an object"));
                }
                items.push(object_of(check_object(item, &path, fields)?));
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
        (Rule::OneOrMore(of), Value::Array(list)) if !list.is_empty() => {
            let items = list.iter().enumerate();
            let checked = items.map(|(index, item)| check(item, format!("{path}[{index}]"), of));
            return checked.collect::<Result<_>>().map(Value::Array);
        }
        (Rule::OneOrMore(of), value) if !matches!(value, Value::Array(_)) => return check(value, path, of),
        (Rule::Written(write, _), _) => return write(value, &path).map(Value::String),
        _ => false,
    };
    if right {
        Ok(value.clone())
    } else {
        let text = value.to_string();
        // Whoever has such an address can read what it leads to, also where its beginning is wrong.
        let text = if matches!(rule, Rule::Url) { bare(&text) } else { text };
        Err(Error::invalid(path, text, describe(rule, false)))
    }
}

/// The rule in words.
fn describe(rule: &Rule, missing: bool) -> String {
    let words = match rule {
        Rule::OneOf(values) => text::one_of(values),
        Rule::Text { min, max: usize::MAX } => format!("must be a text with at least {min} character(s)"),
        Rule::Text { min, max } => format!("must be a text with {min} to {max} characters"),
        Rule::AnyText => "must be a text".to_owned(),
        Rule::Integer { min, max } | Rule::NumberText { min, max } => {
            format!("must be a whole number from {min} to {max}")
        }
        Rule::Multiple { of, min, max } => format!("must be a multiple of {of} from {min} to {max}"),
        Rule::Checked(_, words) | Rule::Written(_, words) | Rule::Never(words) => (*words).to_owned(),
        Rule::Url => "must be a URL that starts with http:// or https://".to_owned(),
        Rule::Flag => "must be true or false".to_owned(),
        Rule::Object(_) => "must be an object".to_owned(),
        Rule::Texts => "must be an object of texts".to_owned(),
        Rule::List { min, max: usize::MAX, .. } => format!("must be a list with at least {min} item(s)"),
        Rule::List { min, max, .. } => format!("must be a list of {min} to {max} items"),
        Rule::ObjectsOf(_) | Rule::AnyObjects => "must be a list of objects".to_owned(),
        Rule::OneOrMore(of) => format!("{}, or a list of such", describe(of, false)),
    };
    if missing { format!("is required and {words}") } else { words }
}

/// The name rule of CECloud's sections 1.5 and 1.6, which Huawei's is too: 1 to 128 letters, digits, `-`, `.`, `_`,
/// spaces and Chinese characters, no space first or last.
fn is_image_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ') || is_chinese(c);
    (1..=128).contains(&name.chars().count())
        && !name.starts_with(" ")
        && !name.ends_with(" ")
        && name.chars().all(allowed)
}

/// Unified ideographs with their extensions, compatibility ideographs, and 〇.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2fa1f}' | '\u{30000}'..='\u{323af}')
}

fn is_url(text: &str) -> bool {
    let scheme =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let scheme = ["https://", "http://"].into_iter().find(|known| scheme(known));
    scheme.and_then(|scheme| text.get(scheme.len()..)).is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with("/")
            && !rest.chars().any(|c| text::is_white(c) || c.is_control())
    })
}

#[cfg(test)]
mod tests;
