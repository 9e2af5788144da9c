//! The class behind `UploadTask`.

#[cfg(feature = "cecloud")]
pub(super) mod cecloud;
mod compared;
mod given;
mod inspecting;
mod online;
pub(super) mod options;
pub(super) mod pending;
mod prepare;
pub(super) mod shared;

pub(super) use shared::Shared;
use shared::Uploads;

use super::convert::{SignalWatch, error_to_js, function, spawned, tell, to_js, watch_signal};
use super::service::parse;
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::task::{First, Queue, first};
use crate::upload::driver::{Driver, Watcher};
use crate::upload::plan::Plan;
use crate::upload::progress::{PartsProgress, UploadProgress};
use crate::upload::session::types::{Event, Finish, UploadEvent};
use crate::upload::session::{LEFT_BEHIND, Session};
use core::cell::{Cell, RefCell};
use js_sys::{Function, JSON, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

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
    /// What was told before there was a session.
    warnings: RefCell<Vec<String>>,
}

impl TaskState {
    /// The file is open, and is looked into.
    fn inspecting(&self, plan: &Plan) {
        let progress = UploadProgress {
            phase: "inspecting",
            bytes_sent: 0.0,
            bytes_total: plan.size as f64,
            bytes_per_second: 0.0,
            eta_seconds: None,
            parts: PartsProgress { total: plan.count, ..Default::default() },
            retries: 0,
        };
        self.now(&progress);
        self.progress(&progress);
    }

    /// Tells of a warning, now and at the end.
    fn warn(&self, code: &str, message: String) {
        let text = |text: &str| Value::from(text);
        let members = [("type", text("warning")), ("code", text(code)), ("message", text(&message))];
        let event = Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into());
        // Its own JSON always parses.
        Self::call(&self.on_event, &JSON::parse(&event.to_string()).unwrap_or(JsValue::UNDEFINED));
        self.warnings.borrow_mut().push(message);
    }

    /// The task was asked to pause or to go on; it shows at once.
    fn asked(&self, paused: bool) {
        if matches!(self.state.get(), "running" | "paused") {
            self.state.set(if paused { "paused" } else { "running" });
        }
    }

    fn call(callback: &RefCell<Option<Function>>, value: &JsValue) {
        let callback = callback.borrow().clone();
        if let Some(callback) = callback {
            tell(&callback, value);
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

/// What a task is to do.
pub(super) enum Work {
    Upload {
        source: JsValue,
        target: JsValue,
    },
    /// Goes on with what a store holds under a key.
    Resume {
        store: JsValue,
        key: String,
        source: JsValue,
    },
}

/// Starts an upload; whatever is wrong rejects `done`.
pub(super) fn start(shared: Rc<Uploads>, work: Work, given: JsValue) -> UploadCore {
    let state = Rc::new(TaskState {
        image_id: RefCell::default(),
        state: Cell::new("running"),
        progress: RefCell::default(),
        on_progress: RefCell::default(),
        on_event: RefCell::default(),
        warnings: RefCell::default(),
    });
    let queue = Queue::default();
    let (watched, events) = (state.clone(), queue.clone());
    let done = spawned(Box::pin(async move {
        let preparing = prepare(&shared, work, &given, &watched, &events);
        let aborted = Cell::new(false);
        let early = ended_early(&shared, &events, &aborted);
        let prepared = match first(Box::pin(early), Box::pin(preparing)).await {
            First::Left(finish) => Err(finish),
            // Its signal was aborted before it began.
            First::Right(Err(error)) if error.kind() == Kind::Aborted => Err(Finish::Stopped(error)),
            First::Right(prepared) => prepared.map_err(Finish::Failed),
        };
        let finish = match prepared {
            Ok((driver, session, _watch)) => {
                let _online = online::watch(&events);
                // Closing the client stops its uploads.
                let closing = shared.service.closing.clone();
                // What an earlier run has left is taken back, too.
                let begin = if aborted.get() { Event::Abort } else { Event::Start };
                let run = Rc::new(driver).run(session, begin, events.clone(), watched.clone());
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
                for (name, text) in [("jobId", summary.order), ("imageUrl", summary.object)] {
                    if let Some(text) = text {
                        set(name, &text.into())?;
                    }
                }
                if let Some(md5) = summary.md5 {
                    set("md5", &md5.into())?;
                }
                set("verified", &summary.verified.into())?;
                let warnings = [watched.warnings.take(), summary.warnings].concat();
                set("warnings", &to_js(&warnings))?;
                return Ok(result.into());
            }
            Finish::Failed(error) => ("failed", error),
            Finish::Stopped(error) => ("stopped", error),
            Finish::Aborted(error, _) => ("aborted", error),
        };
        watched.state.set(name);
        // A client that was closed says so; what is stored is kept all the same.
        let said = error.kind() != Kind::Aborted || error.code().is_some();
        let error = match shared.service.closing.is_cancelled() && !said {
            true if error.details().resumable => crate::service::closed().resumable(),
            true => crate::service::closed(),
            false => error,
        };
        Err(error_to_js(&shared.service.finish_outer(error, "upload")))
    }));
    UploadCore { state, queue, done }
}

/// What an upload that is aborted waits for its source, milliseconds.
const OPENING_MS: f64 = 3_000.0;

/// Resolves when the task is ended while its source is still being opened; other wishes are kept for the session.
/// An abort is put down, and ends it where the source does not open soon.
async fn ended_early(shared: &Uploads, events: &Queue<Event>, aborted: &Cell<bool>) -> Finish {
    let closing = shared.service.closing.clone();
    let mut kept = Kept { events: events.clone(), all: Vec::new() };
    loop {
        let ended = first(Box::pin(closing.cancelled()), Box::pin(events.next()));
        match ended.await {
            First::Left(()) => return Finish::Stopped(crate::service::closed()),
            First::Right(Event::Stop) => return Finish::Stopped(crate::service::aborted()),
            First::Right(Event::Abort) => {
                aborted.set(true);
                let late = shared.platform.sleep(OPENING_MS);
                return match first(Box::pin(closing.cancelled()), late).await {
                    First::Left(()) => Finish::Stopped(crate::service::closed()),
                    First::Right(()) => {
                        let message =
                            "aborted before its source was open; what an earlier run has left stays";
                        Finish::Aborted(Error::new(Kind::Aborted, message).with_code(LEFT_BEHIND), None)
                    }
                };
            }
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
        self.events.give_back(self.all.drain(..));
    }
}

/// A driver, its session, and what must live as long.
type Ready = (Driver, Session, Option<SignalWatch>);

/// Everything before the first request.
async fn prepare(
    shared: &Rc<Uploads>,
    work: Work,
    given: &JsValue,
    state: &Rc<TaskState>,
    queue: &Queue<Event>,
) -> Result<Ready> {
    options::check(given, shared.cloud.more_options(), shared.cloud.store_option().0)?;
    let stopped = queue.clone();
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
    let (driver, session) = match work {
        Work::Upload { source, target } => {
            prepare::upload(shared, &source, &target, given, state, queue).await?
        }
        Work::Resume { store, key, source } => {
            prepare::resume(shared, &store, key, &source, given, state).await?
        }
    };
    Ok((driver, session, watch))
}
