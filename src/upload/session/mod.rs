//! The upload as a state machine without I/O, clock or randomness: events in, actions out.
//!
//! [`Session::handle`] takes in what happened, then looks at the whole state and starts what is missing; so an
//! event may come late, twice, or not at all, and the next one mends it. [`Session::next_wake`] says when to come
//! back although nothing happened.

mod completing;
mod creating;
mod credentials;
mod ended;
mod ending;
mod failures;
mod importing;
mod owning;
mod parts;
pub mod resuming;
mod sending;
mod taking_back;
mod telling;
#[cfg(test)]
mod tests;
pub mod types;
mod verifying;

use crate::error::{Attempt, Error};
use crate::oss::StoredPart;
use crate::upload::progress::Rate;
use creating::Creating;
use ending::Ending;
pub use failures::is_gone;
use importing::{Importing, makes_image_last};
use parts::Parts;
pub use taking_back::LEFT_BEHIND;
use types::*;

/// One upload.
pub struct Session {
    config: Config,
    phase: Phase,
    next_id: u64,
    random: u64,
    image_id: Option<String>,
    /// The image was created by this upload, so aborting deletes it.
    created: bool,
    creating: Creating,
    /// Where the image is made of the object.
    importing: Importing,
    /// When the intent to create was last put down.
    intended_at: f64,
    /// Images of the same name and metadata that waited for a file before this one was created; none where that
    /// could not be found out.
    known: Option<Vec<String>>,
    /// An image may have been created without our having heard of it.
    uncertain: bool,
    /// Answers to createImage that were lost, or were «not now».
    creates: u32,
    /// A creation whose answer did not come, and of which nobody said that it made nothing, may have made an image: in
    /// this run or an earlier one.
    may_exist: bool,
    /// The same of this run's creations alone.
    lost_here: bool,
    /// A later run has found the image. It may be somebody else's: aborting leaves it, and says so.
    found: bool,
    /// It goes on from a checkpoint.
    restored: bool,
    /// What the store holds is to be asked before parts are sent.
    inventory: bool,
    /// The checkpoint must be put down before parts are sent.
    must_save: bool,
    /// The checkpoint is older than the state.
    dirty: bool,
    /// There is nothing that a later run could go on with.
    hopeless: bool,
    /// Another driver has this upload.
    taken_over: bool,
    /// It was still this driver's when everything began to be taken back.
    confirmed: bool,
    /// Multipart uploads of the object that were created without our having heard of them; none while they were not
    /// looked for.
    strays: Option<Vec<String>>,
    /// The image was past being queued when an earlier run's upload was taken up: only its checksum tells whose file
    /// it has.
    doubtful: bool,
    /// A refused report was looked into.
    rechecked: bool,
    /// Answers in a row that there is no such image.
    absences: u32,
    /// The last of them, where an image that this upload has created is deleted before it is forgotten.
    gone: Option<Error>,
    place: Option<String>,
    upload_id: Option<String>,
    keys: Keys,
    control: Control,
    parts: Parts,
    /// The file was found to be as it was opened, after its last byte was sent.
    source_checked: bool,
    /// Pages of ListParts as far as they came, and where the next one starts.
    listing: Option<(Vec<StoredPart>, u32)>,
    /// The answer to Complete was lost: is the object there?
    look_for_object: bool,
    /// The service refused the report; the image tells whether it had heard an earlier one.
    refusal: Option<Error>,
    /// The object stands whole at the store.
    completed: bool,
    /// The service has been told.
    reported: bool,
    /// It was told of a success that turned out to be none.
    take_back_report: bool,
    /// Something stays, for service or store could not be reached: taking it back may be tried again later.
    stays: bool,
    /// The store is left as it is: it could not be reached, or there are no keys for it.
    store_left: bool,
    /// An answer to the creation of a multipart upload was lost: there may be one that nobody knows of.
    create_lost: bool,
    /// Rounds of sending again what the store's list of parts does not have.
    relisted: u32,
    /// Rounds of asking for that list because the store refused it; it has not changed since the first.
    part_checks: u32,
    paused: bool,
    offline: bool,
    ending: Option<Ending>,
    finished: bool,
    patience: Patience,
    /// Corrections of clock and region, and starts from the beginning: each kind of help is bounded.
    corrections: u32,
    restarts: u32,
    poll_after: f64,
    poll_delay: f64,
    wait_until: Option<f64>,
    facts: ImageFacts,
    retries: u32,
    warnings: Vec<(&'static str, String)>,
    rate: Rate,
    /// The bar never goes back.
    shown: u64,
    last_now: f64,
    expected_wake: f64,
    actions: Vec<Action>,
}

/// The credentials, as far as the session knows them.
struct Keys {
    state: KeyState,
    generation: u32,
    /// Refusals since the store last accepted a request.
    refusals: u32,
    after: f64,
    tries: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum KeyState {
    /// Needed, and why.
    Needed(&'static str),
    Asking(u64, &'static str),
    Good,
}

/// The one job under way besides parts, digests and credentials.
#[derive(Default)]
struct Control {
    running: Option<(u64, Job, u32)>,
    after: f64,
    tries: u32,
}

/// What was put up with since something last went well.
#[derive(Default)]
struct Patience {
    first_failure: Option<f64>,
    failures: u32,
    attempts: Vec<Attempt>,
}

/// Failures that an error lists at most.
const MOST_LISTED: usize = 20;
/// A part that has begun to move and then stands still for so long is sent again, milliseconds.
const STALL_MS: f64 = 60_000.0;
/// A part may wait so long for its first byte to leave, and for the answer when the last one has, milliseconds.
const STALL_UNMOVED_MS: f64 = 180_000.0;
/// A wake that comes so much later than asked for means that the machine slept (browsers let hidden tabs wake once
/// a minute only).
const SLEPT_MS: f64 = 90_000.0;

impl Session {
    pub fn new(config: Config) -> Self {
        let image_id = config.image_id.clone();
        let strays = config.plan.is_single().then(Vec::new);
        let importing = Importing::of(config.imports.as_ref());
        Session {
            parts: Parts::new(&config),
            random: config.seed | 1,
            phase: if makes_image_last(&config) { Phase::Preparing } else { Phase::Creating },
            next_id: 0,
            config,
            image_id,
            created: false,
            creating: Creating::Look,
            importing,
            intended_at: 0.0,
            known: None,
            uncertain: false,
            creates: 0,
            may_exist: false,
            lost_here: false,
            found: false,
            restored: false,
            inventory: false,
            must_save: false,
            dirty: false,
            hopeless: false,
            taken_over: false,
            strays,
            doubtful: false,
            rechecked: false,
            absences: 0,
            gone: None,
            place: None,
            upload_id: None,
            keys: Keys { state: KeyState::Needed("first"), generation: 0, refusals: 0, after: 0.0, tries: 0 },
            control: Control::default(),
            source_checked: false,
            listing: None,
            look_for_object: false,
            refusal: None,
            completed: false,
            reported: false,
            take_back_report: false,
            stays: false,
            store_left: false,
            create_lost: false,
            relisted: 0,
            part_checks: 0,
            confirmed: false,
            paused: false,
            offline: false,
            ending: None,
            finished: false,
            patience: Patience::default(),
            corrections: 0,
            restarts: 0,
            poll_after: 0.0,
            poll_delay: 300.0,
            wait_until: None,
            facts: ImageFacts::default(),
            retries: 0,
            warnings: Vec::new(),
            rate: Rate::default(),
            shown: 0,
            last_now: 0.0,
            expected_wake: f64::INFINITY,
            actions: Vec::new(),
        }
    }

    /// It goes on from what an earlier run has kept.
    pub fn is_restored(&self) -> bool {
        self.restored
    }

    pub fn image_id(&self) -> Option<&str> {
        self.image_id.as_deref()
    }

    /// Takes in an event at a moment (milliseconds since 1970) and says what is to be done.
    pub fn handle(&mut self, now: f64, event: Event) -> Vec<Action> {
        if self.finished {
            return Vec::new();
        }
        let slept = now - self.expected_wake.min(self.last_now + SLEPT_MS * 10.0) > SLEPT_MS;
        if now < self.last_now {
            self.clock_set_back(self.last_now - now);
        } else if self.paused || self.offline || slept {
            // Time in which nothing could be tried is not counted.
            let held = now - self.last_now;
            for moment in self.wait_until.iter_mut().chain(&mut self.patience.first_failure) {
                *moment += held;
            }
        }
        if slept {
            // Everything under way gets its time anew: while the machine slept, nothing could move.
            self.parts.forgive(now);
            self.patience.first_failure = self.patience.first_failure.map(|_| now);
        }
        self.last_now = now;
        match event {
            Event::Start | Event::Tick => {}
            Event::Ended { id, outcome } => self.ended(now, id, outcome),
            Event::Began { id } => self.parts.began(id, now),
            Event::Sent { id, bytes } => self.parts.moved(id, bytes, now),
            Event::Pause => self.pause(),
            Event::Resume => {
                self.paused = false;
                self.rate.reset();
            }
            Event::Offline if !self.offline => {
                self.offline = true;
                for id in self.parts.cancel_flights() {
                    self.actions.push(Action::Cancel { id });
                }
                self.tell(UploadEvent::Offline);
            }
            Event::Online if self.offline => {
                self.offline = false;
                self.patience = Patience::default();
                self.control.after = 0.0;
                self.keys.after = 0.0;
                self.parts.hurry();
                self.tell(UploadEvent::Online);
            }
            Event::Offline | Event::Online => {}
            Event::Stop => self.stop(),
            Event::Abort => self.abort(),
            Event::NotSaved(reason) => self.not_saved(&reason),
            Event::TakenOver => self.give_way(),
        }
        self.drop_stalled(now);
        self.advance(now);
        let bytes = self.bytes_sent();
        self.rate.note(now, bytes as f64);
        // Before there is an image the intent stands.
        if core::mem::take(&mut self.dirty) && !self.finished && self.config.head.is_some() {
            let checkpoint = self.checkpoint(now);
            self.actions.push(Action::Save { checkpoint });
        }
        self.expected_wake = self.next_wake().unwrap_or(f64::INFINITY);
        core::mem::take(&mut self.actions)
    }

    /// What was to be done at a moment is to be done as much later as it was to be.
    fn clock_set_back(&mut self, by: f64) {
        let moments = [
            &mut self.control.after,
            &mut self.keys.after,
            &mut self.poll_after,
            &mut self.intended_at,
            &mut self.importing.looked_at,
        ];
        let moments = moments.into_iter().chain(&mut self.wait_until).chain(&mut self.patience.first_failure);
        let moments = moments.chain(&mut self.importing.lost_at);
        for moment in moments.chain(self.parts.moments()) {
            *moment -= by;
        }
        self.rate.reset();
    }

    /// When `handle` wants a tick although nothing happened; none while only events matter.
    pub fn next_wake(&self) -> Option<f64> {
        if self.finished {
            return None;
        }
        let mut wakes = Vec::new();
        if self.control.running.is_none() {
            wakes.push(self.control.after);
            if self.phase == Phase::Verifying {
                wakes.push(self.poll_after);
            }
        }
        if matches!(self.keys.state, KeyState::Needed(_)) {
            wakes.push(self.keys.after);
        }
        wakes.extend(self.parts.wakes());
        wakes.into_iter().filter(|wake| *wake > self.last_now).min_by(f64::total_cmp)
    }

    /// Looks at the state and starts what is missing.
    fn advance(&mut self, now: f64) {
        if self.finished {
            return;
        }
        if self.ending.is_some() {
            self.advance_ending(now);
            return;
        }
        if self.paused || self.offline {
            return;
        }
        if self.gone.is_some() {
            self.start_control(now, Job::DeleteImage);
            return;
        }
        match self.phase {
            Phase::Creating => self.advance_creating(now),
            Phase::Preparing => self.want_keys(now),
            Phase::Uploading => self.advance_parts(now),
            Phase::Completing => self.advance_completing(now),
            Phase::Verifying => self.advance_verifying(now),
            Phase::Done => {}
        }
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn start(&mut self, job: Job) -> u64 {
        let id = self.new_id();
        self.actions.push(Action::Start { id, job });
        id
    }

    /// Starts the control job, unless one runs or it is not yet time.
    fn start_control(&mut self, now: f64, job: Job) {
        if self.control.running.is_none() && now >= self.control.after {
            if matches!(job, Job::FindImages) {
                self.importing.looked_at = now;
            }
            let id = self.start(job.clone());
            self.control.running = Some((id, job, self.keys.generation));
        }
    }
}
