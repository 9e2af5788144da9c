//! Runs a session: performs its actions, reports what came of them.

mod jobs;
mod store;

use super::backend::Backend;
use super::checkpoint::{FileIdentity, Keeper, NotKept};
use super::claims::Claims;
use super::plan::Plan;
use super::progress::{PROGRESS_MS, UploadProgress, is_due};
use super::session::types::*;
use super::session::{LEFT_BEHIND, Session};
use super::source::Source;
use crate::auth::sigv4::Keys;
use crate::http::Transport;
use crate::http::url::Endpoint;
use crate::oss::note::StoreNotes;
use crate::oss::{Addressing, Place};
use crate::platform::{LocalFuture, Platform};
use crate::service::Observer;
use crate::task::{Cancel, First, Queue, Slots, Turn, first};
use core::cell::RefCell;
use std::rc::Rc;

/// Who is told how it goes.
pub trait Watcher {
    /// Not too often, and at the end.
    fn progress(&self, progress: &UploadProgress);
    /// After every event.
    fn now(&self, progress: &UploadProgress);
    fn event(&self, event: &UploadEvent);
    /// The image's ID, as soon as it is known.
    fn created(&self, image_id: Option<&str>);
}

/// What the caller knows better than `upload-prepare`.
#[derive(Clone, Default)]
pub struct StoreOptions {
    pub endpoint: Option<Endpoint>,
    pub signing_endpoint: Option<Endpoint>,
    pub region: Option<String>,
    pub addressing: Option<Addressing>,
}

/// The slots of a host and port.
pub type SlotsOf = Rc<dyn Fn(&str) -> Rc<Slots>>;

/// How an upload speaks to the store, and who watches it do so.
pub struct Settings {
    pub store: StoreOptions,
    /// The service's scheme, for a store that is named without one.
    pub secure: bool,
    pub observer: Option<Observer>,
    /// Connections to a store, shared with the other uploads of the page; none where nobody limits them.
    pub slots: Option<SlotsOf>,
    /// What `diagnose()` is told of the store.
    pub notes: StoreNotes,
    /// The file as it was when it was opened, where its samples tell: not each browser notices that it was written to.
    pub identity: Option<FileIdentity>,
}

/// Everything that the jobs of one upload share.
pub struct Driver {
    pub backend: Box<dyn Backend>,
    pub platform: Rc<dyn Platform>,
    /// Sends to the object store.
    pub transport: Rc<dyn Transport>,
    pub source: Rc<dyn Source>,
    pub plan: Plan,
    pub settings: Settings,
    place: RefCell<Option<Place>>,
    keys: RefCell<Option<Keys>>,
    image_id: RefCell<String>,
    /// What the store of checkpoints has not been told yet: a text to save, or none to forget it.
    unsaved: RefCell<Option<Option<String>>>,
    keeper: RefCell<Option<Rc<Keeper>>>,
    /// Checkpoints are written one after the other.
    writing: Turn,
    /// What has become of the last one, where it was not written.
    unwritten: RefCell<Option<String>>,
    /// Which images are this upload's, and which another's of this process.
    claims: Claims,
}

/// Small requests to the store get so long, milliseconds; parts have no such limit.
const STORE_TIMEOUT_MS: f64 = 60_000.0;
/// Putting a large object together takes the store a while.
const COMPLETE_TIMEOUT_MS: f64 = 600_000.0;
/// After so many events others get a turn.
const EVENTS_IN_A_ROW: u32 = 64;

impl Driver {
    pub fn new(
        backend: Box<dyn Backend>,
        platform: Rc<dyn Platform>,
        transport: Rc<dyn Transport>,
        source: Rc<dyn Source>,
        plan: Plan,
        settings: Settings,
        keeper: Option<Keeper>,
    ) -> Self {
        Driver {
            backend,
            platform,
            transport,
            source,
            plan,
            settings,
            place: RefCell::default(),
            keys: RefCell::default(),
            image_id: RefCell::default(),
            unsaved: RefCell::default(),
            keeper: RefCell::new(keeper.map(Rc::new)),
            writing: Turn::default(),
            unwritten: RefCell::default(),
            claims: Claims::default(),
        }
    }

