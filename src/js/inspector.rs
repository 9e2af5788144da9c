//! The inspector as an upload sees it: another .wasm, which the shell loads when it is asked to.

use super::convert::promise;
use crate::upload::source::Source;
use core::cell::RefCell;
use js_sys::{Function, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// `prepare()` loads it, `judge(file, declared)` gives what speaks against an upload; both give promises.
#[derive(Clone)]
struct Inspector {
    prepare: Function,
    judge: Function,
}

thread_local! {
    static INSPECTOR: RefCell<Option<Inspector>> = const { RefCell::new(None) };
}

/// Called once by the shell.
#[wasm_bindgen(js_name = useInspector)]
pub fn use_inspector(prepare: Function, judge: Function) {
    INSPECTOR.with(|kept| *kept.borrow_mut() = Some(Inspector { prepare, judge }));
}

fn inspector() -> core::result::Result<Inspector, JsValue> {
    INSPECTOR.with(|kept| kept.borrow().clone()).ok_or_else(|| "there is no inspector".into())
}

/// Begins to load it, unless it is there.
pub fn prepare() -> core::result::Result<JsFuture, JsValue> {
    let called = inspector()?.prepare.call0(&JsValue::UNDEFINED)?;
    Ok(JsFuture::from(Promise::resolve(&called)))
}

/// What speaks against uploading this file as `declared` says: JSON, a list of problems.
pub async fn judge(source: Rc<dyn Source>, declared: &JsValue) -> core::result::Result<String, JsValue> {
    let end = source.size();
    let file = FileView { source, start: 0, end };
    let called = inspector()?.judge.call2(&JsValue::UNDEFINED, &file.into(), declared)?;
    let judged = JsFuture::from(Promise::resolve(&called)).await?;
    Ok(judged.as_string().unwrap_or_default())
}

/// An open file, or a piece of it, with the members of a Blob: the inspector reads the very file that is uploaded.
#[wasm_bindgen]
pub struct FileView {
    source: Rc<dyn Source>,
    start: u64,
    end: u64,
}

#[wasm_bindgen]
impl FileView {
    /// Bytes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        (self.end - self.start) as f64
    }

    /// The bytes from `start` to before `end`, as far as there are such.
    pub fn slice(&self, start: f64, end: f64) -> FileView {
        let place = |at: f64| self.start.saturating_add(at as u64).min(self.end);
        let start = place(start);
        FileView { source: self.source.clone(), start, end: place(end).max(start) }
    }

    /// All of it, as a Uint8Array.
    #[wasm_bindgen(js_name = arrayBuffer)]
    pub fn array_buffer(&self) -> Promise {
        let reading = self.source.read(self.start, self.end - self.start);
        promise(async move { Ok(Uint8Array::from(reading.await?.as_slice()).into()) })
    }
}
