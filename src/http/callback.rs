//! Callbacks for Node and for timers that serve one caller after the other: a closure and a promise for each block of a
//! file would be garbage that V8 keeps for long.

use crate::task::Queue;
use core::cell::{Cell, RefCell};
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A function that is to be called with an error or a value, and what it was called with.
pub struct Callback(Rc<Shared>);

struct Shared {
    function: Function,
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    calls: Queue<(JsValue, JsValue)>,
    /// Calls that are still to come.
    expected: Cell<u32>,
    /// Whether somebody has it; who gave it up hears of no call any more.
    owned: Cell<bool>,
}

thread_local! {
    /// Those that nobody has and that nobody will call: as many as were ever in use at the same time, kept for good.
    static IDLE: RefCell<Vec<Rc<Shared>>> = const { RefCell::new(Vec::new()) };
    /// Those that were given up before they were called.
    static LATE: RefCell<Vec<Rc<Shared>>> = const { RefCell::new(Vec::new()) };
}

impl Callback {
    /// One that is idle, or a new one.
    pub fn take() -> Self {
        let idle = IDLE.with(|idle| idle.borrow_mut().pop());
        let shared = idle.unwrap_or_else(|| {
            let state = Rc::new(State::default());
            let called = state.clone();
            let closure = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |error, value| {
                called.expected.set(called.expected.get().saturating_sub(1));
                if called.owned.get() {
                    called.calls.push((error, value));
                } else if called.expected.get() == 0 {
                    retire(&called);
                }
            });
            Rc::new(Shared { function: closure.into_js_value().unchecked_into(), state })
        });
        shared.state.owned.set(true);
        Callback(shared)
    }

    /// The function, about to be handed out for one call.
    pub fn expect(&self) -> &Function {
        self.0.state.expected.set(self.0.state.expected.get() + 1);
        &self.0.function
    }

    /// A call that was expected will not come.
    pub fn call_off(&self) {
        self.0.state.expected.set(self.0.state.expected.get().saturating_sub(1));
    }

    /// Waits for the next call.
    pub async fn called(&self) -> Result<JsValue, JsValue> {
        let (error, value) = self.0.state.calls.next().await;
        if error.is_object() { Err(error) } else { Ok(value) }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let state = &self.0.state;
        state.owned.set(false);
        state.calls.clear();
        let place = if state.expected.get() == 0 { &IDLE } else { &LATE };
        place.with(|place| place.borrow_mut().push(self.0.clone()));
    }
}

/// The last call of one that was given up has come.
fn retire(state: &Rc<State>) {
    let found = LATE.with(|late| {
        let mut late = late.borrow_mut();
        let place = late.iter().position(|shared| Rc::ptr_eq(&shared.state, state));
        place.map(|place| late.swap_remove(place))
    });
    if let Some(shared) = found {
        IDLE.with(|idle| idle.borrow_mut().push(shared));
    }
}
