//! What an upload sends: in Node blocks that are digested on their way, in browsers a Blob that is digested beside.

use crate::error::{Error, Kind, Result};
use crate::http::buffers::BLOCK;
use crate::http::foreign::{Blocks, ForeignBytes};
use crate::http::node::http_module;
use crate::http::{Body, Failure};
use crate::js::convert::get;
use crate::js::sources::digesting::Digesting;
use crate::md5::Md5;
use crate::platform::LocalFuture;
use crate::upload::digest;
use crate::upload::source::Source;
use crate::upload::whole::Content;
use core::cell::Cell;
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use web_sys::Blob;

/// How a file is sent here.
pub async fn of(source: Rc<dyn Source>, digest: bool) -> Result<Box<dyn Content>> {
    if source.size() == 0 {
        let rule = "must not be empty: an image without bytes cannot boot";
        return Err(Error::invalid("source", "0 bytes", rule));
    }
    if http_module(false).is_some() {
        let digesting = Digesting::new(source.clone(), digest);
        return Ok(Box::new(InNode { source, digesting }));
    }
    if source.is_repeatable() {
        return Ok(Box::new(InBrowser { source, digest }));
    }
    Ok(Box::new(collected(&*source, digest).await?))
}

struct InNode {
    source: Rc<dyn Source>,
    digesting: Digesting,
}

impl Content for InNode {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn body(&self) -> LocalFuture<'_, Result<Body>> {
        Box::pin(async { Ok(self.digesting.body()) })
    }

    fn digest(&self) -> LocalFuture<'_, Result<Option<[u8; 16]>>> {
        Box::pin(async { Ok(self.digesting.md5().await) })
    }

    fn check(&self) -> LocalFuture<'_, Result<()>> {
        self.source.check()
    }

    fn is_read(&self) -> bool {
        self.digesting.is_read()
    }

    fn gone(&self) -> Rc<Cell<bool>> {
        self.digesting.gone()
    }

    fn tells(&self) -> bool {
        true
    }
}

/// Whether requests tell of their progress: service workers have no XMLHttpRequest.
fn tells() -> bool {
    get(&crate::http::global::global(), "XMLHttpRequest").is_some()
}

struct InBrowser {
    source: Rc<dyn Source>,
    digest: bool,
}

impl Content for InBrowser {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn body(&self) -> LocalFuture<'_, Result<Body>> {
        self.source.body(0, self.source.size())
    }

    fn digest(&self) -> LocalFuture<'_, Result<Option<[u8; 16]>>> {
        Box::pin(async {
            match self.digest {
                true => digest::part(&*self.source, 0, self.source.size(), None).await.map(Some),
                false => Ok(None),
            }
        })
    }

    fn check(&self) -> LocalFuture<'_, Result<()>> {
        self.source.check()
    }

    fn tells(&self) -> bool {
        tells()
    }
}

/// A stream, collected into a Blob: browsers send nothing else with progress, and keep large ones on the disk.
struct Collected {
    blob: Blob,
    size: u64,
    md5: Option<[u8; 16]>,
}

async fn collected(source: &dyn Source, digest: bool) -> Result<Collected> {
    let size = source.size();
    let pieces = Array::new();
    let mut md5 = Md5::default();
    let mut done = 0;
    let unable = |_| Error::new(Kind::Unsupported, "the browser makes no Blob of the stream");
    while done < size {
        let length = u64::from(BLOCK).min(size - done);
        let bytes = source.read(done, length).await?;
        source.release(done, length);
        if digest {
            md5.update(&bytes);
        }
        done += length;
        // Bytes inside a Blob are no heap of the page any more.
        let piece = Array::of1(&Uint8Array::from(&bytes[..]));
        let piece = Blob::new_with_u8_array_sequence(&piece).map_err(unable)?;
        pieces.push(&piece);
    }
    let blob = Blob::new_with_blob_sequence(&pieces).map_err(unable)?;
    Ok(Collected { blob, size, md5: digest.then(|| md5.finish()) })
}

struct WholeBlob(Blob);

impl Blocks for WholeBlob {
    fn read(
        &self,
        _: u64,
        _: u32,
    ) -> LocalFuture<'static, core::result::Result<crate::http::buffers::Block, Failure>> {
        Box::pin(async { Err(Failure::unsent("only a browser's Blob is here")) })
    }

    fn blob(&self, _: u64, _: u64) -> Option<Blob> {
        Some(self.0.clone())
    }
}

impl Content for Collected {
    fn size(&self) -> u64 {
        self.size
    }

    fn body(&self) -> LocalFuture<'_, Result<Body>> {
        let blocks: Rc<dyn Blocks> = Rc::new(WholeBlob(self.blob.clone()));
        let (offset, length) = (0, self.size);
        Box::pin(async move {
            Ok(Body::Foreign { length, content: Rc::new(ForeignBytes { blocks, offset, length }) })
        })
    }

    fn digest(&self) -> LocalFuture<'_, Result<Option<[u8; 16]>>> {
        Box::pin(async { Ok(self.md5) })
    }

    fn check(&self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn tells(&self) -> bool {
        tells()
    }
}
