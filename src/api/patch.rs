//! Changes of an image: JSON patch as the services take it, and the friendlier `{ set, remove }`.

use super::rules::{self, InputField};
use crate::error::{Error, Result};
use crate::json::Value;
use crate::text::{join, replace};

/// What may be changed.
pub struct Paths {
    /// Properties with a rule for their values.
    pub fields: &'static [InputField],
    /// Those of them that every image has: set by `replace`, everything else by `add`, which also replaces.
    pub replaced: &'static [&'static str],
    /// Those that may not be removed.
    pub kept: &'static [&'static str],
    /// Those that may be set to null, which is nothing.
    pub nullable: &'static [&'static str],
    /// Whether any other property may be set to a text; why it may not have a certain name.
    pub open: Option<fn(&str) -> Option<String>>,
}

const OPERATIONS: [&str; 3] = ["add", "replace", "remove"];

/// The body: a JSON patch list of at least one change. `removed`: what stands as the value of a removal, for services
/// whose pages require one everywhere.
pub fn text(value: &Value, argument: &str, paths: &Paths, removed: Option<&Value>) -> Result<String> {
    let mut changes = Vec::new();
    let is_set = |name| value.get("set").is_some_and(|fields| fields.get(name).is_some());
    match value {
        Value::Array(list) => {
            for (index, change) in list.iter().enumerate() {
                changes.push(one(change, &format!("{argument}[{index}]"), paths, removed)?);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    (_, Value::Null) => {}
                    ("set", Value::Object(fields)) => {
                        for (name, value) in fields {
                            let path = format!("{argument}.set.{name}");
                            let operation =
                                if paths.replaced.contains(&name.as_str()) { "replace" } else { "add" };
                            let value = check(name, value, path, paths)?;
                            changes.push(change(operation, name, Some(&value)));
                        }
                    }
                    ("remove", Value::Array(names)) => {
                        for (index, name) in names.iter().enumerate() {
                            let path = format!("{argument}.remove[{index}]");
                            let known = removable(name, path.clone(), paths)?;
                            if is_set(known) {
                                return Err(Error::invalid(
                                    path,
                                    name.to_string(),
                                    "must not be set as well",
                                ));
                            }
                            changes.push(change("remove", known, removed));
                        }
                    }
                    ("set", other) => {
                        let rule = "must be an object of properties and values";
                        return Err(Error::invalid(format!("{argument}.set"), other.to_string(), rule));
                    }
                    ("remove", other) => {
                        let rule = "must be a list of names";
                        return Err(Error::invalid(format!("{argument}.remove"), other.to_string(), rule));
                    }
                    (name, other) => {
                        let rule = "is not known here (known: set, remove)";
                        return Err(Error::invalid(format!("{argument}.{name}"), other.to_string(), rule));
                    }
                }
            }
        }
        other => {
            let rule = "must be a list of changes ({ op, path, value }) or an object with set or remove";
            return Err(Error::invalid(argument, other.to_string(), rule));
        }
    }
    if changes.is_empty() {
        return Err(Error::invalid(argument, value.to_string(), "must hold at least one change"));
    }
    Ok(format!("[{}]", join(&changes, ",")))
}

/// A name as it stands in a path.
fn escaped(name: &str) -> String {
    replace(&replace(name, "~", "~0"), "/", "~1")
}

fn change(operation: &str, name: &str, value: Option<&Value>) -> String {
    let pointer = Value::String(format!("/{}", escaped(name)));
    match value {
        Some(value) => format!("{{\"op\":\"{operation}\",\"path\":{pointer},\"value\":{value}}}"),
        None => format!("{{\"op\":\"{operation}\",\"path\":{pointer}}}"),
    }
}

