//! Between JavaScript's values and the core's: errors out, arguments in, functions and signals.

use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::task::Cancel;
use core::cell::RefCell;
use core::future::Future;
use std::rc::Rc;
use js_sys::{Array, Function, JSON, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A value as plain JavaScript objects.
pub fn to_js(value: &impl Serialize) -> JsValue {
    // Structs of texts, numbers and lists always convert.
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

thread_local! {
    static MAKE_ERROR: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Remembers what makes an `ImsError`, a class of the shell.
pub fn set_error_maker(make: Function) {
    MAKE_ERROR.with(|kept| *kept.borrow_mut() = Some(make));
}

/// An `ImsError`.
pub fn error_to_js(error: &Error) -> JsValue {
    let object = to_js(error.details());
    if let Some(value) = &error.details().value {
        // A refused value as it was, where it was JSON; otherwise as a text.
        let value = JSON::parse(value).unwrap_or_else(|_| value.as_str().into());
        let _ = Reflect::set(&object, &"value".into(), &value);
    }
    let make = MAKE_ERROR.with(|kept| kept.borrow().clone());
    make.and_then(|make| make.call1(&JsValue::UNDEFINED, &object).ok()).unwrap_or(object)
}

/// A promise whose rejections are `ImsError`s.
pub fn promise(work: impl Future<Output = Result<JsValue>> + 'static) -> Promise {
    future_to_promise(async move { work.await.map_err(|error| error_to_js(&error)) })
}

/// A property; none where it is undefined, null, or cannot be read.
pub fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    if !object.is_object() {
        return None;
    }
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A function out of an object.
pub fn function(object: &JsValue, name: &str) -> Result<Option<Function>> {
    match get(object, name) {
        None => Ok(None),
        Some(value) => value.dyn_into().map(Some).map_err(|value| refused(name, &value, "must be a function")),
    }
}

/// A validation error about a JavaScript value.
pub fn refused(field: &str, value: &JsValue, rule: &str) -> Error {
    Error::invalid(field, shown(value), rule)
}

/// A value as JSON, or as JavaScript would print it.
pub fn shown(value: &JsValue) -> String {
    if value.is_function() {
        return "a function".to_owned();
    }
    if let Some(number) = value.as_f64() {
        return number.to_string();
    }
    if value.is_bigint() {
        let digits = value.unchecked_ref::<js_sys::BigInt>().to_string(10);
        return digits.map_or_else(|_| "a bigint".to_owned(), |digits| format!("{}n", String::from(digits)));
    }
    match JSON::stringify(value) {
        Ok(text) if text.is_string() => String::from(text),
        _ => value.js_typeof().as_string().unwrap_or_default(),
    }
}

/// The arguments of a call as JSON values. What JSON cannot hold is refused by name; `null` stands for undefined.
pub fn arguments(list: &Array, names: &[&str]) -> Result<Vec<serde_json::Value>> {
    let mut values = Vec::with_capacity(list.length() as usize);
    for (index, value) in list.iter().enumerate() {
        let name = names.get(index).copied().unwrap_or("argument");
        values.push(argument(&value, name)?);
    }
    // Arguments that were left out at the end.
    while values.last().is_some_and(serde_json::Value::is_null) {
        values.pop();
    }
    Ok(values)
}

fn argument(value: &JsValue, name: &str) -> Result<serde_json::Value> {
    if value.is_undefined() || value.is_null() {
        return Ok(serde_json::Value::Null);
    }
    let odd: Rc<RefCell<Option<(String, String)>>> = Rc::default();
    let found = odd.clone();
    let replacer = Closure::<dyn FnMut(JsValue, JsValue) -> JsValue>::new(move |key: JsValue, value: JsValue| {
        let infinite = value.as_f64().is_some_and(|number| !number.is_finite());
        if infinite || value.is_bigint() || value.is_function() || value.is_symbol() {
            found.borrow_mut().get_or_insert_with(|| (key.as_string().unwrap_or_default(), shown(&value)));
            return JsValue::NULL;
        }
        value
    });
    let text = JSON::stringify_with_replacer(value, replacer.as_ref());
    if let Some((key, value)) = odd.take() {
        let field = if key.is_empty() { name.to_owned() } else { key };
        return Err(Error::invalid(field, value, "must be a finite number, a text, a boolean, a list or an object"));
    }
    let text = text.map_err(|error| {
        // The message of a getter may hold anything: it is not repeated. A cycle is told apart from it.
        let cyclic = describe(&error).to_ascii_lowercase().contains("circular") || describe(&error).contains("cyclic");
        let rule = if cyclic { "must not contain itself" } else { "must be readable (a getter threw)" };
        Error::invalid(name, "object", rule)
    })?;
    if !text.is_string() {
        return Err(Error::invalid(name, shown(value), "must be a text, a number, a list or an object"));
    }
    serde_json::from_str(&String::from(text))
        .map_err(|error| Error::invalid(name, "object", format!("must be plain data: {error}")))
}

/// Follows an AbortSignal for as long as it is kept.
pub struct SignalWatch {
    signal: JsValue,
    listener: Option<Closure<dyn FnMut()>>,
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            let remove = get(&self.signal, "removeEventListener").and_then(|remove| remove.dyn_into::<Function>().ok());
            if let Some(remove) = remove {
                let _ = remove.call2(&self.signal, &"abort".into(), listener.as_ref());
            }
        }
    }
}

/// Calls back when the `signal` of some options is aborted, at once where it is already.
pub fn watch_signal(options: &JsValue, on_abort: impl FnMut() + 'static) -> Result<Option<SignalWatch>> {
    let Some(signal) = get(options, "signal") else { return Ok(None) };
    let add = get(&signal, "addEventListener").and_then(|add| add.dyn_into::<Function>().ok());
    let aborted = Reflect::get(&signal, &"aborted".into()).unwrap_or(JsValue::UNDEFINED);
    let (Some(add), Some(aborted)) = (add, aborted.as_bool()) else {
        return Err(refused("signal", &signal, "must be an AbortSignal"));
    };
    let mut on_abort = on_abort;
    if aborted {
        on_abort();
        return Ok(None);
    }
    let listener = Closure::<dyn FnMut()>::new(on_abort);
    let _ = add.call2(&signal, &"abort".into(), listener.as_ref());
    Ok(Some(SignalWatch { signal, listener: Some(listener) }))
}

/// A cancel that follows the `signal` of some options.
pub fn cancel_of(options: &JsValue) -> Result<(Cancel, Option<SignalWatch>)> {
    let cancel = Cancel::default();
    let turned = cancel.clone();
    let watch = watch_signal(options, move || turned.cancel())?;
    Ok((cancel, watch))
}

/// The error of a platform that cannot do something.
pub fn unsupported(message: impl Into<String>) -> Error {
    Error::new(Kind::Unsupported, message)
}