    /// Runs a session to its end, from this event on.
    pub async fn run(
        self: Rc<Self>,
        mut session: Session,
        first_event: Event,
        queue: Queue<Event>,
        watcher: Rc<dyn Watcher>,
    ) -> Finish {
        let mut jobs: Vec<(u64, Cancel)> = Vec::new();
        let mut event = first_event;
        let mut told = (f64::NEG_INFINITY, "");
        let mut untold;
        let mut claimed = false;
        let mut in_a_row = 0u32;
        let mut timer: Option<(f64, LocalFuture<'static, ()>)> = None;
        *self.image_id.borrow_mut() = session.image_id().unwrap_or_default().to_owned();
        let mut finish = loop {
            if let Event::Ended { id, .. } = &event {
                jobs.retain(|(job, _)| job != id);
            }
            // Who stops it and then wants nothing to be left wants that.
            if matches!(event, Event::Stop) && queue.has(|event| matches!(event, Event::Abort)) {
                event = Event::Abort;
            }
            if let Event::Ended { outcome: Outcome::Found(ids), .. } = &mut event {
                ids.retain(|id| !self.claims.is_anothers(id));
            }
            let mut finish = None;
            for action in session.handle(self.platform.now(), event) {
                match action {
                    Action::Start { id, job } => {
                        if let Some(image_id) = session.image_id() {
                            image_id.clone_into(&mut self.image_id.borrow_mut());
                        }
                        jobs.push((id, self.start(id, job, &queue)));
                    }
                    Action::Cancel { id } => {
                        if let Some(at) = jobs.iter().position(|(job, _)| *job == id) {
                            jobs.swap_remove(at).1.cancel();
                        }
                    }
                    Action::SetClock { server_ms } => {
                        let now = self.platform.now();
                        self.correct(|place| place.clock_skew_ms = server_ms - now);
                    }
                    Action::SetRegion { region } => self.correct(|place| place.region = region),
                    Action::UseVirtualAddressing => {
                        self.correct(|place| place.addressing = Addressing::Virtual);
                    }
                    Action::Save { checkpoint } => self.keep(Some(checkpoint), &queue),
                    Action::Forget => self.keep(None, &queue),
                    Action::Release { index } => {
                        let (offset, length) = self.plan.range(index);
                        self.source.release(offset, length);
                    }
                    Action::Tell(event) => watcher.event(&event),
                    Action::Finish(end) => finish = Some(*end),
                }
            }
            if let Some(image_id) = session.image_id().filter(|_| !core::mem::replace(&mut claimed, true)) {
                self.claims.claim(image_id);
            }
            watcher.created(session.image_id());
            let progress = session.progress();
            watcher.now(&progress);
            let now = self.platform.now();
            // Where nothing follows soon, what was left out is told without it.
            untold = finish.is_none() && progress.phase == told.1 && !is_due(now, told.0);
            if !untold {
                told = (now, progress.phase);
                watcher.progress(&progress);
            }
            if let Some(finish) = finish {
                break finish;
            }
            // Callbacks that ask for something in answer to each event must not keep everybody else waiting.
            in_a_row += 1;
            if in_a_row.is_multiple_of(EVENTS_IN_A_ROW) {
                self.platform.give_way().await;
            }
            // A timer that ends early enough serves again: parts move many times a second, and each time the session
            // wants to be woken a little later.
            let telling = if untold { told.0 + PROGRESS_MS } else { f64::INFINITY };
            let wake = session.next_wake().unwrap_or(f64::INFINITY).min(telling);
            timer = match (wake.is_finite().then_some(wake), timer.take()) {
                (None, _) => None,
                (Some(wake), Some(set)) if set.0 <= wake => Some(set),
                (Some(wake), _) => Some((wake, self.platform.sleep((wake - now).max(0.0)))),
            };
            event = match &mut timer {
                None => queue.next().await,
                Some((_, sleep)) => match first(Box::pin(queue.next()), Box::pin(sleep)).await {
                    First::Left(event) => event,
                    First::Right(()) => {
                        timer = None;
                        Event::Tick
                    }
                },
            };
        };
        for (_, cancel) in jobs {
            cancel.cancel();
        }
        self.source.close();
        self.write_unsaved(&queue).await;
        if let Some(unwritten) = self.unwritten.take() {
            tell_unwritten(&mut finish, unwritten, &*watcher);
        }
        // Others may take the upload up from here: whoever hears of the end finds no lock any more.
        let keeper = self.keeper.take();
        if let Some(keeper) = keeper {
            keeper.lock.release().await;
        }
        if matches!(&finish, Finish::Done(_) | Finish::Aborted(_, None)) {
            self.claims.give_up();
        }
        // The keys are wiped with their last copy.
        *self.keys.borrow_mut() = None;
        finish
    }

    /// The store has told how it wants to be spoken to.
    fn correct(&self, change: impl FnOnce(&mut Place)) {
        if let Some(place) = self.place.borrow_mut().as_mut() {
            change(place);
            self.settings.notes.place(place);
        }
    }

    /// Puts a checkpoint down as soon as the one before is.
    fn keep(self: &Rc<Self>, checkpoint: Option<String>, queue: &Queue<Event>) {
        // One that waits is replaced, and written by who was to write it.
        if self.unsaved.borrow_mut().replace(checkpoint).is_some() {
            return;
        }
        let (driver, queue) = (self.clone(), queue.clone());
        self.platform.spawn(Box::pin(async move { driver.write_unsaved(&queue).await }));
    }

    async fn write_unsaved(&self, queue: &Queue<Event>) {
        let _turn = self.writing.take().await;
        let keeper = self.keeper.borrow().clone();
        let (Some(checkpoint), Some(keeper)) = (self.unsaved.take(), keeper) else { return };
        let what = if checkpoint.is_some() { "saved" } else { "removed" };
        let mut unwritten = None;
        match keeper.write(checkpoint).await {
            Ok(()) => {}
            Err(NotKept::TakenOver) => queue.push(Event::TakenOver),
            Err(NotKept::Failed(error)) => {
                unwritten = Some(format!("the checkpoint could not be {what}: {}", error.message()));
                queue.push(Event::NotSaved(error.message().to_owned()));
            }
        }
        *self.unwritten.borrow_mut() = unwritten;
    }

    /// Starts a job of its own; the cancel ends it without an event.
    fn start(self: &Rc<Self>, id: u64, job: Job, queue: &Queue<Event>) -> Cancel {
        let cancel = Cancel::default();
        let (driver, queue, cancelled) = (self.clone(), queue.clone(), cancel.clone());
        self.platform.spawn(Box::pin(async move {
            let events = queue.clone();
            let work: LocalFuture<'_, Outcome> =
                Box::pin(
                    async move { driver.perform(id, job, &events).await.unwrap_or_else(Outcome::Failed) },
                );
            if let First::Right(outcome) = first(Box::pin(cancelled.cancelled()), work).await {
                queue.push(Event::Ended { id, outcome });
            }
        }));
        cancel
    }
}

/// The session has ended: what became of its last checkpoint is told with the end.
fn tell_unwritten(finish: &mut Finish, unwritten: String, watcher: &dyn Watcher) {
    let add = |text: &mut String| *text = format!("{text}; {unwritten}");
    match finish {
        Finish::Done(summary) => {
            summary.warnings.push(unwritten.clone());
            watcher.event(&UploadEvent::Warning { code: "checkpoint-failed", message: unwritten });
        }
        Finish::Failed(error) | Finish::Stopped(error) => add(&mut error.details_mut().message),
        Finish::Aborted(error, left) => {
            let details = error.details_mut();
            add(&mut details.message);
            // It is still listed, to be discarded later.
            details.resumable = true;
            details.code.get_or_insert_with(|| LEFT_BEHIND.to_owned());
            match left {
                Some(left) => add(left),
                None => *left = Some(unwritten),
            }
        }
    }
}

#[cfg(test)]
mod tests;
