//! The object that everything global of JavaScript is a member of.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;
}

/// `globalThis`, which every platform of the client has: js-sys looks for it under four names, in every download.
pub fn global() -> JsValue {
    GLOBAL.with(Clone::clone)
}
