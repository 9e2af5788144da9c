//! Callbacks for Node and for timers that serve one caller after the other: a closure and a promise for each block of a
//! file would be garbage that V8 keeps for long.

use crate::task::Queue;
use core::cell::{Cell, RefCell};
use js_sys::Function;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// A function that is to be called with an error or a value, and what it was called with.
pub struct Callback(Rc<State>);

struct State {
    function: Function,
    calls: Queue<(JsValue, JsValue)>,
    /// Calls that are still to come.
    expected: Cell<u32>,
}

thread_local! {
    /// Those that nobody has and that nobody will call: as many as were ever in use at the same time, kept for good.
    static IDLE: RefCell<Vec<Rc<State>>> = const { RefCell::new(Vec::new()) };
}

impl State {
    fn make() -> Rc<Self> {
        // Weak, so that one that was given up goes away with the call that it will not hear of.
        Rc::new_cyclic(|state: &Weak<State>| {
            let state = state.clone();
            let closure = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |error, value| {
                if let Some(state) = state.upgrade()
                    && state.one_less()
                {
                    state.calls.push((error, value));
                }
            });
            State {
                function: closure.into_js_value().unchecked_into(),
                calls: Queue::default(),
                expected: Cell::new(0),
            }
        })
    }

    /// Whether there was a call to come.
    fn one_less(&self) -> bool {
        let expected = self.expected.get();
        self.expected.set(expected.saturating_sub(1));
        expected > 0
    }
}

impl Callback {
    /// One that is idle, or a new one.
    pub fn take() -> Self {
        Callback(IDLE.with(|idle| idle.borrow_mut().pop()).unwrap_or_else(State::make))
    }

    /// The function, about to be handed out for one call.
    pub fn expect(&self) -> &Function {
        self.0.expected.set(self.0.expected.get() + 1);
        &self.0.function
    }

    /// A call that was expected will not come.
    pub fn call_off(&self) {
        self.0.one_less();
    }

    /// Waits for the next call.
    pub async fn called(&self) -> Result<JsValue, JsValue> {
        let (error, value) = self.0.calls.next().await;
        if error.is_object() { Err(error) } else { Ok(value) }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.0.calls.clear();
        if self.0.expected.get() == 0 {
            IDLE.with(|idle| idle.borrow_mut().push(self.0.clone()));
        }
    }
}
