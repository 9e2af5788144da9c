//! From what the caller gave to a driver and its session: a new upload, or one that goes on.

use super::TaskState;
use super::compared::{Compared, Comparison};
use super::given::{is_stream, path_of, remembered};
use super::inspecting::Inspection;
use super::options::{self, Options};
use super::shared::{Aim, Uploads};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind, Result};
use crate::http::node::http_module;
use crate::http::retry::Policy;
use crate::js::checkpoints::{self, Opened, Store};
use crate::js::convert::get;
use crate::js::sources;
use crate::json::Value;
use crate::task::{Queue, Slots};
use crate::upload::checkpoint::{Checkpoint, CheckpointStore, FileIdentity, Head, Keeper};
use crate::upload::driver::{Driver, Settings, SlotsOf};
use crate::upload::plan::Plan;
use crate::upload::session::types::{Config, Event};
use crate::upload::session::{Session, is_gone};
use crate::upload::source::{Absent, Source};
use core::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Where a checkpoint is kept, and what it is to say; where there is one already, its session's state.
pub struct Kept {
    pub keeper: Keeper,
    pub head: Head,
    pub session: Option<Value>,
}

/// Lets the file go where the upload does not begin after all.
struct Opening(Option<Rc<dyn Source>>);

impl Opening {
    fn source(&self) -> Rc<dyn Source> {
        // Taken only by what ends the life of this value.
        self.0.clone().unwrap_or_else(|| Rc::new(Absent(0)))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(source) = &self.0 {
            source.close();
        }
    }
}

/// A new upload, unless the store of checkpoints knows that the same file was begun for the same target.
pub async fn upload(
    shared: &Rc<Uploads>,
    source: &JsValue,
    target: &JsValue,
    given: &JsValue,
    state: &Rc<TaskState>,
    queue: &Queue<Event>,
) -> Result<(Driver, Session)> {
    let mut chosen = options::read(given, shared.cloud.store_option())?;
    // The metadata is checked before the file is touched.
    let (image_id, target) = shared.cloud.target(&shared.service, target, given)?;
    let metadata = image_id.is_none().then(|| target.clone());
    // Loaded while the file is opened. A stream can be read only once: it is not looked into.
    let inspection = (!is_stream(source)).then(|| Inspection::begin(&chosen.allow_unsafe, metadata.as_ref()));
    let store = checkpoints::open(get(given, "checkpoint").as_ref()).await?;
    let mut opening = Opening(Some(sources::open(source).await?.source));
    let opened = opening.source();
    let plan = Plan::new(opened.size(), chosen.part_size)?;
    state.inspecting(&plan);
    let store = match store {
        // A stream is gone with its reader: there is nothing to go on with.
        Opened::Store(store) if opened.is_repeatable() => Some(store),
        Opened::Unavailable(error) if opened.is_repeatable() => {
            queue.push(Event::NotSaved(error.message().to_owned()));
            None
        }
        _ => None,
    };
    let comparison = image_id.is_some().then(|| Comparison {
        source: opened.clone(),
        state: state.clone(),
        cloud: shared.cloud.clone(),
        allowed: chosen.allow_unsafe.clone(),
    });
    let Some(store) = store else {
        let unique = hex(&random_bytes(shared));
        let target = shared.cloud.name_object(target, &unique, &opened.name())?;
        let identity = FileIdentity::sampled(&*opened).await?;
        let mut goal = Goal { image_id, target, kept: None, identity, comparison: None, begins_anew: false };
        if let Some(inspection) = inspection
            && inspection.look(shared, state, opened.clone()).await?
        {
            goal.comparison = comparison;
        }
        let (driver, session) = assemble(shared, chosen, opened, plan, goal, given)?;
        opening.0 = None;
        return Ok((driver, session));
    };
    let mut head = Head {
        endpoint: shared.service.endpoint.url("/", ""),
        region: shared.region.clone(),
        file: FileIdentity::of(&*opened).await?,
        path: path_of(source).await,
        target,
        object: None,
        part_size: plan.part_size,
        digest: chosen.digest,
        inspected: false,
    };
    let unique = hex(&random_bytes(shared));
    // Only this upload's: what an earlier one has made of the same file may still be of use.
    if shared.cloud.name_object(head.target.clone(), &unique, &head.file.name)? != head.target {
        head.object = Some(unique);
    }
    let key = head.key();
    let (keeper, waited) = lock(shared, &store, &key).await?;
    if get(source, "getFile").is_some() {
        store.keep_handle(&key, source).await;
    }
    let mut kept = Kept { keeper, head, session: None };
    let saved = store.load(&key).await?;
    if let Some(saved) = saved {
        match Checkpoint::read(&saved).filter(|saved| saved.head.key() == key) {
            Some(saved) => {
                kept.session = Some(saved.session);
                kept.head = saved.head;
            }
            None => queue.push(unreadable()),
        }
    } else if waited {
        // Who had it has finished it meanwhile: beginning anew would make a second image.
        kept.keeper.lock.release().await;
        return Err(in_use());
    }
    let mut comparison = comparison;
    if !kept.head.inspected
        && let Some(inspection) = inspection
    {
        kept.head.inspected = inspection.look(shared, state, opened.clone()).await?;
        comparison = comparison.filter(|_| kept.head.inspected);
    } else {
        comparison = None;
    }
    let plan = take_over(&mut chosen, &kept.head)?;
    let is_kept = kept.session.is_some();
    let goal = Goal { comparison, begins_anew: true, ..goal(shared, kept)? };
    let ready = assemble(shared, chosen, opened, plan, goal, given)?;
    if is_kept && !ready.1.is_restored() {
        queue.push(unreadable());
    }
    opening.0 = None;
    Ok(ready)
}

