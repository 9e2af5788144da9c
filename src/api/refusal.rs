//! Errors out of answers that are no envelope: what services, gateways and proxies say in the place of an answer.

use super::answer::whole;
use super::operation::Answer;
use crate::error::{Error, Kind, clip};
use crate::http::{retry, status_words};
use crate::json::Value;
use crate::text::{self, contains};
use zeroize::Zeroize;

/// Whose fault a refusal is by its status.
pub fn refusal_kind(status: u16) -> Kind {
    if matches!(status, 401 | 403) { Kind::Auth } else { Kind::Service }
}

/// The error of an answer whose status says that it is one.
pub fn plain_failure(status: u16, text: &str) -> Error {
    let told = foreign_error(text);
    let words = match &told {
        Some(told) => told.message.clone(),
        None => words_of_page(text),
    };
    let message = match text::trim(&words) {
        "" => format!("status {status}, {}", status_words(status)),
        words => format!("status {status}, {}: {}", status_words(status), clip(words, 400)),
    };
    let mut error = Error::new(refusal_kind(status), message).with_status(status);
    let details = error.details_mut();
    details.retryable = retry::is_transient(status);
    if let Some(told) = told {
        // Some services repeat the status where a code should stand.
        details.code = told.code.filter(|code| !code.starts_with(&status.to_string()));
        details.request_id = told.request_id;
    }
    error
}

/// Whether an answer is an error although its status is none, as Huawei Cloud's services give some: it has a code, and
/// nothing of what was asked for.
pub fn is_refusal(answer: &Answer, text: &str) -> bool {
    text.len() < 4096
        && contains(text, "\"error_msg\"")
        && foreign_error(text).is_some_and(|told| told.code.is_some())
        && match answer {
            Answer::Json(kind) => whole(text, *kind).is_err(),
            answer => matches!(answer, Answer::Nothing),
        }
}

/// What an error body says.
pub struct ForeignError {
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
}

/// The error bodies that gateways, Huawei Cloud's and OpenStack's services use: `{"error":{"code","message"}}`,
/// `{"badRequest":{"code","message"}}`, `{"error_code","error_msg","request_id"}`, `{"code","message"}`.
pub fn foreign_error(text: &str) -> Option<ForeignError> {
    let value = Value::parse(text).ok()?;
    let inner = match &value {
        Value::Object(members) if members.len() == 1 => members.first().map(|(_, inner)| inner),
        value => value.get("error"),
    };
    let inner = inner.filter(|inner| inner.is_object()).unwrap_or(&value);
    let find = |names: [&str; 3]| {
        let found = names.iter().find_map(|name| inner.get(name)).filter(|found| !found.is_null())?;
        Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
    };
    let message = find(["message", "error_msg", "error"])?;
    let code = find(["code", "error_code", "errorCode"]).filter(|code| !code.is_empty());
    // OpenStack writes its sentences with the markup of the page that they once were.
    let message = if contains(&message, "<br") { words_of_page(&message) } else { message };
    Some(ForeignError { code, message, request_id: find(["request_id", "requestId", "request-id"]) })
}

/// The error of an answer that is no envelope at all: a proxy's page, an empty or a cut body.
pub fn not_an_envelope(text: &str, status: u16) -> Error {
    let shown = text::trim(text);
    let what = if shown.is_empty() {
        "an empty body".to_owned()
    } else if shown.starts_with("<") {
        format!("a page of HTML or XML (a proxy's, perhaps): {}", clip(&words_of_page(shown), 160))
    } else if matches!(shown.as_bytes(), [b'{' | b'[', ..]) {
        format!("JSON that is cut off or of another shape: {}", clip(shown, 80))
    } else {
        format!("a text that is no JSON: {}", clip(shown, 160))
    };
    let mut error = Error::new(Kind::Protocol, format!("status {status} with {what}")).with_status(status);
    error.details_mut().retryable = crate::http::retry::is_transient(status);
    error
}

/// What an error may quote of an answer that hands out secrets, whatever came in its place: the names of its members, its
/// codes and its sentences; of what is no JSON only how long it is.
pub fn veiled(text: String) -> String {
    let veiled = match Value::parse(&text) {
        Ok(mut value) => {
            veil(&mut value, "");
            value.to_string()
        }
        // What tells a page from JSON stays.
        Err(_) => match text::trim(&text).as_bytes() {
            [] => String::new(),
            [first, ..] => {
                let mark = match first {
                    b'{' | b'[' => "{… ",
                    b'<' => "<>",
                    _ => "",
                };
                let size = text.len().to_string();
                text::join([mark, &size, " bytes, which are not shown: they may hold a secret"], "")
            }
        },
    };
    crate::platform::wipe(text);
    veiled
}

/// The members of an error whose texts are for people; all else of a secret answer may be a secret.
const TOLD: &[&str] = &[
    "code",
    "error_code",
    "errorCode",
    "message",
    "error_msg",
    "error",
    "request_id",
    "requestId",
    "request-id",
];

fn veil(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| veil(value, name)),
        Value::Array(items) => items.iter_mut().for_each(|item| veil(item, "")),
        Value::String(hidden) | Value::Number(hidden) if !TOLD.contains(&name) => {
            hidden.zeroize();
            *value = "***".into();
        }
        _ => {}
    }
}

/// What a page says, without its tags.
pub fn words_of_page(page: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for c in page.chars().take(4_000) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            _ if !inside => words.push(c),
            _ => {}
        }
    }
    text::spaced(&words)
}

#[cfg(test)]
mod tests;
