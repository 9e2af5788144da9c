//! Tokens of Keystone v3 (OpenStack Identity, Huawei Cloud IAM): what is sent to get one, what is read of the answer, and
//! how long it is kept. Sending is the business of `crate::identity`.

use super::catalog::{choose, places};
use super::secret::Secret;
use super::token::{Issued, Token, TokenSource};
use super::{Authenticator, Refused, closed};
use crate::error::{Error, Kind, Result};
use crate::http::url::Endpoint;
use crate::http::{Body, Request, is_header_value};
use crate::json::{Quoted, Value};
use crate::platform::{LocalFuture, Platform, parse_date};
use core::cell::RefCell;
use std::rc::Rc;

pub use super::catalog::Wanted;

/// What Keystone knows by a name or by an ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Name(String),
    Id(String),
}

/// A user or a project, and the domain that a name is looked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub named: Named,
    pub domain: Option<Named>,
}

/// Who asks for a token.
pub enum Identity {
    Password { user: Member, password: Secret },
    ApplicationCredential { named: Named, user: Option<Member>, secret: Secret },
}

/// What a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The default project of the user, or the project of the application credential.
    Default,
    Unscoped,
    Domain(Named),
    Project(Member),
}

impl Named {
    fn text(&self) -> String {
        match self {
            Named::Name(name) => format!("\"name\":{}", Quoted(name)),
            Named::Id(id) => format!("\"id\":{}", Quoted(id)),
        }
    }
}

impl Member {
    fn text(&self) -> String {
        let domain = self.domain.as_ref().filter(|_| matches!(self.named, Named::Name(_)));
        let domain = domain.map(|domain| format!(",\"domain\":{{{}}}", domain.text())).unwrap_or_default();
        format!("{}{domain}", self.named.text())
    }
}

/// The body of the request for a token, put together anew for each: the secret stands in it as long as it is sent.
pub struct Login {
    head: String,
    secret: RefCell<Option<Secret>>,
    tail: String,
}

impl Login {
    pub fn new(identity: Identity, scope: &Scope) -> Self {
        let (method, about, key, secret, ends) = match identity {
            Identity::Password { user, password } => {
                ("password", format!("\"user\":{{{},", user.text()), "password", password, "}}}")
            }
            Identity::ApplicationCredential { named, user, secret } => {
                let user = user.map(|user| format!("\"user\":{{{}}},", user.text())).unwrap_or_default();
                ("application_credential", format!("{},{user}", named.text()), "secret", secret, "}}")
            }
        };
        let scope = match scope {
            Scope::Default => String::new(),
            Scope::Unscoped => ",\"scope\":\"unscoped\"".to_owned(),
            Scope::Domain(domain) => format!(",\"scope\":{{\"domain\":{{{}}}}}", domain.text()),
            Scope::Project(project) => format!(",\"scope\":{{\"project\":{{{}}}}}", project.text()),
        };
        Login {
            head: format!(
                "{{\"auth\":{{\"identity\":{{\"methods\":[\"{method}\"],\"{method}\":{{{about}\"{key}\":"
            ),
            secret: RefCell::new(Some(secret)),
            tail: format!("{ends}{scope}}}}}"),
        }
    }
}

impl Authenticator for Login {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let secret = self.secret.borrow();
            let secret = secret.as_ref().ok_or_else(closed)?;
            // Large enough from the start, whatever is escaped: a buffer that grows leaves its content behind.
            let most = self.head.len() + 6 * secret.expose().len() + 2 + self.tail.len();
            let mut body = String::with_capacity(most);
            let written = core::fmt::write(
                &mut body,
                format_args!("{}{}{}", self.head, Quoted(secret.expose()), self.tail),
            );
            request.headers.set("content-type", "application/json");
            request.body = Body::of(body.into_bytes());
            written.map_err(|_| Error::new(Kind::Internal, "a text could not be written"))
        })
    }

    fn renew<'a>(&'a self, _: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        self.secret.borrow().iter().fold(text, |text, secret| secret.scrub(text))
    }

    fn close(&self) {
        *self.secret.borrow_mut() = None;
    }
}