/// Told where nothing of an earlier run can be gone on with.
fn unreadable() -> Event {
    Event::NotSaved("an earlier checkpoint of this upload cannot be read; the upload begins anew".to_owned())
}

/// An upload that an earlier run has left in this store.
pub async fn resume(
    shared: &Rc<Uploads>,
    store: &JsValue,
    key: String,
    source: &JsValue,
    given: &JsValue,
    state: &Rc<TaskState>,
) -> Result<(Driver, Session)> {
    let mut chosen = options::read(given, shared.cloud.store_option())?;
    let store = super::pending::store(store).await?;
    let mut kept = load(shared, &store, &key).await?;
    let image_exists = kept.head.target.get("imageId").is_some();
    let metadata = (!image_exists).then_some(&kept.head.target);
    let is_given = !source.is_undefined() && !source.is_null();
    if !is_given && is_taken(shared, &kept).await? {
        // The service has the whole file: what is left needs no more of it than its digest.
        let plan = take_over(&mut chosen, &kept.head)?;
        let goal = goal(shared, kept)?;
        return assemble(shared, chosen, Rc::new(Absent(plan.size)), plan, goal, given);
    }
    let inspection = (!kept.head.inspected).then(|| Inspection::begin(&chosen.allow_unsafe, metadata));
    let found = match is_given {
        true => source.clone(),
        false => remembered(&store, &key, &kept.head).await?,
    };
    let mut opening = Opening(Some(sources::open(&found).await?.source));
    let opened = opening.source();
    if !opened.is_repeatable() {
        let rule = "must be a file: what a stream has given cannot be compared with what is stored";
        return Err(Error::invalid("source", "a stream", rule));
    }
    kept.head.file.expect(&*opened).await?;
    if let Some(inspection) = inspection {
        kept.head.inspected = inspection.look(shared, state, opened.clone()).await?;
    }
    let plan = take_over(&mut chosen, &kept.head)?;
    let goal = goal(shared, kept)?;
    let ready = assemble(shared, chosen, opened, plan, goal, given)?;
    opening.0 = None;
    Ok(ready)
}

/// The image of an upload that was reported to the service, by its kept state.
pub fn reported_image(session: &Value) -> Option<&str> {
    session
        .get("imageId")
        .and_then(Value::as_str)
        .filter(|_| session.get("reported") == Some(&Value::Bool(true)))
}

/// Whether the service has taken the file, and makes its image of it or has done so.
async fn is_taken(shared: &Rc<Uploads>, kept: &Kept) -> Result<bool> {
    let Some(image_id) = kept.session.as_ref().and_then(reported_image) else { return Ok(false) };
    let looking = shared.cloud.look(&shared.service, &kept.head.target);
    Ok(match looking.show(image_id).await {
        Ok(facts) => matches!(facts.status.as_str(), "saving" | "active"),
        Err(error) if is_gone(&error) => false,
        Err(error) => return Err(error.resumable()),
    })
}

/// The checkpoint of a key, locked.
pub async fn load(shared: &Uploads, store: &Rc<Store>, key: &str) -> Result<Kept> {
    let (keeper, _) = lock(shared, store, key).await?;
    let gone = || {
        Error::new(Kind::Source, "this upload is not in the store any more: it was finished or discarded")
            .with_code("upload-ended")
    };
    let saved = Checkpoint::read(&store.load(key).await?.ok_or_else(gone)?).ok_or_else(gone)?;
    if saved.head.endpoint != shared.service.endpoint.url("/", "") || saved.head.region != shared.region {
        return Err(Error::new(Kind::Source, "this upload belongs to another service or region"));
    }
    Ok(Kept { keeper, head: saved.head, session: Some(saved.session) })
}

/// The lock of a tab or process that has just ended may outlive it for a moment, milliseconds.
const LOCK_PATIENCE_MS: f64 = 3_000.0;
const LOCK_STEP_MS: f64 = 250.0;

fn in_use() -> Error {
    Error::new(
        Kind::Source,
        "another task, tab or process is uploading this file for the same target right now",
    )
    .with_code("upload-in-use")
    .retryable(true)
}

/// The lock of a key, and whether somebody else had it at first.
async fn lock(shared: &Uploads, store: &Rc<Store>, key: &str) -> Result<(Keeper, bool)> {
    let begun = shared.platform.now();
    let mut waited = false;
    loop {
        if let Some(lock) = store.lock(key).await? {
            return Ok((Keeper { store: store.clone(), key: key.to_owned(), lock }, waited));
        }
        waited = true;
        // Who drives it in this page or process is known to live.
        if store.is_driven_here(key) || shared.platform.now() - begun > LOCK_PATIENCE_MS {
            return Err(in_use());
        }
        shared.platform.sleep(LOCK_STEP_MS).await;
    }
}

