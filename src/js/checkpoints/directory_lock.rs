//! The lock of a checkpoint in a directory of Node, or of a file: a file that a dead process does not hold for ever.

use super::directory::{Directory, LEFT_MS, PRIVATE_FILE, is_code};
use super::locks::{Heartbeat, Hold, token};
use super::{Taken, call};
use crate::http::node;
use crate::js::convert::{get, invoke};
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use crate::upload::lock_file::{LockFile, Process, started};
use core::cell::{Cell, RefCell};
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// How often a lock is touched, milliseconds.
const TOUCHED_MS: f64 = 10_000.0;
/// While somebody else clears away the lock of a dead process, it is looked at again so often, every so many
/// milliseconds.
const ROUNDS: u32 = 20;
const ROUND_MS: f64 = 20.0;

type Outcome<T> = core::result::Result<T, JsValue>;

/// A lock file that is ours.
#[derive(Clone)]
struct FileLock {
    directory: Directory,
    path: JsValue,
    text: Rc<str>,
    /// Kept open: it is the file that was made, whatever is at its place by now.
    handle: Rc<RefCell<JsValue>>,
    /// The directory in which it was made.
    inode: Rc<Cell<Option<f64>>>,
    _touching: Rc<Heartbeat>,
}

impl FileLock {
    /// Whether the file at its place is still this one. Where the whole directory was removed, nobody can have taken
    /// over what was in it: then the lock is made again.
    async fn ours(self) -> bool {
        match self.directory.read(&self.path).await {
            Ok(found) if found == *self.text => true,
            Ok(found) if found.is_undefined() => self.is_made_again().await.unwrap_or(false),
            // Where it cannot be read just now, nobody else can read it either.
            found => found.is_err(),
        }
    }

    async fn is_made_again(&self) -> Outcome<bool> {
        if self.directory.inode().await == self.inode.get() {
            return Ok(false);
        }
        self.directory.make().await?;
        let Some(handle) = make(&self.directory, &self.path, &self.text).await? else { return Ok(false) };
        self.inode.set(self.directory.inode().await);
        let before = self.handle.replace(handle);
        let _ = call(&before, "close", &Array::new()).await;
        Ok(true)
    }

    async fn let_go(self) {
        if self.directory.read(&self.path).await.is_ok_and(|found| found == *self.text) {
            let _ = self.directory.unlink(&self.path).await;
        }
        let closing = call(&self.handle.borrow(), "close", &Array::new());
        let _ = closing.await;
    }
}

impl Hold for FileLock {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        Box::pin(self.clone().ours())
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        Box::pin(self.clone().let_go())
    }
}

/// This process, as its lock files describe it.
async fn myself(directory: &Directory) -> LockFile {
    let pid = get(&crate::http::global::global(), "process").and_then(|process| get(&process, "pid"));
    let pid = pid.and_then(|pid| pid.as_f64()).unwrap_or(0.0) as u64;
    let mut host = node::hostname().unwrap_or_default();
    // Linux tells one start of a machine from the next, and containers with process IDs of their own.
    for (method, path) in [("readFile", "/proc/sys/kernel/random/boot_id"), ("readlink", "/proc/self/ns/pid")]
    {
        let found = directory.call(method, &[path.into(), "utf8".into()]).await;
        if let Some(found) = found.ok().and_then(|found| found.as_string()) {
            host.push(' ');
            host.push_str(crate::text::trim(&found));
        }
    }
    let started = started_of(directory, pid).await.unwrap_or_default();
    LockFile { pid, host, started, token: token() }
}

async fn started_of(directory: &Directory, pid: u64) -> Option<String> {
    started(&directory.read(&format!("/proc/{pid}/stat").into()).await.ok()?.as_string()?)
}

/// What the system says of a process.
async fn process(directory: &Directory, pid: u64) -> Process {
    let process = get(&crate::http::global::global(), "process").unwrap_or(JsValue::UNDEFINED);
    // Signal 0 only asks.
    match invoke(&process, "kill", &Array::of2(&(pid as f64).into(), &0.into())) {
        Err(error) if is_code(&error, "ESRCH") => Process::Gone,
        // Including those that belong to somebody else and may not be asked.
        _ => Process::There(started_of(directory, pid).await),
    }
}

