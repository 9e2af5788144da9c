//! Where the progress of uploads survives in JavaScript: IndexedDB, a directory of Node, or the caller's own store;
//! and what all of them need.

mod custom;
mod directory;
mod directory_lock;
mod indexed_db;
mod lease;
mod locks;
mod web_lock;

use super::convert::{function, get, invoke, refused, unsupported};
use super::options;
use super::platform::{JsPlatform, to_its_end};
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::node;
use crate::platform::{LocalFuture, Platform};
use crate::task::{First, first};
use crate::upload::checkpoint::{CheckpointStore, Lock};
use custom::Custom;
use directory::Directory;
use indexed_db::Database;
use js_sys::{Array, Promise};
use locks::Hold;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What became of the `checkpoint` option.
pub enum Opened {
    Store(Rc<Store>),
    /// The caller turned it off, or it is Node and no directory was named.
    Off,
    /// Nobody asked for a store, and the usual one of this place cannot be had: a browser in private mode or a page
    /// without an origin may refuse. It is the caller's to say.
    Unavailable(Error),
}

/// A store of any kind.
pub struct Store {
    backing: Rc<dyn Backing>,
    /// The same store where it keeps file handles too.
    database: Option<Database>,
}

/// What the `checkpoint` option asks for.
enum Asked {
    Off,
    Own(Custom),
    Directory(String),
    /// The browser's own store, of an account where one is named.
    Database(Option<String>),
}

/// Refuses what cannot be opened here.
fn asked(given: Option<&JsValue>) -> Result<Asked> {
    let in_node = node::fs().is_some();
    let Some(given) = given.filter(|given| !given.is_undefined() && !given.is_null()) else {
        return Ok(if in_node { Asked::Off } else { Asked::Database(None) });
    };
    if given.as_bool() == Some(false) {
        return Ok(Asked::Off);
    }
    let own = ["load", "save", "remove", "list"];
    if own.iter().any(|name| get(given, name).is_some()) {
        for name in own {
            if function(given, "checkpoint", name)?.is_none() {
                let field = format!("checkpoint.{name}");
                return Err(refused(&field, &JsValue::UNDEFINED, "must be a function"));
            }
        }
        let locks = function(given, "checkpoint", "lock")?.is_some();
        return Ok(Asked::Own(Custom { object: given.clone(), locks }));
    }
    let (name, place) = match (get(given, "directory"), get(given, "account")) {
        (Some(place), _) => ("directory", place),
        (None, Some(place)) => ("account", place),
        (None, None) => {
            let rule = "must be a store with load, save, remove and list, { directory } in Node, { account } in \
                        browsers, or false";
            return Err(refused("checkpoint", given, rule));
        }
    };
    options::only(given, "checkpoint", &[name])?;
    let Some(text) = place.as_string().filter(|text| !text.is_empty()) else {
        return Err(refused(&format!("checkpoint.{name}"), &place, "must be a text that is not empty"));
    };
    match (name, in_node) {
        ("directory", true) => Ok(Asked::Directory(text)),
        ("account", false) => Ok(Asked::Database(Some(text))),
        ("account", _) => Err(unsupported(
            "checkpoint.account can only be used in browsers; in Node name a directory for each account",
        )),
        _ => Err(unsupported(
            "checkpoint.directory can only be used in Node; a browser keeps checkpoints in IndexedDB by itself",
        )),
    }
}

/// Opens what the `checkpoint` option asks for.
pub async fn open(given: Option<&JsValue>) -> Result<Opened> {
    let (backing, database): (Rc<dyn Backing>, _) = match asked(given)? {
        Asked::Off => return Ok(Opened::Off),
        Asked::Own(custom) => (Rc::new(custom), None),
        Asked::Directory(path) => {
            let Some(fs) = node::fs() else { return Ok(Opened::Off) };
            // Boxed, so that a build that knows of no Node does without.
            let opened: LocalFuture<'_, Result<Rc<dyn Backing>>> =
                Box::pin(
                    async move { Ok(Rc::new(Directory::open(fs.into(), path).await?) as Rc<dyn Backing>) },
                );
            (opened.await?, None)
        }
        Asked::Database(account) => match Database::open(account.as_deref()).await {
            Ok(database) => (Rc::new(database.clone()), Some(database)),
            Err(error) if account.is_none() => return Ok(Opened::Unavailable(error)),
            Err(error) => return Err(error),
        },
    };
    Ok(Opened::Store(Rc::new(Store { backing, database })))
}

