//! The options of a client and of a call, checked field by field: an error names the option, its value, the rule.

use super::convert::{cancel_of, function, get, names_of, refused, tell};
use crate::error::{Error, Result};
use crate::http::Cookies;
pub use crate::http::is_header_value;
use crate::http::retry::Policy;
use crate::http::url::Endpoint;
use crate::json::Quoted;
use crate::service::{CallOptions, Observer, RequestEvent};
use crate::text::{self as texts, contains, has_any, one_of};
use js_sys::{Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Refuses an option that does not exist: a typing error would otherwise do nothing, in silence.
pub fn only(object: &JsValue, path: &str, known: &[&str]) -> Result<()> {
    if !object.is_object() {
        return Ok(());
    }
    for name in names_of(object) {
        if Reflect::get(object, &name.as_str().into()).is_err() {
            return Err(Error::invalid(join(path, &name), "***", "must be readable (a getter threw)"));
        }
        if !known.contains(&name.as_str()) && get(object, &name).is_some() {
            let rule = format!("is no option here (known: {})", texts::join(known, ", "));
            return Err(Error::invalid(join(path, &name), "***", rule));
        }
    }
    Ok(())
}

/// The rule of a number; all bounds are whole, and whole numbers are written by less code than others.
fn bounds(what: &str, min: f64, max: f64) -> String {
    format!("must be a {what} from {} to {}", min as u64, max as u64)
}

/// A number option within bounds.
pub fn number(object: &JsValue, path: &str, name: &str, min: f64, max: f64) -> Result<Option<f64>> {
    let Some(value) = get(object, name) else { return Ok(None) };
    match value.as_f64() {
        Some(number) if number >= min && number <= max => Ok(Some(number)),
        _ => Err(refused(&join(path, name), &value, &bounds("number", min, max))),
    }
}

/// A whole number within bounds.
pub fn integer(object: &JsValue, path: &str, name: &str, min: f64, max: f64) -> Result<Option<u64>> {
    let Some(value) = get(object, name) else { return Ok(None) };
    match value.as_f64() {
        Some(number) if number >= min && number <= max && number.fract() == 0.0 => Ok(Some(number as u64)),
        _ => Err(refused(&join(path, name), &value, &bounds("whole number", min, max))),
    }
}

/// A text option.
pub fn text(object: &JsValue, path: &str, name: &str) -> Result<Option<String>> {
    let Some(value) = get(object, name) else { return Ok(None) };
    value.as_string().map(Some).ok_or_else(|| refused(&join(path, name), &value, "must be a text"))
}

/// One of several texts.
pub fn choice(object: &JsValue, path: &str, name: &str, choices: &[&str]) -> Result<Option<String>> {
    let Some(found) = text(object, path, name)? else { return Ok(None) };
    if choices.contains(&found.as_str()) {
        return Ok(Some(found));
    }
    Err(Error::invalid(join(path, name), Quoted(&found).to_string(), one_of(choices)))
}

pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn is_header_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// An object of header names and values.
pub fn headers(object: &JsValue, path: &str, name: &str) -> Result<Vec<(String, String)>> {
    let Some(value) = get(object, name) else { return Ok(Vec::new()) };
    let path = join(path, name);
    // Headers and maps have names that are no members: nothing of them would be sent.
    if !value.is_object() || get(&value, "entries").is_some_and(|entries| entries.is_function()) {
        return Err(Error::invalid(path, "***", "must be an object of header names and values"));
    }
    let mut all = Vec::new();
    for name in names_of(&value) {
        let field = format!("{path}.{name}");
        let Some(text) = get(&value, &name).and_then(|text| text.as_string()) else {
            return Err(Error::invalid(field, "***", "must be a text"));
        };
        // What frames a request is the platform's business.
        if ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            return Err(Error::invalid(field, "***", "must not be set: the platform does"));
        }
        if !is_header_name(&name) || !is_header_value(&text) {
            return Err(Error::invalid(
                field,
                "***",
                "must be a header: visible ASCII characters in name and value",
            ));
        }
        all.push((name.to_ascii_lowercase(), text));
    }
    Ok(all)
}

