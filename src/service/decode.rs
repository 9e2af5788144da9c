//! From an HTTP answer to the JSON that the caller gets, or to an error that says what came instead.

use crate::api::answer;
use crate::api::operation::{Answer, Encoded, Operation};
use crate::auth::Authenticator;
use crate::error::{Error, Kind, Result, clip};
use crate::http::{Response, retry, status_words};
use crate::platform::LocalFuture;
use std::rc::Rc;

/// Reads the answer as a text with its status; what is an error by its status or its envelope becomes one here, so
/// that it can be repeated.
pub(super) fn whole_text(
    response: Response,
    authenticator: Rc<dyn Authenticator>,
) -> LocalFuture<'static, Result<(u16, String)>> {
    Box::pin(async move {
        let status = response.status;
        let text = read_text(response).await?;
        if failure(status, &text).is_none() {
            return Ok((status, text));
        }
        // Secrets go out before anything is cut: half a secret would not be recognised.
        let text = authenticator.scrub(text);
        Err(failure(status, &text).unwrap_or_else(|| answer::not_an_envelope(&text, status)))
    })
}

/// Hands the body on unread, unless the answer is an error.
pub(super) fn open_body(
    response: Response,
    authenticator: Rc<dyn Authenticator>,
) -> LocalFuture<'static, Result<Response>> {
    Box::pin(async move {
        let status = response.status;
        let json = response.headers.get("content-type").is_some_and(|kind| kind.contains("json"));
        if matches!(status, 200 | 206) && !json {
            return Ok(response);
        }
        let text = authenticator.scrub(read_text(response).await?);
        Err(failure(status, &text).unwrap_or_else(|| answer::not_an_envelope(&text, status)))
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

/// The error in an answer; none where it is a success.
fn failure(status: u16, text: &str) -> Option<Error> {
    let success = (200..300).contains(&status);
    let refusal = if matches!(status, 401 | 403) { Kind::Auth } else { Kind::Service };
    let opened = answer::open(text);
    if let Some(opened) = &opened
        && let Some(code) = &opened.code
    {
        if code == crate::api::SUCCESS && success {
            return None;
        }
        if code != crate::api::SUCCESS {
            let meaning = crate::api::meaning(code).map(|words| format!(", {words}")).unwrap_or_default();
            let mut error = Error::new(refusal, format!("{} ({code}{meaning})", clip(&opened.message, 400)))
                .with_status(status);
            let details = error.details_mut();
            details.code = Some(code.clone());
            details.request_id = opened.request_id.clone();
            details.retryable = retry::is_transient(status) || crate::api::is_transient(code);
            return Some(error);
        }
    }
    if success {
        return match opened {
            Some(_) => Some(
                Error::new(
                    Kind::Protocol,
                    format!("status {status} with JSON that has no code: {}", clip(text, 80)),
                )
                .with_status(status),
            ),
            None if status == 204 && text.trim().is_empty() => None,
            None => Some(answer::not_an_envelope(text, status)),
        };
    }
    let mut error = match answer::foreign_error(text) {
        Some((code, message)) => {
            let mut error = Error::new(
                refusal,
                format!("status {status}, {}: {}", status_words(status), clip(&message, 400)),
            );
            error.details_mut().code = code;
            error
        }
        None if refusal == Kind::Auth => Error::new(
            refusal,
            format!("status {status}, {}: {}", status_words(status), clip(text.trim(), 160)),
        ),
        None => answer::not_an_envelope(text, status),
    };
    error.details_mut().retryable = retry::is_transient(status);
    Some(error.with_status(status))
}

/// Brings the data of a successful answer into the shape of the operation.
pub(super) fn answer(operation: &Operation, encoded: &Encoded, status: u16, text: String) -> Result<String> {
    let opened = answer::open(&text).unwrap_or_default();
    let done = match operation.answer {
        Answer::Nothing => Ok("null".to_owned()),
        Answer::Object(fields) => answer::object(opened.data, fields),
        Answer::List(fields) => answer::list(opened.data, fields),
        Answer::Page(fields) => {
            answer::page(opened.data, fields, encoded.number("current", "1"), encoded.number("size", "10"))
        }
        Answer::Bytes => {
            Err(Error::new(Kind::Internal, "an operation that answers with bytes is opened, not called"))
        }
    };
    let request_id = opened.request_id;
    // The text of an answer may hold keys of the object store.
    let mut bytes = text.into_bytes();
    zeroize::Zeroize::zeroize(&mut bytes);
    done.map_err(|mut error| {
        error.details_mut().request_id = request_id;
        error.with_status(status)
    })
}
