//! A directory of Node: a file per checkpoint, replaced whole or not at all whatever happens to the process.

use super::{Action, Answer, Backing, Taken, call, directory_lock, failed, locks};
use crate::error::Result;
use crate::js::convert::get;
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use crate::upload::lock_file::{Entry, LockFile, entry_of};
use js_sys::{Array, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

const WHAT: &str = "the checkpoint directory";

/// What a process left behind that died is removed after so long, milliseconds.
pub const LEFT_MS: f64 = 60_000.0;

/// A lock of an upload that was never put down is removed after so long without a touch, milliseconds.
const LOCK_LEFT_MS: f64 = 86_400_000.0;

/// A directory that others remove as soon as it is empty is made so often.
const MOST_TRIES: u32 = 5;

/// Only the user may read what is written.
pub const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_DIRECTORY: u32 = 0o700;

/// A directory and the file system it is in.
#[derive(Clone)]
pub struct Directory {
    /// node:fs/promises.
    pub fs: JsValue,
    path: Rc<str>,
}

/// Whether an error of the file system has this code.
pub fn is_code(error: &JsValue, code: &str) -> bool {
    get(error, "code").is_some_and(|found| found == code)
}

/// A file that is not there is no error.
fn if_there(answer: Answer) -> Answer {
    answer.or_else(|error| if is_code(&error, "ENOENT") { Ok(JsValue::UNDEFINED) } else { Err(error) })
}

impl Directory {
    /// No directory in particular: what is asked for is named by its whole path.
    pub fn any(fs: JsValue) -> Self {
        Directory { fs, path: "".into() }
    }

    /// Makes the directory where there is none.
    pub async fn open(fs: JsValue, path: String) -> Result<Self> {
        let mut directory = Directory { fs, path: path.into() };
        let mut tries = 0;
        let whole = loop {
            let made = directory.make().await;
            // The process may change its own directory later.
            let whole = match made {
                Ok(_) => directory.call("realpath", &[(&*directory.path).into()]).await,
                Err(error) => Err(error),
            };
            tries += 1;
            match whole {
                // Who is ready with it removes it when it is empty.
                Err(error) if is_code(&error, "ENOENT") && tries < MOST_TRIES => {}
                whole => break whole.map_err(|error| failed(WHAT, &error))?,
            }
        };
        if let Some(whole) = whole.as_string() {
            directory.path = whole.into();
        }
        Ok(directory)
    }

    /// Tells this directory from one that is made in its place; none where there is none.
    pub async fn inode(&self) -> Option<f64> {
        let stat = self.call("stat", &[(&*self.path).into()]).await.ok()?;
        get(&stat, "ino")?.as_f64()
    }

    pub fn make(&self) -> LocalFuture<'static, Answer> {
        let options = Object::new();
        let _ = Reflect::set(&options, &"recursive".into(), &JsValue::TRUE);
        let _ = Reflect::set(&options, &"mode".into(), &PRIVATE_DIRECTORY.into());
        self.call("mkdir", &[(&*self.path).into(), options.into()])
    }

    /// Calls the file system.
    pub fn call(&self, method: &str, arguments: &[JsValue]) -> LocalFuture<'static, Answer> {
        call(&self.fs, method, &arguments.iter().collect())
    }

    /// The path of a file in the directory. Windows takes both slashes.
    pub fn file(&self, name: &str) -> JsValue {
        format!("{}/{name}", self.path).into()
    }

    /// What the paths of all files of a key begin with.
    fn beginning(&self, key: &str) -> String {
        format!("{}/{key}", self.path)
    }

    /// The text of a file; undefined where there is none.
    pub async fn read(&self, path: &JsValue) -> Answer {
        let read = self.call("readFile", &[path.clone(), "utf8".into()]).await;
        if_there(read)
    }

    /// When a file was touched, milliseconds by the clock of its file system; none where there is none.
    pub async fn touched(&self, path: &JsValue) -> Option<f64> {
        let stat = self.call("stat", core::slice::from_ref(path)).await.ok()?;
        get(&stat, "mtimeMs")?.as_f64()
    }

    /// How long ago a file was touched, milliseconds; none where there is none. Its name begins with `what`.
    pub async fn age(&self, path: &JsValue, what: &str) -> Option<f64> {
        let touched = self.touched(path).await?;
        // Who may only read has nothing better than the clock of this machine.
        let now = self.now(what).await.unwrap_or_else(|| JsPlatform.now());
        Some(now - touched)
    }

    /// What the clock of the file system says: it stamps a file that is made now. It may be another machine's, shared with
    /// others still, and clocks are set while uploads run: all go by this one.
    async fn now(&self, what: &str) -> Option<f64> {
        let probe = JsValue::from(format!("{what}.{}.tmp", locks::token()));
        let handle = self.call("open", &[probe.clone(), "wx".into(), PRIVATE_FILE.into()]).await.ok()?;
        let stat = call(&handle, "stat", &Array::new()).await;
        let _ = call(&handle, "close", &Array::new()).await;
        let _ = self.unlink(&probe).await;
        get(&stat.ok()?, "mtimeMs")?.as_f64()
    }

    /// Removes a file; one that is not there is no error.
    pub async fn unlink(&self, path: &JsValue) -> Answer {
        let removed = self.call("unlink", core::slice::from_ref(path)).await;
        if_there(removed)
    }

    /// Opens a file, does one thing with it, has it written to the disk, closes it.
    pub async fn with(&self, path: &JsValue, flags: &str, text: Option<&str>) -> Answer {
        let handle = self.call("open", &[path.clone(), flags.into(), PRIVATE_FILE.into()]).await?;
        let mut answer = match text {
            Some(text) => call(&handle, "writeFile", &Array::of1(&text.into())).await,
            None => Ok(JsValue::UNDEFINED),
        };
        if answer.is_ok() {
            answer = call(&handle, "sync", &Array::new()).await;
        }
        let closed = call(&handle, "close", &Array::new()).await;
        answer.and(closed)
    }

    async fn write(&self, key: &str, value: &str) -> Answer {
        let temporary = self.file(&format!("{key}.{}.tmp", locks::token()));
        let mut answer = self.with(&temporary, "wx", Some(value)).await;
        if answer.is_ok() {
            answer = self.call("rename", &[temporary.clone(), self.file(&format!("{key}.json"))]).await;
        }
        if answer.is_err() {
            let _ = self.unlink(&temporary).await;
            return answer;
        }
        // The new name, too, must survive a power cut; not every system can write a directory out.
        let _ = self.with(&(&*self.path).into(), "r", None).await;
        answer
    }

    async fn replace(&self, key: &str, value: &str) -> Answer {
        let written = self.write(key, value).await;
        match written {
            // The directory was removed, or the temporary file by who thought this process dead.
            Err(error) if is_code(&error, "ENOENT") => {
                self.make().await?;
                self.write(key, value).await
            }
            written => written,
        }
    }

    /// The names of the checkpoints. Files that dead processes left are removed by the way: after a while, those of a
    /// key whose lock is held at once. Nothing else in the directory is touched.
    pub async fn names(&self, held: Option<&str>) -> Answer {
        let names = if_there(self.call("readdir", &[(&*self.path).into()]).await)?;
        if names.is_undefined() {
            return Ok(Array::new().into());
        }
        let keys = Array::new();
        for name in Array::from(&names).iter().filter_map(|name| name.as_string()) {
            let Some((key, entry)) = entry_of(&name) else { continue };
            let path = self.file(&name);
            let is_left = match entry {
                Entry::Checkpoint => {
                    keys.push(&key.into());
                    false
                }
                // Killed before its first checkpoint, a process leaves a lock that nobody may ever want again.
                Entry::Lock => {
                    !Array::from(&names).includes(&format!("{key}.json").into(), 0)
                        && self.is_older(&path, key, LOCK_LEFT_MS).await
                        && self.is_lock(&path).await
                }
                Entry::Temporary => held == Some(key) || self.is_older(&path, key, LEFT_MS).await,
            };
            if is_left {
                let _ = self.unlink(&path).await;
            }
        }
        Ok(keys.into())
    }

    async fn is_older(&self, path: &JsValue, key: &str, milliseconds: f64) -> bool {
        self.age(path, &self.beginning(key)).await.is_some_and(|age| age > milliseconds)
    }

    /// Other programs have files of such names too.
    async fn is_lock(&self, path: &JsValue) -> bool {
        let text = self.read(path).await.ok().and_then(|text| text.as_string());
        text.is_some_and(|text| LockFile::parse(&text).is_some())
    }
}

