//! A callback of Node's that serves many calls: a closure and a promise for each block of a file would be garbage
//! that V8 keeps for long.

use crate::task::Queue;
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// A function for Node to call with an error or a value, and what it was called with.
pub struct Callback {
    function: Function,
    calls: Queue<(JsValue, JsValue)>,
}

impl Default for Callback {
    fn default() -> Self {
        let calls = Queue::default();
        let called: Queue<(JsValue, JsValue)> = calls.clone();
        let closure =
            Closure::<dyn FnMut(JsValue, JsValue)>::new(move |error, value| called.push((error, value)));
        // Node may call it when nobody waits for it any more: it lives as long as Node holds it.
        Callback { function: closure.into_js_value().unchecked_into(), calls }
    }
}

impl Callback {
    /// What Node is to call, once for each [`Callback::called`].
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Waits for the next call.
    pub async fn called(&self) -> Result<JsValue, JsValue> {
        let (error, value) = self.calls.next().await;
        if error.is_object() { Err(error) } else { Ok(value) }
    }
}