/// Parts are cut as they were, whatever the options say now.
pub fn take_over(chosen: &mut Options, head: &Head) -> Result<Plan> {
    chosen.digest = head.digest;
    Plan::new(head.file.size, Some(head.part_size))
}

/// For the name of an object that only this upload writes.
fn random_bytes(shared: &Uploads) -> [u8; 16] {
    core::array::from_fn(|_| (shared.platform.random() * 256.0) as u8)
}

/// What is to become of the file.
pub struct Goal {
    image_id: Option<String>,
    target: Value,
    kept: Option<Kept>,
    identity: Option<FileIdentity>,
    /// For an image that exists.
    comparison: Option<Comparison>,
    /// Where the state of an earlier run cannot be read.
    pub begins_anew: bool,
}

pub fn goal(shared: &Uploads, kept: Kept) -> Result<Goal> {
    let Head { target, object, file, .. } = &kept.head;
    let target = match object {
        Some(object) => shared.cloud.name_object(target.clone(), object, &file.name)?,
        None => target.clone(),
    };
    let image_id = target.get("imageId").and_then(Value::as_str).map(str::to_owned);
    let identity = Some(file.clone()).filter(|file| file.modified != 0);
    Ok(Goal { image_id, target, kept: Some(kept), identity, comparison: None, begins_anew: false })
}

/// Browsers open so many connections to an origin.
const CONNECTIONS: usize = 6;

/// The connections to an origin, shared by all uploads of this page.
fn slots(authority: &str) -> Rc<Slots> {
    thread_local! {
        static ALL: RefCell<Vec<(String, Rc<Slots>)>> = const { RefCell::new(Vec::new()) };
    }
    ALL.with(|all| {
        let mut all = all.borrow_mut();
        if let Some((_, slots)) = all.iter().find(|(known, _)| known == authority) {
            return slots.clone();
        }
        let slots = Slots::new(CONNECTIONS);
        all.push((authority.to_owned(), slots.clone()));
        slots
    })
}

/// Puts driver and session together.
pub fn assemble(
    shared: &Rc<Uploads>,
    mut chosen: Options,
    source: Rc<dyn Source>,
    plan: Plan,
    goal: Goal,
    given: &JsValue,
) -> Result<(Driver, Session)> {
    let transport = shared.store.transport()?;
    let Aim { backend, mut imports } = shared.cloud.aim(&shared.service, &goal.target, given, &mut chosen)?;
    // Whoever goes on with an upload does not name its key again.
    if let (Some(imports), Some(kept)) = (&mut imports, &goal.kept) {
        imports.fresh = kept.head.object.is_some();
    }
    let in_node = http_module(false).is_some();
    let usual = if in_node { 16 } else { CONNECTIONS as u32 };
    let most_parallel = chosen.concurrency.unwrap_or(usual).min(source.most_parallel());
    let (retry, patience_ms) = match shared.retry {
        Some(policy) => (policy, policy.max_delay_ms * f64::from(policy.max_attempts)),
        None => (Policy { max_attempts: 8, ..Policy::default() }, 300_000.0),
    };
    let config = Config {
        plan,
        image_id: goal.image_id,
        digest: chosen.digest,
        repeatable: source.is_repeatable(),
        most_parallel,
        first_parallel: chosen.concurrency.unwrap_or(4).min(most_parallel),
        retry,
        patience_ms,
        // A service may take its time with a large file: ten minutes, and one more for each 600 MB.
        wait_ms: chosen.wait_ms.map(|wait| wait.unwrap_or(600_000.0 + plan.size as f64 / 10_000.0)),
        seed: (shared.platform.random() * 9_007_199_254_740_992.0) as u64,
        resends: !in_node,
        head: goal.kept.as_ref().map(|kept| kept.head.to_json()),
        imports,
    };
    let (keeper, saved) = goal.kept.map(|kept| (kept.keeper, kept.session)).unzip();
    let session = match saved.flatten().map(|saved| Session::restore(config.clone(), &saved)) {
        Some(Some(session)) => session,
        Some(None) if !goal.begins_anew => {
            return Err(Error::new(Kind::Source, "the checkpoint cannot be read; discard it to begin anew"));
        }
        _ => Session::new(config),
    };
    let service = &shared.service;
    let settings = Settings {
        store: chosen.store,
        secure: service.endpoint.secure,
        observer: service.observer.clone(),
        slots: (!in_node).then(|| -> SlotsOf { Rc::new(slots) }),
        notes: shared.notes.clone(),
        identity: goal.identity,
    };
    let backend = Box::new(Compared { service: backend, comparison: RefCell::new(goal.comparison) });
    let platform = shared.platform.clone();
    let driver = Driver::new(backend, platform, transport, source, plan, settings, keeper);
    Ok((driver, session))
}
