//! The class behind `DownloadTask`.

use super::convert::{error_to_js, function, refused, spawned, tell, to_js, watch_signal};
use super::{options, targets};
use crate::download::origin::Origin;
use crate::download::{Control, Download, Sink};
use crate::error::Result;
use crate::platform::Platform;
use crate::service::{CallOptions, Service};
use core::cell::Cell;
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A download under way.
#[wasm_bindgen]
pub struct DownloadCore {
    control: Rc<Control>,
    done: Promise,
    stream: Option<web_sys::ReadableStream>,
}

#[wasm_bindgen]
impl DownloadCore {
    /// Settles when the download ends; rejects with an `ImsError`.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> Promise {
        self.done.clone()
    }

    /// With target `'stream'`.
    #[wasm_bindgen(getter)]
    pub fn stream(&self) -> Option<web_sys::ReadableStream> {
        self.stream.clone()
    }

    pub fn pause(&self) {
        self.control.pause(true);
    }

    pub fn resume(&self) {
        self.control.pause(false);
    }

    pub fn stop(&self) {
        self.control.stop();
    }

    pub fn abort(&self) {
        self.control.cancel.cancel();
    }
}

/// What a client's downloads are made of.
pub(super) struct Downloads {
    pub service: Rc<Service>,
    pub platform: Rc<dyn Platform>,
    /// The caller's own policy of repetitions was given.
    pub own_retry: bool,
    pub origin: fn(Rc<Service>, CallOptions) -> Box<dyn Origin>,
}

/// Starts a download; whatever is wrong rejects `done`.
pub(super) fn start(shared: Downloads, image_id: JsValue, target: JsValue, given: JsValue) -> DownloadCore {
    let control = Rc::new(Control::default());
    let (sink, stream): (Result<Rc<dyn Sink>>, _) = match target.as_string().as_deref() {
        Some("stream") => match targets::stream(control.clone()) {
            Ok((sink, stream)) => (Ok(sink), Some(stream)),
            Err(error) => (Err(error), None),
        },
        _ => (targets::describe(&target), None),
    };
    let held = control.clone();
    // Whoever reads a stream hears of what is refused before there is a download.
    let unused = sink.as_ref().ok().cloned().filter(|_| stream.is_some());
    let begun = Rc::new(Cell::new(false));
    let done = spawned(Box::pin(async move {
        let service = shared.service.clone();
        let work = async {
            let sink = sink?;
            let Some(image_id) = image_id.as_string().filter(|id| !id.is_empty()) else {
                return Err(refused("imageId", &image_id, "must be a text that is not empty"));
            };
            if !given.is_undefined() && !given.is_null() && !given.is_object() {
                return Err(refused("options", &given, "must be an object"));
            }
            options::only(&given, "", &["signal", "onProgress", "checksum"])?;
            let cancel = held.cancel.clone();
            let _watch = watch_signal(&given, move || cancel.cancel())?;
            let on_progress = function(&given, "", "onProgress")?;
            let checksum = options::choice(&given, "", "checksum", &["md5", "none"])?;
            let options = CallOptions { cancel: held.cancel.clone(), ..CallOptions::default() };
            let download = Download {
                service: shared.service.clone(),
                origin: (shared.origin)(shared.service.clone(), options),
                platform: shared.platform.clone(),
                image_id,
                digest: checksum.as_deref() != Some("none"),
                retry: shared.service.retry,
                // The caller's own policy is what the caller wants.
                patience_ms: if shared.own_retry { 0.0 } else { 300_000.0 },
                control: held.clone(),
                on_progress: Box::new(move |progress| {
                    if let Some(callback) = &on_progress {
                        tell(callback, &to_js(progress));
                    }
                }),
            };
            begun.set(true);
            download.run(&*sink).await
        };
        match work.await {
            Ok(done) => Ok(to_js(&done)),
            Err(error) => {
                let error = service.finish_outer(error, "download");
                if let Some(sink) = unused.filter(|_| !begun.get()) {
                    sink.discard(&error).await;
                }
                Err(error_to_js(&error))
            }
        }
    }));
    DownloadCore { control, done, stream }
}
