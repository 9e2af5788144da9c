//! What the locks of all stores share: drivers of this page or process are kept apart first, whatever else is asked.

use crate::js::convert::{get, invoke};
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use crate::task::{Cancel, first};
use crate::upload::checkpoint::Lock;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Function, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What one kind of lock does, beyond this page or process.
pub trait Hold {
    fn is_held(&self) -> LocalFuture<'static, bool>;
    /// Lets go; nothing is left to be told of a failure.
    fn release(&self) -> LocalFuture<'static, ()>;
}

/// A name that is taken in this page or process.
pub struct Entry {
    name: String,
    /// Its lock was dropped, but files or databases do not know yet.
    releasing: Cell<bool>,
    freed: Cancel,
}

thread_local! {
    static TAKEN: RefCell<Vec<Rc<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// A name kept from others until it is dropped.
pub struct Claim(Rc<Entry>);

impl Drop for Claim {
    fn drop(&mut self) {
        TAKEN.with(|taken| taken.borrow_mut().retain(|entry| !Rc::ptr_eq(entry, &self.0)));
        self.0.freed.cancel();
    }
}

/// A lock that is being let go is waited for so long, milliseconds.
const LETTING_GO_MS: f64 = 10_000.0;

/// Takes a name; none where a driver of this page or process has it.
pub async fn claim(name: String) -> Option<Claim> {
    loop {
        let other = TAKEN.with(|taken| taken.borrow().iter().find(|entry| entry.name == name).cloned());
        let Some(other) = other else { break };
        if !other.releasing.get() {
            return None;
        }
        // Someone stopped an upload and takes it up again at once.
        first(Box::pin(other.freed.cancelled()), JsPlatform.sleep(LETTING_GO_MS)).await;
        if !other.freed.is_cancelled() {
            return None;
        }
    }
    claim_now(name)
}

/// Whether a driver of this page or process has a name.
pub fn is_claimed(name: &str) -> bool {
    TAKEN.with(|taken| taken.borrow().iter().any(|entry| entry.name == name && !entry.releasing.get()))
}

/// Takes a name that is free.
pub fn claim_now(name: String) -> Option<Claim> {
    TAKEN.with(|taken| {
        let mut taken = taken.borrow_mut();
        if taken.iter().any(|entry| entry.name == name) {
            return None;
        }
        let entry = Rc::new(Entry { name, releasing: Cell::default(), freed: Cancel::default() });
        taken.push(entry.clone());
        Some(Claim(entry))
    })
}

/// Somebody waits for the rest of a lock; where this is dropped, nobody does any more.
pub struct Waiting(Option<Rc<Entry>>);

impl Waiting {
    pub fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(entry) = &self.0 {
            entry.releasing.set(true);
        }
    }
}

impl Claim {
    pub fn waiting(&self) -> Waiting {
        Waiting(Some(self.0.clone()))
    }

    /// The lock, once it is held beyond this page or process too.
    pub fn held(self, hold: Box<dyn Hold>) -> Rc<dyn Lock> {
        Rc::new(Held { claim: RefCell::new(Some(self)), hold })
    }
}

struct Held {
    /// There until it is let go of.
    claim: RefCell<Option<Claim>>,
    hold: Box<dyn Hold>,
}

impl Lock for Held {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        self.hold.is_held()
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        let Some(claim) = self.claim.take() else { return Box::pin(async {}) };
        claim.0.releasing.set(true);
        let released = self.hold.release();
        Box::pin(async move {
            released.await;
            drop(claim);
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let released = self.release();
        JsPlatform.spawn(released);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &JsValue, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(timer: &JsValue);
}

/// Does something again and again until it is dropped; it keeps no process of Node alive.
pub struct Heartbeat {
    timer: JsValue,
    _beat: Closure<dyn FnMut()>,
}

impl Heartbeat {
    pub fn every(milliseconds: f64, beat: Box<dyn FnMut()>) -> Self {
        let beat = Closure::wrap(beat);
        let timer = set_interval(beat.as_ref(), milliseconds);
        // Only Node's timers have it.
        let _ = invoke(&timer, "unref", &Array::new());
        Heartbeat { timer, _beat: beat }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        clear_interval(&self.timer);
    }
}

/// A text that no other lock or file has.
pub fn token() -> String {
    let random = || (JsPlatform.random() * 4_294_967_296.0) as u32;
    format!("{:x}-{:x}-{:x}", JsPlatform.now() as u64, random(), random())
}

/// A class of this place, made with one argument.
pub fn construct(class: &str, argument: &JsValue) -> Option<JsValue> {
    let class = get(&crate::http::global::global(), class)?.dyn_into::<Function>().ok()?;
    Reflect::construct(&class, &Array::of1(argument)).ok()
}
