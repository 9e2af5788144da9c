//! The class behind `UploadTask`.

use super::client::{Shared, parse};
use super::convert::{error_to_js, function, get, refused, to_js, watch_signal};
use super::{options, sources};
use crate::api::cecloud::{create_image, get_image};
use crate::error::{Error, Kind, Result};
use crate::http::node::http_module;
use crate::http::retry::Policy;
use crate::json::Quoted;
use crate::oss::Addressing;
use crate::service::CallOptions;
use crate::task::{First, Queue, first};
use crate::upload::cecloud::Cecloud;
use crate::upload::driver::{Driver, Settings, StoreOptions, Watcher};
use crate::upload::plan::Plan;
use crate::upload::progress::UploadProgress;
use crate::upload::session::Session;
use crate::upload::session::types::{Config, Event, Finish, UploadEvent};
use core::cell::{Cell, RefCell};
use js_sys::{Function, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// An upload under way.
#[wasm_bindgen]
pub struct UploadCore {
    state: Rc<TaskState>,
    queue: Queue<Event>,
    done: Promise,
}

/// What the getters of the task show.
struct TaskState {
    image_id: RefCell<Option<String>>,
    state: Cell<&'static str>,
    progress: RefCell<Option<UploadProgress>>,
    on_progress: RefCell<Option<Function>>,
    on_event: RefCell<Option<Function>>,
}

impl TaskState {
    /// The task was asked to pause or to go on; it shows at once.
    fn asked(&self, paused: bool) {
        if matches!(self.state.get(), "running" | "paused") {
            self.state.set(if paused { "paused" } else { "running" });
        }
    }

    fn call(callback: &RefCell<Option<Function>>, value: &JsValue) {
        let callback = callback.borrow().clone();
        if let Some(callback) = callback {
            // What a callback throws is its own affair; it must not break the upload.
            let _ = callback.call1(&JsValue::UNDEFINED, value);
        }
    }
}

impl Watcher for TaskState {
    fn progress(&self, progress: &UploadProgress) {
        Self::call(&self.on_progress, &to_js(progress));
    }

    fn now(&self, progress: &UploadProgress) {
        *self.progress.borrow_mut() = Some(progress.clone());
    }

    fn event(&self, event: &UploadEvent) {
        Self::call(&self.on_event, &to_js(event));
    }

    fn created(&self, image_id: Option<&str>) {
        if let Some(id) = image_id
            && self.image_id.borrow().is_none()
        {
            *self.image_id.borrow_mut() = Some(id.to_owned());
        }
    }
}

#[wasm_bindgen]
impl UploadCore {
    #[wasm_bindgen(getter, js_name = imageId)]
    pub fn image_id(&self) -> Option<String> {
        self.state.image_id.borrow().clone()
    }

    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.state.state.get().to_owned()
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

    pub fn pause(&self) {
        self.state.asked(true);
        self.queue.push(Event::Pause);
    }

    pub fn resume(&self) {
        self.state.asked(false);
        self.queue.push(Event::Resume);
    }

    pub fn stop(&self) {
        self.queue.push(Event::Stop);
    }

    pub fn abort(&self) {
        self.queue.push(Event::Abort);
    }
}

/// Starts an upload; whatever is wrong rejects `done`.
pub(super) fn start(shared: Rc<Shared>, source: JsValue, target: JsValue, given: JsValue) -> UploadCore {
    let state = Rc::new(TaskState {
        image_id: RefCell::default(),
        state: Cell::new("running"),
        progress: RefCell::default(),
        on_progress: RefCell::default(),
        on_event: RefCell::default(),
    });
    let queue = Queue::default();
    let (watched, events) = (state.clone(), queue.clone());
    let done = future_to_promise(async move {
        let preparing = prepare(&shared, source, &target, &given, &watched, &events);
        let prepared = match first(Box::pin(ended_early(&shared, &events)), Box::pin(preparing)).await {
            First::Left(finish) => Err(finish),
            First::Right(prepared) => prepared.map_err(Finish::Failed),
        };
        let finish = match prepared {
            Ok((driver, session, _watch)) => {
                // Closing the client stops its uploads.
                let closing = shared.service.closing.clone();
                let run = Rc::new(driver).run(session, events.clone(), watched.clone());
                let stop = Box::pin(async move {
                    closing.cancelled().await;
                    events.push(Event::Stop);
                    core::future::pending::<()>().await;
                });
                match first(Box::pin(run), stop).await {
                    First::Left(finish) => finish,
                    // The right one never ends.
                    First::Right(()) => Finish::Stopped(crate::service::aborted()),
                }
            }
            Err(finish) => finish,
        };
        *watched.on_progress.borrow_mut() = None;
        *watched.on_event.borrow_mut() = None;
        let (name, error) = match finish {
            Finish::Done(summary) => {
                watched.state.set("done");
                let result = js_sys::Object::new();
                let set = |name: &str, value: &JsValue| Reflect::set(&result, &name.into(), value).map(drop);
                let image = parse(summary.image).map_err(|error| error_to_js(&error))?;
                set("image", &image)?;
                if let Some(md5) = summary.md5 {
                    set("md5", &md5.into())?;
                }
                set("verified", &summary.verified.into())?;
                set("warnings", &to_js(&summary.warnings))?;
                return Ok(result.into());
            }
            Finish::Failed(error) => ("failed", error),
            Finish::Stopped(error) => ("stopped", error),
            Finish::Aborted(error) => ("aborted", error),
        };
        watched.state.set(name);
        // A client that was closed says so; what is stored is kept all the same.
        let error = match shared.service.closing.is_cancelled() && error.kind() == Kind::Aborted {
            true if error.details().resumable => crate::service::closed().resumable(),
            true => crate::service::closed(),
            false => error,
        };
        Err(error_to_js(&shared.service.finish_outer(error, "upload")))
    });
    UploadCore { state, queue, done }
}

/// Resolves when the task is ended while its source is still being opened; other wishes are kept for the session.
async fn ended_early(shared: &Shared, events: &Queue<Event>) -> Finish {
    let closing = shared.service.closing.clone();
    let mut kept = Kept { events: events.clone(), all: Vec::new() };
    loop {
        let ended = first(Box::pin(closing.cancelled()), Box::pin(events.next()));
        match ended.await {
            First::Left(()) => return Finish::Stopped(crate::service::closed()),
            First::Right(Event::Stop) => return Finish::Stopped(crate::service::aborted()),
            First::Right(Event::Abort) => return Finish::Aborted(crate::service::aborted()),
            First::Right(other) => kept.all.push(other),
        }
    }
}

/// Events that came too early, given back when the source is open.
struct Kept {
    events: Queue<Event>,
    all: Vec<Event>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        for event in self.all.drain(..) {
            self.events.push(event);
        }
    }
}

