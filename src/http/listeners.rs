//! Listeners on emitters of Node, used for one request after the other: closures made for each would be garbage that V8
//! keeps for long.

use crate::task::Queue;
use core::cell::RefCell;
use js_sys::{Function, Reflect};
use std::rc::Rc;
use std::thread::LocalKey;
use wasm_bindgen::prelude::*;

type Listener = Closure<dyn FnMut(JsValue)>;

/// Listeners that write what they hear into one queue.
struct Set<T> {
    heard: Queue<T>,
    /// Whom they listen to.
    emitter: Rc<RefCell<JsValue>>,
    all: Vec<(&'static str, Listener)>,
}

/// What is done at an event of an emitter.
type Hear<T> = fn(&Queue<T>, &JsValue, JsValue);
/// Takes the name of an event and what is to be done when it comes.
type Add<'a, T> = dyn FnMut(&'static str, Hear<T>) + 'a;

/// Sets of listeners of one kind that nobody has.
pub struct Pool<T> {
    idle: RefCell<Vec<Set<T>>>,
    fill: fn(&mut Add<'_, T>),
}

impl<T: 'static> Pool<T> {
    /// `fill` names each event once.
    pub fn of(fill: fn(&mut Add<'_, T>)) -> Self {
        Pool { idle: RefCell::default(), fill }
    }

    fn make(&self) -> Set<T> {
        let heard = Queue::default();
        let emitter = Rc::new(RefCell::new(JsValue::UNDEFINED));
        let mut all = Vec::new();
        (self.fill)(&mut |event, hear| {
            let (heard, emitter) = (heard.clone(), emitter.clone());
            let listener = Listener::new(move |value| {
                let emitter = emitter.borrow().clone();
                hear(&heard, &emitter, value);
            });
            all.push((event, listener));
        });
        Set { heard, emitter, all }
    }
}

/// A set on an emitter, taken off when dropped: a listener that outlived its closure would end the process.
pub struct Listeners<T: 'static> {
    pool: &'static LocalKey<Pool<T>>,
    /// None only while it is dropped.
    set: Option<Set<T>>,
    heard: Queue<T>,
}

impl<T: 'static> Listeners<T> {
    pub fn take(pool: &'static LocalKey<Pool<T>>, emitter: JsValue) -> Self {
        let set = pool.with(|pool| pool.idle.borrow_mut().pop().unwrap_or_else(|| pool.make()));
        *set.emitter.borrow_mut() = emitter.clone();
        for (event, listener) in &set.all {
            call(&emitter, "on", event, listener.as_ref());
        }
        Listeners { pool, heard: set.heard.clone(), set: Some(set) }
    }

    /// What the emitter said.
    pub fn heard(&self) -> &Queue<T> {
        &self.heard
    }
}

impl<T: 'static> Drop for Listeners<T> {
    fn drop(&mut self) {
        if let Some(set) = self.set.take() {
            let emitter = set.emitter.replace(JsValue::UNDEFINED);
            // A late error must find a listener, or it would end the process.
            call(&emitter, "on", "error", &noop());
            for (event, listener) in &set.all {
                call(&emitter, "off", event, listener.as_ref());
            }
            set.heard.clear();
            self.pool.with(|pool| pool.idle.borrow_mut().push(set));
        }
    }
}

fn call(emitter: &JsValue, method: &str, event: &str, listener: &JsValue) {
    let found = Reflect::get(emitter, &method.into()).ok();
    if let Some(method) = found.and_then(|method| method.dyn_into::<Function>().ok()) {
        let _ = method.call2(emitter, &event.into(), listener);
    }
}

/// A listener that does nothing and is never let go.
fn noop() -> JsValue {
    thread_local! {
        static NOOP: Closure<dyn Fn()> = Closure::new(|| {});
    }
    NOOP.with(|noop| noop.as_ref().clone())
}
