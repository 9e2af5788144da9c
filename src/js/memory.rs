//! Bytes that the caller keeps in memory. They may be more than 32 bits can count, which is what all that is generated for
//! such objects counts with.

use super::convert::{get, invoke};
use crate::http::bytes::{as_bytes, bytes_of, is_buffer};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// How many bytes an ArrayBuffer or Uint8Array has; none where it is neither.
pub fn size_of(given: &JsValue) -> Option<u64> {
    if !is_buffer(given) && as_bytes(given).is_none() {
        return None;
    }
    Some(get(given, "byteLength").and_then(|length| length.as_f64()).unwrap_or(0.0) as u64)
}

/// All of them, not copied.
pub fn view_of(given: &JsValue) -> Uint8Array {
    match as_bytes(given) {
        Some(bytes) => bytes.clone(),
        None => bytes_of(given).unwrap_or_else(|| Uint8Array::new_with_length(0)),
    }
}

/// Some of them, not copied: fewer where there are not so many.
pub fn piece_of(bytes: &Uint8Array, offset: u64, length: u64) -> Result<Uint8Array, JsValue> {
    let range = Array::of2(&(offset as f64).into(), &((offset + length) as f64).into());
    invoke(bytes, "subarray", &range).map(JsCast::unchecked_into)
}
