//! `X-Auth-Token`: fetched once however many calls wait, kept, fetched again when it is about to expire and after a 401.

use super::catalog::CatalogPlace;
use super::once::Once;
use super::secret::{Recent, Secret};
use super::{Authenticator, Refused, closed};
use crate::error::Result;
use crate::http::Request;
use crate::platform::LocalFuture;
use core::cell::{Cell, RefCell};
use std::rc::Rc;

/// A token, and what came with it.
#[derive(Clone, Debug)]
pub struct Issued {
    pub token: Secret,
    /// From then on it is fetched again: milliseconds since 1970 by our clock; infinite where nobody told.
    pub renew_at: f64,
    /// The ID of the project that it is for.
    pub project: Option<String>,
    /// Where the service that was asked for stands.
    pub places: Vec<CatalogPlace>,
}

impl From<Secret> for Issued {
    fn from(token: Secret) -> Self {
        Issued { token, renew_at: f64::INFINITY, project: None, places: Vec::new() }
    }
}

/// Where a token comes from.
pub type TokenSource = Rc<dyn Fn() -> LocalFuture<'static, Result<Issued>>>;

const TOKEN_HEADER: &str = "x-auth-token";

/// A token that is kept.
pub struct Token {
    source: RefCell<Option<TokenSource>>,
    /// A fixed token cannot be renewed.
    renewable: Cell<bool>,
    kept: RefCell<Option<Issued>>,
    /// Those before it.
    past: Recent,
    once: Once,
}

impl Token {
    fn new(source: Option<TokenSource>, kept: Option<Issued>) -> Self {
        Token {
            renewable: Cell::new(source.is_some()),
            source: RefCell::new(source),
            kept: RefCell::new(kept),
            past: Recent::default(),
            once: Once::default(),
        }
    }

    pub fn fixed(token: Secret) -> Self {
        Token::new(None, Some(token.into()))
    }

    pub fn from_source(source: TokenSource) -> Self {
        Token::new(Some(source), None)
    }

    /// What is kept, where there is something.
    pub fn kept<T>(&self, read: impl FnOnce(&Issued) -> T) -> Option<T> {
        self.kept.borrow().as_ref().map(read)
    }

    /// Asks the source unless a token is kept that will do.
    pub async fn fetch(&self, will_do: impl Fn(&Issued) -> bool) -> Result<()> {
        let ask = || -> LocalFuture<'_, Result<()>> { Box::pin(self.ask()) };
        self.once.fetch(&|| self.kept(&will_do) == Some(true), &ask).await
    }

    async fn ask(&self) -> Result<()> {
        let Some(source) = self.source.borrow().clone() else { return Err(closed()) };
        let issued = source().await?;
        // Closed while the source was asked: a secret must not outlive close().
        if !self.renewable.get() {
            return Err(closed());
        }
        self.keep(Some(issued));
        Ok(())
    }

    fn keep(&self, issued: Option<Issued>) {
        if let Some(before) = self.kept.replace(issued) {
            self.past.keep(before.token);
        }
    }
}

impl Authenticator for Token {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            self.fetch(|_| true).await?;
            let set = |issued: &Issued| request.headers.set(TOKEN_HEADER, issued.token.expose());
            self.kept(set).ok_or_else(closed)
        })
    }

    fn renew<'a>(&'a self, refused: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        // Signing asks for the next one: in the time of the attempt, which a function that gives nothing must not outlast.
        let sent = refused.request.headers.get(TOKEN_HEADER);
        let renewable = self.renewable.get();
        if renewable && self.kept(|issued| sent == Some(issued.token.expose())) == Some(true) {
            self.keep(None);
        }
        Box::pin(async move { Ok(renewable) })
    }

    fn scrub(&self, text: String) -> String {
        let text = self.past.scrub(text);
        match self.kept.borrow().as_ref() {
            Some(issued) => issued.token.scrub(text),
            None => text,
        }
    }

    fn close(&self) {
        self.renewable.set(false);
        *self.source.borrow_mut() = None;
        *self.kept.borrow_mut() = None;
        self.past.clear();
    }
}
