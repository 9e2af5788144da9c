//! Tolerant reading: an answer's JSON is brought into the shape that the types promise, in one pass, driven by
//! tables instead of one decoder per type (which would weigh more than all of the rest).
//!
//! Unknown fields are ignored, unknown values are kept, numbers may come as texts, a list as null.

use crate::error::{Error, Kind, Result, clip};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt::Write;

/// One field of an answer.
pub struct AnswerField {
    pub name: &'static str,
    pub kind: FieldKind,
    /// An answer without it is not understood.
    pub required: bool,
}

/// What a field is read as.
#[derive(Clone, Copy)]
pub enum FieldKind {
    Text,
    /// A number, also out of a text.
    Number,
    /// A number, also out of `"100"` or `"0%"`.
    Percent,
    /// True or false, also out of a text or 0 and 1.
    Flag,
    /// A list of anything; null reads as the empty list.
    List,
    /// Anything, as it came.
    Any,
    Object(&'static [AnswerField]),
}

/// What every answer of CECloud IMS is wrapped in (1.3.6 and all others).
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, rename = "requestId")]
    request_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// The envelope of an answer, opened.
#[derive(Debug, Default, PartialEq)]
pub struct Opened<'a> {
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
    /// The JSON text of `data`; none where it is absent or null.
    pub data: Option<&'a str>,
}

/// Opens the envelope; none where the text is no JSON object.
pub fn open(text: &str) -> Option<Opened<'_>> {
    // A derived decoder would take a list for a struct as well.
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
    let plain = |raw: Option<&RawValue>| -> Option<String> {
        let raw = raw?.get();
        if raw == "null" {
            return None;
        }
        Some(serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned()))
    };
    Some(Opened {
        code: plain(envelope.code),
        message: plain(envelope.message).unwrap_or_default(),
        request_id: plain(envelope.request_id),
        data: envelope.data.map(RawValue::get).filter(|data| *data != "null"),
    })
}

fn not_understood(error: serde_json::Error) -> Error {
    Error::new(Kind::Protocol, format!("the answer is not what the document describes: {error}"))
}

fn run<T>(text: &str, seed: impl for<'de> DeserializeSeed<'de, Value = T>) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer).map_err(not_understood)?;
    deserializer.end().map_err(not_understood)?;
    Ok(value)
}

/// One object, as JSON of the promised shape.
pub fn object(data: Option<&str>, fields: &'static [AnswerField]) -> Result<String> {
    let Some(data) = data else {
        return Err(Error::new(Kind::Protocol, "the answer holds no data where an object is expected"));
    };
    let mut out = String::with_capacity(data.len());
    run(data, ObjectSeed { fields, out: &mut out })?;
    Ok(out)
}

/// A list of objects; null and absence read as the empty list.
pub fn list(data: Option<&str>, fields: &'static [AnswerField]) -> Result<String> {
    let mut out = String::with_capacity(data.map_or(2, str::len));
    match data {
        Some(data) => {
            run(data, ListSeed { fields, out: &mut out })?;
        }
        None => out.push_str("[]"),
    }
    Ok(out)
}

/// A page `{list, total, current, size}`; what the answer leaves out is taken from the request and the list.
pub fn page(data: Option<&str>, fields: &'static [AnswerField], current: &str, size: &str) -> Result<String> {
    let Some(data) = data else {
        return Ok(format!(r#"{{"list":[],"total":0,"current":{current},"size":{size}}}"#));
    };
    let mut out = String::with_capacity(data.len() + 64);
    out.push_str(r#"{"list":"#);
    let seen = run(data, PageSeed { fields, out: &mut out })?;
    if !seen.list {
        out.push_str("[]");
    }
    let total = seen.total.unwrap_or_else(|| seen.count.to_string());
    let _ = write!(
        out,
        r#","total":{total},"current":{},"size":{}}}"#,
        seen.current.as_deref().unwrap_or(current),
        seen.size.as_deref().unwrap_or(size)
    );
    Ok(out)
}

struct PageSeed<'a> {
    fields: &'static [AnswerField],
    out: &'a mut String,
}

#[derive(Default)]
struct SeenPage {
    list: bool,
    count: usize,
    total: Option<String>,
    current: Option<String>,
    size: Option<String>,
}

impl<'de> DeserializeSeed<'de> for PageSeed<'_> {
    type Value = SeenPage;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> core::result::Result<SeenPage, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PageSeed<'_> {
    type Value = SeenPage;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("a page: an object with list and total")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> core::result::Result<SeenPage, A::Error> {
        let mut seen = SeenPage::default();
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let slot = match &*name {
                "list" if !seen.list => {
                    seen.count = map.next_value_seed(ListSeed { fields: self.fields, out: self.out })?;
                    seen.list = true;
                    continue;
                }
                "total" => &mut seen.total,
                "current" => &mut seen.current,
                "size" => &mut seen.size,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = number_of(map.next_value::<&'de RawValue>()?.get(), false).map(str::to_owned);
        }
        Ok(seen)
    }
}

struct ListSeed<'a> {
    fields: &'static [AnswerField],
    out: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> core::result::Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_unit<E>(self) -> core::result::Result<usize, E> {
        self.out.push_str("[]");
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> core::result::Result<usize, A::Error> {
        self.out.push('[');
        let mut count = 0;
        loop {
            let end = self.out.len();
            if count > 0 {
                self.out.push(',');
            }
            if items.next_element_seed(ObjectSeed { fields: self.fields, out: self.out })?.is_none() {
                self.out.truncate(end);
                self.out.push(']');
                return Ok(count);
            }
            count += 1;
        }
    }
}

struct ObjectSeed<'a> {
    fields: &'static [AnswerField],
    out: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> core::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> core::result::Result<(), A::Error> {
        // No table has more than 64 fields (a test counts), so one word remembers which were seen.
        let mut seen = 0u64;
        let mut comma = false;
        self.out.push('{');
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let found = self.fields.iter().position(|field| field.name == name);
            let Some(index) = found.filter(|index| seen & (1 << index) == 0) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let field = &self.fields[index];
            let start = self.out.len();
            let _ = write!(self.out, "{}\"{}\":", if comma { "," } else { "" }, field.name);
            let raw = map.next_value::<&'de RawValue>()?.get();
            if value(raw, field.kind, self.out).map_err(serde::de::Error::custom)? {
                comma = true;
                seen |= 1 << index;
            } else {
                self.out.truncate(start);
            }
        }
        for (index, field) in self.fields.iter().enumerate() {
            if field.required && seen & (1 << index) == 0 {
                return Err(serde::de::Error::custom(format_args!("the field {} is missing", field.name)));
            }
        }
        self.out.push('}');
        Ok(())
    }
}

