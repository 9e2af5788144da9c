//! What `diagnose()` sees of the platform: the page and what it lacks, a request without leave to read its answer,
//! and what the page's policy keeps back. The thinking is in [`crate::diagnose`].

use super::convert::{get, invoke, promise};
use super::options;
use super::upload::Shared;
use crate::diagnose::run::{Diagnosing, run};
use crate::diagnose::store::Answer;
use crate::diagnose::{Checks, Environment, Page, Probes};
use crate::error::Result;
use crate::http::Failure;
use crate::http::node::http_module;
use crate::platform::LocalFuture;
use core::cell::Cell;
use js_sys::{Array, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// Looks at everything and gives `{ ok, checks }`.
pub(super) fn start(shared: Rc<Shared>, given: JsValue) -> Promise {
    promise(async move {
        let work = look(&shared, &given);
        work.await.map_err(|error| shared.service.finish_outer(error, "diagnose"))
    })
}

async fn look(shared: &Rc<Shared>, given: &JsValue) -> Result<JsValue> {
    let (options, _watch) = options::call_options(given, &[])?;
    let store = shared.store.transport()?;
    let page = page();
    let navigator = get(&crate::http::global::global(), "navigator");
    let online = navigator.and_then(|navigator| get(&navigator, "onLine")) != Some(JsValue::FALSE);
    let probes = page.as_ref().map(|_| -> Rc<dyn Probes> { Rc::new(Browser::new()) });
    let environment = Environment { page, online };
    let (service, notes) = (shared.service.clone(), shared.notes.clone());
    Ok(result(&run(Diagnosing { service, store, notes, environment, probes, options }).await?))
}

fn result(checks: &Checks) -> JsValue {
    let set = |object: &Object, name: &str, value: JsValue| drop(Reflect::set(object, &name.into(), &value));
    let (list, mut ok) = (Array::new(), true);
    for check in &checks.0 {
        let object = Object::new();
        ok &= check.ok;
        set(&object, "name", check.name.into());
        set(&object, "ok", check.ok.into());
        set(&object, "message", (*check.message).into());
        if !check.advice.is_empty() {
            set(&object, "advice", (*check.advice).into());
        }
        list.push(&object);
    }
    let object = Object::new();
    set(&object, "ok", ok.into());
    set(&object, "checks", list.into());
    object.into()
}

/// The page or worker; none in Node and where there is no origin.
fn page() -> Option<Page> {
    if http_module(false).is_some() {
        return None;
    }
    let global = crate::http::global::global();
    let origin = get(&global, "origin")?.as_string()?;
    // Without an origin nothing is kept, whatever is there.
    let has_database = origin != "null" && get(&global, "indexedDB").is_some();
    let is_secure = get(&global, "isSecureContext") == Some(JsValue::TRUE);
    Some(Page { origin, has_database, is_secure })
}

/// The probes of a page or worker.
struct Browser {
    kept_back: Rc<Cell<bool>>,
    listener: Closure<dyn Fn(JsValue)>,
}

impl Browser {
    fn new() -> Self {
        let kept_back = Rc::new(Cell::new(false));
        let seen = kept_back.clone();
        let listener = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            let is = |name: &str, text: &str| get(&event, name) == Some(text.into());
            if is("effectiveDirective", "connect-src") && is("disposition", "enforce") {
                seen.set(true);
            }
        });
        let browser = Browser { kept_back, listener };
        browser.listen("addEventListener");
        browser
    }

    fn listen(&self, method: &str) {
        let arguments = Array::of2(&"securitypolicyviolation".into(), self.listener.as_ref());
        let _ = invoke(&crate::http::global::global(), method, &arguments);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.listen("removeEventListener");
    }
}

/// Aborts the request when dropped.
struct Guard(AbortController);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Probes for Browser {
    fn opaque(&self, url: &str) -> LocalFuture<'static, core::result::Result<Answer, Failure>> {
        let init = Object::new();
        for (name, value) in [("mode", "no-cors"), ("credentials", "omit"), ("cache", "no-store")] {
            let _ = Reflect::set(&init, &name.into(), &value.into());
        }
        let guard = AbortController::new().map(Guard).ok();
        if let Some(guard) = &guard {
            let _ = Reflect::set(&init, &"signal".into(), &guard.0.signal());
        }
        let asked = invoke(&crate::http::global::global(), "fetch", &Array::of2(&url.into(), &init));
        Box::pin(async move {
            let _guard = guard;
            let lost = |_| Failure::network("");
            JsFuture::from(Promise::resolve(&asked.map_err(lost)?)).await.map_err(lost)?;
            Ok(Answer::default())
        })
    }

    fn kept_back_by_policy(&self) -> bool {
        self.kept_back.replace(false)
    }
}
