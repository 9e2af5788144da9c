//! What an operation is: its method, path, arguments, answer, and what makes it safe to repeat.

pub use crate::api::document::{needs, section};

use crate::api::answer::{AnswerField, FieldKind};
use crate::api::envelope;
use crate::api::permission::Permission;
use crate::api::rules::{self, Checked, InputField, Rule, Shape};
use crate::auth::secret::Secret;
use crate::error::{Error, Result};
use crate::http::Method;
use crate::http::retry::Repeat;
use crate::http::url::{encode, secrets_in};
use crate::json::Value;
use crate::text;
use std::borrow::Cow;
use std::rc::Rc;

/// What holds between the fields of arguments.
pub type Check = fn(&[Value]) -> Result<()>;

/// One call of a service, as data. The file of each operation holds one of these.
pub struct Operation {
    /// The method of the public class: `createImage`.
    pub name: &'static str,
    /// The section of the service's document, or the title of its page.
    pub section: &'static str,
    pub method: Method,
    /// The path with its placeholders, as the document spells them. `{project_id}` is filled by the client, all others
    /// by the arguments in their order.
    pub path: &'static str,
    /// The positional arguments of the public method.
    pub arguments: &'static [Argument],
    pub answer: Answer,
    /// The answer hands out secrets: no error repeats what stands in it.
    pub is_secret: bool,
    pub repeat: Repeat,
    /// What the body is sent as.
    pub content_type: &'static str,
    /// What holds between fields: looks at the arguments before they are encoded.
    pub check: Option<Check>,
    /// What a user must be allowed to do, where the service's document tells.
    pub permission: Option<&'static Permission>,
}

impl Operation {
    /// What most operations have in common; each names the rest.
    pub const BASE: Operation = Operation {
        name: "",
        section: "",
        method: Method::Get,
        path: "",
        arguments: &[],
        answer: Answer::Nothing,
        is_secret: false,
        repeat: Repeat::Safe,
        content_type: "application/json",
        check: None,
        permission: None,
    };
}

