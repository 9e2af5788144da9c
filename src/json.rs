//! JSON as the core needs it: values of requests, and a scanner that reads answers piece by piece.
//!
//! Numbers stay the digits that they came as. Nothing here computes with them, and code that turns texts into
//! floating-point numbers and back weighs more in a download than all the rest of this file.

mod unescape;
mod value;
mod words;

use std::borrow::Cow;
use std::fmt::{self, Display};
use unescape::unescape;
pub use value::{Quoted, Value};

/// Where a text stops being JSON, and what stands there instead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broken {
    pub expected: &'static str,
    pub at: usize,
}

impl Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} is expected at byte {}", self.expected, self.at)
    }
}

/// More brackets within brackets than any answer has.
const DEEPEST: u32 = 128;

/// Walks through a text from value to value.
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Scanner { text, at: 0 }
    }

    pub fn broken(&self, expected: &'static str) -> Broken {
        Broken { expected, at: self.at }
    }

    /// The byte at this place; 0 at the end.
    #[inline(always)]
    pub fn byte(&self) -> u8 {
        match self.text.as_bytes().get(self.at) {
            Some(byte) => *byte,
            None => 0,
        }
    }

    /// The first byte of what comes next; 0 at the end.
    pub fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.byte()
    }

    /// Passes over this byte if it comes next.
    pub fn take(&mut self, wanted: u8) -> bool {
        let there = self.peek() == wanted;
        self.at += usize::from(there);
        there
    }

    /// Nothing may follow.
    pub fn end(&mut self) -> Result<(), Broken> {
        self.peek();
        if self.at < self.text.len() { Err(self.broken("the end")) } else { Ok(()) }
    }

    /// Whether the list or object goes on; `first` must be true before its first item.
    pub fn next(&mut self, close: u8, first: &mut bool) -> Result<bool, Broken> {
        if self.take(close) {
            return Ok(false);
        }
        if !core::mem::take(first) && !self.take(b',') {
            return Err(self.broken("a comma"));
        }
        Ok(true)
    }

    /// The name of a member, and its colon.
    pub fn name(&mut self) -> Result<Cow<'a, str>, Broken> {
        let name = self.string()?;
        if self.take(b':') { Ok(name) } else { Err(self.broken("a colon")) }
    }

    /// How far it came.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What stands between two places where it was.
    #[inline(always)]
    pub fn piece(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// All that follows.
    pub fn rest(&mut self) -> &'a str {
        self.peek();
        self.piece(self.at, self.text.len())
    }

    /// The byte behind these bytes, if they come next, as they are; 0 at the end.
    #[inline(always)]
    pub fn after(&self, known: &str) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (next, after) = rest.split_at_checked(known.len())?;
        if !words::same(next, known.as_bytes()) {
            return None;
        }
        match after {
            [first, ..] => Some(*first),
            [] => Some(0),
        }
    }

    /// Passes over these bytes, which come next.
    #[inline(always)]
    pub fn go_behind(&mut self, known: &str) {
        self.at += known.len();
    }

    /// Passes over the next value.
    #[inline(always)]
    pub fn pass(&mut self) -> Result<(), Broken> {
        // Most values are texts, some are numbers, and nothing stands before them.
        match self.byte() {
            b'"' => self.text(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.skip(0),
        }
    }

    /// The text of the next value, as it stands.
    pub fn raw(&mut self) -> Result<&'a str, Broken> {
        self.peek();
        let start = self.at;
        self.skip(0)?;
        Ok(self.since(start))
    }

    /// Both ends are next to ASCII, so there is always such a piece.
    #[inline(always)]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip(&mut self, depth: u32) -> Result<(), Broken> {
        let close = match self.peek() {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.scalar(),
        };
        if depth == DEEPEST {
            return Err(self.broken("less nesting"));
        }
        self.at += 1;
        let mut first = true;
        while self.next(close, &mut first)? {
            if close == b'}' {
                self.quoted()?;
                if !self.take(b':') {
                    return Err(self.broken("a colon"));
                }
            }
            self.skip(depth + 1)?;
        }
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Broken> {
        let word = match self.byte() {
            b'"' => return self.text(),
            b'n' => "null",
            b't' => "true",
            b'f' => "false",
            _ => return self.number(),
        };
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.broken("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Broken> {
        self.at += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(self.broken("a value")) } else { Ok(()) }
    }

    /// What stands between the quotes, still escaped.
    fn quoted(&mut self) -> Result<&'a str, Broken> {
        if self.peek() != b'"' {
            return Err(self.broken("a text in quotes"));
        }
        let start = self.at + 1;
        self.text()?;
        Ok(self.piece(start, self.at - 1))
    }

    /// Passes over a text, whose quote comes next.
    fn text(&mut self) -> Result<(), Broken> {
        self.at += 1;
        loop {
            let bytes = self.text.as_bytes();
            let at = self.at + words::plain(bytes.get(self.at..).unwrap_or_default());
            self.at = at + 1;
            match bytes.get(at) {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                _ => {
                    self.at = at;
                    return Err(self.broken("a closing quote"));
                }
            }
        }
    }

    /// Passes over what follows a backslash.
    fn escape(&mut self) -> Result<(), Broken> {
        let hexadecimal = match self.byte() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' => 4,
            _ => return Err(self.broken("an escape")),
        };
        self.at += 1;
        for _ in 0..hexadecimal {
            if !self.byte().is_ascii_hexdigit() {
                return Err(self.broken("a hexadecimal digit"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// A text.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        let quoted = self.quoted()?;
        Ok(if quoted.bytes().any(|byte| byte == b'\\') {
            Cow::Owned(unescape(quoted))
        } else {
            Cow::Borrowed(quoted)
        })
    }

    fn value(&mut self, depth: u32) -> Result<Value, Broken> {
        let close = match self.peek() {
            b'"' => return self.string().map(|text| Value::String(text.into_owned())),
            b'{' => b'}',
            b'[' => b']',
            _ => {
                let start = self.at;
                self.scalar()?;
                return Ok(match self.since(start) {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    digits => Value::Number(digits.to_owned()),
                });
            }
        };
        if depth == DEEPEST {
            return Err(self.broken("less nesting"));
        }
        self.at += 1;
        let (mut first, mut members, mut items) = (true, Vec::new(), Vec::new());
        while self.next(close, &mut first)? {
            if close == b'}' {
                let name = self.name()?.into_owned();
                members.push((name, self.value(depth + 1)?));
            } else {
                items.push(self.value(depth + 1)?);
            }
        }
        Ok(if close == b'}' { Value::Object(members) } else { Value::Array(items) })
    }
}

#[cfg(test)]
pub mod tests;
