//! From an HTTP answer to the JSON that the caller gets, or to an error that says what came instead.

use crate::api::Dialect;
use crate::api::answer;
use crate::api::operation::{Answer, Encoded, Operation};
use crate::auth::Authenticator;
use crate::error::{Error, Kind, Result, clip};
use crate::http::{Response, retry, status_words};
use crate::json::Value;
use crate::platform::LocalFuture;
use core::ops::Range;
use std::rc::Rc;

/// A successful answer.
pub(super) struct Text {
    status: u16,
    text: String,
    /// Where the envelope's data stand in it, found when its code was looked for: a long list is walked through once.
    data: Option<Range<usize>>,
}

/// How an answer is to be read.
pub(super) struct Reading {
    pub authenticator: Rc<dyn Authenticator>,
    pub dialect: &'static Dialect,
    pub answer: &'static Answer,
}

impl Reading {
    /// Where the data of an answer stand, if it is a success, or the error in it.
    fn judge(&self, status: u16, text: &str) -> Result<Option<Range<usize>>> {
        match self.dialect.success {
            Some(success) => open_envelope(self.dialect, success, status, text),
            // Some lists of versions answer «multiple choices».
            None if (200..300).contains(&status) => Ok(None),
            None if status == 300 && matches!(self.answer, Answer::Json(_)) => Ok(None),
            None => Err(plain_failure(status, text)),
        }
    }

    /// The error in an answer that was judged to be one, without the secrets that may be in it.
    fn refuse<T>(&self, status: u16, text: String) -> Result<T> {
        // Secrets go out before anything is cut: half a secret would not be recognised.
        let text = self.authenticator.scrub(text);
        self.judge(status, &text)?;
        Err(answer::not_an_envelope(&text, status))
    }
}

/// Reads the answer as a text with its status; what is an error by its status or its envelope becomes one here, so
/// that it can be repeated.
pub(super) fn whole_text(response: Response, reading: Reading) -> LocalFuture<'static, Result<Text>> {
    Box::pin(async move {
        let status = response.status;
        let told = match reading.answer {
            Answer::Headers(start) | Answer::Headed(start) => Some(headers_text(&response, start)),
            _ => None,
        };
        let text = read_text(response).await?;
        let Ok(data) = reading.judge(status, &text) else { return reading.refuse(status, text) };
        let text = match told {
            Some(told) if matches!(reading.answer, Answer::Headed(_)) => headed(told, text),
            Some(told) => told,
            None => text,
        };
        Ok(Text { status, text, data })
    })
}

/// The headers that start so, without it, as a JSON object of texts.
fn headers_text(response: &Response, start: &str) -> String {
    let told = response.headers.iter().filter_map(|(name, value)| {
        let rest = name.strip_prefix(start).filter(|rest| !rest.is_empty())?;
        Some((rest.to_owned(), Value::from(value)))
    });
    Value::Object(told.collect()).to_string()
}

/// Headers and body in one object; both may hold secrets, and are wiped.
fn headed(headers: String, body: String) -> String {
    let (headers, body) = (zeroize::Zeroizing::new(headers), zeroize::Zeroizing::new(body));
    let body = match body.trim() {
        "" => "null",
        body => body,
    };
    ["{\"headers\":", &headers, ",\"body\":", body, "}"].concat()
}

/// Hands the body on unread, unless the answer is an error.
pub(super) fn open_body(response: Response, reading: Reading) -> LocalFuture<'static, Result<Response>> {
    Box::pin(async move {
        let status = response.status;
        // An envelope in the place of bytes is an error; an image may be JSON.
        let envelope = reading.dialect.success.is_some()
            && response.headers.get("content-type").is_some_and(|kind| kind.contains("json"));
        if matches!(status, 200 | 206) && !envelope {
            return Ok(response);
        }
        let text = read_text(response).await?;
        reading.refuse(status, text)
    })
}

async fn read_text(response: Response) -> Result<String> {
    let bytes = response.body.whole().await?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(match text.strip_prefix('\u{feff}') {
        Some(marked) => marked.to_owned(),
        None => text,
    })
}

/// Whose fault a refusal is by its status.
fn refusal(status: u16) -> Kind {
    if matches!(status, 401 | 403) { Kind::Auth } else { Kind::Service }
}