/// What an upload may be told.
const OPTIONS: &[&str] =
    &["signal", "onProgress", "onEvent", "partSize", "concurrency", "checksum", "oss", "wait"];

type Prepared = (Driver, Session, Option<super::convert::SignalWatch>);

async fn prepare(
    shared: &Rc<Shared>,
    source: JsValue,
    target: &JsValue,
    given: &JsValue,
    state: &Rc<TaskState>,
    queue: &Queue<Event>,
) -> Result<Prepared> {
    if !given.is_undefined() && !given.is_null() && !given.is_object() {
        return Err(refused("options", given, "must be an object"));
    }
    let stopped = queue.clone();
    options::only(given, "", OPTIONS)?;
    let aborted = Rc::new(Cell::new(false));
    let turned = aborted.clone();
    let watch = watch_signal(given, move || {
        turned.set(true);
        stopped.push(Event::Stop);
    })?;
    if aborted.get() {
        return Err(crate::service::aborted());
    }
    *state.on_progress.borrow_mut() = function(given, "", "onProgress")?;
    *state.on_event.borrow_mut() = function(given, "", "onEvent")?;
    let digest = options::choice(given, "", "checksum", &["md5", "none"])?.as_deref() != Some("none");
    let part_size = options::integer(given, "", "partSize", 1.0, 9_007_199_254_740_991.0)?;
    let concurrency = options::integer(given, "", "concurrency", 1.0, 64.0)?.map(|number| number as u32);
    let store = store_options(given)?;
    let wait_ms = wait(given)?;
    // The metadata is checked before the file is touched.
    let (image_id, image) = match get(target, "imageId") {
        Some(id) => match id.as_string().filter(|id| !id.is_empty()) {
            Some(id) => {
                get_image::OPERATION.encode(&[id.as_str().into()])?;
                (Some(id), None)
            }
            None => return Err(refused("imageId", &id, "must be a text that is not empty")),
        },
        None => {
            let list = js_sys::Array::of1(target);
            let values = super::convert::arguments(&list, &[("target", false)])?;
            create_image::OPERATION.encode(&values)?;
            (None, values.into_iter().next())
        }
    };
    let opened = sources::open(&source).await?;
    let planned = Plan::new(opened.source.size(), part_size);
    let plan = match planned {
        Ok(plan) => plan,
        Err(error) => {
            opened.source.close();
            return Err(error);
        }
    };
    let Some(transport) = shared.store.borrow().clone() else {
        opened.source.close();
        return Err(Error::new(Kind::Aborted, "the client is closed"));
    };
    let in_node = http_module(false).is_some();
    let usual = if in_node { 16 } else { 6 };
    let most_parallel = concurrency.unwrap_or(usual).min(opened.source.most_parallel());
    let (retry, patience_ms) = match shared.retry {
        Some(policy) => (policy, policy.max_delay_ms * f64::from(policy.max_attempts)),
        None => (Policy { max_attempts: 8, ..Policy::default() }, 300_000.0),
    };
    let config = Config {
        plan,
        image_id,
        digest,
        repeatable: opened.source.is_repeatable(),
        most_parallel,
        first_parallel: concurrency.unwrap_or(4).min(most_parallel),
        retry,
        patience_ms,
        // A service may take its time with a large file: ten minutes, and one more for each 600 MB.
        wait_ms: wait_ms.map(|wait| wait.unwrap_or(600_000.0 + plan.size as f64 / 10_000.0)),
        seed: (shared.platform.random() * 9_007_199_254_740_992.0) as u64,
    };
    let service = shared.service.clone();
    let settings = Settings { store, secure: service.endpoint.secure, observer: service.observer.clone() };
    let backend = Box::new(Cecloud::new(service, CallOptions::default(), image));
    let platform = shared.platform.clone();
    let driver = Driver::new(backend, platform, transport, opened.source, plan, settings);
    Ok((driver, Session::new(config), watch))
}

