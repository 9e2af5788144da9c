//! A file of Node as the target of a download: written under another name until it is whole and right; what a broken
//! download leaves is gone on with by the next one. Notes say whose file it is: without them it is somebody else's.

use super::unwritable;
use crate::download::{Left, Sink};
use crate::error::{Error, Kind, Result};
use crate::http::node::{self, FileHandle};
use crate::js::checkpoints::lock_file;
use crate::js::convert::{get, invoke, unsupported};
use crate::json::{Quoted, Value};
use crate::md5::Md5;
use crate::platform::LocalFuture;
use crate::upload::checkpoint::Lock;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What is digested is read in blocks of so many bytes.
const BLOCK: u64 = 1024 * 1024;

/// A file of Node: written under another name until it is whole and right.
pub struct NodeFile {
    path: RefCell<String>,
    open: RefCell<Option<FileHandle>>,
    at: Cell<u64>,
    /// There are notes of this download.
    noted: Cell<bool>,
    /// No other download writes there, of this process or another one.
    lock: RefCell<Option<Rc<dyn Lock>>>,
}

impl NodeFile {
    /// `path` as it leads from where the process is now: it may change its directory before the download is over.
    pub fn new(path: String) -> Self {
        let path = absolute(path);
        let (open, at, noted, lock) = Default::default();
        NodeFile { path: RefCell::new(path), open, at, noted, lock }
    }

    /// Lets others write there.
    async fn let_go(&self) {
        let lock = self.lock.take();
        if let Some(lock) = lock {
            lock.release().await;
        }
    }

    /// Says how far it is, and of what.
    fn notes(&self) -> String {
        format!("{}.part.json", self.path.borrow())
    }

    /// Calls the file system; what fails gives nothing.
    async fn call(&self, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
        let fs: JsValue = node::fs()?.into();
        let called = invoke(&fs, method, &arguments.iter().collect()).ok()?;
        JsFuture::from(Promise::resolve(&called)).await.ok()
    }

    /// The notes that lie here; none where these are none of ours.
    async fn found(&self) -> Option<(u64, Value)> {
        let text = self.call("readFile", &[self.notes().into(), "utf8".into()]).await?.as_string()?;
        let notes = Value::parse(&text).ok()?;
        notes.get("of")?;
        Some((notes.get("received")?.as_u64()?, notes))
    }

    async fn saved(&self, of: &str) -> Option<Left> {
        let (received, mut notes) = self.found().await?;
        let stat = self.call("stat", &[self.partial().into()]).await?;
        let untouched = notes.get("modified").and_then(Value::as_u64) == Some(number(&stat, "mtimeMs")?);
        (notes.take_text("of") == of && number(&stat, "size")? >= received).then(|| Left {
            received,
            md5: notes.take_text("md5"),
            untouched,
        })
    }

    /// Whether the notes that lie here are of the file that does: it has all that they speak of, and is the one that was
    /// written, or as old. One that is not there, or empty, is nobody's.
    async fn is_noted(&self) -> bool {
        let Some((received, notes)) = self.found().await else { return false };
        let Some(stat) = self.call("lstat", &[self.partial().into()]).await else { return true };
        let noted = |name: &str| notes.get(name).and_then(Value::as_u64).filter(|noted| *noted > 0);
        // What an earlier version has noted says less.
        let same = noted("file").is_none_or(|file| Some(file) == number(&stat, "ino"))
            || noted("modified").is_some_and(|at| Some(at) == number(&stat, "mtimeMs"));
        number(&stat, "size").is_some_and(|size| size == 0 || (size >= received && same))
    }

    /// Refuses what somebody else keeps where this is written. A file that is empty is nobody's.
    async fn free(&self) -> Result<()> {
        if self.is_noted().await {
            return Ok(());
        }
        for path in [self.partial(), self.notes()] {
            let stat = self.call("lstat", &[path.as_str().into()]).await;
            if stat.and_then(|stat| number(&stat, "size")).is_some_and(|size| size > 0) {
                let shown = Quoted(&self.path.borrow()).to_string();
                let rule = format!(
                    "{path} is in the way, and nothing says that a download has left it: move it away, or choose \
                     another path"
                );
                return Err(Error::invalid("target.path", shown, rule));
            }
        }
        Ok(())
    }

    /// Puts notes down, whole or not at all.
    async fn put(&self, text: &str) -> Result<()> {
        let fs = node::fs().map_or(JsValue::UNDEFINED, JsValue::from);
        let temporary = JsValue::from(format!("{}.tmp", self.notes()));
        let mut put = super::invoke(&fs, "writeFile", &Array::of2(&temporary, &text.into())).await;
        if put.is_ok() {
            put = super::invoke(&fs, "rename", &Array::of2(&temporary, &self.notes().into())).await;
        }
        if put.is_err() {
            self.call("unlink", &[temporary]).await;
        }
        put.map(drop)
    }

