//! Requests, responses, and the trait of whoever sends them.
//!
//! [`fetch`](self), `xhr` and `node_http` (with `node_write`) are the only files that send; they exist on WebAssembly alone.

pub mod retry;
pub mod url;

#[cfg(target_arch = "wasm32")]
pub mod buffers;
#[cfg(target_arch = "wasm32")]
pub mod bytes;
#[cfg(target_arch = "wasm32")]
pub mod callback;
#[cfg(target_arch = "wasm32")]
pub mod fetch;
#[cfg(target_arch = "wasm32")]
pub mod foreign;
#[cfg(target_arch = "wasm32")]
pub mod global;
#[cfg(target_arch = "wasm32")]
pub mod listeners;
#[cfg(target_arch = "wasm32")]
pub mod node;
#[cfg(target_arch = "wasm32")]
pub mod node_http;
#[cfg(target_arch = "wasm32")]
pub mod node_write;
#[cfg(target_arch = "wasm32")]
pub mod xhr;

use crate::error::{Error, Kind};
use crate::platform::LocalFuture;
use core::any::Any;
use std::rc::Rc;
use zeroize::{Zeroize, Zeroizing};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Header names in lower case with their values; wiped when dropped, since values may be credentials.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a header, replacing one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let name = name.to_ascii_lowercase();
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => {
                old.zeroize();
                *old = value;
            }
            None => self.0.push((name, value)),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Drop for Headers {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

/// What may stand in a header without breaking out of it.
pub fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
}

/// What is sent.
#[derive(Clone)]
pub enum Body {
    Empty,
    /// Wiped when nobody needs them any more: they may hold a password.
    Bytes(Rc<Zeroizing<Vec<u8>>>),
    /// Bytes that live outside the core (a slice of a file); only the transport knows their type.
    Foreign {
        length: u64,
        content: Rc<dyn Any>,
    },
}

impl Body {
    /// These bytes.
    pub fn of(bytes: Vec<u8>) -> Self {
        Body::Bytes(Rc::new(Zeroizing::new(bytes)))
    }
}

/// How cookies are treated, as `RequestCredentials` of the Fetch standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Cookies {
    Omit,
    #[default]
    SameOrigin,
    Include,
}

/// Called with the number of bytes of the body that have left so far.
pub type OnSent = Rc<dyn Fn(u64)>;

#[derive(Clone)]
pub struct Request {
    pub method: Method,
    /// Absolute, already percent-encoded.
    pub url: String,
    pub headers: Headers,
    pub body: Body,
    pub cookies: Cookies,
    pub on_sent: Option<OnSent>,
}

impl Request {
    pub fn new(method: Method, url: String) -> Self {
        Request {
            method,
            url,
            headers: Headers::default(),
            body: Body::Empty,
            cookies: Cookies::Omit,
            on_sent: None,
        }
    }
}

pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Box<dyn ResponseBody>,
    /// The platform was answered with a redirect that it does not let us look into.
    pub opaque_redirect: bool,
}

/// No answer that is read whole is larger than this; one that is would fill the memory.
pub const LARGEST_TEXT: usize = 64 * 1024 * 1024;

/// The failure of an answer that goes on and on.
pub fn too_large() -> Failure {
    let message = format!("the answer is larger than {} MiB", LARGEST_TEXT / 1024 / 1024);
    Failure::new(Kind::Protocol, message, true)
}

/// The body of an answer, read whole or piece by piece. Dropping it ends the transfer.
pub trait ResponseBody {
    /// All of it, as long as it is not larger than [`LARGEST_TEXT`].
    fn whole(self: Box<Self>) -> LocalFuture<'static, Result<Vec<u8>, Failure>>;
    /// The next piece; none at the end.
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Failure>>;
}

/// A request that got no answer, or not the whole of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: Kind,
    pub message: String,
    /// False only where it is certain that no byte reached the server.
    pub sent: bool,
    /// It will be the same the next time: a certificate that nobody here trusts.
    pub lasting: bool,
}

impl Failure {
    pub fn new(kind: Kind, message: String, sent: bool) -> Self {
        Failure { kind, message, sent, lasting: false }
    }

    pub fn network(message: impl Into<String>) -> Self {
        Failure::new(Kind::Network, message.into(), true)
    }

    pub fn unsent(message: impl Into<String>) -> Self {
        Failure::new(Kind::Network, message.into(), false)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let mut error = Error::new(failure.kind, failure.message);
        error.details_mut().retryable &= !failure.lasting;
        error
    }
}

/// Whoever sends. Redirects are never followed; dropping the future ends the request.
pub trait Transport {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>>;
}

/// The standard reason phrases are not sent any more; these words stand in for the common ones.
pub fn status_words(status: u16) -> &'static str {
    match status {
        400 => "bad request",
        401 => "not authenticated",
        403 => "forbidden",
        404 => "not found",
        408 => "request timeout",
        409 => "conflict",
        411 => "length required",
        413 => "too large",
        429 => "too many requests",
        500 => "internal server error",
        502 => "bad gateway",
        503 => "unavailable",
        504 => "gateway timeout",
        _ => "unexpected status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_set_once_whatever_its_case() {
        let mut headers = Headers::default();
        headers.set("X-Auth-Token", "a");
        headers.set("x-auth-token", "b");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("x-auth-token", "b")]);
    }
}
