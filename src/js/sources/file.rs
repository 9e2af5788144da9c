//! A file of Node, read at any place into buffers that are used again.

use super::{Known, Opened, Repeatable, failure, unreadable};
use crate::error::{Error, Kind, Result};
use crate::http::Failure;
use crate::http::buffers::{Block, Buffer};
use crate::http::callback::Callback;
use crate::http::foreign::Blocks;
use crate::http::node::{FileHandle, FsModule};
use crate::js::convert::{get, invoke};
use crate::platform::LocalFuture;
use crate::upload::source::changed;
use core::cell::Cell;
use js_sys::{Array, Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

pub(super) async fn open_path(fs: FsModule, path: String) -> Result<Opened> {
    // Who opens a pipe waits until somebody writes into it.
    let promises = fs.promises();
    if let Ok(looking) = invoke(&promises, "stat", &Array::of1(&path.as_str().into()))
        && let Ok(stat) = JsFuture::from(Promise::resolve(&looking)).await
    {
        refuse_other(&stat, &path)?;
    }
    let handle = JsFuture::from(promises.open(&path, "r")).await.map_err(|error| unreadable(&error))?;
    let handle: FileHandle = handle.unchecked_into();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let closed = Cell::new(false);
    let mut blocks = FileBlocks { fs, handle, name, size: 0, modified: 0.0, closed };
    let (stat, size, modified) = state_of(&blocks.fs, &blocks.handle).await?;
    (blocks.size, blocks.modified) = (size, modified);
    refuse_other(&stat, &path)?;
    Ok(Opened { source: Rc::new(Repeatable(Rc::new(blocks))) })
}

fn refuse_other(stat: &JsValue, path: &str) -> Result<()> {
    let is_file = get(stat, "isFile").and_then(|test| test.dyn_into::<Function>().ok());
    let is_file = is_file.and_then(|test| test.call0(stat).ok()).is_some_and(|answer| answer.is_truthy());
    if is_file { Ok(()) } else { Err(Error::new(Kind::Source, format!("{path} is not a file"))) }
}

struct FileBlocks {
    fs: FsModule,
    handle: FileHandle,
    name: String,
    size: u64,
    /// Milliseconds since 1970, as the file system keeps them.
    modified: f64,
    closed: Cell<bool>,
}

impl Drop for FileBlocks {
    fn drop(&mut self) {
        self.close();
    }
}

/// Size and time of modification.
async fn state_of(fs: &FsModule, handle: &FileHandle) -> Result<(JsValue, u64, f64)> {
    let told = Callback::take();
    fs.fstat(handle.fd(), told.expect()).map_err(|error| unreadable(&error))?;
    let stat = told.called().await.map_err(|error| unreadable(&error))?;
    let number = |name: &str| get(&stat, name).and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (size, modified) = (number("size") as u64, number("mtimeMs"));
    Ok((stat, size, modified))
}

impl Blocks for FileBlocks {
    fn read(&self, offset: u64, length: u32) -> LocalFuture<'static, core::result::Result<Block, Failure>> {
        let (fs, handle) = (self.fs.clone(), self.handle.clone());
        Box::pin(async move {
            let buffer = Buffer::take(length);
            let callback = Callback::take();
            let mut done = 0;
            while done < length {
                let position = (offset + u64::from(done)) as f64;
                fs.read(handle.fd(), buffer.lend(), done, length - done, position, callback.expect())
                    .map_err(|error| failure(unreadable(&error)))?;
                let read = callback.called().await.map_err(|error| failure(unreadable(&error)))?;
                let read = read.as_f64().unwrap_or(0.0) as u32;
                if read == 0 {
                    return Err(failure(changed("the file became shorter while it was read")));
                }
                done += read;
            }
            buffer.give_back();
            Ok(Block::of(buffer, length))
        })
    }

    fn blob(&self, _: u64, _: u64) -> Option<Blob> {
        None
    }
}

impl Known for FileBlocks {
    fn size(&self) -> u64 {
        self.size
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn modified(&self) -> u64 {
        self.modified as u64
    }

    fn check(&self) -> LocalFuture<'static, Result<()>> {
        let (fs, handle) = (self.fs.clone(), self.handle.clone());
        let (size, modified) = (self.size, self.modified);
        Box::pin(async move {
            let (_, size_now, modified_now) = state_of(&fs, &handle).await?;
            if size_now != size || modified_now != modified {
                let how = match size_now == size {
                    true => "it was written to".to_owned(),
                    false => format!("size {size}, now {size_now}"),
                };
                let message = format!("the file was changed while it was uploaded ({how})");
                return Err(changed(message));
            }
            Ok(())
        })
    }

    fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        // A read that is under way makes Node wait with closing; a failure to close loses nothing.
        let closing = JsFuture::from(self.handle.close());
        wasm_bindgen_futures::spawn_local(async move { drop(closing.await) });
    }
}
