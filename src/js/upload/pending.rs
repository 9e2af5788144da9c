//! Uploads that a closed tab, a crash or a stop has left: listed, gone on with, discarded.

use super::prepare;
use super::shared::Uploads;
use crate::error::{Error, Kind, Result};
use crate::js::checkpoints::{self, Opened, Store};
use crate::js::convert::{get, promise, to_js};
use crate::js::upload::options;
use crate::json::Value;
use crate::task::Queue;
use crate::upload::checkpoint::{Checkpoint, CheckpointStore, NotKept};
use crate::upload::driver::Watcher;
use crate::upload::leftover::{self, Standing};
use crate::upload::progress::UploadProgress;
use crate::upload::session::LEFT_BEHIND;
use crate::upload::session::types::{Event, Finish, UploadEvent};
use crate::upload::source::Absent;
use js_sys::Promise;
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What the shell makes a `PendingUpload` of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pending {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<String>,
    name: String,
    file_name: String,
    bytes_sent: f64,
    bytes_total: f64,
    updated_at: String,
    needs_file: bool,
    in_use: bool,
}

/// The store that the caller names, or the browser's own.
pub async fn store(given: &JsValue) -> Result<Rc<Store>> {
    match checkpoints::open(Some(given)).await? {
        Opened::Store(store) => Ok(store),
        Opened::Unavailable(error) => Err(error),
        Opened::Off => Err(Error::invalid(
            "store",
            "undefined",
            "must be a store, { directory } in Node, or { account } in browsers",
        )),
    }
}

/// The promise of [`list`].
pub fn listed(shared: Rc<Uploads>, place: JsValue) -> Promise {
    promise(async move {
        let listed = list(&shared, &place).await;
        listed.map_err(|error| shared.service.finish_outer(error, "pendingUploads"))
    })
}

/// The promise of [`discard`].
pub fn discarded(shared: Rc<Uploads>, place: JsValue, key: String, given: JsValue) -> Promise {
    promise(async move {
        let discarded = discard(&shared, &place, &key, &given).await;
        discarded.map_err(|error| shared.service.finish_outer(error, "discard"))
    })
}

/// Everything in the store that this client can go on with, the latest first.
async fn list(shared: &Uploads, given: &JsValue) -> Result<JsValue> {
    let store = store(given).await?;
    let endpoint = shared.service.endpoint.url("/", "");
    let handles = store.handles().await;
    let mut all = Vec::new();
    for key in store.list().await? {
        if store.is_driven_here(&key) {
            continue;
        }
        // What cannot be read, or was removed meanwhile, is none of ours.
        let Some(text) = store.look(&key).await? else { continue };
        let Some(Checkpoint { head, session }) = Checkpoint::read(&text) else { continue };
        if head.endpoint != endpoint || head.region != shared.region || head.key() != key {
            continue;
        }
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let bytes = session.get("bytes").and_then(Value::as_u64).unwrap_or(0);
        all.push(Pending {
            needs_file: head.path.is_none()
                && !handles.contains(&key)
                && prepare::reported_image(&session).is_none(),
            in_use: store.is_taken(&key).await,
            key,
            image_id: text(&session, "imageId"),
            name: text(&head.target, "name").unwrap_or_default(),
            file_name: head.file.name,
            bytes_sent: bytes as f64,
            bytes_total: head.file.size as f64,
            updated_at: text(&session, "at").unwrap_or_default(),
        });
    }
    all.sort_by(|one, other| other.updated_at.cmp(&one.updated_at));
    Ok(to_js(&all))
}

/// Nobody listens to what is taken back.
struct Nobody;

impl Watcher for Nobody {
    fn progress(&self, _: &UploadProgress) {}
    fn now(&self, _: &UploadProgress) {}
    fn event(&self, _: &UploadEvent) {}
    fn created(&self, _: Option<&str>) {}
}

/// Takes back what an upload has left at service and store, and forgets it.
async fn discard(shared: &Rc<Uploads>, place: &JsValue, key: &str, given: &JsValue) -> Result<JsValue> {
    options::check(given, shared.cloud.more_options(), shared.cloud.store_option().0)?;
    let mut chosen = options::read(given, shared.cloud.store_option())?;
    let kept = prepare::load(shared, &store(place).await?, key).await?;
    // Whether the image is there, where nothing of it is to be taken back; what is to be said of it.
    let (mut stays, mut told) = (None, None);
    if let Some(session) = &kept.session {
        let deletes = get(given, "deleteObject").is_some_and(|flag| flag.is_truthy());
        let looking = shared.cloud.look(&shared.service, &kept.head.target);
        match leftover::look(&*looking, session).await {
            Ok(Standing::Settled(error)) if leftover::is_in_bucket(session, deletes) => {
                (stays, told) = (Some(true), error);
            }
            Ok(Standing::Gone) => stays = Some(false),
            Ok(Standing::Open) => {}
            Ok(Standing::Settled(told)) => {
                // Nothing but its checkpoint is left of the upload.
                let forgotten = kept.keeper.write(None).await;
                kept.keeper.lock.release().await;
                return match (forgotten, told) {
                    (Err(NotKept::Failed(error)), _) | (_, Some(error)) => Err(error),
                    _ => Ok(JsValue::UNDEFINED),
                };
            }
            Err(error) => {
                kept.keeper.lock.release().await;
                return Err(error);
            }
        }
    }
    let plan = prepare::take_over(&mut chosen, &kept.head)?;
    let source = Rc::new(Absent(plan.size));
    // Of a state that cannot be read nothing is known that could be taken back.
    let mut goal = prepare::goal(shared, kept)?;
    goal.begins_anew = true;
    let (driver, mut session) = prepare::assemble(shared, chosen, source, plan, goal, given)?;
    if let Some(stays) = stays {
        session.leave_image(stays);
    }
    let finish = Rc::new(driver).run(session, Event::Abort, Queue::default(), Rc::new(Nobody)).await;
    match finish {
        Finish::Aborted(error, Some(left)) => {
            // Nobody but this function has aborted it.
            let failed = Error::new(Kind::Service, left).with_code(LEFT_BEHIND);
            let later = error.details().resumable;
            Err(if later { failed.resumable().retryable(true) } else { failed })
        }
        Finish::Failed(error) => Err(error),
        _ => told.map_or(Ok(JsValue::UNDEFINED), Err),
    }
}