/// Writes one value in its promised shape; false where there is none to write.
fn value(raw: &str, kind: FieldKind, out: &mut String) -> Result<bool> {
    if raw == "null" {
        if matches!(kind, FieldKind::List) {
            out.push_str("[]");
            return Ok(true);
        }
        return Ok(false);
    }
    let first = raw.as_bytes().first().copied().unwrap_or(b' ');
    match kind {
        FieldKind::Text if first == b'"' => out.push_str(raw),
        // What is promised as a text is a text or absent.
        FieldKind::Text if first == b'{' || first == b'[' => return Ok(false),
        FieldKind::Text => {
            let _ = write!(out, "\"{raw}\"");
        }
        FieldKind::Number | FieldKind::Percent => match number_of(raw, matches!(kind, FieldKind::Percent)) {
            Some(number) => out.push_str(number),
            None => return Ok(false),
        },
        FieldKind::Flag => match raw {
            "true" | "1" | "\"true\"" | "\"1\"" => out.push_str("true"),
            "false" | "0" | "\"false\"" | "\"0\"" => out.push_str("false"),
            _ => return Ok(false),
        },
        FieldKind::List if first != b'[' => return Ok(false),
        FieldKind::List | FieldKind::Any => out.push_str(raw),
        FieldKind::Object(fields) if first == b'{' => run(raw, ObjectSeed { fields, out })?,
        FieldKind::Object(_) => return Ok(false),
    }
    Ok(true)
}

/// A number out of the JSON of a number or of a text, as JSON spells it; the digits are not touched.
fn number_of(raw: &str, percent: bool) -> Option<&str> {
    // JSON's own numbers are numbers already.
    if raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return Some(raw);
    }
    let mut text = raw.trim_matches('"').trim();
    if percent {
        text = text.strip_suffix('%').unwrap_or(text).trim_end();
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    // Leading zeros are no JSON; exponents stand for no number that a service means.
    let right =
        digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0')) && whole.len() < 20;
    right.then_some(text)
}

/// Code and message of the error bodies that gateways and OpenStack services use:
/// `{"error":{"code","message"}}` and `{"error_code","error_msg"}`.
pub fn foreign_error(text: &str) -> Option<(Option<String>, String)> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let inner = value.get("error").filter(|inner| inner.is_object()).unwrap_or(&value);
    let find = |names: [&str; 3]| {
        names.iter().find_map(|name| inner.get(name)).map(|found| match found {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let message = find(["message", "error_msg", "error"])?;
    Some((find(["code", "error_code", "errorCode"]), message))
}

/// The error of an answer that is no envelope at all: a proxy's page, an empty or a cut body.
pub fn not_an_envelope(text: &str, status: u16) -> Error {
    let shown = text.trim();
    let what = if shown.is_empty() {
        "an empty body".to_owned()
    } else if shown.starts_with('<') {
        format!("a page of HTML or XML (a proxy's, perhaps): {}", clip(&words_of_page(shown), 160))
    } else if shown.starts_with('{') || shown.starts_with('[') {
        format!("JSON that is cut off or of another shape: {}", clip(shown, 80))
    } else {
        format!("a text that is no JSON: {}", clip(shown, 160))
    };
    let mut error = Error::new(Kind::Protocol, format!("status {status} with {what}")).with_status(status);
    error.details_mut().retryable = crate::http::retry::is_transient(status);
    error
}

/// What a page says, without its tags.
fn words_of_page(page: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for c in page.chars().take(4_000) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            _ if !inside => words.push(c),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
