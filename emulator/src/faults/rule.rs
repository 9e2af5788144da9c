//! A rule: which requests it matches, how often it fires, and what it does then.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use regex::Regex;
use serde_json::Value;

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
            service: fields.choice("service", &[("ims", Service::Ims), ("oss", Service::Oss)])?,
            method: fields.text("method")?.map(|method| method.to_ascii_uppercase()),
            path: path_match(&mut fields)?,
            query: fields.text("query")?,
            operation: fields.text("operation")?,
            skip: fields.count("skip")?.unwrap_or(0),
            times: times(&mut fields)?,
            delay: Duration::from_millis(fields.count("delayMs")?.unwrap_or(0)),
            kind: kind(&mut fields)?,
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

/// The one thing the rule does.
fn kind(fields: &mut Fields<'_>) -> Result<Kind, RuleError> {
    let mut kinds = Vec::new();
    let mut found = |name: &'static str, kind: Option<Kind>| kinds.extend(kind.map(|kind| (name, kind)));
    found("status, body, code or message", answer(fields)?);
    found("reset", reset(fields)?);
    found("truncate", fields.count("truncate")?.map(|bytes| Kind::Action(Action::Truncate(bytes))));
    found("flipBit", flip_bit(fields)?);
    let flipped = fields.offset("flipResponseBit")?;
    found("flipResponseBit", flipped.map(|offset| Kind::Action(Action::FlipResponseBit(offset))));
    found("dropHeader", fields.header_names("dropHeader")?.map(Kind::DropHeaders));
    let skew = fields.signed("clockSkewMs")?;
    found("clockSkewMs", skew.map(|milliseconds| Kind::Effect(Effect::ClockSkew(milliseconds))));
    let expire = fields.flag("expireCredentials")?;
    found("expireCredentials", expire.then_some(Kind::Effect(Effect::ExpireCredentials)));
    let revoke = fields.flag("revokeCredentials")?;
    found("revokeCredentials", revoke.then_some(Kind::Effect(Effect::RevokeCredentials)));
    found("errorIn200", fields.flag("errorIn200")?.then_some(Kind::Action(Action::ErrorIn200)));
    found("stallMs", stall(fields)?);
    fields.know(&["afterBytes", "stallIn"]);
    match kinds.as_slice() {
        [] => Ok(Kind::Delay),
        [_] => Ok(kinds.swap_remove(0).1),
        [(first, _), (second, _), ..] => {
            let (first, second) = (*first, *second);
            Err(fields.error("", &format!("must have one action, and has {first} and {second}")))
        }
    }
}

fn answer(fields: &mut Fields<'_>) -> Result<Option<Kind>, RuleError> {
    let status = fields.status("status")?;
    let code = fields.text("code")?;
    let message = fields.text("message")?;
    let headers = fields.headers("headers")?;
    let handled = fields.flag("handled")?;
    let body = fields.take("body").map(|body| match body {
        Value::String(text) => AnswerBody::Text(text.clone()),
        other => AnswerBody::Json(other.clone()),
    });
    if status.is_none() && body.is_none() {
        return match (code, message, handled, headers) {
            (None, None, false, None) => Ok(None),
            (None, None, false, Some(headers)) => Ok(Some(Kind::AddHeaders(headers))),
            _ => Err(fields.error("status", "is needed beside code, message and handled")),
        };
    }
    let status = status.unwrap_or(StatusCode::OK);
    let headers = headers.unwrap_or_default();
    Ok(Some(Kind::Action(Action::Answer(Answer { status, code, message, headers, body, handled }))))
}

fn reset(fields: &mut Fields<'_>) -> Result<Option<Kind>, RuleError> {
    let Some(point) = fields.choice("reset", &[("before", Point::Before), ("after", Point::After)])? else {
        return Ok(None);
    };
    let after_bytes = fields.count("afterBytes")?;
    let point = match (point, after_bytes) {
        (Point::Before, Some(bytes)) => Point::RequestBytes(bytes),
        (Point::After, Some(bytes)) => Point::ResponseBytes(bytes),
        (point, _) => point,
    };
    Ok(Some(Kind::Action(Action::Reset(point))))
}

fn flip_bit(fields: &mut Fields<'_>) -> Result<Option<Kind>, RuleError> {
    let damage = match fields.peek("flipBit") {
        Some(value @ Value::Object(_)) => {
            fields.take("flipBit");
            let mut inner = fields.inner("flipBit", value)?;
            let offset = inner.count("offset")?.unwrap_or(0);
            let hide = inner.choice("etag", &[("stored", false), ("sent", true)])?.unwrap_or(false);
            inner.end()?;
            Some(Damage { offset, hide })
        }
        _ => fields.offset("flipBit")?.map(|offset| Damage { offset, hide: false }),
    };
    Ok(damage.map(|damage| Kind::Action(Action::Damage(damage))))
}

fn stall(fields: &mut Fields<'_>) -> Result<Option<Kind>, RuleError> {
    let Some(milliseconds) = fields.count("stallMs")? else { return Ok(None) };
    let duration = Duration::from_millis(milliseconds);
    let after = fields.count("afterBytes")?.unwrap_or(0);
    let action = match fields.choice("stallIn", &[("request", true), ("response", false)])? {
        Some(true) => Action::StallRequest { after, duration },
        _ => Action::StallResponse { after, duration },
    };
    Ok(Some(Kind::Action(action)))
}
