//! Tolerant reading: an answer's JSON is brought into the shape that the types promise, in one pass, driven by
//! tables instead of one decoder per type (which would weigh more than all of the rest).
//!
//! Unknown fields are ignored, unknown values are kept, numbers may come as texts, a list as null.

use crate::error::{Error, Kind, Result, clip};
use crate::json::{Broken, Scanner, Value};
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

/// The envelope of an answer, opened.
#[derive(Debug, Default, PartialEq)]
pub struct Opened<'a> {
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
    /// The JSON text of `data`; none where it is absent or null.
    pub data: Option<&'a str>,
}

/// Opens the envelope that every answer of CECloud IMS is wrapped in (1.3.6 and all others); none where the text is
/// no JSON object.
pub fn open(text: &str) -> Option<Opened<'_>> {
    let mut opened = Opened::default();
    let mut scanner = Scanner::new(text);
    let mut first = true;
    if !scanner.take(b'{') {
        return None;
    }
    while scanner.next(b'}', &mut first).ok()? {
        let name = scanner.name().ok()?;
        let raw = scanner.raw().ok()?;
        if raw == "null" {
            continue;
        }
        let plain = || Scanner::new(raw).string().map_or_else(|_| raw.to_owned(), |text| text.into_owned());
        match &*name {
            "requestId" => opened.request_id = Some(plain()),
            "code" => opened.code = Some(plain()),
            "message" => opened.message = plain(),
            "data" => opened.data = Some(raw),
            _ => {}
        }
    }
    scanner.end().ok()?;
    Some(opened)
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        not_understood(&broken)
    }
}

fn not_understood(reason: &dyn core::fmt::Display) -> Error {
    Error::new(Kind::Protocol, format!("the answer is not what the document describes: {reason}"))
}

/// One object, as JSON of the promised shape.
pub fn object(data: Option<&str>, fields: &'static [AnswerField]) -> Result<String> {
    let Some(data) = data else {
        return Err(Error::new(Kind::Protocol, "the answer holds no data where an object is expected"));
    };
    let mut out = String::with_capacity(data.len());
    let mut scanner = Scanner::new(data);
    write_object(&mut scanner, fields, &mut out)?;
    scanner.end()?;
    Ok(out)
}

/// A list of objects; null and absence read as the empty list.
pub fn list(data: Option<&str>, fields: &'static [AnswerField]) -> Result<String> {
    let data = data.unwrap_or("null");
    let mut out = String::with_capacity(data.len());
    let mut scanner = Scanner::new(data);
    write_list(&mut scanner, fields, &mut out)?;
    scanner.end()?;
    Ok(out)
}

/// A page `{list, total, current, size}`; what the answer leaves out is taken from the request and the list.
pub fn page(data: Option<&str>, fields: &'static [AnswerField], current: &str, size: &str) -> Result<String> {
    let mut scanner = Scanner::new(data.unwrap_or("{}"));
    let mut list = None;
    let (mut total, mut current, mut size) = (None, current, size);
    let mut first = true;
    if !scanner.take(b'{') {
        return Err(scanner.broken("a page (an object with list and total)").into());
    }
    while scanner.next(b'}', &mut first)? {
        match &*scanner.name()? {
            "list" if list.is_none() => {
                let mut out = String::new();
                let count = write_list(&mut scanner, fields, &mut out)?;
                list = Some((out, count));
            }
            "total" => total = number_of(scanner.raw()?, false).or(total),
            "current" => current = number_of(scanner.raw()?, false).unwrap_or(current),
            "size" => size = number_of(scanner.raw()?, false).unwrap_or(size),
            _ => drop(scanner.raw()?),
        }
    }
    scanner.end()?;
    let (list, count) = list.unwrap_or_else(|| ("[]".to_owned(), 0));
    let total = total.map_or_else(|| count.to_string(), str::to_owned);
    Ok(format!(r#"{{"list":{list},"total":{total},"current":{current},"size":{size}}}"#))
}

/// Writes a list of objects and counts them.
fn write_list(scanner: &mut Scanner<'_>, fields: &'static [AnswerField], out: &mut String) -> Result<usize> {
    let mut count = 0;
    out.push('[');
    if scanner.peek() == b'n' && scanner.raw()? == "null" {
        out.push(']');
        return Ok(0);
    }
    if !scanner.take(b'[') {
        return Err(scanner.broken("a list").into());
    }
    let mut first = true;
    while scanner.next(b']', &mut first)? {
        if count > 0 {
            out.push(',');
        }
        write_object(scanner, fields, out)?;
        count += 1;
    }
    out.push(']');
    Ok(count)
}

fn write_object(scanner: &mut Scanner<'_>, fields: &'static [AnswerField], out: &mut String) -> Result<()> {
    // No table has more than 64 fields (a test counts), so one word remembers which were seen.
    let mut seen = 0u64;
    let mut first = true;
    if !scanner.take(b'{') {
        return Err(scanner.broken("an object").into());
    }
    out.push('{');
    while scanner.next(b'}', &mut first)? {
        let name = scanner.name()?;
        let raw = scanner.raw()?;
        let found = fields.iter().enumerate().find(|(_, field)| field.name == name);
        let Some((index, field)) = found.filter(|(index, _)| seen & (1 << index) == 0) else { continue };
        let start = out.len();
        let _ = write!(out, "{}\"{}\":", if seen != 0 { "," } else { "" }, field.name);
        if value(raw, field.kind, out)? {
            seen |= 1 << index;
        } else {
            out.truncate(start);
        }
    }
    out.push('}');
    for (index, field) in fields.iter().enumerate() {
        if field.required && seen & (1 << index) == 0 {
            return Err(not_understood(&format_args!("the field {} is missing", field.name)));
        }
    }
    Ok(())
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
        FieldKind::Object(fields) if first == b'{' => write_object(&mut Scanner::new(raw), fields, out)?,
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
    let value = Value::parse(text).ok()?;
    let inner = value.get("error").filter(|inner| inner.is_object()).unwrap_or(&value);
    let find = |names: [&str; 3]| {
        let found = names.iter().find_map(|name| inner.get(name))?;
        Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
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
