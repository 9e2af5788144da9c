//! A value of JSON, made, asked, and written as a text.

use super::{Broken, Scanner};
use std::fmt::{self, Display, Write};

/// Any JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// As JSON spells it.
    Number(String),
    String(String),
    Array(Vec<Value>),
    /// In the order in which they came.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads a text that is nothing but one value.
    pub fn parse(text: &str) -> Result<Value, Broken> {
        let mut scanner = Scanner::new(text);
        let value = scanner.value(0)?;
        scanner.end()?;
        Ok(value)
    }

    /// An object with these members.
    pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Value::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Takes a text out of an object; empty where there is none.
    pub fn take_text(&mut self, name: &str) -> String {
        let Value::Object(members) = self else { return String::new() };
        match members.iter_mut().find(|(known, _)| known == name) {
            Some((_, Value::String(text))) => core::mem::take(text),
            _ => String::new(),
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// A whole number from 0, spelt without exponent.
    pub fn as_u64(&self) -> Option<u64> {
        if let Value::Number(digits) = self { crate::text::whole_number(digits) } else { None }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number.to_string())
    }
}

/// For callers in Rust, whose values often are serde_json's.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => Value::Number(number.to_string()),
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(list) => Value::Array(list.into_iter().map(Value::from).collect()),
            serde_json::Value::Object(object) => {
                Value::Object(object.into_iter().map(|(name, value)| (name, Value::from(value))).collect())
            }
        }
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(true) => out.write_str("true"),
            Value::Bool(false) => out.write_str("false"),
            Value::Number(digits) => out.write_str(digits),
            Value::String(text) => Quoted(text).fmt(out),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.write_char(if index == 0 { '[' } else { ',' })?;
                    item.fmt(out)?;
                }
                out.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Value::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    out.write_char(if index == 0 { '{' } else { ',' })?;
                    Quoted(name).fmt(out)?;
                    out.write_char(':')?;
                    value.fmt(out)?;
                }
                out.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

/// Shows a text as JSON does, in quotes.
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => {
                    out.write_char('\\')?;
                    out.write_char(c)?;
                }
                '\n' => out.write_str("\\n")?,
                '\r' => out.write_str("\\r")?,
                '\t' => out.write_str("\\t")?,
                c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c))?,
                c => out.write_char(c)?,
            }
        }
        out.write_char('"')
    }
}
