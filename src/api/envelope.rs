//! Answers that come in an envelope `{ code, message, requestId, data }`, as CECloud IMS wraps each (1.3.6 and all
//! others): its success or its error, and its data in the shape that a table promises.

use super::Data;
use super::answer::{AnswerField, number_of, write_object};
use super::refusal::{foreign_error, not_an_envelope, refusal_kind};
use crate::error::{Error, Kind, Result, clip};
use crate::http::{retry, status_words};
use crate::json::Scanner;

/// How a service spells success and errors.
pub struct Envelope {
    /// The code that says success.
    pub success: &'static str,
    /// What an error code means, in words.
    pub meaning: fn(&str) -> Option<&'static str>,
    /// Whether an error code says «not now», not «no».
    pub is_transient: fn(&str) -> bool,
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

/// Data that are longer are not walked through only to find their end.
const LONG: usize = 4096;

/// Opens the envelope that every answer of CECloud IMS is wrapped in (1.3.6 and all others); none where the text is
/// no JSON object.
pub fn open(text: &str) -> Option<Opened<'_>> {
    opened(text, false)
}

/// With `trusting` long data that come last, as services write their lists, are taken up to the bracket at the end: who
/// reads them finds out whether that is right.
fn opened(text: &str, trusting: bool) -> Option<Opened<'_>> {
    let mut opened = Opened::default();
    let mut scanner = Scanner::new(text);
    let mut first = true;
    if !scanner.take(b'{') {
        return None;
    }
    while scanner.next(b'}', &mut first).ok()? {
        let name = scanner.name().ok()?;
        if trusting && name == "data" && opened.code.is_some() && scanner.rest().len() > LONG {
            opened.data = Some(scanner.rest().trim_ascii_end().strip_suffix("}")?.trim_ascii_end());
            return Some(opened);
        }
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

/// The ID of the request that an envelope answers.
pub fn request_id(text: &str) -> Option<String> {
    open(text)?.request_id
}

/// Where the data of an envelope stand, or the error in it, or in what came in its place. `trusting`: somebody reads the
/// data who asks again without it where they are not what they should be.
pub fn judge(envelope: &Envelope, trusting: bool, status: u16, text: &str) -> Result<Data> {
    let success = (200..300).contains(&status);
    let kind = refusal_kind(status);
    let opened = if trusting { opened(text, true).or_else(|| open(text)) } else { open(text) };
    if let Some(opened) = &opened
        && let Some(code) = &opened.code
    {
        if code == envelope.success && success {
            return Ok(opened.data.map(|data| {
                let start = data.as_ptr() as usize - text.as_ptr() as usize;
                start..start + data.len()
            }));
        }
        if code != envelope.success {
            let meaning = (envelope.meaning)(code).map(|words| format!(", {words}")).unwrap_or_default();
            let mut error = Error::new(kind, format!("{} ({code}{meaning})", clip(&opened.message, 400)))
                .with_status(status);
            let details = error.details_mut();
            details.code = Some(code.clone());
            details.request_id = opened.request_id.clone();
            details.retryable = retry::is_transient(status) || (envelope.is_transient)(code);
            return Err(error);
        }
    }
    if success {
        return match opened {
            Some(_) => Err(Error::new(
                Kind::Protocol,
                format!("status {status} with JSON that has no code: {}", clip(text, 80)),
            )
            .with_status(status)),
            None if status == 204 && text.trim().is_empty() => Ok(None),
            None => Err(not_an_envelope(text, status)),
        };
    }
    let mut error = match foreign_error(text) {
        Some(told) => {
            let mut error = Error::new(
                kind,
                format!("status {status}, {}: {}", status_words(status), clip(&told.message, 400)),
            );
            error.details_mut().code = told.code;
            error
        }
        None if kind == Kind::Auth => {
            Error::new(kind, format!("status {status}, {}: {}", status_words(status), clip(text.trim(), 160)))
        }
        None => not_an_envelope(text, status),
    };
    error.details_mut().retryable = retry::is_transient(status);
    Err(error.with_status(status))
}

/// One object, as JSON of the promised shape.
pub fn object(data: Option<&str>, fields: &'static [AnswerField]) -> Result<String> {
    let Some(data) = data else {
        return Err(Error::new(Kind::Protocol, "the answer holds no data where an object is expected"));
    };
    let mut out = String::with_capacity(data.len());
    let mut scanner = Scanner::new(data);
    write_object(&mut scanner, fields, false, &mut Vec::new(), &mut out)?;
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
    let data = data.unwrap_or("{}");
    let mut scanner = Scanner::new(data);
    // The list is written where it stays: it may be long.
    let start = "{\"list\":";
    let mut out = String::with_capacity(data.len());
    out.push_str(start);
    let mut count = 0;
    let (mut total, mut current, mut size) = (None, current, size);
    let mut first = true;
    if !scanner.take(b'{') {
        return Err(scanner.broken("a page (an object with list and total)").into());
    }
    while scanner.next(b'}', &mut first)? {
        match &*scanner.name()? {
            "list" if out.len() == start.len() => count = write_list(&mut scanner, fields, &mut out)?,
            "total" => total = number_of(scanner.raw()?, false).or(total),
            "current" => current = number_of(scanner.raw()?, false).unwrap_or(current),
            "size" => size = number_of(scanner.raw()?, false).unwrap_or(size),
            _ => scanner.pass()?,
        }
    }
    scanner.end()?;
    if out.len() == start.len() {
        out.push_str("[]");
    }
    let count = count.to_string();
    for piece in [",\"total\":", total.unwrap_or(&count), ",\"current\":", current, ",\"size\":", size, "}"] {
        out.push_str(piece);
    }
    Ok(out)
}

/// Writes a list of objects and counts them.
fn write_list(scanner: &mut Scanner<'_>, fields: &'static [AnswerField], out: &mut String) -> Result<usize> {
    let (mut count, mut order) = (0, Vec::new());
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
        write_object(scanner, fields, false, &mut order, out)?;
        count += 1;
    }
    out.push(']');
    Ok(count)
}

#[cfg(test)]
mod tests;
