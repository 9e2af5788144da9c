//! A file of Node as the target of a download: written under another name until it is whole and right; what a broken
//! download leaves is gone on with by the next one.

use super::unwritable;
use crate::download::{Left, Sink};
use crate::error::{Error, Kind, Result};
use crate::http::node::{self, FileHandle};
use crate::js::checkpoints::lock_file;
use crate::js::convert::{get, invoke, unsupported};
use crate::json::{Quoted, Value};
use crate::platform::LocalFuture;
use crate::upload::checkpoint::Lock;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

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
    pub fn new(path: String) -> Self {
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

    async fn saved(&self, of: &str) -> Option<Left> {
        let text = self.call("readFile", &[self.notes().into(), "utf8".into()]).await?.as_string()?;
        let mut saved = Value::parse(&text).ok()?;
        let stat = self.call("stat", &[self.partial().into()]).await?;
        let received = saved.get("received").and_then(Value::as_u64)?;
        let there = get(&stat, "size").and_then(|size| size.as_f64())? as u64;
        (saved.take_text("of") == of && there >= received)
            .then(|| Left { received, md5: saved.take_text("md5") })
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
        // What lay here goes, its notes first: they must never speak of other bytes. The file is a new one, so that who has
        // the old one open does not write into it.
        self.unlink(&self.notes()).await?;
        self.unlink(&self.partial()).await?;
        self.open("wx").await
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

    /// The length of the file that is open; none where its name belongs to another one by now.
    async fn length(&self, handle: &FileHandle) -> Option<u64> {
        let open = super::invoke(handle, "stat", &Array::new()).await.ok()?;
        let named = self.call("stat", &[self.partial().into()]).await?;
        let same = get(&open, "ino")? == get(&named, "ino")?;
        get(&open, "size")?.as_f64().filter(|_| same).map(|size| size as u64)
    }
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
            Ok(())
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
            if self.length(&handle).await != Some(length) {
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
            self.noted.set(true);
            self.cut(received).await?;
            self.open("r+").await?;
            self.at.set(received);
            Ok(())
        })
    }

    fn note(&self, of: &str, left: &Left) -> LocalFuture<'_, bool> {
        let received = left.received;
        let text =
            format!("{{\"of\":{},\"received\":{},\"md5\":{}}}", Quoted(of), received, Quoted(&left.md5));
        Box::pin(async move {
            let handle = self.open.borrow().clone();
            // Where it cannot be put down, what was put down before holds on.
            let Some(handle) = handle else { return self.noted.get() };
            if self.length(&handle).await.is_none_or(|length| length < received) {
                return false;
            }
            // A disk that is full has room for the notes again without what was written of a block in vain.
            let _ = self.cut(received).await;
            // The bytes first, then what is said of them; whole or not at all.
            if JsFuture::from(handle.sync()).await.is_ok() {
                let temporary = format!("{}.tmp", self.notes());
                let names = [temporary.as_str().into(), self.notes().into()];
                if self.call("writeFile", &[temporary.as_str().into(), text.into()]).await.is_some()
                    && self.call("rename", &names).await.is_some()
                {
                    self.noted.set(true);
                } else {
                    let _ = self.unlink(&temporary).await;
                }
            }
            self.noted.get()
        })
    }

    fn leave(&self) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            let handle = self.open.borrow_mut().take();
            if let Some(handle) = handle {
                // What was written is on the disk already.
                let _ = JsFuture::from(handle.close()).await;
            }
            self.let_go().await;
        })
    }

    fn discard(&self, _: &Error) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            let handle = self.open.borrow_mut().take();
            if let Some(handle) = handle {
                let ours = self.length(&handle).await.is_some();
                // What cannot be closed or removed keeps its other name: it does not look finished.
                let _ = JsFuture::from(handle.close()).await;
                if ours {
                    let _ = self.unlink(&self.notes()).await;
                    let _ = self.unlink(&self.partial()).await;
                }
            }
            self.let_go().await;
        })
    }
}