fn store_options(given: &JsValue) -> Result<StoreOptions> {
    let Some(oss) = get(given, "oss") else { return Ok(StoreOptions::default()) };
    if !oss.is_object() {
        return Err(refused("oss", &oss, "must be an object"));
    }
    options::only(&oss, "oss", &["endpoint", "signingEndpoint", "region", "addressing"])?;
    let addressing = options::choice(&oss, "oss", "addressing", &["path", "virtual"])?;
    let region = options::text(&oss, "oss", "region")?;
    if let Some(region) = region.as_ref().filter(|region| {
        region.is_empty()
            || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    }) {
        return Err(Error::invalid("oss.region", Quoted(region).to_string(), "must be a region's name"));
    }
    Ok(StoreOptions {
        endpoint: options::endpoint(&oss, "oss", "endpoint")?,
        signing_endpoint: options::endpoint(&oss, "oss", "signingEndpoint")?,
        region,
        addressing: addressing
            .map(|chosen| if chosen == "virtual" { Addressing::Virtual } else { Addressing::Path }),
    })
}

/// None: not to be waited for; some none: as long as is usual.
fn wait(given: &JsValue) -> Result<Option<Option<f64>>> {
    let Some(wait) = get(given, "wait") else { return Ok(Some(None)) };
    if let Some(wait) = wait.as_bool() {
        return Ok(wait.then_some(None));
    }
    match options::number(&wait, "wait", "timeoutMs", 1.0, 604_800_000.0)? {
        Some(limit) => Ok(Some(Some(limit))),
        None => Err(refused("wait", &wait, "must be true, false or { timeoutMs }")),
    }
}
