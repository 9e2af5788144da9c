//! Who signs a request to the service: nobody, fixed headers, a token, or the caller's own function.

pub mod secret;
pub mod sigv4;

use crate::error::{Error, Kind, Result};
use crate::http::Request;
use crate::platform::LocalFuture;
use crate::task::Turn;
use core::cell::{Cell, RefCell};
use secret::Secret;
use std::rc::Rc;

/// Signs requests; kept by a client for as long as it lives.
pub trait Authenticator {
    /// Adds what the service wants to see. Asked before every attempt.
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>>;
    /// After a 401: true where a new token was got and one more attempt is worth it. `signed` is the request
    /// that was refused.
    fn renew<'a>(&'a self, signed: &'a Request) -> LocalFuture<'a, Result<bool>>;
    /// The ID of the project that the credentials are for, where they tell or it can be looked up.
    fn project<'a>(&'a self) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
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

    fn renew<'a>(&'a self, _: &'a Request) -> LocalFuture<'a, Result<bool>> {
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

    fn renew<'a>(&'a self, _: &'a Request) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        self.0.borrow().iter().fold(text, |text, (_, value)| value.scrub(text))
    }

    fn close(&self) {
        self.0.borrow_mut().clear();
    }
}

/// Where a token comes from.
pub type TokenSource = Rc<dyn Fn() -> LocalFuture<'static, Result<Secret>>>;

const TOKEN_HEADER: &str = "x-auth-token";

/// `X-Auth-Token`: fetched once however many calls wait, kept, asked for again after a 401.
pub struct Token {
    source: RefCell<Option<TokenSource>>,
    /// A fixed token cannot be renewed.
    renewable: Cell<bool>,
    kept: RefCell<Option<Secret>>,
    turn: Turn,
}

impl Token {
    pub fn fixed(token: Secret) -> Self {
        Token {
            source: RefCell::new(None),
            renewable: Cell::new(false),
            kept: RefCell::new(Some(token)),
            turn: Turn::default(),
        }
    }

    pub fn from_source(source: TokenSource) -> Self {
        Token {
            source: RefCell::new(Some(source)),
            renewable: Cell::new(true),
            kept: RefCell::new(None),
            turn: Turn::default(),
        }
    }

    /// Asks the source, unless another call did while this one waited for its turn.
    async fn ask(&self, refused: Option<&str>) -> Result<()> {
        let _held = self.turn.take().await;
        let kept = self.kept.borrow().as_ref().is_some_and(|kept| refused != Some(kept.expose()));
        if kept {
            return Ok(());
        }
        let Some(source) = self.source.borrow().clone() else {
            return Err(Error::new(Kind::Auth, "the client is closed"));
        };
        let token = source().await?;
        // Closed while the source was asked: a secret must not outlive close().
        if self.renewable.get() {
            *self.kept.borrow_mut() = Some(token);
        }
        Ok(())
    }
}

impl Authenticator for Token {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            if self.kept.borrow().is_none() {
                self.ask(None).await?;
            }
            match self.kept.borrow().as_ref() {
                Some(token) => request.headers.set(TOKEN_HEADER, token.expose()),
                None => return Err(Error::new(Kind::Auth, "the client is closed")),
            }
            Ok(())
        })
    }

    fn renew<'a>(&'a self, signed: &'a Request) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async move {
            if !self.renewable.get() {
                return Ok(false);
            }
            self.ask(signed.headers.get(TOKEN_HEADER)).await?;
            Ok(true)
        })
    }

    fn scrub(&self, text: String) -> String {
        match self.kept.borrow().as_ref() {
            Some(token) => token.scrub(text),
            None => text,
        }
    }

    fn close(&self) {
        self.renewable.set(false);
        *self.source.borrow_mut() = None;
        *self.kept.borrow_mut() = None;
    }
}

#[cfg(test)]
mod tests;