/// Takes the lock `what.lock`, by files whose names begin like that; none where a living process has it.
pub async fn take(directory: Directory, what: String) -> Taken {
    let mine = myself(&directory).await;
    let path = JsValue::from(format!("{what}.lock"));
    // Only one at a time clears away.
    let clearing = JsValue::from(format!("{what}.clearing.tmp"));
    for _ in 0..ROUNDS {
        if let Some(lock) = create(&directory, &path, &mine).await? {
            return Ok(Some(Box::new(lock)));
        }
        match directory.with(&clearing, "wx", None).await {
            Err(error) if is_code(&error, "EEXIST") => {
                // It died meanwhile.
                if directory.age(&clearing, &what).await.is_some_and(|age| age > LEFT_MS) {
                    let _ = directory.unlink(&clearing).await;
                }
                JsPlatform.sleep(ROUND_MS).await;
                continue;
            }
            made => made?,
        };
        let aside = JsValue::from(format!("{what}.{}.stale", mine.token));
        let cleared = clear(&directory, &path, &clearing, &aside, &mine).await;
        let _ = directory.unlink(&clearing).await;
        if !cleared? {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Whether the lock `what.lock` is a living process's.
pub async fn is_taken(directory: &Directory, what: &str) -> bool {
    let path = JsValue::from(format!("{what}.lock"));
    let text = directory.read(&path).await.ok().and_then(|text| text.as_string());
    let Some(text) = text else { return false };
    let Some(age_ms) = directory.age(&path, what).await else { return false };
    !is_stale(directory, &text, &myself(directory).await, age_ms).await
}

async fn is_stale(directory: &Directory, text: &str, mine: &LockFile, age_ms: f64) -> bool {
    match LockFile::parse(text) {
        Some(other) => other.is_stale(mine, &process(directory, other.pid).await, age_ms),
        // Just being written, or never finished.
        None => age_ms > crate::upload::lock_file::SILENT_MS,
    }
}

/// Makes the lock file; none where there is one.
async fn make(directory: &Directory, path: &JsValue, text: &str) -> Outcome<Option<JsValue>> {
    let handle = match directory.call("open", &[path.clone(), "wx".into(), PRIVATE_FILE.into()]).await {
        Err(error) if is_code(&error, "EEXIST") => return Ok(None),
        opened => opened?,
    };
    if let Err(error) = call(&handle, "writeFile", &Array::of1(&text.into())).await {
        // Empty, it would be in the way of others for a minute.
        let _ = directory.unlink(path).await;
        let _ = call(&handle, "close", &Array::new()).await;
        return Err(error);
    }
    Ok(Some(handle))
}

/// Takes the lock; none where the file is there already.
async fn create(directory: &Directory, path: &JsValue, mine: &LockFile) -> Outcome<Option<FileLock>> {
    let text: Rc<str> = mine.text().into();
    let Some(handle) = make(directory, path, &text).await? else { return Ok(None) };
    let handle = Rc::new(RefCell::new(handle));
    let touched = handle.clone();
    // Its first byte, as it is: what is written gets its time from the file system, of whose clock nothing must be known.
    let first = Uint8Array::from(&text.as_bytes()[..1]);
    let touch = move || {
        let handle = touched.borrow().clone();
        let place = Array::of4(&first, &0.into(), &1.into(), &0.into());
        let touching = call(&handle, "write", &place);
        JsPlatform.spawn(Box::pin(async move {
            // A file system of another machine hears of it only now. The next one may do better.
            if touching.await.is_ok() {
                let _ = call(&handle, "datasync", &Array::new()).await;
            }
        }));
    };
    let touching = Heartbeat::every(TOUCHED_MS, Box::new(touch));
    Ok(Some(FileLock {
        directory: directory.clone(),
        path: path.clone(),
        text,
        handle,
        inode: Rc::new(Cell::new(directory.inode().await)),
        _touching: Rc::new(touching),
    }))
}

/// Clears away the lock of a dead process; false where its holder lives. `young` was made a moment ago.
async fn clear(
    directory: &Directory,
    path: &JsValue,
    young: &JsValue,
    aside: &JsValue,
    mine: &LockFile,
) -> Outcome<bool> {
    let judged = directory.read(path).await?;
    let touched = (directory.touched(path).await, directory.touched(young).await);
    // Given back meanwhile?
    let (Some(text), (Some(touched), Some(now))) = (judged.as_string(), touched) else { return Ok(true) };
    if !is_stale(directory, &text, mine, now - touched).await {
        return Ok(false);
    }
    match directory.call("rename", &[path.clone(), aside.clone()]).await {
        Err(error) if is_code(&error, "ENOENT") => return Ok(true),
        renamed => renamed?,
    };
    // A holder that was silent too long may have let go of it while it was judged, and somebody else taken it: that
    // one goes back, unless its place is taken, which its holder then notices.
    if directory.read(aside).await? != judged {
        let _ = directory.call("link", &[aside.clone(), path.clone()]).await;
    }
    let _ = directory.unlink(aside).await;
    Ok(true)
}
