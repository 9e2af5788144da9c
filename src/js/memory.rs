//! Bytes that the caller keeps in memory. They may be more than 32 bits can count, which is what all that is generated for
//! such objects counts with.

use super::convert::{get, invoke};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

/// How many bytes an ArrayBuffer or Uint8Array has; none where it is neither.
pub fn size_of(given: &JsValue) -> Option<u64> {
    if !given.is_instance_of::<ArrayBuffer>() && !given.is_instance_of::<Uint8Array>() {
        return None;
    }
    Some(get(given, "byteLength").and_then(|length| length.as_f64()).unwrap_or(0.0) as u64)
}

/// All of them, not copied.
pub fn view_of(given: &JsValue, size: u64) -> Uint8Array {
    match given.dyn_ref::<Uint8Array>() {
        Some(bytes) => bytes.clone(),
        // A buffer that was transferred away cannot even be looked at.
        None if size == 0 => Uint8Array::new_with_length(0),
        None => Uint8Array::new(given),
    }
}

/// Some of them, not copied: fewer where there are not so many.
pub fn piece_of(bytes: &Uint8Array, offset: u64, length: u64) -> Result<Uint8Array, JsValue> {
    let range = Array::of2(&(offset as f64).into(), &((offset + length) as f64).into());
    invoke(bytes, "subarray", &range)?.dyn_into()
}
