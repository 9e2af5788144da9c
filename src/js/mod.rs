//! The bindings: one file per exported class, nothing but conversion. The JavaScript shells of the package call
//! these; nobody else does. Each entry of the package has a cargo feature that chooses its exports here.

// What no export of an entry uses is no mistake: it is there for the others.
#![cfg_attr(not(feature = "cecloud"), allow(dead_code, unused_imports))]

#[cfg(feature = "service")]
mod auth;
mod checkpoints;
#[cfg(feature = "cecloud")]
mod client;
mod convert;
#[cfg(feature = "cecloud")]
mod diagnose;
#[cfg(any(feature = "cecloud", feature = "openstack"))]
mod download;
#[cfg(any(feature = "cecloud", feature = "huawei", feature = "openstack"))]
mod files;
#[cfg(feature = "huawei")]
mod huawei;
#[cfg(feature = "inspect")]
mod inspect;
#[cfg(any(feature = "cecloud", feature = "huawei"))]
mod inspector;
mod memory;
#[cfg(feature = "openstack")]
mod openstack;
mod options;
mod platform;
#[cfg(feature = "service")]
mod service;
mod sources;
#[cfg(any(feature = "cecloud", feature = "openstack"))]
mod targets;
mod turns;
#[cfg(any(feature = "cecloud", feature = "huawei"))]
mod upload;
#[cfg(feature = "service")]
mod waiting;
#[cfg(feature = "workspace")]
mod workspace;

use crate::http::node;
use js_sys::Function;
use wasm_bindgen::prelude::*;

#[cfg(feature = "cecloud")]
#[wasm_bindgen(typescript_custom_section)]
const IMAGE_TAG: &str = "/**
 * A tag of an image. The service's document calls it an object and shows none; it is sent and returned as it is.
 */
export type ImageTag = { [name: string]: unknown };";

/// std's own allocator would be a tenth of the inspector's .wasm, and 1.8 KB more in each other download.
#[cfg(any(feature = "inspect", feature = "service"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Called once by the shell after the module is instantiated: Node's modules (`{ http, https, fs, os }`, or an empty
/// object), who is to hear of a panic, after which this instance is not used any more, and what makes an `ImsError`
/// of a plain object.
#[wasm_bindgen]
pub fn start(modules: node::Modules, on_panic: Function, make_error: Function) {
    node::set_modules(modules);
    convert::set_error_maker(make_error);
    // Where a panic is a trap at once (the release build), there is nobody who could tell of it.
    #[cfg(panic = "immediate-abort")]
    let _ = on_panic;
    #[cfg(not(panic = "immediate-abort"))]
    tell_of_panics(on_panic);
}

#[cfg(not(panic = "immediate-abort"))]
fn tell_of_panics(on_panic: Function) {
    // A hook must be Sync; there is one thread.
    struct OneThread(Function);
    unsafe impl Send for OneThread {} // WebAssembly without threads: nothing is ever sent.
    unsafe impl Sync for OneThread {} // As above: nothing is ever shared.
    let hook = OneThread(on_panic);
    std::panic::set_hook(Box::new(move |info| {
        let hook = &hook;
        let _ = hook.0.call1(&JsValue::UNDEFINED, &info.to_string().into());
    }));
}
