//! Tolerant reading: an answer's JSON is brought into the shape that the types promise, in one pass, driven by
//! tables instead of one decoder per type (which would weigh more than all of the rest).
//!
//! Unknown fields are ignored, unknown values are kept, numbers may come as texts, a list as null.

use crate::error::{Error, Kind, Result};
use crate::json::{Broken, Scanner};
use crate::text;

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

/// What an object had in one place, as the next one has it again: one object after the other has the same members in the
/// same order, and most of an answer need not be taken apart.
pub struct Known<'a> {
    /// All that stands before the value: comma, name, colon.
    lead: &'a str,
    /// Where in it the name begins.
    name: usize,
    /// Its place in the table; behind the end where it is not there.
    field: usize,
}

/// Whether a value that begins so has the promised shape as it came.
fn is_kept(first: u8, kind: FieldKind) -> bool {
    match kind {
        FieldKind::Text => first == b'"',
        FieldKind::Number | FieldKind::Percent => first == b'-' || first.is_ascii_digit(),
        FieldKind::Flag => matches!(first, b't' | b'f'),
        FieldKind::List => first == b'[',
        FieldKind::Any => first != b'n',
        FieldKind::Object(_) | FieldKind::Open(_) | FieldKind::ListOf(_) => false,
    }
}

/// The next member by its name: its place in the table, and where it begins; none at the end of the object.
fn look_up<'a>(
    scanner: &mut Scanner<'a>,
    fields: &[AnswerField],
    first: &mut bool,
    order: &mut Vec<Known<'a>>,
    place: usize,
) -> Result<Option<(usize, usize)>> {
    let before = scanner.at();
    if !scanner.next(b'}', first)? {
        return Ok(None);
    }
    scanner.peek();
    let start = scanner.at();
    let name = scanner.name()?;
    scanner.peek();
    let field = fields.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
    if place == order.len() {
        order.push(Known { lead: scanner.piece(before, scanner.at()), name: start - before, field });
    }
    Ok(Some((field, start)))
}

/// Which fields of a table came. No table has more than 128 (a test counts).
#[derive(Default)]
struct Seen([u64; 2]);

impl Seen {
    fn has(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn add(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }
}

/// Writes an object in the shape of a table; `open`: with what the table does not know as it came. `order` is what the
/// objects before had: empty, or of the same table.
pub fn write_object<'a>(
    scanner: &mut Scanner<'a>,
    fields: &'static [AnswerField],
    open: bool,
    order: &mut Vec<Known<'a>>,
    out: &mut String,
) -> Result<()> {
    let mut seen = Seen::default();
    let mut first = true;
    // Where members begin that are written as they came, one after the other: they are copied in one piece.
    let mut copied: Option<usize> = None;
    if !scanner.take(b'{') {
        return Err(scanner.broken("an object").into());
    }
    out.push('{');
    let inside = out.len();
    for place in 0.. {
        let before = scanner.at();
        let known = order.get(place).filter(|known| scanner.passes(known.lead));
        let member = match known {
            Some(known) => Some((known.field, before + known.name)),
            None => look_up(scanner, fields, &mut first, order, place)?,
        };
        first = false;
        let mut field = None;
        if let Some((index, start)) = member {
            field = fields.get(index).filter(|_| !seen.has(index));
            let value = scanner.byte();
            let is_kept = match field {
                Some(field) => is_kept(value, field.kind),
                None => open && index >= fields.len() && value != b'n',
            };
            if is_kept {
                scanner.pass()?;
                seen.add(index);
                copied.get_or_insert(start);
                continue;
            }
        }
        let comma = |out: &mut String| {
            if out.len() > inside {
                out.push(',');
            }
        };
        if let Some(from) = copied.take() {
            comma(out);
            out.push_str(scanner.piece(from, before));
        }
        let Some((index, _)) = member else { break };
        let raw = scanner.raw()?;
        let end = out.len();
        if let Some(field) = field {
            comma(out);
            out.push('"');
            out.push_str(field.name);
            out.push_str("\":");
            if value(raw, field.kind, out)? {
                seen.add(index);
            } else {
                out.truncate(end);
            }
        }
    }
    out.push('}');
    for (index, field) in fields.iter().enumerate() {
        if field.required && !seen.has(index) {
            return Err(not_understood(&format_args!("the field {} is missing", field.name)));
        }
    }
    Ok(())
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
