//! Letting others have a turn: long work is cut into slices, and between two of them a page must be able to paint
//! and to answer. A promise that is fulfilled already goes on before anybody else.

use super::convert::{get, invoke};
use super::platform::JsPlatform;
use crate::http::callback::Callback;
use crate::http::node;
use crate::platform::Platform;
use core::cell::RefCell;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setImmediate)]
    fn set_immediate(callback: &Function);
}

/// A message to ourselves. Timers would do, but hidden tabs let them fire once a second.
struct Channel {
    from: JsValue,
    arrived: Callback,
}

thread_local! {
    /// Channels that nobody waits for.
    static IDLE: RefCell<Vec<Channel>> = const { RefCell::new(Vec::new()) };
}

impl Channel {
    /// None where there are no channels.
    fn open() -> Option<Self> {
        let class = get(&crate::http::global::global(), "MessageChannel")?.dyn_into::<Function>().ok()?;
        let channel = Reflect::construct(&class, &Array::new()).ok()?;
        let arrived = Callback::take();
        let to = get(&channel, "port2")?;
        Reflect::set(&to, &"onmessage".into(), arrived.expect()).ok()?;
        arrived.call_off();
        Some(Channel { from: get(&channel, "port1")?, arrived })
    }
}

/// Returns when everybody else had a turn.
pub async fn give_way() {
    if node::fs().is_some() {
        // An open channel would keep the process alive.
        let turn = Callback::take();
        set_immediate(turn.expect());
        let _ = turn.called().await;
        return;
    }
    let idle = IDLE.with(|idle| idle.borrow_mut().pop());
    let Some(channel) = idle.or_else(Channel::open) else {
        JsPlatform.sleep(0.0).await;
        return;
    };
    channel.arrived.expect();
    if invoke(&channel.from, "postMessage", &Array::of1(&JsValue::NULL)).is_ok() {
        // The message says nothing.
        let _ = channel.arrived.called().await;
        IDLE.with(|idle| idle.borrow_mut().push(channel));
    } else {
        channel.arrived.call_off();
    }
}