/// One change as the caller spells it.
fn one(given: &Value, path: &str, paths: &Paths, removed: Option<&Value>) -> Result<String> {
    rules::must_be_object(given, path)?;
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
    let show = |name: &str| given.get(name).map_or("undefined".to_owned(), Value::to_string);
    let operation = text("op");
    if !OPERATIONS.contains(&operation) {
        let rule = "must be one of 'add', 'replace', 'remove'";
        return Err(Error::invalid(format!("{path}.op"), show("op"), rule));
    }
    let pointer = text("path");
    let pointer = pointer.strip_prefix("/").unwrap_or_default();
    let name = replace(&replace(pointer, "~1", "/"), "~0", "~");
    if name.is_empty() || escaped(&name) != pointer {
        let rule = "must be the name of a property after a slash (/ as ~1, ~ as ~0): /name";
        return Err(Error::invalid(format!("{path}.path"), show("path"), rule));
    }
    let value = given.get("value").filter(|value| !value.is_null() || paths.nullable.contains(&&*name));
    let written = match (operation, value) {
        ("remove", value) if value.is_none() || value == removed => {
            removable(&Value::String(name.clone()), format!("{path}.path"), paths)?;
            removed.cloned()
        }
        ("remove", Some(value)) => {
            let rule = "must not be there: what is removed has no value";
            return Err(Error::invalid(format!("{path}.value"), value.to_string(), rule));
        }
        (_, Some(value)) => Some(check(&name, value, format!("{path}.value"), paths)?),
        (_, None) => return Err(Error::invalid(format!("{path}.value"), "undefined", "is required")),
    };
    Ok(change(operation, &name, written.as_ref()))
}

/// Whether a property may have this value; gives it as it is written.
fn check(name: &str, value: &Value, path: String, paths: &Paths) -> Result<Value> {
    match paths.fields.iter().find(|field| field.name == name) {
        Some(_) if value.is_null() && paths.nullable.contains(&name) => Ok(Value::Null),
        Some(field) => rules::check(value, path, &field.rule),
        None if name.is_empty() && paths.open.is_some() => {
            Err(Error::invalid(path, "\"\"", "must not be empty"))
        }
        None => {
            let rule = match paths.open {
                Some(refused) => refused(name),
                None => {
                    let known: Vec<&str> = paths.fields.iter().map(|field| field.name).collect();
                    Some(format!("cannot be changed (what can: {})", join(&known, ", ")))
                }
            };
            match rule {
                Some(rule) => Err(Error::invalid(path, value.to_string(), rule)),
                None => rules::check(value, path, &rules::Rule::AnyText),
            }
        }
    }
}

/// Whether only the service sets it.
fn is_fixed(name: &str, paths: &Paths) -> bool {
    paths.fields.iter().any(|field| field.name == name && matches!(field.rule, rules::Rule::Never(_)))
}

