//! Tolerant reading: an answer's JSON is brought into the shape that the types promise, in one pass, driven by
//! tables instead of one decoder per type (which would weigh more than all of the rest).
//!
//! Unknown fields are ignored, unknown values are kept, numbers may come as texts, a list as null.

mod object;

use crate::error::{Error, Kind, Result};
use crate::json::{Broken, Scanner};
use crate::text;
pub use object::write_object;

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
    /// An object of which fields that are not in the table are kept as they came.
    Open(&'static [AnswerField]),
    /// A list of such values; null reads as the empty list.
    ListOf(&'static FieldKind),
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        not_understood(&broken)
    }
}

fn not_understood(reason: &dyn core::fmt::Display) -> Error {
    Error::new(Kind::Protocol, format!("the answer is not what the document describes: {reason}"))
}

/// A whole body without an envelope, as JSON of the promised shape.
pub fn whole(text: &str, kind: FieldKind) -> Result<String> {
    let text = text.trim_ascii();
    let mut scanner = Scanner::new(text);
    let raw = scanner.raw()?;
    scanner.end()?;
    let mut out = String::with_capacity(text.len());
    if value(raw, kind, &mut out)? {
        return Ok(out);
    }
    let expected = match kind {
        FieldKind::List | FieldKind::ListOf(_) => "a list",
        FieldKind::Object(_) | FieldKind::Open(_) => "an object",
        _ => "a value of another kind",
    };
    Err(Scanner::new(text).broken(expected).into())
}

/// Writes a list of values; those that are not what the table promises are left out.
fn write_values(raw: &str, of: FieldKind, out: &mut String) -> Result<()> {
    let mut scanner = Scanner::new(raw);
    let mut first = true;
    let mut empty = true;
    scanner.take(b'[');
    out.push('[');
    while scanner.next(b']', &mut first)? {
        let start = out.len();
        if !empty {
            out.push(',');
        }
        if value(scanner.raw()?, of, out)? {
            empty = false;
        } else {
            out.truncate(start);
        }
    }
    out.push(']');
    Ok(())
}

/// Writes one value in its promised shape; false where there is none to write.
fn value(raw: &str, kind: FieldKind, out: &mut String) -> Result<bool> {
    if raw == "null" {
        if matches!(kind, FieldKind::List | FieldKind::ListOf(_)) {
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
            for piece in ["\"", raw, "\""] {
                out.push_str(piece);
            }
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
        FieldKind::Object(fields) if first == b'{' => {
            write_object(&mut Scanner::new(raw), fields, false, &mut Vec::new(), out)?;
        }
        // Some services wrap what their pages call an object into a list of one.
        FieldKind::Object(_) | FieldKind::Open(_) if first == b'[' => {
            let mut scanner = Scanner::new(raw);
            scanner.take(b'[');
            let one = if scanner.peek() == b'{' { scanner.raw()? } else { "null" };
            return value(one, kind, out);
        }
        FieldKind::Open(fields) if first == b'{' => {
            write_object(&mut Scanner::new(raw), fields, true, &mut Vec::new(), out)?;
        }
        FieldKind::ListOf(of) if first == b'[' => write_values(raw, *of, out)?,
        FieldKind::Object(_) | FieldKind::Open(_) | FieldKind::ListOf(_) => return Ok(false),
    }
    Ok(true)
}

/// A number out of the JSON of a number or of a text, as JSON spells it; the digits are not touched.
pub fn number_of(raw: &str, percent: bool) -> Option<&str> {
    // JSON's own numbers are numbers already.
    if matches!(raw.as_bytes().first(), Some(b'-' | b'0'..=b'9')) {
        return Some(raw);
    }
    let quotes = |text| -> Option<&str> { str::strip_suffix(str::strip_prefix(text, "\"")?, "\"") };
    let mut text = quotes(raw).unwrap_or(raw).trim_ascii();
    if percent {
        text = text.strip_suffix("%").unwrap_or(text).trim_ascii_end();
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix("-").unwrap_or(text);
    let (whole, fraction) = text::split_once(unsigned, ".").unwrap_or((unsigned, "0"));
    // Leading zeros are no JSON; exponents stand for no number that a service means.
    let right =
        digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with("0")) && whole.len() < 20;
    right.then_some(text)
}

#[cfg(test)]
mod tests;
