//! A lock of the browser (Web Locks): it is let go by itself when its tab closes or crashes.

use super::bounded;
use super::locks::Hold;
use crate::js::convert::{get, invoke};
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use crate::task::{First, Queue, first};
use core::cell::Cell;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A lock that stays until its promise is resolved.
struct WebLock {
    resolve: Function,
    /// Settles when the lock is gone.
    requested: Promise,
    lost: Rc<Cell<bool>>,
}

impl Hold for WebLock {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        let lost = self.lost.clone();
        Box::pin(async move { !lost.get() })
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        let _ = self.resolve.call0(&JsValue::UNDEFINED);
        let gone = self.requested.clone();
        Box::pin(async move { drop(bounded(&gone, 5_000.0).await) })
    }
}

/// The page's lock manager; pages on http:// have none.
fn manager() -> Option<JsValue> {
    get(&get(&crate::http::global::global(), "navigator")?, "locks")
}

/// Whether somebody holds the lock of a name; false where it cannot be asked.
pub async fn is_taken(name: &str) -> bool {
    let Some(asked) = manager().and_then(|manager| invoke(&manager, "query", &Array::new()).ok()) else {
        return false;
    };
    let Ok(found) = bounded(&Promise::resolve(&asked), 5_000.0).await else { return false };
    let held = get(&found, "held").map(|held| Array::from(&held)).unwrap_or_default();
    held.iter().any(|lock| get(&lock, "name").is_some_and(|held| held == *name))
}

/// What came of asking.
pub enum Asked {
    Held(Box<dyn Hold>),
    /// Somebody else holds it.
    Busy,
    /// There are no such locks here.
    Unknown,
}

/// Asks for the lock of a name, and does not wait for it.
pub async fn take(name: &str) -> Asked {
    let Some(manager) = manager() else { return Asked::Unknown };
    let mut resolve = None;
    let held = Promise::new(&mut |settle, _| resolve = Some(settle));
    let granted = Queue::default();
    let answered = granted.clone();
    let callback = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
        answered.push(!lock.is_null());
        if lock.is_null() { JsValue::UNDEFINED } else { held.clone().into() }
    });
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let arguments = Array::of3(&name.into(), &options, callback.as_ref());
    let (Ok(requested), Some(resolve)) = (invoke(&manager, "request", &arguments), resolve) else {
        return Asked::Unknown;
    };
    let requested = Promise::resolve(&requested);
    // A page without an origin is refused, by a rejection before any answer.
    let early = Box::pin(bounded(&requested, 10_000.0));
    match first(Box::pin(granted.next()), early).await {
        First::Left(true) => {}
        First::Left(false) => return Asked::Busy,
        First::Right(_) => {
            // Should it be granted after all, it is given back at once.
            let _ = resolve.call0(&JsValue::UNDEFINED);
            callback.forget();
            return Asked::Unknown;
        }
    }
    let lost = Rc::new(Cell::new(false));
    let (ended, watched) = (lost.clone(), JsFuture::from(requested.clone()));
    JsPlatform.spawn(Box::pin(async move { ended.set(watched.await.is_err()) }));
    Asked::Held(Box::new(WebLock { resolve, requested, lost }))
}