impl Backing for Directory {
    fn what(&self) -> &'static str {
        WHAT
    }

    fn ask(&self, action: Action, key: &str, value: &str) -> LocalFuture<'static, Answer> {
        let (directory, key, value) = (self.clone(), key.to_owned(), value.to_owned());
        Box::pin(async move {
            let path = directory.file(&format!("{key}.json"));
            match action {
                Action::Load => directory.read(&path).await,
                Action::Save => directory.replace(&key, &value).await,
                Action::Remove => {
                    directory.unlink(&path).await?;
                    // Who removes a checkpoint holds its lock.
                    directory.names(Some(&key)).await
                }
                Action::List => directory.names(None).await,
            }
        })
    }

    fn has_others(&self) -> bool {
        true
    }

    fn name(&self, key: &str) -> String {
        format!("{}/{key}.lock", self.path)
    }

    fn is_taken(&self, key: &str, _: String) -> LocalFuture<'static, bool> {
        let (directory, what) = (self.clone(), self.beginning(key));
        Box::pin(async move { directory_lock::is_taken(&directory, &what).await })
    }

    fn take(&self, key: String, _: String) -> LocalFuture<'static, Taken> {
        let (directory, what) = (self.clone(), self.beginning(&key));
        Box::pin(async move {
            // What earlier processes left of this key and others.
            directory.names(None).await?;
            let mut tries = 0;
            loop {
                let taken = directory_lock::take(directory.clone(), what.clone()).await;
                tries += 1;
                match taken {
                    // Who is ready with the directory removes it when it is empty.
                    Err(error) if is_code(&error, "ENOENT") && tries < MOST_TRIES => directory.make().await?,
                    taken => return taken,
                };
            }
        })
    }
}
