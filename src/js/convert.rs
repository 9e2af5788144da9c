//! Between JavaScript's values and the core's: errors out, arguments in, functions and signals.

use crate::error::{Error, Kind, Result};
use crate::http::node;
use crate::json::Value;
use crate::platform::LocalFuture;
use crate::task::Cancel;
use core::cell::{Cell, RefCell};
use core::future::Future;
use wasm_bindgen_futures::future_to_promise;

use js_sys::{Array, Function, JSON, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Throws for a proxy that was revoked; an exception that nobody catches would end the instance.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> core::result::Result<bool, JsValue>;
}

/// The names of an object's own members; none where it does not tell.
pub fn names_of(object: &JsValue) -> Vec<String> {
    let names = if object.is_object() { Reflect::own_keys(object).ok() } else { None };
    names.map(|names| names.iter().filter_map(|name| name.as_string()).collect()).unwrap_or_default()
}

/// Calls a method of an object, whatever it is and does.
pub fn invoke(object: &JsValue, name: &str, arguments: &Array) -> core::result::Result<JsValue, JsValue> {
    match get(object, name).map(JsCast::dyn_into::<Function>) {
        Some(Ok(method)) => method.apply(object, arguments),
        _ => Err(JsValue::from_str(&format!("it has no {name}()"))),
    }
}

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
    // Its own JSON always parses.
    let object = JSON::parse(&error.details().to_json().to_string()).unwrap_or(JsValue::UNDEFINED);
    if let Some(value) = &error.details().value {
        // A refused value as it was, where it was JSON; otherwise as a text.
        let value = JSON::parse(value).unwrap_or_else(|_| value.as_str().into());
        let _ = Reflect::set(&object, &"value".into(), &value);
    }
    let make = MAKE_ERROR.with(|kept| kept.borrow().clone());
    make.and_then(|make| make.call1(&JsValue::UNDEFINED, &object).ok()).unwrap_or(object)
}

/// The promise of a future. Boxed: what makes promises of futures is as large as many futures are, and would be there
/// once for each of them.
pub fn spawned(work: LocalFuture<'static, core::result::Result<JsValue, JsValue>>) -> Promise {
    future_to_promise(work)
}

/// A promise whose rejections are `ImsError`s.
pub fn promise(work: impl Future<Output = Result<JsValue>> + 'static) -> Promise {
    spawned(Box::pin(async move { work.await.map_err(|error| error_to_js(&error)) }))
}

/// A property; none where it is undefined, null, or cannot be read.
pub fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    if !object.is_object() && !object.is_function() {
        return None;
    }
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A function out of an object.
pub fn function(object: &JsValue, path: &str, name: &str) -> Result<Option<Function>> {
    match get(object, name) {
        None => Ok(None),
        Some(value) => {
            let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            value.dyn_into().map(Some).map_err(|value| refused(&field, &value, "must be a function"))
        }
    }
}

/// Calls the caller's own function. What it throws, or what a promise of it rejects with, is its own affair: neither
/// breaks what calls it, nor ends the process.
pub fn tell(callback: &Function, value: &JsValue) {
    if let Ok(answer) = callback.call1(&JsValue::UNDEFINED, value)
        && answer.is_object()
    {
        // Somebody has waited for it then.
        let _ = Promise::all_settled(&Array::of1(&answer));
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
    if value.is_symbol() {
        return "Symbol()".to_owned();
    }
    if value.is_bigint() {
        let digits = value.unchecked_ref::<js_sys::BigInt>().to_string(10);
        return digits.map_or_else(|_| "a bigint".to_owned(), |digits| format!("{}n", String::from(digits)));
    }
    if let Some(number) = value.as_f64().filter(|number| !number.is_finite()) {
        let sign = if number < 0.0 { "-" } else { "" };
        return if number.is_nan() { "NaN".to_owned() } else { format!("{sign}Infinity") };
    }
    match JSON::stringify(value) {
        Ok(text) if text.is_string() => String::from(text),
        _ => value.js_typeof().as_string().unwrap_or_default(),
    }
}

/// The arguments of a call as JSON values; `null` stands for undefined. What JSON cannot hold is refused, with the
/// path to it: `bodies` tells of each argument whether its fields are named without it in front.
pub fn arguments(list: &Array, names: &[(&str, bool)]) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(list.length() as usize);
    let budget = Cell::new(MOST_ITEMS as u32);
    for (index, value) in list.iter().enumerate() {
        let (name, inside) = names.get(index).copied().unwrap_or(("argument", true));
        let path = Path { name, bare: !inside, parent: None };
        values.push(plain(&value, &path, &budget)?);
    }
    // Arguments that were left out at the end.
    while values.last().is_some_and(Value::is_null) {
        values.pop();
    }
    Ok(values)
}

