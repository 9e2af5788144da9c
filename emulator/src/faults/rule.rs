//! A rule: which requests it matches, how often it fires, and what it does then.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use regex::Regex;
use serde_json::Value;

use super::actions;
use super::fields::Fields;
use super::plan::Facts;
use crate::server::Service;
use crate::store::Damage;

/// Why a rule is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{field}: {rule} (it is {value})")]
pub struct RuleError {
    /// The path of the field, e.g. `[0].times`.
    pub field: String,
    /// What it is.
    pub value: Value,
    /// What it must be.
    pub rule: String,
}

/// How a path is matched.
#[derive(Clone, Debug)]
enum PathMatch {
    Contains(String),
    Regex(Regex),
}

/// A rule that was found to be sound.
#[derive(Clone, Debug)]
pub struct Rule {
    service: Option<Service>,
    method: Option<String>,
    path: Option<PathMatch>,
    query: Option<String>,
    operation: Option<String>,
    /// Matches that pass before the first that fires.
    pub(super) skip: u64,
    /// How often it fires; `None`: always.
    pub(super) times: Option<u64>,
    pub(super) delay: Duration,
    pub(super) kind: Kind,
}

/// What a rule does besides delaying.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Delay,
    Effect(Effect),
    AddHeaders(Vec<(HeaderName, HeaderValue)>),
    DropHeaders(Vec<HeaderName>),
    Action(Action),
}

/// What concerns more than one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The store's clock is ahead by so many milliseconds from now on.
    ClockSkew(i64),
    /// All credentials issued so far expire.
    ExpireCredentials,
    /// All credentials issued so far are forgotten.
    RevokeCredentials,
}

/// What spoils a request.
#[derive(Clone, Debug)]
pub enum Action {
    Answer(Answer),
    Reset(Point),
    /// The answer's body ends after so many bytes.
    Truncate(u64),
    /// A bit of what is stored is wrong.
    Damage(Damage),
    /// The lowest bit of this byte of the answer's body is flipped.
    FlipResponseBit(u64),
    /// The object store answers 200 with an error inside, and does nothing.
    ErrorIn200,
    StallRequest {
        after: u64,
        duration: Duration,
    },
    StallResponse {
        after: u64,
        duration: Duration,
    },
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Once the request's head has arrived; it is not handled.
    Before,
    /// Once so many bytes of its body have arrived.
    RequestBytes(u64),
    /// Once it was handled; the answer is lost.
    After,
    /// Once so many bytes of the answer's body were sent.
    ResponseBytes(u64),
}

/// An answer that a rule dictates.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub code: Option<String>,
    pub message: Option<String>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Option<AnswerBody>,
    /// The request is carried out all the same, and only its answer replaced.
    pub handled: bool,
}

/// The body of such an answer, where it is not the service's error document.
#[derive(Clone, Debug)]
pub enum AnswerBody {
    Text(String),
    Json(Value),
}

impl Rule {
    /// Reads a rule; `path` is what the names of its fields are prefixed with in errors.
    pub fn parse(source: &Value, path: &str) -> Result<Self, RuleError> {
        let mut fields = Fields::of(source, path)?;
        let rule = Self {
            service: fields.choice(
                "service",
                &[("ims", Service::Ims), ("oss", Service::Oss), ("huawei", Service::Huawei)],
            )?,
            method: fields.text("method")?.map(|method| method.to_ascii_uppercase()),
            path: path_match(&mut fields)?,
            query: fields.text("query")?,
            operation: fields.text("operation")?,
            skip: fields.count("skip")?.unwrap_or(0),
            times: times(&mut fields)?,
            delay: Duration::from_millis(fields.count("delayMs")?.unwrap_or(0)),
            kind: actions::kind(&mut fields)?,
        };
        fields.end()?;
        if matches!(rule.kind, Kind::Delay) && rule.delay.is_zero() {
            return Err(fields.error(
                "",
                "needs an action: status, body, headers, reset, truncate, flipBit, flipResponseBit, dropHeader, \
                 clockSkewMs, expireCredentials, revokeCredentials, errorIn200, stallMs or delayMs",
            ));
        }
        Ok(rule)
    }

    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        // A preflight goes unnoticed by whoever thinks of requests, so only a rule that says OPTIONS means one.
        let method_fits = match &self.method {
            Some(method) => facts.method.as_str() == method,
            None => facts.method != http::Method::OPTIONS,
        };
        let path_fits = match &self.path {
            Some(PathMatch::Contains(text)) => facts.path.contains(text),
            Some(PathMatch::Regex(regex)) => regex.is_match(facts.path),
            None => true,
        };
        method_fits
            && path_fits
            && self.service.is_none_or(|service| service == facts.service)
            && self.query.as_ref().is_none_or(|text| facts.query.contains(text))
            && self.operation.as_ref().is_none_or(|name| {
                facts.operation.is_some_and(|operation| operation.eq_ignore_ascii_case(name))
            })
    }

    pub(super) fn is_exclusive(&self) -> bool {
        matches!(self.kind, Kind::Action(_))
    }
}

fn path_match(fields: &mut Fields<'_>) -> Result<Option<PathMatch>, RuleError> {
    let rule = "must be a text that the path contains, or {\"regex\": \"…\"}";
    match fields.take("path") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(PathMatch::Contains(text.clone()))),
        Some(value @ Value::Object(_)) => {
            let mut inner = fields.inner("path", value)?;
            let text = inner.text("regex")?.ok_or_else(|| fields.error_at("path", value, rule))?;
            inner.end()?;
            let regex = Regex::new(&text).map_err(|error| {
                fields.error_at(
                    "path.regex",
                    &Value::String(text),
                    &format!("must be a regular expression: {error}"),
                )
            })?;
            Ok(Some(PathMatch::Regex(regex)))
        }
        Some(value) => Err(fields.error_at("path", value, rule)),
    }
}

/// 1 unless said; 0 and "always": without end.
fn times(fields: &mut Fields<'_>) -> Result<Option<u64>, RuleError> {
    if fields.peek("times").and_then(Value::as_str) == Some("always") {
        fields.take("times");
        return Ok(None);
    }
    let times = fields.count("times").map_err(|error| RuleError {
        rule: "must be a whole number from 0 (0: always) or \"always\"".to_owned(),
        ..error
    })?;
    Ok(Some(times.unwrap_or(1)).filter(|times| *times > 0))
}
