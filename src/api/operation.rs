//! What an operation is: its method, path, arguments, answer, and what makes it safe to repeat.

use crate::api::answer::AnswerField;
use crate::api::rules::{self, InputField};
use crate::error::{Error, Result};
use crate::http::Method;
use crate::http::retry::Repeat;
use crate::http::url::encode;
use crate::json::Value;

/// One call of a service, as data. The file of each operation holds one of these.
pub struct Operation {
    /// The method of the public class: `createImage`.
    pub name: &'static str,
    /// The section of the service's document.
    pub section: &'static str,
    pub method: Method,
    /// The path with its placeholders, as the document spells them.
    pub path: &'static str,
    /// The positional arguments of the public method.
    pub arguments: &'static [Argument],
    pub answer: Answer,
    pub repeat: Repeat,
}

/// One positional argument of an operation.
pub enum Argument {
    /// Fills the next placeholder of the path.
    Segment(&'static str),
    /// An object whose fields become query parameters; may be left out where no field is required.
    Query(&'static str, &'static [InputField]),
    /// An object that is the body.
    Body(&'static str, &'static [InputField]),
    /// An object inside the body, under this name.
    Wrapped { argument: &'static str, inside: &'static str, fields: &'static [InputField] },
    /// A list of user IDs, 1 to 50, no duplicates, in the body as `{"shares":{"user_ids":[…]}}`.
    UserIds(&'static str),
}

impl Argument {
    /// The name of the argument in the public method.
    pub fn name(&self) -> &'static str {
        match self {
            Argument::Segment(name) | Argument::Query(name, _) | Argument::Body(name, _) => name,
            Argument::Wrapped { argument, .. } => argument,
            Argument::UserIds(name) => name,
        }
    }
}

/// What the `data` of the answer holds.
pub enum Answer {
    Nothing,
    Object(&'static [AnswerField]),
    List(&'static [AnswerField]),
    Page(&'static [AnswerField]),
    /// The bytes of a file, not an envelope.
    Bytes,
}

/// An operation with its arguments, checked and ready to send.
#[derive(Debug, PartialEq)]
pub struct Encoded {
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
}

impl Encoded {
    /// What was asked for, for answers that leave their paging out.
    pub fn number<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.query.iter().find(|(known, _)| *known == name).map_or(default, |(_, value)| value)
    }
}

impl Operation {
    /// Checks the arguments against the document's limits and encodes them; nothing is sent by this.
    pub fn encode(&self, arguments: &[Value]) -> Result<Encoded> {
        self.encode_checked(arguments).map_err(|error| error.during(self.name))
    }

    fn encode_checked(&self, arguments: &[Value]) -> Result<Encoded> {
        let mut encoded = Encoded { path: self.path.to_owned(), query: Vec::new(), body: None };
        if let Some(extra) = arguments.get(self.arguments.len()) {
            return Err(Error::invalid(
                format!("arguments[{}]", self.arguments.len()),
                extra.to_string(),
                format!("{} takes {} argument(s)", self.name, self.arguments.len()),
            ));
        }
        for (index, argument) in self.arguments.iter().enumerate() {
            let value = arguments.get(index).unwrap_or(&Value::Null);
            match argument {
                Argument::Segment(name) => fill_segment(&mut encoded.path, name, value)?,
                Argument::Query(_, fields) => {
                    // Fields of a query are named as they are, without the argument in front.
                    for (name, value) in rules::check_object(value, "", fields)? {
                        let text = match value {
                            Value::String(text) => text,
                            other => other.to_string(),
                        };
                        if !text.is_empty() {
                            encoded.query.push((name, text));
                        }
                    }
                }
                Argument::Body(name, fields) => {
                    if !value.is_object() {
                        return Err(Error::invalid(*name, value.to_string(), "must be an object"));
                    }
                    encoded.body = Some(rules::object_text(rules::check_object(value, "", fields)?));
                }
                Argument::Wrapped { argument, inside, fields } => {
                    let text = rules::object_text(rules::check_object(value, argument, fields)?);
                    encoded.body = Some(format!("{{\"{inside}\":{text}}}"));
                }
                Argument::UserIds(name) => {
                    let list = rules::check_user_ids(value, name)?;
                    encoded.body = Some(format!("{{\"shares\":{{\"user_ids\":{list}}}}}"));
                }
            }
        }
        Ok(encoded)
    }
}

/// Puts a value into the first placeholder as one percent-encoded segment. `.` and `..` have no encoding that
/// URL parsers leave alone, so they are refused.
fn fill_segment(path: &mut String, name: &str, value: &Value) -> Result<()> {
    let rule = match value {
        Value::String(text) if text.is_empty() => "must not be empty",
        Value::String(text) if text == "." || text == ".." => "must not be a path",
        Value::String(text) if text.chars().count() > 255 => "must have at most 255 characters",
        Value::String(text) if text.chars().any(char::is_control) => "must hold no control characters",
        Value::String(text) => {
            if let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
                path.replace_range(open..=close, &encode(text, false));
            }
            return Ok(());
        }
        _ => "must be a string",
    };
    Err(Error::invalid(name, value.to_string(), rule))
}
