//! AK/SK: Huawei Cloud's signature SDK-HMAC-SHA256.
//!
//! Source: Huawei Cloud, API Sign Guide, “AK/SK Signing and Authentication Process” (step 1 to 5), held against what the
//! official SDK signs (`tests/fixtures/huawei/signing.json`).

use super::canonical::{self, Rules, Signable, UNSIGNED_PAYLOAD, hex, hmac, sha256_hex, string_to_sign};
use super::once::Once;
use super::secret::Secret;
use super::sigv4::Keys;
use super::{Authenticator, Refused, closed};
use crate::error::Result;
use crate::http::url::{canonical_path, origin_of, pairs};
use crate::http::{Body, Request};
use crate::platform::{LocalFuture, Platform, Utc, parse_date};
use crate::text;
use core::cell::{Cell, RefCell};
use std::rc::Rc;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const DATE: &str = "x-sdk-date";
const CONTENT: &str = "x-sdk-content-sha256";

/// Signed is what no proxy and no browser changes on the way: the service's own headers and the type of the body.
/// Headers with an underscore are dropped by many gateways.
static RULES: Rules = Rules {
    sorts_decoded: true,
    closes_path: true,
    joins_spaces: false,
    signs: |name| name == "content-type" || (name.starts_with("x-") && !text::has_any(name, "_")),
};

/// Clocks that differ by less are not what a service refuses: it puts up with a quarter of an hour. (After five wrong
/// signatures an access key is locked for five minutes: none may be wasted.)
const LEAST_SKEW_MS: f64 = 300_000.0;

/// An access key, and for whom it asks.
#[derive(Clone)]
pub struct AccessKey {
    pub id: String,
    pub secret: Secret,
    /// Of temporary keys.
    pub security_token: Option<Secret>,
    pub project: Option<String>,
    pub domain: Option<String>,
}

/// Looks the ID of the project up.
pub type ProjectSource = Rc<dyn Fn() -> LocalFuture<'static, Result<String>>>;

/// Signs with an access key.
pub struct Aksk {
    key: RefCell<Option<AccessKey>>,
    platform: Rc<dyn Platform>,
    /// Milliseconds that the service's clock is ahead of ours.
    skew_ms: Cell<f64>,
    projects: RefCell<Option<ProjectSource>>,
    once: Once,
}

impl Aksk {
    /// `projects` is asked once, when a call needs the project's ID and the key comes without it.
    pub fn new(key: AccessKey, platform: Rc<dyn Platform>, projects: Option<ProjectSource>) -> Self {
        Aksk {
            key: RefCell::new(Some(key)),
            platform,
            skew_ms: Cell::default(),
            projects: RefCell::new(projects),
            once: Once::default(),
        }
    }

    fn known_project(&self) -> Result<Option<String>> {
        Ok(self.key.borrow().as_ref().ok_or_else(closed)?.project.clone())
    }
}

/// Adds date, project, domain, security token and `authorization` to a request.
pub fn sign(request: &mut Request, key: &AccessKey, now: f64) {
    let date = Utc::from_milliseconds(now).basic();
    let token = key.security_token.as_ref().map(Secret::expose);
    let added = [
        (DATE, Some(date.as_str())),
        ("x-project-id", key.project.as_deref()),
        ("x-domain-id", key.domain.as_deref()),
        ("x-security-token", token),
    ];
    for (name, value) in added {
        if let Some(value) = value {
            request.headers.set(name, value);
        }
    }
    let is_json = |kind: &str| kind.starts_with("application/json");
    if request.headers.get(CONTENT).is_none()
        && request.headers.get("content-type").is_some_and(|kind| !is_json(kind))
    {
        request.headers.set(CONTENT, UNSIGNED_PAYLOAD);
    }
    let payload = match (&request.body, request.headers.get(CONTENT)) {
        (Body::Empty, _) => sha256_hex(b""),
        (_, Some(given)) => given.to_owned(),
        (Body::Bytes(bytes), None) => sha256_hex(bytes),
        (Body::Foreign { .. }, None) => {
            request.headers.set(CONTENT, UNSIGNED_PAYLOAD);
            UNSIGNED_PAYLOAD.to_owned()
        }
    };
    let origin = origin_of(&request.url);
    let rest = request.url.get(origin.len()..).unwrap_or_default();
    let (path, query) = text::split_once(rest, "?").unwrap_or((rest, ""));
    let query = pairs(query);
    let query: Vec<(&str, String)> =
        query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let signable = Signable {
        method: request.method.name(),
        host: text::without_scheme(origin),
        path: &canonical_path(path),
        query: &query,
        payload: &payload,
    };
    let (canonical, names) = canonical::request(&signable, &request.headers, &RULES);
    let to_sign = string_to_sign(&[ALGORITHM, &date], &canonical);
    let signature = hex(&hmac(key.secret.expose().as_bytes(), to_sign.as_bytes()));
    request.headers.set(
        "authorization",
        format!("{ALGORITHM} Access={}, SignedHeaders={names}, Signature={signature}", key.id),
    );
}

/// The service's clock as some gateways write it into their error: `…,server time:20230527T020608Z`. Pages cannot read
/// the Date header of another origin.
fn server_time(message: &str) -> Option<f64> {
    let (_, rest) = text::split_once(message, "server time:")?;
    parse_date(rest.trim_ascii_start().get(..16)?)
}

impl Authenticator for Aksk {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let key = self.key.borrow();
            sign(request, key.as_ref().ok_or_else(closed)?, self.platform.now() + self.skew_ms.get());
            Ok(())
        })
    }

    fn renew<'a>(&'a self, refused: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async move {
            let signed = refused.request.headers.get(DATE).and_then(parse_date);
            let theirs = refused.date.or_else(|| server_time(&refused.message));
            let (Some(signed), Some(theirs)) = (signed, theirs) else { return Ok(false) };
            if (theirs - signed).abs() < LEAST_SKEW_MS {
                return Ok(false);
            }
            self.skew_ms.set(theirs - self.platform.now());
            Ok(true)
        })
    }

    fn project<'a>(&'a self) -> LocalFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            if let Some(known) = self.known_project()? {
                return Ok(Some(known));
            }
            let source = self.projects.borrow().clone();
            let Some(source) = source else { return Ok(None) };
            let fetch = || -> LocalFuture<'_, Result<()>> {
                let found = source();
                Box::pin(async move {
                    let found = found.await?;
                    self.key.borrow_mut().as_mut().ok_or_else(closed)?.project = Some(found);
                    Ok(())
                })
            };
            let is_there = || !matches!(self.known_project(), Ok(None));
            self.once.fetch(&is_there, &fetch).await?;
            self.known_project()
        })
    }

    fn access_key(&self) -> Option<Keys> {
        let key = self.key.borrow();
        let key = key.as_ref()?;
        let none = || Secret::new(String::new());
        Some(Keys {
            access_key: key.id.clone(),
            secret_key: key.secret.clone(),
            session_token: key.security_token.clone().unwrap_or_else(none),
        })
    }

    fn scrub(&self, text: String) -> String {
        let Some(key) = &*self.key.borrow() else { return text };
        key.security_token.iter().fold(key.secret.scrub(text), |text, token| token.scrub(text))
    }

    fn close(&self) {
        *self.key.borrow_mut() = None;
        *self.projects.borrow_mut() = None;
    }
}

#[cfg(test)]
mod tests;