/// Where a value stands; written out only for an error.
struct Path<'a> {
    name: &'a str,
    /// The name of an argument is left out in front of its fields.
    bare: bool,
    parent: Option<&'a Path<'a>>,
}

impl Path<'_> {
    fn text(&self) -> String {
        match self.parent {
            None => self.name.to_owned(),
            Some(parent) if parent.bare => self.name.to_owned(),
            Some(parent) if self.name.starts_with("[") => format!("{}{}", parent.text(), self.name),
            Some(parent) => format!("{}.{}", parent.text(), self.name),
        }
    }

    fn depth(&self) -> usize {
        self.parent.map_or(0, |parent| parent.depth() + 1)
    }
}

/// Longer than any list of a request.
const MOST_ITEMS: f64 = 100_000.0;

/// Deeper than any request; an object that contains itself ends here.
const DEEPEST: usize = 16;

fn plain(value: &JsValue, path: &Path<'_>, budget: &Cell<u32>) -> Result<Value> {
    // Objects that share their parts may be small and yet have more of them than there are atoms.
    match budget.get().checked_sub(1) {
        Some(left) => budget.set(left),
        None => return Err(Error::invalid(path.text(), "an object", "must be smaller")),
    }
    if value.is_undefined() || value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::String(text));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if value.as_f64().is_some_and(f64::is_finite) {
        return Ok(Value::Number(shown(value)));
    }
    if !value.is_object() || value.is_function() {
        let rule = "must be a finite number, a text, a boolean, a list or an object";
        return Err(Error::invalid(path.text(), shown(value), rule));
    }
    if path.depth() == DEEPEST {
        return Err(Error::invalid(
            path.text(),
            "an object",
            "must not contain itself, nor be nested so deeply",
        ));
    }
    let unreadable = |path: &Path<'_>| {
        // What a getter throws may hold anything: it is not repeated.
        Error::invalid(path.text(), "an object", "must be readable (a getter threw)")
    };
    if is_array(value).map_err(|_| unreadable(path))? {
        let mut items = Vec::new();
        let length = get(value, "length").and_then(|length| length.as_f64()).unwrap_or(0.0);
        if length > MOST_ITEMS {
            return Err(Error::invalid(
                path.text(),
                format!("{} items", length as u64),
                "must be a shorter list",
            ));
        }
        for index in 0..length as u32 {
            let item = Reflect::get_u32(value, index).map_err(|_| unreadable(path))?;
            let path = Path { name: &format!("[{index}]"), bare: false, parent: Some(path) };
            items.push(plain(&item, &path, budget)?);
        }
        return Ok(Value::Array(items));
    }
    let names = Reflect::own_keys(value.unchecked_ref()).map_err(|_| unreadable(path))?;
    let mut object = Vec::new();
    for key in names.iter() {
        let Some(name) = key.as_string() else { continue };
        let path = Path { name: &name, bare: false, parent: Some(path) };
        let item = Reflect::get(value, &key).map_err(|_| unreadable(&path))?;
        if !item.is_undefined() {
            let item = plain(&item, &path, budget)?;
            object.push((name, item));
        }
    }
    Ok(Value::Object(object))
}

/// Follows an AbortSignal for as long as it is kept.
pub struct SignalWatch {
    signal: JsValue,
    listener: Option<Closure<dyn FnMut()>>,
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            let remove = get(&self.signal, "removeEventListener")
                .and_then(|remove| remove.dyn_into::<Function>().ok());
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
    node::allow_listeners(&signal);
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
