//! The one error type of the client: what was asked, what went wrong, and whether trying again can help.

use crate::http::url::bare;
use crate::json::Value;

/// What sort of failure it is; the `kind` of a JavaScript `ImsError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller's input breaks a rule; nothing was sent.
    Validation,
    /// The service or the store does not accept the credentials.
    Auth,
    /// The request or its answer was lost on the way.
    Network,
    /// No answer, or no movement, in time.
    Timeout,
    /// The caller stopped it.
    Aborted,
    /// The image service answered with an error of its own.
    Service,
    /// The object store answered with an error of its own.
    Storage,
    /// The answer is not what the documents describe.
    Protocol,
    /// Bytes arrived that are not the bytes that were sent.
    Integrity,
    /// The file or stream cannot be read, or is not the one it was.
    Source,
    /// This platform, service or store cannot do it.
    Unsupported,
    /// A defect of this client.
    Internal,
}

impl Kind {
    /// As the public interface spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Validation => "validation",
            Kind::Auth => "auth",
            Kind::Network => "network",
            Kind::Timeout => "timeout",
            Kind::Aborted => "aborted",
            Kind::Service => "service",
            Kind::Storage => "storage",
            Kind::Protocol => "protocol",
            Kind::Integrity => "integrity",
            Kind::Source => "source",
            Kind::Unsupported => "unsupported",
            Kind::Internal => "internal",
        }
    }
}

/// One attempt that failed on the way to the final error.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When it ended, RFC 3339, UTC.
    pub at: String,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub message: String,
}

/// The fields of an error. Nothing in it is a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    pub kind: Kind,
    pub message: String,
    /// Public name of the call: `createImage`, `upload` …
    pub operation: String,
    /// The service's or the store's own code.
    pub code: Option<String>,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// Of a validation error: the path of the field, `volumeImages[0].minDisk`.
    pub field: Option<String>,
    /// Of a validation error: the refused value as JSON text.
    pub value: Option<String>,
    pub rule: Option<String>,
    pub retryable: bool,
    pub resumable: bool,
    /// No attempt has left this machine: nothing was done. Not told outside.
    pub unsent: bool,
    pub attempts: Vec<Attempt>,
}

/// An object of those members that there are.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect())
}

fn text(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(Value::from)
}

fn number(number: Option<u16>) -> Option<Value> {
    number.map(|number| Value::from(u64::from(number)))
}

impl Attempt {
    fn to_json(&self) -> Value {
        object([
            ("at", Some(self.at.as_str().into())),
            ("status", number(self.status)),
            ("code", text(&self.code)),
            ("message", Some(self.message.as_str().into())),
        ])
    }
}

impl Details {
    /// What an `ImsError` is made of, all but the refused value.
    pub fn to_json(&self) -> Value {
        object([
            ("kind", Some(self.kind.as_str().into())),
            ("message", Some(self.message.as_str().into())),
            ("operation", Some(self.operation.as_str().into())),
            ("code", text(&self.code)),
            ("status", number(self.status)),
            ("requestId", text(&self.request_id)),
            ("field", text(&self.field)),
            ("rule", text(&self.rule)),
            ("retryable", Some(Value::Bool(self.retryable))),
            ("resumable", Some(Value::Bool(self.resumable))),
            ("attempts", Some(Value::Array(self.attempts.iter().map(Attempt::to_json).collect()))),
        ])
    }
}

/// An error, boxed so that results stay small.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Details>);

pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// A new error; network failures and timeouts are retryable unless told otherwise.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::saying(kind, message.into())
    }

    /// One function for all kinds of texts.
    fn saying(kind: Kind, message: String) -> Self {
        Error(Box::new(Details {
            kind,
            message,
            operation: String::new(),
            code: None,
            status: None,
            request_id: None,
            field: None,
            value: None,
            rule: None,
            retryable: matches!(kind, Kind::Network | Kind::Timeout),
            resumable: false,
            unsent: false,
            attempts: Vec::new(),
        }))
    }

    /// A refused input: the field, the value as JSON text (addresses without what may be secret of them), and the rule it
    /// breaks.
    pub fn invalid(field: impl AsRef<str>, value: impl AsRef<str>, rule: impl AsRef<str>) -> Self {
        Self::refused(field.as_ref(), value.as_ref(), rule.as_ref())
    }

    /// One function for all kinds of texts.
    #[inline(never)]
    fn refused(field: &str, value: &str, rule: &str) -> Self {
        let bare = crate::text::contains(value, "://").then(|| bare(value));
        let value = bare.as_deref().unwrap_or(value);
        let mut error =
            Error::new(Kind::Validation, format!("{field}: {} is refused: {rule}", clip(value, 120)));
        error.0.field = Some(field.to_owned());
        error.0.value = Some(value.to_owned());
        error.0.rule = Some(rule.to_owned());
        error
    }

    /// Names the operation, unless a deeper layer did, and starts the message with it.
    pub fn during(mut self, operation: &str) -> Self {
        if self.0.operation.is_empty() {
            self.0.operation = operation.to_owned();
            self.0.message = format!("{operation}: {}", self.0.message);
        }
        self
    }

    pub fn details(&self) -> &Details {
        &self.0
    }

    pub fn details_mut(&mut self) -> &mut Details {
        &mut self.0
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    pub fn resumable(mut self) -> Self {
        self.0.resumable = true;
        self
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// The first `most` characters of a text, with an ellipsis where it was cut.
pub fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_field_value_and_rule() {
        let error =
            Error::invalid("image.minDisk", "-1", "must be a whole number from 1").during("createImage");
        assert_eq!(
            error.message(),
            "createImage: image.minDisk: -1 is refused: must be a whole number from 1"
        );
        assert_eq!(error.clone().during("upload"), error, "the innermost operation stays");
    }

    #[test]
    fn an_error_is_written_with_the_fields_that_it_has() {
        let mut error = Error::new(Kind::Network, "no \"answer\"").with_status(502).with_code("X.1");
        let attempt = Attempt { at: "t".into(), status: None, code: None, message: "m".into() };
        error.details_mut().attempts.push(attempt);
        assert_eq!(
            error.details().to_json().to_string(),
            r#"{"kind":"network","message":"no \"answer\"","operation":"","code":"X.1","status":502,"retryable":true,"#
                .to_owned()
                + r#""resumable":false,"attempts":[{"at":"t","message":"m"}]}"#
        );
    }

    #[test]
    fn clipping_counts_characters_not_bytes() {
        assert_eq!(clip("镜像服务", 2), "镜像…");
        assert_eq!(clip("镜像", 2), "镜像");
    }
}
