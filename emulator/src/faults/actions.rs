//! Reading what a rule does: exactly one action, with the fields that belong to it.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::fields::Fields;
use super::rule::{Action, Answer, AnswerBody, Effect, Kind, Point, RuleError};
use crate::store::Damage;

/// The one thing the rule does.
pub(super) fn kind(fields: &mut Fields<'_>) -> Result<Kind, RuleError> {
    let mut kinds = Vec::new();
    let mut found = |name: &'static str, kind: Option<Kind>| kinds.extend(kind.map(|kind| (name, kind)));
    found("status, body, code or message", answer(fields)?);
    found("reset", reset(fields)?);
    found("truncate", fields.count("truncate")?.map(|bytes| Kind::Action(Action::Truncate(bytes))));
    found("flipBit", flip_bit(fields)?);
    let flipped = fields.offset("flipResponseBit")?;
    found("flipResponseBit", flipped.map(|offset| Kind::Action(Action::FlipResponseBit(offset))));
    found("dropHeader", fields.header_names("dropHeader")?.map(Kind::DropHeaders));
    let skew = skew(fields)?;
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

/// Milliseconds: a hundred years. Beyond the calendar there is no date to show.
const LARGEST_SKEW: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

fn skew(fields: &mut Fields<'_>) -> Result<Option<i64>, RuleError> {
    let skew = fields.signed("clockSkewMs")?;
    if skew.is_some_and(|skew| skew.unsigned_abs() > LARGEST_SKEW) {
        let rule = format!("must be a whole number from -{LARGEST_SKEW} to {LARGEST_SKEW} (a hundred years)");
        return Err(fields.error("clockSkewMs", &rule));
    }
    Ok(skew)
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
