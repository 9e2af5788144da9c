//! What a browser knows of the line: offline pauses an upload, online goes on with it.

use crate::js::convert::{get, invoke};
use crate::task::Queue;
use crate::upload::session::types::Event;
use js_sys::Array;
use wasm_bindgen::prelude::*;

type Listener = Closure<dyn Fn()>;

/// Listeners on the page or worker, taken off when dropped.
pub struct Watch(Vec<(&'static str, Listener)>);

impl Drop for Watch {
    fn drop(&mut self) {
        for (name, listener) in &self.0 {
            // A place that let itself be listened to lets go, too.
            let _ = invoke(&crate::http::global::global(), "removeEventListener", &pair(name, listener));
        }
    }
}

fn pair(name: &str, listener: &Listener) -> Array {
    Array::of2(&name.into(), listener.as_ref())
}

/// Tells the session of the line's state, now and when it changes. Node says nothing of it.
pub fn watch(events: &Queue<Event>) -> Watch {
    let online =
        get(&crate::http::global::global(), "navigator").and_then(|navigator| get(&navigator, "onLine"));
    let Some(online) = online.and_then(|online| online.as_bool()) else { return Watch(Vec::new()) };
    if !online {
        events.push(Event::Offline);
    }
    let listen = |name: &'static str, event: Event| {
        let events = events.clone();
        let listener = Listener::new(move || events.push(event.clone()));
        let _ = invoke(&crate::http::global::global(), "addEventListener", &pair(name, &listener));
        (name, listener)
    };
    Watch(vec![listen("offline", Event::Offline), listen("online", Event::Online)])
}
