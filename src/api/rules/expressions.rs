//! Values that are written as expressions of a service.

use super::join;
use crate::error::{Error, Result};
use crate::json::Value;

/// The rules in words.
pub(super) const FILTER: &str = "must be an object with name or imageId";
pub(super) const TEXT_OR_IN: &str = "must be a text that is not empty, or a list of such";

/// `name:lk:TEXT|imageId:eq:ID`, section 1.10. `|` separates the terms and has no escape there, so a text that
/// holds one is refused; so is an imageId that is not a plain ID. A colon in a name would be read as a part of
/// the expression.
pub(super) fn filter(value: &Value, path: &str) -> Result<String> {
    let Value::Object(object) = value else {
        return Err(Error::invalid(path, value.to_string(), FILTER));
    };
    for (name, value) in object {
        if !value.is_null() && name != "name" && name != "imageId" {
            return Err(Error::invalid(join(path, name), value.to_string(), FILTER));
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
    Ok(crate::text::join(&terms, "|"))
}

/// A text as it is, a list of texts as `in:a,b`. OpenStack's services read what stands before a colon as an operator, so
/// a text that holds one for itself is sent as `eq:text`; values with commas are quoted, and quotes have no escape.
pub(super) fn text_or_in(value: &Value, path: &str) -> Result<String> {
    match value {
        Value::String(text) if !text.is_empty() => {
            let has_operator = ["in:", "eq:"].iter().any(|operator| text.starts_with(operator));
            Ok(if crate::text::has_any(text, ":") && !has_operator {
                format!("eq:{text}")
            } else {
                text.clone()
            })
        }
        Value::Array(list) if !list.is_empty() => {
            let mut values = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                match item.as_str() {
                    Some(text) if !text.is_empty() && !crate::text::has_any(text, "\"") => {
                        values.push(if crate::text::has_any(text, ",") {
                            format!("\"{text}\"")
                        } else {
                            text.to_owned()
                        });
                    }
                    _ => {
                        let rule = "must be a text without \" that is not empty";
                        return Err(Error::invalid(format!("{path}[{index}]"), item.to_string(), rule));
                    }
                }
            }
            Ok(format!("in:{}", crate::text::join(&values, ",")))
        }
        _ => Err(Error::invalid(path, value.to_string(), TEXT_OR_IN)),
    }
}