/// The error of an answer whose status says that it is one.
fn plain_failure(status: u16, text: &str) -> Error {
    let told = answer::foreign_error(text);
    let words = match &told {
        Some(told) => told.message.clone(),
        None => answer::words_of_page(text),
    };
    let message = match words.trim() {
        "" => format!("status {status}, {}", status_words(status)),
        words => format!("status {status}, {}: {}", status_words(status), clip(words, 400)),
    };
    let mut error = Error::new(refusal(status), message).with_status(status);
    let details = error.details_mut();
    details.retryable = retry::is_transient(status);
    if let Some(told) = told {
        // Some services repeat the status where a code should stand.
        details.code = told.code.filter(|code| !code.starts_with(&status.to_string()));
        details.request_id = told.request_id;
    }
    error
}

/// Where the data of an envelope stand, or the error in it, or in what came in its place.
fn open_envelope(dialect: &Dialect, wanted: &str, status: u16, text: &str) -> Result<Option<Range<usize>>> {
    let success = (200..300).contains(&status);
    let refusal = refusal(status);
    let opened = answer::open_last(text).or_else(|| answer::open(text));
    if let Some(opened) = &opened
        && let Some(code) = &opened.code
    {
        if code == wanted && success {
            return Ok(opened.data.map(|data| {
                let start = data.as_ptr() as usize - text.as_ptr() as usize;
                start..start + data.len()
            }));
        }
        if code != wanted {
            let meaning = (dialect.meaning)(code).map(|words| format!(", {words}")).unwrap_or_default();
            let mut error = Error::new(refusal, format!("{} ({code}{meaning})", clip(&opened.message, 400)))
                .with_status(status);
            let details = error.details_mut();
            details.code = Some(code.clone());
            details.request_id = opened.request_id.clone();
            details.retryable = retry::is_transient(status) || (dialect.is_transient)(code);
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
            None => Err(answer::not_an_envelope(text, status)),
        };
    }
    let mut error = match answer::foreign_error(text) {
        Some(told) => {
            let mut error = Error::new(
                refusal,
                format!("status {status}, {}: {}", status_words(status), clip(&told.message, 400)),
            );
            error.details_mut().code = told.code;
            error
        }
        None if refusal == Kind::Auth => Error::new(
            refusal,
            format!("status {status}, {}: {}", status_words(status), clip(text.trim(), 160)),
        ),
        None => answer::not_an_envelope(text, status),
    };
    error.details_mut().retryable = retry::is_transient(status);
    Err(error.with_status(status))
}

/// Brings the data of a successful answer into the shape of the operation.
pub(super) fn answer(operation: &Operation, encoded: &Encoded, answered: Text) -> Result<String> {
    let Text { status, text, data } = answered;
    let data = data.and_then(|place| text.get(place));
    let read = |data| match operation.answer {
        Answer::Nothing => Ok("null".to_owned()),
        Answer::Json(kind) => answer::whole(&text, kind).map_err(|error| match text.trim_start().get(..1) {
            Some("{" | "[") => error,
            _ => answer::not_an_envelope(&text, status),
        }),
        Answer::Headers(_) | Answer::Headed(_) => Ok(text.clone()),
        Answer::Object(fields) => answer::object(data, fields),
        Answer::List(fields) => answer::list(data, fields),
        Answer::Page(fields) => {
            answer::page(data, fields, encoded.number("current", "1"), encoded.number("size", "10"))
        }
        Answer::Bytes => {
            Err(Error::new(Kind::Internal, "an operation that answers with bytes is opened, not called"))
        }
    };
    // A long list is only walked through once: whether the envelope is whole is looked at where the list is not.
    let done = read(data).or_else(|error| match answer::open(&text) {
        None if data.is_some() => Err(answer::not_an_envelope(&text, status)),
        Some(opened) if opened.data != data => read(opened.data),
        _ => Err(error),
    });
    let done = done.map_err(|mut error| {
        error.details_mut().request_id = answer::open(&text).and_then(|opened| opened.request_id);
        error.with_status(status)
    });
    // The text of an answer may hold keys of the object store.
    crate::platform::wipe(text);
    done
}
