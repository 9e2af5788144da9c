//! From an HTTP answer to the JSON that the caller gets, or to an error that says what came instead.

use super::Service;
use crate::api::answer;
use crate::api::operation::{Answer, Encoded, Operation};
use crate::api::refusal::{not_an_envelope, veiled};
use crate::api::{Data, Dialect};
use crate::auth::Authenticator;
use crate::auth::secret::{Secret, scrub};
use crate::error::{Error, Kind, Result};
use crate::http::Response;
use crate::json::{Scanner, Value};
use crate::platform::LocalFuture;
use crate::text;
use std::rc::Rc;

/// A successful answer.
pub(super) struct Text {
    status: u16,
    text: String,
    /// As the headers tell it.
    request_id: Option<String>,
    /// Where the envelope's data stand in it, found when its code was looked for: a long list is walked through once.
    data: Data,
}

/// A successful answer, read or still to be read.
pub(super) enum Answered {
    Text(Text),
    Open(Response),
}

/// How an answer is to be read.
pub(super) struct Reading {
    pub authenticator: Rc<dyn Authenticator>,
    pub dialect: &'static Dialect,
    pub operation: &'static Operation,
    /// Of the call's own.
    pub secrets: Rc<[Secret]>,
    /// Of the request, as the headers tell it.
    pub request_id: Option<String>,
}

impl Reading {
    /// Where the data of an answer stand, if it is a success, or the error in it.
    fn judge(&self, status: u16, text: &str) -> Result<Data> {
        (self.dialect.judge)(&self.operation.answer, status, text)
    }

    /// The error in an answer that was judged to be one, without the secrets that may be in it.
    fn refuse<T>(&self, status: u16, text: String) -> Result<T> {
        let text = quotable(&*self.authenticator, self.operation, &self.secrets, text);
        self.judge(status, &text)?;
        Err(not_an_envelope(&text, status))
    }
}

/// An answer as an error may quote it.
fn quotable(
    authenticator: &dyn Authenticator,
    operation: &Operation,
    secrets: &[Secret],
    text: String,
) -> String {
    let text = if operation.is_secret { veiled(text) } else { text };
    let scrub = |text| scrub(authenticator, secrets, text);
    // Secrets go out before anything is cut: half a secret would not be recognised.
    if text.len() <= FRONT || is_json(&text) {
        return scrub(text);
    }
    let text = scrub(front(text::trim(&text), FRONT));
    // Of a text of nothing but secrets this is all: it is no empty one.
    front(&text, text.len().saturating_sub(LONGEST)) + "…"
}

/// So much of a long answer that is no JSON is looked at, bytes: errors quote its first words. Of JSON they quote members,
/// wherever those stand.
const FRONT: usize = 176 * 1024;
/// No secret is longer, however it is spelt: it goes out in a header. So much at the end may be the half of one, bytes.
const LONGEST: usize = 96 * 1024;

fn front(text: &str, most: usize) -> String {
    text::of_bytes(text.bytes().take(most).collect())
}

fn is_json(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.raw().and_then(|_| scanner.end()).is_ok()
}

/// Reads the answer as a text with its status; what is an error by its status or its envelope becomes one here, so
/// that it can be repeated.
pub(super) fn whole_text(response: Response, reading: Reading) -> LocalFuture<'static, Result<Answered>> {
    Box::pin(async move {
        let status = response.status;
        let told = match reading.operation.answer {
            Answer::Headers(start) | Answer::Headed(start) => Some(headers_text(&response, start)),
            _ => None,
        };
        let text = read_text(response).await?;
        let Ok(data) = reading.judge(status, &text) else { return reading.refuse(status, text) };
        let text = match told {
            Some(told) if matches!(reading.operation.answer, Answer::Headed(_)) => {
                if is_page(&text) {
                    return reading.refuse(status, text);
                }
                headed(told, text)
            }
            Some(told) => told,
            None => text,
        };
        Ok(Answered::Text(Text { status, text, request_id: reading.request_id, data }))
    })
}

/// A portal or a proxy that wants somebody to log in has a page with status 200 for everything.
fn is_page(text: &str) -> bool {
    text.trim_ascii_start().starts_with('<')
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
    let body = match body.trim_ascii() {
        "" => "null",
        body => body,
    };
    let mut both = String::with_capacity(headers.len() + body.len() + 20);
    for piece in ["{\"headers\":", &headers, ",\"body\":", body, "}"] {
        both.push_str(piece);
    }
    both
}

/// Hands the body on unread, unless the answer is an error.
pub(super) fn open_body(response: Response, reading: Reading) -> LocalFuture<'static, Result<Answered>> {
    Box::pin(async move {
        let status = response.status;
        // An envelope in the place of bytes is an error; an image may be JSON.
        let envelope = reading.dialect.is_enveloped
            && response.headers.get("content-type").is_some_and(|kind| text::contains(kind, "json"));
        if matches!(status, 200 | 206) && !envelope {
            return Ok(Answered::Open(response));
        }
        let text = read_text(response).await?;
        reading.refuse(status, text)
    })
}

async fn read_text(response: Response) -> Result<String> {
    let bytes = response.body.whole().await?;
    let text = text::of_bytes(bytes);
    Ok(match text.strip_prefix("\u{feff}") {
        Some(marked) => marked.to_owned(),
        None => text,
    })
}

/// Brings the data of a successful answer into the shape of the operation.
pub(super) fn answer(
    service: &Service,
    operation: &Operation,
    encoded: &Encoded,
    answered: Answered,
) -> Result<String> {
    let dialect = service.dialect;
    let quotable =
        |text: &str| quotable(&*service.authenticator, operation, &encoded.secrets, text.to_owned());
    let Answered::Text(Text { status, text, request_id, data }) = answered else { return Err(not_called()) };
    let data = data.and_then(|place| text.get(place));
    let done = match operation.answer {
        Answer::Nothing if is_page(&text) => Err(not_an_envelope(&quotable(&text), status)),
        Answer::Nothing => Ok("null".to_owned()),
        Answer::Json(kind) => {
            answer::whole(&text, kind).map_err(|error| match text.trim_ascii_start().get(..1) {
                Some("{" | "[") => error,
                _ => not_an_envelope(&quotable(&text), status),
            })
        }
        Answer::Headers(_) | Answer::Headed(_) => Ok(text.clone()),
        Answer::Data(fields, read) => read(data, fields, encoded).or_else(|error| {
            // Where long data end was taken on trust: now the whole answer is looked at.
            let judge = |text: &str| (dialect.judge)(&Answer::Nothing, status, text);
            let Ok(place) = judge(&text) else { return judge(&quotable(&text)).and(Err(error)) };
            let strict = place.and_then(|place| text.get(place));
            if strict == data { Err(error) } else { read(strict, fields, encoded) }
        }),
        Answer::Bytes => Err(not_called()),
    };
    let done = done.map_err(|mut error| {
        error.details_mut().request_id = (dialect.request_id)(&text).or(request_id);
        error.with_status(status)
    });
    // The text of an answer may hold keys of the object store.
    crate::platform::wipe(text);
    done
}

fn not_called() -> Error {
    Error::new(Kind::Internal, "an operation that answers with bytes is opened, not called")
}
