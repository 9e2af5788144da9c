//! IndexedDB, the store of browsers: a database of the origin, with checkpoints, file handles and leases; one for each
//! account that the caller tells apart.

use super::web_lock::{self, Asked};
use super::{Action, Answer, Backing, Taken, bounded, failed, lease};
use crate::error::Result;
use crate::js::convert::{get, invoke};
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use core::cell::RefCell;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

const WHAT: &str = "the browser's database (IndexedDB)";
// pkg-templates/shell/kept.js counts its checkpoints before this is loaded.
const NAME: &str = "ims-client";
const STORES: [&str; 3] = ["checkpoints", "handles", "leases"];

/// Opening takes no longer, milliseconds, unless another tab is in the way.
const OPENING_MS: f64 = 5_000.0;
/// Nor does a transaction, milliseconds.
const WORKING_MS: f64 = 30_000.0;

/// The database. A connection that the browser closed is opened again at the next call; the last who lets go closes it.
#[derive(Clone)]
pub struct Database(Rc<Opened>);

struct Opened {
    name: String,
    /// Promises an IDBDatabase; shared by all who wait for it.
    connection: RefCell<Option<Promise>>,
    /// The same, once it is there.
    database: RefCell<JsValue>,
}

impl Opened {
    /// What is under way on it still ends.
    fn close(&self) {
        let _ = invoke(&self.database.replace(JsValue::UNDEFINED), "close", &Array::new());
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.close();
    }
}

/// Promises that a request or a transaction ends, well or not. Results are read from it, not from the promise.
fn end_of(target: &JsValue) -> Promise {
    Promise::new(&mut |resolve, reject| {
        for (name, then) in [
            ("onsuccess", &resolve),
            ("oncomplete", &resolve),
            ("onupgradeneeded", &resolve),
            ("onerror", &reject),
            ("onabort", &reject),
        ] {
            let _ = Reflect::set(target, &name.into(), then);
        }
    })
}

/// What went wrong: of an event the error of its target, else what was thrown.
fn cause(error: JsValue) -> JsValue {
    let inner = get(&error, "target").and_then(|target| get(&target, "error"));
    inner.unwrap_or(error)
}

/// A member that the database certainly has.
fn member(object: &JsValue, name: &str) -> JsValue {
    get(object, name).unwrap_or(JsValue::UNDEFINED)
}

/// Opens the database, and makes its object stores where it is new.
async fn connect(name: &str) -> Answer {
    let factory = member(&crate::http::global::global(), "indexedDB");
    if factory.is_undefined() {
        return Err("this place has none".into());
    }
    // Without a version: a newer version of this package may have raised it, and what is here is there still.
    let request = invoke(&factory, "open", &Array::of1(&name.into()))?;
    let event = JsFuture::from(end_of(&request)).await.map_err(cause)?;
    let database = get(&request, "result").ok_or("it gave no result")?;
    if get(&event, "type").is_some_and(|kind| kind == "upgradeneeded") {
        for store in STORES {
            invoke(&database, "createObjectStore", &Array::of1(&store.into()))?;
        }
        JsFuture::from(end_of(&request)).await.map_err(cause)?;
    }
    let names = member(&database, "objectStoreNames");
    for store in STORES {
        if invoke(&names, "contains", &Array::of1(&store.into()))? != true {
            invoke(&database, "close", &Array::new())?;
            return Err(format!("the database {name} is of another program: it has no {store}").into());
        }
    }
    // Another version, or whoever deletes the database, must not wait for this page.
    if let Some(Ok(close)) = get(&database, "close").map(JsCast::dyn_into::<Function>) {
        let _ = Reflect::set(&database, &"onversionchange".into(), &close.bind0(&database));
    }
    Ok(database)
}

impl Database {
    /// That of an account; of all that are not told apart where none is named.
    pub async fn open(account: Option<&str>) -> Result<Self> {
        let mut name = NAME.to_owned();
        if let Some(account) = account {
            name += ":";
            name += account;
        }
        let (connection, nothing) = (RefCell::default(), RefCell::default());
        let database = Database(Rc::new(Opened { name, connection, database: nothing }));
        database.connection().await.map_err(|error| failed(WHAT, &error))?;
        Ok(database)
    }

