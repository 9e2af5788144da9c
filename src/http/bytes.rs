//! Bytes that others hand over: from any realm (a frame's are no instances of this page's classes), and from buffers that may
//! have been transferred away meanwhile.

use js_sys::{Reflect, Symbol, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The class whose constructor throws where a buffer was transferred away: what throws in the middle of the core ends it.
    #[wasm_bindgen(js_name = Uint8Array)]
    type Checked;

    #[wasm_bindgen(constructor, catch, js_class = "Uint8Array")]
    fn new(given: &JsValue) -> Result<Checked, JsValue>;
}

/// Whether it is of this built-in class of any realm.
fn is_a(given: &JsValue, class: &str) -> bool {
    Reflect::get(given, &Symbol::to_string_tag()).is_ok_and(|tag| tag == class)
}

/// It as a Uint8Array, where it is one.
pub fn as_bytes(given: &JsValue) -> Option<&Uint8Array> {
    is_a(given, "Uint8Array").then(|| given.unchecked_ref())
}

pub fn is_buffer(given: &JsValue) -> bool {
    is_a(given, "ArrayBuffer")
}

/// The bytes of a buffer, or a copy of those of a Uint8Array; none where they are not there any more.
pub fn bytes_of(given: &JsValue) -> Option<Uint8Array> {
    Checked::new(given).ok().map(JsCast::unchecked_into)
}

/// A copy. Bytes that are not there any more are none.
pub fn copy_of(bytes: &Uint8Array) -> Vec<u8> {
    match bytes.length() {
        0 => Vec::new(),
        _ => bytes.to_vec(),
    }
}