    async fn open(&self, flags: &str) -> Result<FileHandle> {
        let Some(fs) = node::fs() else { return Err(unsupported("a path can only be written in Node")) };
        let opened =
            JsFuture::from(fs.open(&self.partial(), flags)).await.map_err(|error| unwritable(&error))?;
        let handle: FileHandle = opened.unchecked_into();
        *self.open.borrow_mut() = Some(handle.clone());
        Ok(handle)
    }

    fn partial(&self) -> String {
        format!("{}.part", self.path.borrow())
    }

    async fn handle(&self) -> Result<FileHandle> {
        if let Some(handle) = self.open.borrow().as_ref() {
            return Ok(handle.clone());
        }
        self.free().await?;
        // What lay here goes, its notes first: they must never speak of other bytes. New ones say from the start that what
        // lies here then is ours. The file is a new one, so that who has the old one open does not write into it.
        self.noted.set(false);
        self.put("{\"of\":\"\",\"received\":0}").await?;
        let made = match self.unlink(&self.partial()).await {
            Ok(()) => self.open("wx").await,
            Err(error) => Err(error),
        };
        if made.is_err() {
            let _ = self.unlink(&self.notes()).await;
        }
        made
    }

    async fn close(&self) {
        let handle = self.open.borrow_mut().take();
        if let Some(handle) = handle {
            // What was written is on the disk already, or does not count.
            let _ = JsFuture::from(handle.close()).await;
        }
    }

    /// What stands at the path already is a file, and where it is a link the file that it leads to: anything else would be
    /// replaced by a file, and whoever reads a pipe would wait for ever.
    async fn look(&self) -> Result<()> {
        let path = JsValue::from(self.path.borrow().as_str());
        let Some(stat) = self.call("stat", core::slice::from_ref(&path)).await else { return Ok(()) };
        if invoke(&stat, "isFile", &Array::new()).is_ok_and(|is_file| is_file.is_falsy()) {
            let shown = Quoted(&self.path.borrow()).to_string();
            let rule =
                "must be the path of a file, or of nothing yet; there is a directory, a device or a pipe";
            return Err(Error::invalid("target.path", shown, rule));
        }
        if let Some(real) = self.call("realpath", &[path]).await.and_then(|real| real.as_string()) {
            *self.path.borrow_mut() = real;
        }
        Ok(())
    }

    /// Removes a file; one that is not there is no error.
    async fn unlink(&self, path: &str) -> Result<()> {
        let Some(fs) = node::fs() else { return Ok(()) };
        match JsFuture::from(fs.unlink(path)).await {
            Err(error) if get(&error, "code").is_none_or(|code| code != "ENOENT") => Err(unwritable(&error)),
            _ => Ok(()),
        }
    }

    /// Cuts away what was written behind so many bytes.
    async fn cut(&self, received: u64) -> Result<()> {
        let fs = node::fs().map_or(JsValue::UNDEFINED, JsValue::from);
        let arguments = Array::of2(&self.partial().into(), &(received as f64).into());
        super::invoke(&fs, "truncate", &arguments).await.map(drop)
    }

    /// A number that the file that is open has; none where its name belongs to another one by now.
    async fn number(&self, handle: &FileHandle, name: &str) -> Option<u64> {
        let open = super::invoke(handle, "stat", &Array::new()).await.ok()?;
        let named = self.call("stat", &[self.partial().into()]).await?;
        let same = get(&open, "ino")? == get(&named, "ino")?;
        number(&open, name).filter(|_| same)
    }
}

/// A path from the process's directory on. What Windows finds on a drive is left as it is.
fn absolute(path: String) -> String {
    let process = get(&crate::http::global::global(), "process").unwrap_or(JsValue::UNDEFINED);
    // A directory that was removed is none.
    let here = invoke(&process, "cwd", &Array::new()).ok().and_then(|here| here.as_string());
    let Some(here) = here else { return path };
    let is_whole = path.starts_with('/')
        || (!here.starts_with('/') && (path.starts_with('\\') || path.as_bytes().get(1) == Some(&b':')));
    if is_whole { path } else { format!("{here}/{path}") }
}

fn number(object: &JsValue, name: &str) -> Option<u64> {
    Some(get(object, name)?.as_f64()? as u64)
}