/// A token is fetched again this long before it expires, but no sooner than after nine tenths of its life.
const MARGIN_MS: f64 = 60_000.0;

/// What a page must be told that cannot see the token.
const HIDDEN: &str = "the identity service answered, but there is no X-Subject-Token to be read. In a browser it must \
    name this header in Access-Control-Expose-Headers; where that cannot be set, let a proxy of the page's own origin \
    stand in front of it, or get the token elsewhere and use auth { type: 'token' }";

/// Reads the answer of `authenticate`, which arrived just now.
pub fn read(answer: &str, wanted: Option<&Wanted>, now: f64) -> Result<Issued> {
    let mut answer = Value::parse(answer)?;
    let mut headers = Value::Null;
    if let Value::Object(members) = &mut answer
        && let Some((_, found)) = members.iter_mut().find(|(name, _)| name == "headers")
    {
        headers = core::mem::take(found);
    }
    let token = Secret::new(headers.take_text("token"));
    if token.is_empty() {
        return Err(Error::new(Kind::Auth, HIDDEN));
    }
    if !is_header_value(token.expose()) {
        let message = "the identity service gives a token that cannot stand in a header: it has other than visible ASCII \
                       characters";
        return Err(Error::new(Kind::Protocol, message));
    }
    let Some(about) = answer.get("body").and_then(|body| body.get("token")) else {
        return Err(Error::new(
            Kind::Protocol,
            "the identity service's answer does not tell about the token",
        ));
    };
    let date = |name| about.get(name).and_then(Value::as_str).and_then(parse_date);
    // Both dates are the service's: our clock may be wrong, and still knows how long it is.
    let life = date("expires_at").map(|expires| expires - date("issued_at").unwrap_or(now));
    // A new token has not expired: by such a clock nobody knows when it will, and a 401 tells.
    let life = life.filter(|life| *life > 0.0).unwrap_or(f64::INFINITY);
    let renew_at = now + life - MARGIN_MS.min(life / 10.0);
    let id = about.get("project").and_then(|project| project.get("id")).and_then(Value::as_str);
    let places = wanted.map(|wanted| places(about, wanted)).unwrap_or_default();
    Ok(Issued { token, renew_at, project: id.map(str::to_owned), places })
}

/// Keystone's tokens for the calls of a client.
pub struct Keystone {
    token: Token,
    login: Rc<Login>,
    platform: Rc<dyn Platform>,
    wanted: Option<Wanted>,
}

impl Keystone {
    /// `source` gets tokens by this login.
    pub fn new(
        source: TokenSource,
        login: Rc<Login>,
        platform: Rc<dyn Platform>,
        wanted: Option<Wanted>,
    ) -> Self {
        Keystone { token: Token::from_source(source), login, platform, wanted }
    }

    async fn fresh(&self) -> Result<()> {
        self.token.fetch(|issued| self.platform.now() < issued.renew_at).await
    }
}

impl Authenticator for Keystone {
    fn prepare<'a>(&'a self) -> LocalFuture<'a, Result<()>> {
        Box::pin(self.fresh())
    }

    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        self.token.sign(request)
    }

    fn renew<'a>(&'a self, refused: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        self.token.renew(refused)
    }

    fn endpoint<'a>(&'a self) -> LocalFuture<'a, Result<Option<Endpoint>>> {
        Box::pin(async move {
            let Some(wanted) = &self.wanted else { return Ok(None) };
            self.fresh().await?;
            let chosen = self.token.kept(|issued| choose(&issued.places, wanted)).ok_or_else(closed)?;
            chosen.map(Some)
        })
    }

    fn project<'a>(&'a self) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            self.fresh().await?;
            self.token.kept(|issued| issued.project.clone()).ok_or_else(closed)
        })
    }

    fn scrub(&self, text: String) -> String {
        self.login.scrub(self.token.scrub(text))
    }

    fn close(&self) {
        self.token.close();
        self.login.close();
    }
}

#[cfg(test)]
mod tests;
