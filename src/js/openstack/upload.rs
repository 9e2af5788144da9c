//! The class behind `FileUploadTask`: a file in one request.

use super::{Shared, content};
use crate::error::{Kind, Result};
use crate::js::convert::{error_to_js, function, refused, spawned, tell, to_js, watch_signal};
use crate::js::service::{parse, patience_ms};
use crate::js::{options, sources, waiting};
use crate::task::{Cancel, First, first};
use crate::upload::source::Source;
use crate::upload::whole::{OnProgress, Progress, Uploaded, Whole};
use core::cell::{Cell, RefCell};
use js_sys::{Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// An upload under way.
#[wasm_bindgen]
pub struct FileUploadCore {
    state: Rc<State>,
    done: Promise,
}

/// What the getters of the task show.
struct State {
    cancel: Cancel,
    name: Cell<&'static str>,
    progress: RefCell<Option<Progress>>,
}

#[wasm_bindgen]
impl FileUploadCore {
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.state.name.get().to_owned()
    }

    /// Undefined until there is any.
    #[wasm_bindgen(getter)]
    pub fn progress(&self) -> JsValue {
        self.state.progress.borrow().as_ref().map_or(JsValue::UNDEFINED, to_js)
    }

    /// Settles when the task ends; rejects with an `ImsError`.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> Promise {
        self.done.clone()
    }

    pub fn abort(&self) {
        self.state.cancel.cancel();
    }
}

/// Starts an upload; whatever is wrong rejects `done`.
pub(super) fn start(
    shared: Rc<Shared>,
    image_id: JsValue,
    source: JsValue,
    given: JsValue,
) -> FileUploadCore {
    let state = Rc::new(State {
        cancel: Cancel::default(),
        name: Cell::new("running"),
        progress: RefCell::default(),
    });
    let shown = state.clone();
    let done = spawned(Box::pin(async move {
        let service = shared.service.clone();
        let work = Box::pin(run(&shared, &image_id, &source, &given, &shown));
        let ended = first(Box::pin(shown.cancel.cancelled()), Box::pin(service.closing.cancelled()));
        let outcome = match first(Box::pin(ended), work).await {
            First::Left(First::Left(())) => Err(crate::service::aborted()),
            First::Left(First::Right(())) => Err(crate::service::closed()),
            First::Right(outcome) => outcome,
        };
        let outcome = outcome.and_then(result);
        shown.name.set(match &outcome {
            Ok(_) => "done",
            Err(error) if error.kind() == Kind::Aborted => "aborted",
            Err(_) => "failed",
        });
        outcome.map_err(|error| error_to_js(&service.finish_outer(error, "upload")))
    }));
    FileUploadCore { state, done }
}

fn result(uploaded: Uploaded) -> Result<JsValue> {
    let result = Object::new();
    let set = |name: &str, value: &JsValue| drop(Reflect::set(&result, &name.into(), value));
    set("image", &parse(uploaded.image)?);
    if let Some(md5) = uploaded.md5 {
        set("md5", &md5.into());
    }
    set("verified", &uploaded.verified.into());
    Ok(result.into())
}

/// Lets the file go, however it ends.
struct Opened(Rc<dyn Source>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn run(
    shared: &Shared,
    image_id: &JsValue,
    source: &JsValue,
    given: &JsValue,
    state: &Rc<State>,
) -> Result<Uploaded> {
    let Some(image_id) = image_id.as_string().filter(|id| !id.is_empty()) else {
        return Err(refused("imageId", image_id, "must be a text that is not empty"));
    };
    if !given.is_undefined() && !given.is_null() && !given.is_object() {
        return Err(refused("options", given, "must be an object"));
    }
    options::only(given, "", &["signal", "onProgress", "checksum", "wait"])?;
    let cancel = state.cancel.clone();
    let _watch = watch_signal(given, move || cancel.cancel())?;
    let callback = function(given, "", "onProgress")?;
    let digest = options::choice(given, "", "checksum", &["md5", "none"])?.as_deref() != Some("none");
    let wait = waiting::option(given)?;
    let opened = Opened(sources::open(source).await?.source);
    let content = content::of(opened.0.clone(), digest).await?;
    let mut sender = shared.service.through(shared.files.transport()?);
    if !opened.0.is_repeatable() {
        // What a stream has given is gone.
        sender.retry.max_attempts = 1;
    }
    let whole = Whole {
        service: shared.service.clone(),
        sender: Rc::new(sender),
        platform: shared.platform.clone(),
        image_id,
        cancel: state.cancel.clone(),
        // A service may take its time with a large file: ten minutes, and one more for each 600 MB.
        wait_ms: wait.map(|wait| wait.unwrap_or(600_000.0 + content.size() as f64 / 10_000.0)),
        patience_ms: patience_ms(shared.retry),
        on_progress: told(callback, state),
    };
    whole.run(&*content).await
}

fn told(callback: Option<Function>, state: &Rc<State>) -> OnProgress {
    let state = state.clone();
    Rc::new(move |progress| {
        *state.progress.borrow_mut() = Some(progress.clone());
        if let Some(callback) = &callback {
            tell(callback, &to_js(progress));
        }
    })
}
