//! Node's own modules, handed in by the loader; none of them is named in the core.

use js_sys::{Function, Object, Promise, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `{ http, https, fs, os, isNode, isFetchPlain, unpacked, limitConnecting, allowListeners }`; empty outside Node.
    #[derive(Clone)]
    pub type Modules;
    #[wasm_bindgen(method, getter)]
    pub fn http(this: &Modules) -> Option<HttpModule>;
    #[wasm_bindgen(method, getter)]
    pub fn https(this: &Modules) -> Option<HttpModule>;
    #[wasm_bindgen(method, getter)]
    pub fn fs(this: &Modules) -> Option<FsModule>;

    #[wasm_bindgen(method, getter)]
    pub fn os(this: &Modules) -> Option<OsModule>;
    #[wasm_bindgen(method, getter, js_name = isNode)]
    pub fn is_node(this: &Modules) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = isFetchPlain)]
    pub fn is_fetch_plain(this: &Modules) -> Option<bool>;
    /// The message itself, or a stream of what it holds compressed, as its headers say.
    #[wasm_bindgen(method, catch)]
    pub fn unpacked(this: &Modules, message: &IncomingMessage) -> Result<IncomingMessage, JsValue>;

    #[wasm_bindgen(method, catch, js_name = limitConnecting)]
    pub fn limit_connecting(this: &Modules, request: &ClientRequest) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = allowListeners)]
    pub fn allow_listeners(this: &Modules, signal: &JsValue) -> Result<(), JsValue>;

    /// node:http or node:https.
    #[derive(Clone)]
    pub type HttpModule;
    #[wasm_bindgen(method, catch)]
    pub fn request(this: &HttpModule, url: &str, options: &Object) -> Result<ClientRequest, JsValue>;
    #[wasm_bindgen(method, getter, js_name = Agent)]
    pub fn agent_class(this: &HttpModule) -> Function;

    /// http.ClientRequest.
    #[derive(Clone)]
    pub type ClientRequest;
    #[wasm_bindgen(method, catch)]
    pub fn write(this: &ClientRequest, block: &Uint8Array, written: &Function) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch, js_name = flushHeaders)]
    pub fn flush_headers(this: &ClientRequest) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn end(this: &ClientRequest) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn destroy(this: &ClientRequest);

    /// http.IncomingMessage.
    #[derive(Clone)]
    pub type IncomingMessage;
    #[wasm_bindgen(method, getter, js_name = statusCode)]
    pub fn status_code(this: &IncomingMessage) -> u16;
    #[wasm_bindgen(method, getter)]
    pub fn headers(this: &IncomingMessage) -> Object;
    #[wasm_bindgen(method)]
    pub fn pause(this: &IncomingMessage);
    #[wasm_bindgen(method)]
    pub fn resume(this: &IncomingMessage);
    #[wasm_bindgen(method, getter)]
    pub fn complete(this: &IncomingMessage) -> bool;

    /// node:fs.
    #[derive(Clone)]
    pub type FsModule;
    #[wasm_bindgen(method, getter)]
    pub fn promises(this: &FsModule) -> FsPromises;
    #[wasm_bindgen(method, catch)]
    pub fn read(
        this: &FsModule,
        file: i32,
        buffer: &Uint8Array,
        offset: u32,
        length: u32,
        position: f64,
        done: &Function,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn fstat(this: &FsModule, file: i32, done: &Function) -> Result<(), JsValue>;

    /// node:os.
    pub type OsModule;
    #[wasm_bindgen(method, catch)]
    pub fn hostname(this: &OsModule) -> Result<JsValue, JsValue>;

    /// node:fs/promises.
    pub type FsPromises;
    #[wasm_bindgen(method)]
    pub fn open(this: &FsPromises, path: &str, flags: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn rename(this: &FsPromises, from: &str, to: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn unlink(this: &FsPromises, path: &str) -> Promise;

    /// fs.promises.FileHandle.
    #[derive(Clone)]
    pub type FileHandle;
    /// The descriptor; -1 once it is closed.
    #[wasm_bindgen(method, getter)]
    pub fn fd(this: &FileHandle) -> i32;
    #[wasm_bindgen(method, js_name = write)]
    pub fn write_at(
        this: &FileHandle,
        buffer: &Uint8Array,
        offset: u32,
        length: u32,
        position: f64,
    ) -> Promise;
    #[wasm_bindgen(method)]
    pub fn sync(this: &FileHandle) -> Promise;
    #[wasm_bindgen(method)]
    pub fn close(this: &FileHandle) -> Promise;
}

thread_local! {
    static MODULES: RefCell<Option<Modules>> = const { RefCell::new(None) };
}

/// Remembers what the loader handed in.
pub fn set_modules(modules: Modules) {
    MODULES.with(|kept| *kept.borrow_mut() = Some(modules));
}

/// One of Node's modules. A build for browsers (without the feature `node`) knows at once that there is none: what only
/// uses of it reach is not in its .wasm.
#[cfg_attr(not(feature = "node"), inline(always))]
fn module<T>(of: fn(&Modules) -> Option<T>) -> Option<T> {
    if !cfg!(feature = "node") {
        return None;
    }
    MODULES.with(|kept| kept.borrow().as_ref().and_then(of))
}

/// Node's file system; none in a browser.
#[cfg_attr(not(feature = "node"), inline(always))]
pub fn fs() -> Option<FsPromises> {
    Some(fs_module()?.promises())
}

/// The same with callbacks.
#[cfg_attr(not(feature = "node"), inline(always))]
pub fn fs_module() -> Option<FsModule> {
    module(Modules::fs)
}

/// The name of this machine; none in a browser, or where it has none.
#[cfg_attr(not(feature = "node"), inline(always))]
pub fn hostname() -> Option<String> {
    module(Modules::os)?.hostname().ok()?.as_string()
}

/// Whether this is Node itself, not something else that has its modules.
pub fn is_node() -> bool {
    module(Modules::is_node).unwrap_or_default()
}

/// Whether the global fetch is Node's own, and goes straight to where it is told: then node:http does the same.
pub fn is_fetch_plain() -> bool {
    module(Modules::is_fetch_plain).unwrap_or_default()
}

/// What has methods of its own. They are called when it is no longer borrowed: they may come back here.
fn all() -> Option<Modules> {
    module(|modules| Some(modules.clone()))
}

/// What a message holds, without the compression that its headers name; the message itself where they name none.
pub fn unpacked(message: &IncomingMessage) -> IncomingMessage {
    all().and_then(|modules| modules.unpacked(message).ok()).unwrap_or_else(|| message.clone())
}

/// Has a request that gets no connection fail soon, as one that was not sent.
pub fn limit_connecting(request: &ClientRequest) {
    if let Some(modules) = all() {
        // Without a limit the time of the whole request holds.
        let _ = modules.limit_connecting(request);
    }
}

/// Lets any number of calls listen to a signal without a warning.
pub fn allow_listeners(signal: &JsValue) {
    if let Some(modules) = all() {
        // What is no signal of Node's own has no limit.
        let _ = modules.allow_listeners(signal);
    }
}

/// node:http or node:https; none in a browser.
#[cfg_attr(not(feature = "node"), inline(always))]
pub fn http_module(secure: bool) -> Option<HttpModule> {
    module(if secure { Modules::https } else { Modules::http })
}