/// An endpoint: absolute, or in a browser relative to the page.
pub fn endpoint(object: &JsValue, path: &str, name: &str) -> Result<Option<Endpoint>> {
    let Some(given) = text(object, path, name)? else { return Ok(None) };
    let field = join(path, name);
    let mut absolute = given.clone();
    if !contains(&given, "://") {
        let page = get(&crate::http::global::global(), "location")
            .and_then(|location| text(&location, "", "href").ok().flatten());
        let resolved = page.and_then(|page| web_sys::Url::new_with_base(&given, &page).ok());
        match resolved {
            Some(url) if given.starts_with("/") || given.starts_with("./") => absolute = url.href(),
            _ => return Endpoint::parse(&given, &field).map(Some),
        }
    } else if let Ok(url) = web_sys::Url::new(&given)
        && !has_any(&given, "?#@\\ ")
    {
        // The platform writes international host names in ASCII.
        absolute = url.href();
    }
    Endpoint::parse(&absolute, &field).map(Some)
}

/// The `retry` option; `given` tells whether the caller set any of it.
pub fn retry(object: &JsValue) -> Result<(Policy, bool)> {
    let mut policy = Policy::default();
    let Some(retry) = get(object, "retry") else { return Ok((policy, false)) };
    if !retry.is_object() {
        return Err(refused("retry", &retry, "must be an object"));
    }
    only(&retry, "retry", &["maxAttempts", "baseDelayMs", "maxDelayMs"])?;
    if let Some(attempts) = integer(&retry, "retry", "maxAttempts", 1.0, 100.0)? {
        policy.max_attempts = attempts as u32;
    }
    if let Some(delay) = number(&retry, "retry", "baseDelayMs", 0.0, 600_000.0)? {
        policy.base_delay_ms = delay;
    }
    if let Some(delay) = number(&retry, "retry", "maxDelayMs", 0.0, 3_600_000.0)? {
        policy.max_delay_ms = delay;
    }
    Ok((policy, true))
}

pub fn cookies(object: &JsValue) -> Result<Cookies> {
    let chosen = choice(object, "", "credentials", &["omit", "same-origin", "include"])?;
    Ok(match chosen.as_deref() {
        Some("omit") => Cookies::Omit,
        Some("include") => Cookies::Include,
        _ => Cookies::SameOrigin,
    })
}

/// The user's `onRequest`; what it throws is its own affair.
pub fn observer(object: &JsValue) -> Result<Option<Observer>> {
    Ok(function(object, "", "onRequest")?.map(|callback| -> Observer {
        Rc::new(move |event| {
            tell(&callback, &event_to_js(event));
        })
    }))
}

/// By hand: the service entries would bring a serializer along for this one object.
fn event_to_js(event: &RequestEvent) -> JsValue {
    let object = Object::new();
    let members = [
        ("operation", Some(JsValue::from_str(&event.operation))),
        ("method", Some(event.method.into())),
        ("url", Some(JsValue::from_str(&event.url))),
        ("attempt", Some(event.attempt.into())),
        ("status", event.status.map(JsValue::from)),
        ("durationMs", Some(event.duration_ms.into())),
        ("error", event.error.as_deref().map(JsValue::from_str)),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            // An object of our own takes every member.
            let _ = Reflect::set(&object, &name.into(), &value);
        }
    }
    object.into()
}

/// The options of one call, besides `more`; the watch must live as long as the call.
pub fn call_options(
    options: &JsValue,
    more: &[&str],
) -> Result<(CallOptions, Option<super::convert::SignalWatch>)> {
    if !options.is_undefined() && !options.is_null() && !options.is_object() {
        return Err(refused("call", options, "must be an object"));
    }
    only(options, "", &[&["signal", "timeoutMs", "headers"], more].concat())?;
    let (cancel, watch) = cancel_of(options)?;
    let timeout_ms = number(options, "", "timeoutMs", 1.0, 86_400_000.0)?;
    Ok((
        CallOptions {
            cancel,
            timeout_ms,
            headers: headers(options, "", "headers")?,
            ..CallOptions::default()
        },
        watch,
    ))
}