/// Checks an argument against a table and gives what is to be sent. Where not every entry of the package needs one, it
/// stands in the tables of those that do, and weighs nothing in the others.
type Writer<Table> = fn(&Value, &str, &'static Table) -> Result<Checked>;

/// One positional argument of an operation.
pub enum Argument {
    /// Fills the next placeholder of the path.
    Segment(&'static str),
    /// An object whose fields become query parameters; may be left out where no field is required.
    Query(&'static str, &'static [InputField]),
    /// The same, where any other name is a parameter too (filters by properties that only a user knows).
    OpenQuery(&'static str, &'static [InputField], Writer<[InputField]>),
    /// An object that is the body.
    Body(&'static str, &'static [InputField]),
    /// The same; may be left out, and then no body is sent.
    OptionalBody(&'static str, &'static [InputField]),
    /// An object that is the body, where any other name is sent with its value too.
    OpenBody(&'static str, &'static [InputField], Writer<[InputField]>),
    /// An object of one of several shapes, told by a field that only this shape has; the body.
    OneOf(&'static str, &'static [Shape], Writer<[Shape]>),
    /// A list that is the body.
    Items(&'static str, &'static Rule),
    /// What a function makes the body of, as JSON.
    Made(&'static str, fn(&Value, &str) -> Result<String>),
    /// An object inside the body, under this name.
    Wrapped { argument: &'static str, inside: &'static str, fields: &'static [InputField] },
}

impl Argument {
    /// [`Argument::OpenQuery`] with these fields.
    pub const fn open_query(name: &'static str, fields: &'static [InputField]) -> Self {
        Argument::OpenQuery(name, fields, rules::check_open)
    }

    /// [`Argument::OpenBody`] with these fields.
    pub const fn open_body(name: &'static str, fields: &'static [InputField]) -> Self {
        Argument::OpenBody(name, fields, rules::check_open)
    }

    /// [`Argument::OneOf`] these shapes.
    pub const fn one_of(name: &'static str, shapes: &'static [Shape]) -> Self {
        Argument::OneOf(name, shapes, rules::check_shapes)
    }

    /// The name of the argument in the public method.
    pub fn name(&self) -> &'static str {
        match self {
            Argument::Segment(name)
            | Argument::Query(name, _)
            | Argument::OpenQuery(name, ..)
            | Argument::Body(name, _)
            | Argument::OptionalBody(name, _)
            | Argument::OpenBody(name, ..)
            | Argument::OneOf(name, ..)
            | Argument::Items(name, _)
            | Argument::Made(name, _) => name,
            Argument::Wrapped { argument, .. } => argument,
        }
    }

    /// Whether errors about it name it in front of the field: `userIds[0]`, but `name` and not `image.name`.
    pub fn is_named_in_errors(&self) -> bool {
        !matches!(
            self,
            Argument::Query(..)
                | Argument::OpenQuery(..)
                | Argument::Body(..)
                | Argument::OptionalBody(..)
                | Argument::OpenBody(..)
                | Argument::OneOf(..)
        )
    }
}

/// What the answer holds.
pub enum Answer {
    Nothing,
    /// The `data` of an envelope, brought into shape by a function.
    Data(&'static [AnswerField], Reader),
    /// The whole body is this; there is no envelope.
    Json(FieldKind),
    /// The headers that start so, without it, as an object of texts.
    Headers(&'static str),
    /// Both: `{"headers":{…},"body":…}`.
    Headed(&'static str),
    /// The bytes of a file, not an envelope.
    Bytes,
}

/// Brings the `data` of an envelope into the shape that a table promises, for what was asked for.
type Reader = fn(Option<&str>, &'static [AnswerField], &Encoded) -> Result<String>;

impl Answer {
    /// The `data` of an envelope is an object.
    pub const fn object(fields: &'static [AnswerField]) -> Self {
        Answer::Data(fields, |data, fields, _| envelope::object(data, fields))
    }

    /// The same, or nothing: null then.
    pub const fn object_or_nothing(fields: &'static [AnswerField]) -> Self {
        Answer::Data(fields, |data, fields, _| match data {
            None => Ok("null".to_owned()),
            data => envelope::object(data, fields),
        })
    }

    /// The `data` of an envelope is a list.
    pub const fn list(fields: &'static [AnswerField]) -> Self {
        Answer::Data(fields, |data, fields, _| envelope::list(data, fields))
    }

    /// The `data` of an envelope is a page.
    pub const fn page(fields: &'static [AnswerField]) -> Self {
        Answer::Data(fields, |data, fields, asked| {
            envelope::page(data, fields, asked.number("current", "1"), asked.number("size", "10"))
        })
    }
}

/// An operation with its arguments, checked and ready to send.
#[derive(Debug, PartialEq)]
pub struct Encoded {
    pub path: String,
    pub query: Vec<(Cow<'static, str>, String)>,
    /// JSON.
    pub body: Option<String>,
    /// What no error may repeat: addresses among the arguments may be signed.
    pub secrets: Rc<[Secret]>,
}

impl Encoded {
    /// What was asked for, for answers that leave their paging out.
    pub fn number<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.query.iter().find(|(known, _)| known == name).map_or(default, |(_, value)| value)
    }

    fn add_query(&mut self, fields: Vec<(Cow<'static, str>, Value)>) {
        for (name, value) in fields {
            let values = if let Value::Array(list) = value { list } else { vec![value] };
            for value in values {
                let text = match value {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                if !text.is_empty() {
                    self.query.push((name.clone(), text));
                }
            }
        }
    }
}

const PROJECT: &str = "{project_id}";

impl Operation {
    /// Whether the path holds the project's ID.
    pub fn needs_project(&self) -> bool {
        text::contains(self.path, PROJECT)
    }

    /// Checks the arguments against the document's limits and encodes them; nothing is sent by this.
    pub fn encode(&self, arguments: &[Value]) -> Result<Encoded> {
        self.encode_for(arguments, None)
    }

    /// The same, for a project. While none is known, the path keeps its placeholder.
    pub fn encode_for(&self, arguments: &[Value], project: Option<&str>) -> Result<Encoded> {
        self.encode_checked(arguments, project).map_err(|error| error.during(self.name))
    }

    fn encode_checked(&self, arguments: &[Value], project: Option<&str>) -> Result<Encoded> {
        let mut encoded = Encoded {
            path: self.path.to_owned(),
            query: Vec::new(),
            body: None,
            secrets: secrets_in(arguments).into(),
        };
        if let Some(extra) = arguments.get(self.arguments.len()) {
            return Err(Error::invalid(
                format!("arguments[{}]", self.arguments.len()),
                extra.to_string(),
                format!("{} takes {} argument(s)", self.name, self.arguments.len()),
            ));
        }
        for (index, argument) in self.arguments.iter().enumerate() {
            let value = arguments.get(index).unwrap_or(&Value::Null);
            // Fields of a query or a body are named as they are, without the argument in front.
            match argument {
                Argument::Query(..) | Argument::OpenQuery(..) | Argument::OptionalBody(..)
                    if value.is_null() => {}
                Argument::Query(name, _)
                | Argument::OpenQuery(name, ..)
                | Argument::Body(name, _)
                | Argument::OptionalBody(name, _)
                | Argument::OpenBody(name, ..)
                | Argument::OneOf(name, ..) => rules::must_be_object(value, name)?,
                _ => {}
            }
            match argument {
                Argument::Segment(name) => fill_segment(&mut encoded.path, name, value)?,
                Argument::Query(_, fields) => encoded.add_query(rules::check_object(value, "", fields)?),
                Argument::OpenQuery(_, fields, check) => encoded.add_query(check(value, "", fields)?),
                Argument::OptionalBody(..) if value.is_null() => {}
                Argument::Body(_, fields) | Argument::OptionalBody(_, fields) => {
                    encoded.body = Some(rules::object_text(rules::check_object(value, "", fields)?));
                }
                Argument::OpenBody(_, fields, check) => {
                    encoded.body = Some(rules::object_text(check(value, "", fields)?));
                }
                Argument::OneOf(_, shapes, check) => {
                    encoded.body = Some(rules::object_text(check(value, "", shapes)?));
                }
                Argument::Items(name, rule) => {
                    encoded.body = Some(rules::check(value, (*name).to_owned(), rule)?.to_string());
                }
                Argument::Made(name, make) => encoded.body = Some(make(value, name)?),
                Argument::Wrapped { argument, inside, fields } => {
                    let text = rules::object_text(rules::check_object(value, argument, fields)?);
                    encoded.body = Some(format!("{{\"{inside}\":{text}}}"));
                }
            }
        }
        if let Some(check) = self.check {
            check(arguments)?;
        }
        if let Some(project) = project {
            encoded.path = text::replace(&encoded.path, PROJECT, &encode(project, false));
        }
        Ok(encoded)
    }
}

/// Puts a value into the first placeholder as one percent-encoded segment. `.` and `..` have no encoding that
/// URL parsers leave alone, so they are refused.
fn fill_segment(path: &mut String, name: &str, value: &Value) -> Result<()> {
    let rule = match value {
        Value::String(given) if given.is_empty() => "must not be empty",
        Value::String(given) if given == "." || given == ".." => "must not be a path",
        Value::String(given) if given.chars().count() > 255 => "must have at most 255 characters",
        Value::String(given) if given.chars().any(char::is_control) => "must hold no control characters",
        Value::String(given) => {
            // The project is not an argument.
            let start = text::find(path, PROJECT).map_or(0, |at| at + PROJECT.len());
            let rest = path.get(start..).unwrap_or_default();
            if let Some((before, (_, after))) = text::split_once(rest, "{")
                .and_then(|(before, rest)| Some((before, text::split_once(rest, "}")?)))
            {
                let front = path.get(..start).unwrap_or_default();
                *path = format!("{front}{before}{}{after}", encode(given, false));
            }
            return Ok(());
        }
        _ => "must be a string",
    };
    Err(Error::invalid(name, value.to_string(), rule))
}
