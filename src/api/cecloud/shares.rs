//! Whom an image is shared with, as the bodies of two calls.

use crate::error::{Error, Result};
use crate::json::Value;

/// The body with 1 to 50 user IDs without duplicates (sections 1.13 and 1.15, and the code DuplicateUserId).
pub fn shares(value: &Value, path: &str) -> Result<String> {
    let Value::Array(list) = value else {
        return Err(Error::invalid(path, value.to_string(), "must be a list of user IDs"));
    };
    if list.is_empty() || list.len() > 50 {
        return Err(Error::invalid(path, format!("{} IDs", list.len()), "must hold 1 to 50 user IDs"));
    }
    for (index, item) in list.iter().enumerate() {
        let path = || format!("{path}[{index}]");
        match item {
            Value::String(text) if !crate::text::trim(text).is_empty() => {}
            other => return Err(Error::invalid(path(), other.to_string(), "must be a user ID (a text)")),
        }
        if list[..index].contains(item) {
            return Err(Error::invalid(path(), item.to_string(), "must not be listed twice"));
        }
    }
    Ok(format!("{{\"shares\":{{\"user_ids\":{value}}}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn user_ids_are_one_to_fifty_without_duplicates() {
        let field = |value: serde_json::Value| {
            shares(&Value::from(value), "userIds").map_err(|e| e.details().field.clone().unwrap())
        };
        assert_eq!(field(json!(["1", "2"])), Ok(r#"{"shares":{"user_ids":["1","2"]}}"#.into()));
        assert_eq!(field(json!([])), Err("userIds".into()));
        assert_eq!(field(json!(["1", "1"])), Err("userIds[1]".into()));
        assert_eq!(field(json!(["1", " "])), Err("userIds[1]".into()));
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        assert_eq!(field(json!(many)), Err("userIds".into()));
        assert!(field(json!(many[..50])).is_ok());
        assert_eq!(field(json!("1")), Err("userIds".into()));
    }
}