    async fn connection(&self) -> Answer {
        let shared = self.0.connection.borrow().clone();
        let promise = shared.unwrap_or_else(|| {
            Promise::new(&mut |resolve, reject| {
                let kept = self.0.clone();
                JsPlatform.spawn(Box::pin(async move {
                    let (settle, value) = match connect(&kept.name).await {
                        Ok(database) => {
                            kept.database.replace(database.clone());
                            (resolve, database)
                        }
                        Err(error) => {
                            // The next call tries again; one that only takes long goes on being waited for.
                            *kept.connection.borrow_mut() = None;
                            (reject, error)
                        }
                    };
                    let _ = settle.call1(&JsValue::UNDEFINED, &value);
                }));
            })
        });
        *self.0.connection.borrow_mut() = Some(promise.clone());
        bounded(&promise, OPENING_MS).await
    }

    async fn begin(&self, stores: &[&str], mode: &str) -> Answer {
        let names: Array = stores.iter().map(|store| JsValue::from_str(store)).collect();
        let options = Object::new();
        // Written to the disk, not only to the system's memory, when it says that it is done.
        let _ = Reflect::set(&options, &"durability".into(), &"strict".into());
        let arguments = Array::of3(&names, &mode.into(), &options);
        let connection = self.connection().await?;
        let begun = invoke(&connection, "transaction", &arguments);
        if begun.is_ok() {
            return begun;
        }
        // The browser closed the connection, or another version of this page asked for it.
        if *self.0.database.borrow() == connection {
            *self.0.connection.borrow_mut() = None;
            self.0.close();
        }
        invoke(&self.connection().await?, "transaction", &arguments)
    }

    /// Does the same to several object stores, in one transaction; gives the result of the last.
    pub async fn run(&self, stores: &[&str], method: &str, arguments: &Array) -> Answer {
        let mode = if method.starts_with("get") { "readonly" } else { "readwrite" };
        let transaction = self.begin(stores, mode).await?;
        let ended = end_of(&transaction);
        let mut request = JsValue::UNDEFINED;
        for store in stores {
            let store = invoke(&transaction, "objectStore", &Array::of1(&(*store).into()))?;
            request = invoke(&store, method, arguments)?;
        }
        bounded(&ended, WORKING_MS).await.map_err(cause)?;
        Ok(member(&request, "result"))
    }

    /// Replaces a lease, or removes it, if its token is the expected one; none stands for a lease that is not there.
    /// Gives the lease that was found.
    pub async fn swap(&self, key: &str, expected: Option<&str>, lease: Option<&JsValue>) -> Answer {
        let transaction = self.begin(&["leases"], "readwrite").await?;
        let ended = end_of(&transaction);
        let store = invoke(&transaction, "objectStore", &Array::of1(&"leases".into()))?;
        let request = invoke(&store, "get", &Array::of1(&key.into()))?;
        bounded(&end_of(&request), WORKING_MS).await.map_err(cause)?;
        let found = member(&request, "result");
        if lease::token_of(&found).as_deref() == expected {
            // The transaction is still active: promises are followed before it can end.
            match lease {
                Some(lease) => invoke(&store, "put", &Array::of2(lease, &key.into()))?,
                None => invoke(&store, "delete", &Array::of1(&key.into()))?,
            };
        }
        bounded(&ended, WORKING_MS).await.map_err(cause)?;
        Ok(found)
    }
}

impl Backing for Database {
    fn what(&self) -> &'static str {
        WHAT
    }

    fn ask(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Answer> {
        let (database, key, value) = (self.clone(), JsValue::from(key), JsValue::from(value));
        Box::pin(async move {
            let (stores, method, arguments): (&[&str], _, _) = match action {
                Action::Load => (&["checkpoints"], "get", Array::of1(&key)),
                Action::Save => (&["checkpoints"], "put", Array::of2(&value, &key)),
                Action::Remove => (&["checkpoints", "handles"], "delete", Array::of1(&key)),
                Action::List => (&["checkpoints"], "getAllKeys", Array::new()),
            };
            database.run(stores, method, &arguments).await
        })
    }

    fn name(&self, key: &str) -> String {
        format!("{}:{key}", self.0.name)
    }

    fn is_taken(&self, _: &str, name: String) -> LocalFuture<'static, bool> {
        Box::pin(async move { web_lock::is_taken(&name).await })
    }

    fn take(&self, key: String, name: String) -> LocalFuture<'static, Taken> {
        let database = self.clone();
        Box::pin(async move {
            match web_lock::take(&name).await {
                Asked::Held(hold) => Ok(Some(hold)),
                Asked::Busy => Ok(None),
                // A page on http:// has no such locks.
                Asked::Unknown => lease::take(database, key, name).await,
            }
        })
    }
}
