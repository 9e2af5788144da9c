//! The caller's own store: an object with load, save, remove, list, and lock where it can tell drivers apart.

use super::locks::{self, Hold};
use super::{Answer, call, done, failed, list_of, text_of};
use crate::error::Result;
use crate::js::convert::get;
use crate::platform::LocalFuture;
use crate::upload::checkpoint::{CheckpointStore, Lock};
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

const WHAT: &str = "the checkpoint store";

/// An object whose methods were found to be functions.
pub struct Custom {
    pub object: JsValue,
    /// Whether it has a `lock`.
    pub locks: bool,
}

impl Custom {
    fn ask(&self, method: &str, arguments: &Array) -> LocalFuture<'static, Answer> {
        call(&self.object, method, arguments)
    }
}

impl CheckpointStore for Custom {
    fn load(&self, key: &str) -> LocalFuture<'static, Result<Option<String>>> {
        let asked = self.ask("load", &Array::of1(&key.into()));
        Box::pin(async move { text_of(WHAT, &asked.await.map_err(|error| failed(WHAT, &error))?) })
    }

    fn save(&self, key: &str, value: &str) -> LocalFuture<'static, Result<()>> {
        done(WHAT, self.ask("save", &Array::of2(&key.into(), &value.into())))
    }

    fn remove(&self, key: &str) -> LocalFuture<'static, Result<()>> {
        done(WHAT, self.ask("remove", &Array::of1(&key.into())))
    }

    fn list(&self) -> LocalFuture<'static, Result<Vec<String>>> {
        list_of(WHAT, self.ask("list", &Array::new()))
    }

    fn lock(&self, key: &str) -> LocalFuture<'static, Result<Option<Rc<dyn Lock>>>> {
        let (object, locks, key) = (self.object.clone(), self.locks, key.to_owned());
        Box::pin(async move {
            let Some(claim) = locks::claim(format!("store {key}")).await else { return Ok(None) };
            if !locks {
                return Ok(Some(claim.held(Box::new(Unshared))));
            }
            let asked = call(&object, "lock", &Array::of1(&key.as_str().into()));
            let given = asked.await.map_err(|error| failed(WHAT, &error))?;
            if given.is_undefined() || given.is_null() || given.as_bool() == Some(false) {
                return Ok(None);
            }
            if !get(&given, "release").is_some_and(|release| release.is_function()) {
                let message = "lock() gave neither an object with release() nor undefined";
                return Err(failed(WHAT, &message.into()));
            }
            Ok(Some(claim.held(Box::new(Given(given)))))
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