fn removable<'a>(name: &'a Value, path: String, paths: &Paths) -> Result<&'a str> {
    match name.as_str() {
        None | Some("") => Err(Error::invalid(path, name.to_string(), "must be the name of a property")),
        Some(name) if paths.kept.contains(&name) || is_fixed(name, paths) => {
            Err(Error::invalid(path, format!("\"{name}\""), "cannot be removed: every image has it"))
        }
        Some(name) if paths.open.is_none() && !paths.fields.iter().any(|field| field.name == name) => {
            let known: Vec<&str> = paths.fields.iter().map(|field| field.name).collect();
            let rule = format!("cannot be removed (known: {})", join(&known, ", "));
            Err(Error::invalid(path, format!("\"{name}\""), rule))
        }
        Some(name) => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::rules::{Presence, Rule};

    const PATHS: Paths = Paths {
        fields: &[
            InputField { name: "name", presence: Presence::Optional, rule: Rule::Text { min: 1, max: 8 } },
            InputField {
                name: "min_disk",
                presence: Presence::Optional,
                rule: Rule::Integer { min: 1, max: 9 },
            },
        ],
        replaced: &["name", "min_disk"],
        kept: &["name"],
        nullable: &["name"],
        open: Some(|name| (name == "Min").then(|| "is not mine".to_owned())),
    };

    fn written(json: &str) -> Result<String> {
        text(&Value::parse(json).unwrap(), "changes", &PATHS, None)
    }

    #[test]
    fn set_and_remove_become_a_json_patch() {
        assert_eq!(
            written(r#"{"set":{"name":"a","x/y~z":"1"},"remove":["old"]}"#).unwrap(),
            r#"[{"op":"replace","path":"/name","value":"a"},{"op":"add","path":"/x~1y~0z","value":"1"},{"op":"remove","path":"/old"}]"#
        );
    }

    #[test]
    fn a_json_patch_is_sent_as_it_is() {
        let patch = r#"[{"op":"add","path":"/min_disk","value":2},{"op":"remove","path":"/a~1b~0~01"}]"#;
        assert_eq!(written(patch).unwrap(), patch);
    }

    #[test]
    fn what_may_be_nothing_is_set_to_null() {
        let patch = r#"[{"op":"replace","path":"/name","value":null}]"#;
        assert_eq!(written(patch).unwrap(), patch);
        assert_eq!(written(r#"{"set":{"name":null}}"#).unwrap(), patch);
    }

    #[test]
    fn a_removal_has_the_value_that_a_service_wants_there() {
        let empty = Value::from("");
        let written = |json| text(&Value::parse(json).unwrap(), "changes", &PATHS, Some(&empty));
        let wanted = r#"[{"op":"remove","path":"/old","value":""}]"#;
        assert_eq!(written(r#"{"remove":["old"]}"#).unwrap(), wanted);
        assert_eq!(written(r#"[{"op":"remove","path":"/old"}]"#).unwrap(), wanted);
        assert_eq!(written(wanted).unwrap(), wanted);
        assert!(written(r#"[{"op":"remove","path":"/old","value":"1"}]"#).is_err());
    }

    #[test]
    fn what_is_refused_names_field_value_and_rule() {
        let cases = [
            (r#"{}"#, "changes: {} is refused: must hold at least one change"),
            (r#"[]"#, "changes: [] is refused"),
            (r#"7"#, "changes: 7 is refused: must be a list of changes"),
            (
                r#"{"set":{"min_disk":0}}"#,
                "changes.set.min_disk: 0 is refused: must be a whole number from 1 to 9",
            ),
            (r#"{"set":{"other":7}}"#, "changes.set.other: 7 is refused: must be a text"),
            (r#"{"set":{"Min":"7"}}"#, "changes.set.Min: \"7\" is refused: is not mine"),
            (
                r#"[{"op":"add","path":"/Min","value":"7"}]"#,
                "changes[0].value: \"7\" is refused: is not mine",
            ),
            (r#"{"set":[]}"#, "changes.set: [] is refused"),
            (r#"{"put":1}"#, "changes.put: 1 is refused"),
            (r#"{"remove":["name"]}"#, "changes.remove[0]: \"name\" is refused: cannot be removed"),
            (r#"{"remove":[""]}"#, "changes.remove[0]: \"\" is refused"),
            (r#"[{"op":"move","path":"/a"}]"#, "changes[0].op: \"move\" is refused"),
            (r#"[{"op":"add","path":"a","value":"1"}]"#, "changes[0].path: \"a\" is refused"),
            (r#"[{"op":"add","path":"/a/b","value":"1"}]"#, "changes[0].path: \"/a/b\" is refused"),
            (r#"[{"op":"add","path":"/x~2","value":"1"}]"#, "changes[0].path: \"/x~2\" is refused"),
            (r#"[{"op":"remove","path":"/x~"}]"#, "changes[0].path: \"/x~\" is refused"),
            (r#"{"remove":["x"],"set":{"x":"1"}}"#, "changes.remove[0]: \"x\" is refused: must not be set"),
            (r#"{"set":{"min_disk":null}}"#, "changes.set.min_disk: null is refused"),
            (r#"[{"op":"add","path":"/a"}]"#, "changes[0].value: undefined is refused: is required"),
            (r#"[{"op":"remove","path":"/a","value":"1"}]"#, "changes[0].value: \"1\" is refused"),
            (r#"[1]"#, "changes[0]: 1 is refused: must be an object"),
        ];
        for (given, expected) in cases {
            let error = written(given).unwrap_err();
            assert!(error.message().starts_with(expected), "{given}: {}", error.message());
        }
    }
}