impl Store {
    /// Keeps a FileSystemFileHandle under a key; what cannot be kept is not, and that is no error.
    pub async fn keep_handle(&self, key: &str, handle: &JsValue) {
        if let Some(database) = &self.database {
            let _ = database.run(&["handles"], "put", &Array::of2(handle, &key.into())).await;
        }
    }

    /// The handle of a key, where one was kept.
    pub async fn handle(&self, key: &str) -> Option<JsValue> {
        let found = self.database.as_ref()?.run(&["handles"], "get", &Array::of1(&key.into())).await.ok()?;
        get(&found, "getFile").is_some().then_some(found)
    }

    /// The text of a key that was listed; what cannot be read is passed over where it may be somebody else's.
    pub async fn look(&self, key: &str) -> Result<Option<String>> {
        let loaded = self.load(key).await;
        if self.backing.has_others() { Ok(loaded.unwrap_or_default()) } else { loaded }
    }

    /// Whether an upload of this page or process drives this key right now.
    pub fn is_driven_here(&self, key: &str) -> bool {
        locks::is_claimed(&self.backing.name(key))
    }

    /// Whether another page or process drives this key right now, as far as that can be told without taking its lock.
    pub async fn is_taken(&self, key: &str) -> bool {
        self.backing.is_taken(key, self.backing.name(key)).await
    }

    /// The keys that have a handle.
    pub async fn handles(&self) -> Vec<String> {
        let Some(database) = &self.database else { return Vec::new() };
        let keys = database.run(&["handles"], "getAllKeys", &Array::new()).await;
        keys.ok().and_then(|keys| keys_of(&keys)).unwrap_or_default()
    }
}

impl Store {
    fn ask(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Result<JsValue>> {
        let (what, asked) = (self.backing.what(), self.backing.ask(action, key, value));
        Box::pin(async move { asked.await.map_err(|error| failed(what, &error)) })
    }

    fn tell(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Result<()>> {
        let asked = self.ask(action, key, value);
        Box::pin(async move { asked.await.map(drop) })
    }
}

impl CheckpointStore for Store {
    fn load(&self, key: &str) -> LocalFuture<'static, Result<Option<String>>> {
        let (what, asked) = (self.backing.what(), self.ask(Action::Load, key, ""));
        Box::pin(async move {
            let answer = asked.await?;
            if answer.is_undefined() || answer.is_null() {
                return Ok(None);
            }
            let text = answer.as_string();
            text.map(Some).ok_or_else(|| failed(what, &"load() gave something that is not a text".into()))
        })
    }

    fn save(&self, key: &str, value: &str) -> LocalFuture<'static, Result<()>> {
        self.tell(Action::Save, key, value)
    }

    fn remove(&self, key: &str) -> LocalFuture<'static, Result<()>> {
        self.tell(Action::Remove, key, "")
    }

    fn list(&self) -> LocalFuture<'static, Result<Vec<String>>> {
        let (what, asked) = (self.backing.what(), self.ask(Action::List, "", ""));
        Box::pin(async move {
            let message = "list() gave something that is not a list of texts";
            keys_of(&asked.await?).ok_or_else(|| failed(what, &message.into()))
        })
    }

    fn lock(&self, key: &str) -> LocalFuture<'static, Result<Option<Rc<dyn Lock>>>> {
        let name = self.backing.name(key);
        let (what, taking) = (self.backing.what(), self.backing.take(key.to_owned(), name.clone()));
        Box::pin(async move { take(name, taking).await.map_err(|error| failed(what, &error)) })
    }
}

/// A lock, or none where somebody else has it, or what was thrown.
type Locked = core::result::Result<Option<Rc<dyn Lock>>, JsValue>;

