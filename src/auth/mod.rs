//! Who signs a request to the service: nobody, fixed headers, a token, Keystone's token, an access key, or the caller's
//! own function.

pub mod aksk;
pub mod canonical;
pub mod catalog;
pub mod keystone;
pub mod once;
pub mod regions;
pub mod secret;
pub mod sigv4;
pub mod token;

pub use token::{Token, TokenSource};

use crate::error::{Error, Kind, Result};
use crate::http::Request;
use crate::http::url::Endpoint;
use crate::platform::LocalFuture;
use core::cell::RefCell;
use secret::Secret;

/// A request that was answered with 401.
pub struct Refused {
    /// As it was signed.
    pub request: Request,
    /// The service's clock, where the answer shows it: milliseconds since 1970.
    pub date: Option<f64>,
    /// What the error says.
    pub message: String,
}

/// Signs requests; kept by a client for as long as it lives.
pub trait Authenticator {
    /// Gets ready what signing needs of others, in its own time and with its own repetitions: called before every
    /// attempt, outside of the attempt's time.
    fn prepare<'a>(&'a self) -> LocalFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    /// Adds what the service wants to see. Asked before every attempt.
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>>;
    /// After a 401: true where one more attempt is worth it, with a new token or another clock.
    fn renew<'a>(&'a self, refused: &'a Refused) -> LocalFuture<'a, Result<bool>>;
    /// Where the service stands, where the credentials come with a catalog that names it.
    fn endpoint<'a>(&'a self) -> LocalFuture<'a, Result<Option<Endpoint>>> {
        Box::pin(async { Ok(None) })
    }
    /// The ID of the project that the credentials are for, where they tell or it can be looked up.
    fn project<'a>(&'a self) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }
    /// The access key that requests are signed with, where there is one: it opens the account's object store, too.
    fn access_key(&self) -> Option<sigv4::Keys> {
        None
    }
    /// Takes the secrets out of a text that is about to be shown.
    fn scrub(&self, text: String) -> String;
    /// Forgets every secret; signing fails from then on.
    fn close(&self);
}

/// No authentication.
pub struct NoAuth;

impl Authenticator for NoAuth {
    fn sign<'a>(&'a self, _: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn renew<'a>(&'a self, _: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        text
    }

    fn close(&self) {}
}

/// The same headers on every request.
pub struct FixedHeaders(RefCell<Vec<(String, Secret)>>);

impl FixedHeaders {
    pub fn new(headers: Vec<(String, Secret)>) -> Self {
        FixedHeaders(RefCell::new(headers))
    }
}

impl Authenticator for FixedHeaders {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        for (name, value) in self.0.borrow().iter() {
            request.headers.set(name, value.expose());
        }
        Box::pin(async { Ok(()) })
    }

    fn renew<'a>(&'a self, _: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        self.0.borrow().iter().fold(text, |text, (_, value)| value.scrub_header(text))
    }

    fn close(&self) {
        self.0.borrow_mut().clear();
    }
}

/// The error of signing after [`Authenticator::close`].
pub(crate) fn closed() -> Error {
    Error::new(Kind::Auth, "the client is closed")
}

#[cfg(test)]
mod tests;
