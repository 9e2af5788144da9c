//! The caller's own store: an object with load, save, remove, list, and lock where it can tell drivers apart.

use super::locks::Hold;
use super::{Action, Answer, Backing, Taken, call};
use crate::js::convert::get;
use crate::platform::LocalFuture;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// An object whose methods were found to be functions.
pub struct Custom {
    pub object: JsValue,
    /// Whether it has a `lock`.
    pub locks: bool,
}

impl Backing for Custom {
    fn what(&self) -> &'static str {
        "the checkpoint store"
    }

    fn ask(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Answer> {
        let (method, arguments) = match action {
            Action::Load => ("load", Array::of1(&key.into())),
            Action::Save => ("save", Array::of2(&key.into(), &value.into())),
            Action::Remove => ("remove", Array::of1(&key.into())),
            Action::List => ("list", Array::new()),
        };
        call(&self.object, method, &arguments)
    }

    fn name(&self, key: &str) -> String {
        format!("store {key}")
    }

    fn take(&self, key: String, _: String) -> LocalFuture<'static, Taken> {
        let object = self.locks.then(|| self.object.clone());
        Box::pin(async move {
            // Where nobody else can be asked, drivers of this page or process are kept apart all the same.
            let Some(object) = object else { return Ok(Some(Box::new(Unshared) as Box<dyn Hold>)) };
            let given = call(&object, "lock", &Array::of1(&key.into())).await?;
            if given.is_undefined() || given.is_null() || given.as_bool() == Some(false) {
                return Ok(None);
            }
            if !get(&given, "release").is_some_and(|release| release.is_function()) {
                return Err("lock() gave neither an object with release() nor undefined".into());
            }
            Ok(Some(Box::new(Given(given))))
        })
    }
}

/// Held by this page or process alone: nobody else is asked.
struct Unshared;

impl Hold for Unshared {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        Box::pin(async { true })
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        Box::pin(async {})
    }
}

/// What the caller's `lock` gave.
struct Given(JsValue);

impl Hold for Given {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        Box::pin(async { true })
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        let released = call(&self.0, "release", &Array::new());
        // Nobody is there any more who could be told.
        Box::pin(async move { drop(released.await) })
    }
}