/// Takes a name in this page or process, and then a lock beyond it, which is not begun with before.
async fn take(name: String, taking: LocalFuture<'static, Taken>) -> Locked {
    let Some(claim) = locks::claim(name).await else { return Ok(None) };
    let waiting = claim.waiting();
    // A lock that nobody waits for any more is let go of as soon as it is taken.
    let taken = to_its_end(Box::pin(async move {
        let taken = taking.await;
        taken.map(|hold| hold.map(|hold| claim.held(hold)))
    }));
    let taken = taken.await;
    waiting.over();
    taken
}

/// Takes the lock of a file of Node, `path.lock`.
pub async fn lock_file(path: String) -> Locked {
    let Some(fs) = node::fs() else { return Ok(None) };
    let directory = Directory::any(fs.into());
    take(path.clone(), Box::pin(directory_lock::take(directory, path))).await
}

/// What a store is asked for.
#[derive(Clone, Copy)]
enum Action {
    Load,
    Save,
    Remove,
    List,
}

/// One kind of store, as JavaScript sees it.
trait Backing {
    /// Its name in errors.
    fn what(&self) -> &'static str;
    /// Whether it may hold what somebody else keeps there, which cannot always be read.
    fn has_others(&self) -> bool {
        false
    }
    /// Key and value are empty where the action needs none.
    fn ask(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Answer>;
    /// What tells the lock of a key from all others of this page or process.
    fn name(&self, key: &str) -> String;
    /// Whether somebody beyond this page or process has the lock of a key, where it can be told without taking it.
    fn is_taken(&self, _: &str, _: String) -> LocalFuture<'static, bool> {
        Box::pin(async { false })
    }
    /// Takes the lock of a key beyond this page or process; none where somebody else has it.
    fn take(&self, key: String, name: String) -> LocalFuture<'static, Taken>;
}

/// A lock, or none where somebody else has it, or what was thrown.
type Taken = core::result::Result<Option<Box<dyn Hold>>, JsValue>;

/// What JavaScript answers or throws.
type Answer = core::result::Result<JsValue, JsValue>;

/// Nothing of a store takes longer, milliseconds: a file system or database that does not answer must not hold an
/// upload for ever.
const LONGEST_MS: f64 = 60_000.0;

/// Calls a method of an object and waits for what it promises.
fn call(object: &JsValue, name: &str, arguments: &Array) -> LocalFuture<'static, Answer> {
    // The method is called at once, not when the future is first polled.
    let called = invoke(object, name, arguments);
    Box::pin(async move { bounded(&Promise::resolve(&called?), LONGEST_MS).await })
}

/// Waits for a promise, so many milliseconds at most.
async fn bounded(promise: &Promise, milliseconds: f64) -> Answer {
    let limit = async {
        // In two halves: the first ends at once on a machine that slept, before anything else had a chance.
        JsPlatform.sleep(milliseconds / 2.0).await;
        JsPlatform.sleep(milliseconds / 2.0).await;
    };
    match first(Box::pin(JsFuture::from(promise.clone())), Box::pin(limit)).await {
        First::Left(answer) => answer,
        First::Right(()) => Err("it did not answer in time".into()),
    }
}

/// The error of a store that failed.
fn failed(what: &str, error: &JsValue) -> Error {
    let mut why = describe(error);
    if why.is_empty() {
        why = "it does not say why".to_owned();
    }
    Error::new(Kind::Source, format!("{what} failed: {why}"))
}

/// The keys in a list of JavaScript; none where it is not a list of texts. Foreign names are left out.
fn keys_of(list: &JsValue) -> Option<Vec<String>> {
    let length = get(list, "length")?.as_f64().filter(|length| *length <= 1e6)? as u32;
    let mut keys: Vec<String> = Vec::new();
    for index in 0..length {
        let key = js_sys::Reflect::get_u32(list, index).ok()?.as_string()?;
        if is_key(&key) {
            // In order; for lists as short as these, less code than sorting.
            let at = keys.partition_point(|other| *other < key);
            keys.insert(at, key);
        }
    }
    Some(keys)
}

/// What may be a key: also safe as the name of a file.
fn is_key(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