impl Sink for NodeFile {
    fn take(&self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            self.look().await?;
            let lock = lock_file(self.partial()).await.map_err(|error| unwritable(&error))?;
            if lock.is_none() {
                return Err(Error::invalid(
                    "target.path",
                    Quoted(&self.path.borrow()).to_string(),
                    "is being written by another download",
                ));
            }
            *self.lock.borrow_mut() = lock;
            self.free().await
        })
    }

    fn write(&self, bytes: Vec<u8>) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            let handle = self.handle().await?;
            let block = Uint8Array::from(&bytes[..]);
            drop(bytes);
            let mut done = 0;
            while done < block.length() {
                let promise = handle.write_at(&block, done, block.length() - done, self.at.get() as f64);
                let answer = JsFuture::from(promise).await.map_err(|error| unwritable(&error))?;
                let written =
                    get(&answer, "bytesWritten").and_then(|written| written.as_f64()).unwrap_or(0.0) as u32;
                if written == 0 {
                    return Err(Error::new(Kind::Source, "the target takes no more bytes"));
                }
                done += written;
                self.at.set(self.at.get() + u64::from(written));
            }
            Ok(())
        })
    }

    fn finish(&self, length: u64) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            let handle = self.handle().await?;
            JsFuture::from(handle.sync()).await.map_err(|error| unwritable(&error))?;
            if self.number(&handle, "size").await != Some(length) {
                let message =
                    format!("{} is not what was written: something else has changed it", self.partial());
                return Err(Error::new(Kind::Integrity, message));
            }
            *self.open.borrow_mut() = None;
            JsFuture::from(handle.close()).await.map_err(|error| unwritable(&error))?;
            let Some(fs) = node::fs() else { return Ok(()) };
            let renaming = fs.rename(&self.partial(), &self.path.borrow());
            if let Err(error) = JsFuture::from(renaming).await {
                // It is whole all the same: a later download has nothing left to do but this.
                let _ = self.open("r+").await;
                return Err(unwritable(&error));
            }
            // Without its file it says nothing.
            let _ = self.unlink(&self.notes()).await;
            self.let_go().await;
            Ok(())
        })
    }

    fn left(&self, of: &str) -> LocalFuture<'_, Option<Left>> {
        let of = of.to_owned();
        Box::pin(async move { self.saved(&of).await })
    }

    fn go_on(&self, received: u64) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            self.close().await;
            self.at.set(received);
            if received > 0 {
                self.noted.set(true);
                self.cut(received).await?;
                self.open("r+").await?;
            }
            Ok(())
        })
    }

    fn digest<'a>(&'a self, received: u64, checked: &'a dyn Fn(u64)) -> LocalFuture<'a, Md5> {
        Box::pin(async move {
            let (mut md5, mut at) = (Md5::default(), 0);
            let handle = self.open.borrow().clone().map_or(JsValue::UNDEFINED, JsValue::from);
            let block = Uint8Array::new_with_length(BLOCK as u32);
            while at < received {
                let length = BLOCK.min(received - at) as u32;
                let place = Array::of4(&block, &0.into(), &length.into(), &(at as f64).into());
                let read = super::invoke(&handle, "read", &place).await;
                // What cannot be read is not as it was.
                let Some(read @ 1..) = read.ok().and_then(|read| number(&read, "bytesRead")) else { break };
                md5.update(&block.subarray(0, read as u32).to_vec());
                at += read;
                checked(at);
            }
            md5
        })
    }

    fn note(&self, of: &str, left: &Left) -> LocalFuture<'_, bool> {
        let (received, untouched) = (left.received, left.untouched);
        let text = format!(
            "{{\"of\":{},\"received\":{received},\"md5\":{},\"modified\":",
            Quoted(of),
            Quoted(&left.md5)
        );
        Box::pin(async move {
            let handle = self.open.borrow().clone();
            // Where it cannot be put down, what was put down before holds on.
            let Some(handle) = handle else { return self.noted.get() };
            if self.number(&handle, "size").await.is_none_or(|length| length < received) {
                return false;
            }
            // A disk that is full has room for the notes again without what was written of a block in vain.
            let _ = self.cut(received).await;
            // The bytes first, then what is said of them.
            if JsFuture::from(handle.sync()).await.is_ok() {
                let modified = self.number(&handle, "mtimeMs").await.filter(|_| untouched).unwrap_or(0);
                let file = self.number(&handle, "ino").await.unwrap_or(0);
                if self.put(&format!("{text}{modified},\"file\":{file}}}")).await.is_ok() {
                    self.noted.set(true);
                }
            }
            self.noted.get()
        })
    }

    fn leave(&self) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            self.close().await;
            self.let_go().await;
        })
    }

    fn discard(&self, _: &Error) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            let handle = self.open.borrow_mut().take();
            if let Some(handle) = handle {
                let ours = self.number(&handle, "size").await.is_some();
                // What cannot be closed or removed keeps its other name: it does not look finished.
                let _ = JsFuture::from(handle.close()).await;
                if ours {
                    let _ = self.unlink(&self.partial()).await;
                }
                let _ = self.unlink(&self.notes()).await;
            }
            self.let_go().await;
        })
    }
}
