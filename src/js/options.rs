//! The options of a client and of a call, checked field by field: an error names the option, its value, the rule.

use super::convert::{cancel_of, function, get, names_of, refused, to_js};
use crate::auth::secret::Secret;
use crate::auth::{Authenticator, FixedHeaders, NoAuth, Token};
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::retry::Policy;
use crate::http::url::Endpoint;
use crate::http::{Body, Cookies, Request};
use crate::json::Quoted;
use crate::platform::LocalFuture;
use crate::service::{CallOptions, Observer};
use core::cell::RefCell;
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Refuses an option that does not exist: a typing error would otherwise do nothing, in silence.
pub fn only(object: &JsValue, path: &str, known: &[&str]) -> Result<()> {
    if !object.is_object() {
        return Ok(());
    }
    for name in names_of(object) {
        if !known.contains(&name.as_str()) && get(object, &name).is_some() {
            let rule = format!("is no option here (known: {})", known.join(", "));
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
    let list: Vec<String> = choices.iter().map(|choice| format!("'{choice}'")).collect();
    Err(Error::invalid(
        join(path, name),
        Quoted(&found).to_string(),
        format!("must be one of {}", list.join(", ")),
    ))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A secret text that must be there; its value is never repeated.
fn secret(object: &JsValue, path: &str, name: &str) -> Result<Secret> {
    match get(object, name).and_then(|value| value.as_string()) {
        Some(text) if !text.is_empty() && is_header_value(&text) => Ok(Secret::new(text)),
        _ => Err(Error::invalid(join(path, name), "***", "must be a text of visible ASCII characters")),
    }
}

/// What may stand in a header without breaking out of it.
fn is_header_value(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || (' '..='~').contains(&c))
}

fn is_header_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// An object of header names and values.
pub fn headers(object: &JsValue, path: &str, name: &str) -> Result<Vec<(String, String)>> {
    let Some(value) = get(object, name) else { return Ok(Vec::new()) };
    let path = join(path, name);
    if !value.is_object() {
        return Err(refused(&path, &value, "must be an object of header names and values"));
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
    if !given.contains("://") {
        let page = get(&js_sys::global(), "location")
            .and_then(|location| text(&location, "", "href").ok().flatten());
        let resolved = page.and_then(|page| web_sys::Url::new_with_base(&given, &page).ok());
        match resolved {
            Some(url) if given.starts_with('/') || given.starts_with("./") => absolute = url.href(),
            _ => return Endpoint::parse(&given, &field).map(Some),
        }
    } else if let Ok(url) = web_sys::Url::new(&given)
        && !given.contains(['?', '#', '@', '\\', ' '])
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
            let _ = callback.call1(&JsValue::UNDEFINED, &to_js(event));
        })
    }))
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

/// The `auth` option.
pub fn authenticator(options: &JsValue) -> Result<Rc<dyn Authenticator>> {
    let Some(auth) = get(options, "auth") else { return Ok(Rc::new(NoAuth)) };
    if !auth.is_object() {
        return Err(Error::invalid("auth", "***", "must be an object with a type"));
    }
    let known = ["none", "headers", "sign", "token"];
    let Some(kind) = choice(&auth, "auth", "type", &known)? else {
        return Err(Error::invalid(
            "auth.type",
            "undefined",
            "must be one of 'none', 'headers', 'sign', 'token'",
        ));
    };
    Ok(match kind.as_str() {
        "headers" => {
            let all = headers(&auth, "auth", "headers")?;
            if all.is_empty() {
                return Err(Error::invalid("auth.headers", "{}", "must name at least one header"));
            }
            Rc::new(FixedHeaders::new(
                all.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
            ))
        }
        "token" => match get(&auth, "token").map(JsCast::dyn_into::<Function>) {
            Some(Ok(source)) => Rc::new(Token::from_source(Rc::new(move || ask_token(source.clone())))),
            _ => Rc::new(Token::fixed(secret(&auth, "auth", "token")?)),
        },
        "sign" => match function(&auth, "auth", "sign")? {
            Some(sign) => Rc::new(Sign { sign: RefCell::new(Some(sign)), given: RefCell::default() }),
            None => return Err(Error::invalid("auth.sign", "undefined", "must be a function")),
        },
        _ => Rc::new(NoAuth),
    })
}

async fn settle(called: core::result::Result<JsValue, JsValue>, what: &str) -> Result<JsValue> {
    let failed = |error: JsValue| Error::new(Kind::Auth, format!("{what} failed: {}", describe(&error)));
    JsFuture::from(Promise::resolve(&called.map_err(failed)?)).await.map_err(failed)
}

fn ask_token(source: Function) -> LocalFuture<'static, Result<Secret>> {
    Box::pin(async move {
        let token = settle(source.call0(&JsValue::UNDEFINED), "the token function").await?;
        match token.as_string() {
            Some(token) if !token.is_empty() && is_header_value(&token) => Ok(Secret::new(token)),
            _ => Err(Error::new(Kind::Auth, "the token function gave no text that can be a token")),
        }
    })
}

/// The caller's own signing, asked before each attempt.
struct Sign {
    sign: RefCell<Option<Function>>,
    /// What it gave last: errors that repeat it are scrubbed.
    given: RefCell<Vec<Secret>>,
}

impl Authenticator for Sign {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let Some(sign) = self.sign.borrow().clone() else {
                return Err(Error::new(Kind::Auth, "the client is closed"));
            };
            let unsigned = Object::new();
            let set = |name: &str, value: JsValue| Reflect::set(&unsigned, &name.into(), &value).map(drop);
            let _ = set("method", request.method.name().into());
            let _ = set("url", request.url.as_str().into());
            let headers = Object::new();
            for (name, value) in request.headers.iter() {
                let _ = Reflect::set(&headers, &name.into(), &value.into());
            }
            let _ = set("headers", headers.into());
            if let Body::Bytes(bytes) = &request.body {
                let _ = set("body", Uint8Array::from(&bytes[..]).into());
            }
            let signed = settle(sign.call1(&JsValue::UNDEFINED, &unsigned), "the sign function").await?;
            if !signed.is_object() {
                return Err(Error::new(Kind::Auth, "the sign function must give { headers, url? }"));
            }
            let mut given = Vec::new();
            for (name, value) in self::headers(&signed, "sign()", "headers")? {
                given.push(Secret::new(value.clone()));
                request.headers.set(&name, value);
            }
            *self.given.borrow_mut() = given;
            if let Some(url) = text(&signed, "sign()", "url")? {
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return Err(Error::new(Kind::Auth, "the sign function gave a url that is not absolute"));
                }
                request.url = url;
            }
            Ok(())
        })
    }

    fn renew<'a>(&'a self, _: &'a Request) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        self.given.borrow().iter().fold(text, |text, value| value.scrub(text))
    }

    fn close(&self) {
        *self.sign.borrow_mut() = None;
        self.given.borrow_mut().clear();
    }
}
