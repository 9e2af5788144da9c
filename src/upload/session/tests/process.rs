//! One process of the simulation, as a driver behaves: it performs actions and reports what came of them.

use super::super::*;
use super::simulation::Simulation;
use super::world::*;
use crate::error::{Error, Kind};
use crate::http::retry::Policy;
use crate::json::Value;
use crate::oss::trouble::{Remedy, Trouble};
use std::collections::HashSet;

pub(super) enum Pending {
    /// A request arrives; signed with these hands.
    Arrive {
        id: u64,
        job: Job,
        signed: Hands,
        lost_answer: bool,
    },
    Event(Event),
    /// The keys of this answer are the process's from now on.
    Keys(Hands),
    /// What is unsaved is written.
    Write,
    WriteJob {
        id: u64,
        checkpoint: String,
    },
}

/// A part under way.
pub(super) struct Sending {
    pub(super) id: u64,
    pub(super) part: (String, u32),
    /// It has a connection.
    pub(super) begun: bool,
    pub(super) moved_at: f64,
    pub(super) bytes: u64,
}

pub(super) struct Process {
    pub(super) number: u32,
    pub(super) session: Session,
    pub(super) hands: Hands,
    pub(super) pending: Vec<(f64, Pending)>,
    pub(super) unsaved: Option<Option<String>>,
    /// Checkpoints are written one after the other.
    pub(super) writes_until: f64,
    /// Credentials that the store was heard to refuse.
    pub(super) bad_keys: Option<u64>,
    pub(super) preparing: HashSet<u64>,
    /// There is a reason to ask for credentials.
    pub(super) may_prepare: bool,
    /// Jobs with the credentials that they were signed with.
    pub(super) signed_with: Vec<(u64, u64)>,
    pub(super) sending: Vec<Sending>,
    /// A multipart upload is being created.
    pub(super) creating: Option<u64>,
    pub(super) bytes_told: f64,
}

impl Process {
    /// Two words, the second one later; each of them twice.
    pub(super) fn say(&mut self, first: (f64, Event), second: (f64, Event), twice: bool) {
        for _ in 0..=u32::from(twice) {
            self.pending.push((first.0, Pending::Event(first.1.clone())));
            self.pending.push((second.0, Pending::Event(second.1.clone())));
        }
    }

    /// After a sleep everything gets its time anew.
    pub(super) fn forgive(&mut self, now: f64) {
        self.sending.iter_mut().for_each(|sending| sending.moved_at = now);
    }

    fn push(&mut self, moment: f64, event: Event) {
        self.pending.push((moment, Pending::Event(event)));
    }
}

impl Simulation {
    /// A new process: it takes the lock, and goes on from the checkpoint if there is one.
    pub(super) fn launch(&mut self) {
        self.runs += 1;
        self.holder = self.runs;
        self.look_at_launch();
        let most_parallel = self.script.most_parallel;
        let config = Config {
            plan: self.world.plan,
            image_id: self.script.target.then(|| "target".to_owned()),
            digest: self.script.digest,
            repeatable: true,
            most_parallel,
            first_parallel: most_parallel.min(3),
            retry: Policy { max_attempts: 8, base_delay_ms: 300.0, max_delay_ms: 20_000.0 },
            patience_ms: 300_000.0,
            wait_ms: Some(600_000.0),
            seed: self.seed.wrapping_add(u64::from(self.runs)),
            resends: self.seed.is_multiple_of(2),
            head: (!self.script.forgetful).then(|| "{\"of\":\"the caller\"}".to_owned()),
            imports: self.script.imports.then(|| Imports {
                object: "bucket:key".to_owned(),
                delete_object: self.script.delete_object,
                fresh: self.seed % 5 == 1,
            }),
        };
        let session = match &self.checkpoint {
            None => Session::new(config),
            Some(text) => {
                assert!(text.len() < 4_000, "a checkpoint of {} bytes: {text}", text.len());
                let saved = Value::parse(text).expect("a checkpoint is JSON");
                Session::restore(config, saved.get("session").expect("the session's part"))
                    .unwrap_or_else(|| panic!("cannot be read: {text}"))
            }
        };
        let mut pending = vec![(self.world.now, Pending::Event(Event::Start))];
        if self.script.discard.is_some_and(|run| run <= self.runs) && self.checkpoint.is_some() {
            self.script.discard = None;
            self.world.count("an abort in a later run");
            let abort = (self.world.now, Pending::Event(Event::Abort));
            // Before anything else, or in the same moment.
            if self.world.dice.chance(50) { pending = vec![abort] } else { pending.push(abort) }
        }
        self.processes.push(Process {
            number: self.runs,
            session,
            hands: Hands::default(),
            pending,
            unsaved: None,
            writes_until: 0.0,
            bad_keys: None,
            preparing: HashSet::new(),
            may_prepare: true,
            signed_with: Vec::new(),
            sending: Vec::new(),
            creating: None,
            bytes_told: 0.0,
        });
    }

    /// Ends a process at once; what it has sent may still arrive.
    pub(super) fn kill(&mut self, at: usize) {
        let process = self.processes.swap_remove(at);
        self.look_at_remains(&process);
        for (moment, pending) in process.pending {
            if let Pending::Arrive { job, signed, .. } = pending
                && self.world.dice.chance(self.world.faults.late)
            {
                self.ghosts.push((moment, job, signed));
            }
        }
    }

    /// Tells the session of an event, and does what it wants.
    pub(super) fn handle(&mut self, at: usize, event: Event) {
        let now = self.world.now;
        self.heard(at, &event);
        let told = self.traced.then(|| format!("{event:?}"));
        let before = self.processes[at].session.restarts;
        let actions = self.processes[at].session.handle(now, event);
        if let Some(told) = told {
            println!("{:>12} process {}: {told}", now - 1e12, self.processes[at].number);
            actions.iter().for_each(|action| println!("             -> {action:?}"));
        }
        self.look_at_actions(at, before, &actions);
        self.perform(at, actions);
    }

    /// Delivers a request; what it changes may be a reason for more requests.
    pub(super) fn deliver(&mut self, job: &Job, signed: &mut Hands) -> Outcome {
        let forgotten = |world: &World| world.tally.get("a forgotten upload").copied();
        let before = (self.world.places, forgotten(&self.world));
        let outcome = self.world.deliver(job, signed);
        if before != (self.world.places, forgotten(&self.world)) {
            self.ledger.may_create("a moved place, or a forgotten upload");
        }
        // A process that dies while it takes back leaves a checkpoint that a later run goes on from.
        if matches!(job, Job::AbortMultipartUpload { .. }) && outcome == Outcome::Done {
            self.ledger.may_create("an upload that was taken back");
        }
        let removes = matches!(job, Job::DeleteImage | Job::Report { success: false, .. });
        self.ledger.images += u32::from(removes && outcome == Outcome::Done);
        if *job == Job::DeleteObject && outcome == Outcome::Done {
            self.ledger.object_removed = true;
            self.ledger.may_create("an object that was taken back");
        }
        outcome
    }

    pub(super) fn arrive(&mut self, at: usize, id: u64, job: &Job, signed: &mut Hands, lost_answer: bool) {
        let outcome = self.deliver(job, signed);
        let creates = matches!(job, Job::CreateImage | Job::CreateMultipartUpload);
        if !creates && self.world.dice.chance(self.world.faults.doubled) {
            self.world.count("a request delivered twice");
            self.deliver(job, &mut signed.clone());
        }
        let moment = self.world.now + 5.0 + self.world.dice.below(900) as f64;
        if lost_answer {
            self.world.count(match job {
                Job::CreateImage => "a lost answer to createImage",
                Job::CompleteMultipartUpload { .. } => "a lost answer to Complete",
                Job::Report { .. } => "a lost answer to upload-done",
                Job::ShowOrder { .. } => "a lost answer about an order",
                _ => "another lost answer",
            });
        }
        let process = &mut self.processes[at];
        let outcome = if lost_answer { lost() } else { outcome };
        if matches!(outcome, Outcome::Prepared { .. }) {
            process.pending.push((moment, Pending::Keys(signed.clone())));
        }
        process.push(moment, Event::Ended { id, outcome });
    }

    fn perform(&mut self, at: usize, actions: Vec<Action>) {
        let mut finish = None;
        for action in actions {
            match action {
                Action::Start { id, job } => self.start(at, id, job),
                Action::Cancel { id } => self.cancel(at, id),
                Action::SetClock { .. } => self.processes[at].hands.clock_set = true,
                Action::SetRegion { region } => {
                    assert_eq!(region, "cn-north-1");
                    self.processes[at].hands.region_set = true;
                }
                Action::UseVirtualAddressing => self.processes[at].hands.virtual_addressing = true,
                Action::Save { checkpoint } => self.save(at, Some(checkpoint)),
                Action::Forget => self.save(at, None),
                Action::Release { .. } | Action::Tell(_) => {}
                Action::Finish(end) => finish = Some(*end),
            }
        }
        self.look_at_progress(at, finish.as_ref());
        let Some(end) = finish else { return };
        // A driver writes what is unsaved before it ends.
        if let Some(value) = self.processes[at].unsaved.take() {
            let _ = self.write(at, value);
        }
        let process = self.processes.swap_remove(at);
        self.look_at_remains(&process);
        self.look_at_end(&process, &end);
        // Who was taken over has nothing to say.
        if self.holder == process.number {
            self.end = Some(end);
        }
    }

    /// How long writing a checkpoint takes.
    fn writing_ends(&mut self, at: usize) -> f64 {
        let late = self.world.dice.chance(self.world.faults.save_late);
        if late {
            self.world.count("a checkpoint that is written late");
        }
        let delay = 1.0 + self.world.dice.below(if late { 120_000 } else { 300 }) as f64;
        let process = &mut self.processes[at];
        process.writes_until = process.writes_until.max(self.world.now) + delay;
        process.writes_until
    }

    fn save(&mut self, at: usize, value: Option<String>) {
        if self.processes[at].unsaved.replace(value).is_none() {
            let moment = self.writing_ends(at);
            self.processes[at].pending.push((moment, Pending::Write));
        }
    }

    /// Writes a checkpoint, or says why not.
    pub(super) fn write(&mut self, at: usize, value: Option<String>) -> Result<(), Event> {
        if self.holder != self.processes[at].number {
            self.world.count("a driver that was taken over");
            return Err(Event::TakenOver);
        }
        if self.world.dice.chance(self.world.faults.save_fails) {
            self.world.count("a checkpoint that cannot be written");
            self.unreliable = true;
            return Err(Event::NotSaved("the disk is full".to_owned()));
        }
        if let Some(text) = &value {
            self.ledger.saves += 1;
            self.ledger.largest_save = self.ledger.largest_save.max(text.len());
        }
        self.checkpoint = value;
        Ok(())
    }

    pub(super) fn write_job(&mut self, at: usize, id: u64, checkpoint: String) {
        let now = self.world.now;
        let outcome = match self.write(at, Some(checkpoint)) {
            Ok(()) => Outcome::Done,
            Err(Event::NotSaved(reason)) => {
                let error = Error::new(Kind::Internal, reason);
                Outcome::Failed(Trouble { remedy: Remedy::GiveUp, error })
            }
            Err(event) => {
                self.processes[at].push(now, event);
                Outcome::Done
            }
        };
        self.processes[at].push(now, Event::Ended { id, outcome });
    }

    fn cancel(&mut self, at: usize, id: u64) {
        self.cancelled(at, id);
        let mut kept = Vec::new();
        for (moment, pending) in core::mem::take(&mut self.processes[at].pending) {
            match pending {
                Pending::Arrive { id: other, job, signed, .. } if other == id => {
                    if self.world.dice.chance(self.world.faults.late) && job != Job::CreateImage {
                        self.ghosts.push((moment, job, signed));
                    }
                }
                Pending::WriteJob { id: other, .. } if other == id => {}
                Pending::Event(
                    Event::Ended { id: other, .. }
                    | Event::Sent { id: other, .. }
                    | Event::Began { id: other },
                ) if other == id => {}
                pending => kept.push((moment, pending)),
            }
        }
        self.processes[at].pending = kept;
    }

    fn start(&mut self, at: usize, id: u64, job: Job) {
        let now = self.world.now;
        self.look_at_job(at, id, &job);
        let short = now + 1.0 + self.world.dice.below(50) as f64;
        let count = self.world.plan.count;
        if let Some(image) = self.processes[at].session.image_id() {
            let image = image.to_owned();
            self.processes[at].hands.image = image;
        }
        match job {
            Job::HashPart { index, file } => {
                let outcome = hash(index, file.as_ref(), count);
                self.processes[at].push(short, Event::Ended { id, outcome });
            }
            Job::CheckSource => {
                self.processes[at].push(short, Event::Ended { id, outcome: Outcome::Done });
            }
            Job::Save { checkpoint, confirms } => {
                let moment = self.writing_ends(at);
                if confirms && moment > now + 5_000.0 {
                    // The lock is asked at once, and the store is not waited for.
                    let held = self.holder == self.processes[at].number;
                    let process = &mut self.processes[at];
                    if !held {
                        process.push(now, Event::TakenOver);
                    }
                    process.push(now + 5_000.0, Event::Ended { id, outcome: Outcome::Done });
                    return;
                }
                self.processes[at].pending.push((moment, Pending::WriteJob { id, checkpoint }));
            }
            job => self.request(at, id, job),
        }
    }

    /// Sends a request into the line.
    fn request(&mut self, at: usize, id: u64, job: Job) {
        let faults = self.world.faults.clone();
        let mut moment = self.world.now;
        let sends = matches!(job, Job::SendPart { .. } | Job::PutObject);
        if sends {
            if self.world.dice.chance(faults.waits) {
                self.world.count("a part that waits for a connection");
                moment += 60_000.0 + self.world.dice.below(840_000) as f64;
            }
            self.processes[at].push(moment, Event::Began { id });
            if self.world.dice.chance(faults.stalls) {
                self.world.count("a part that stands still");
                if self.world.dice.chance(50) {
                    self.processes[at].push(moment + 1_000.0, Event::Sent { id, bytes: 70_000 });
                }
                return;
            }
        }
        moment += 5.0 + self.world.dice.below(1_000) as f64;
        if sends && faults.slow {
            // Minutes, but something moves.
            self.world.count("a slow part");
            for step in 1..=self.world.dice.below(12) {
                moment += 20_000.0;
                self.processes[at].push(moment, Event::Sent { id, bytes: step * 100_000 });
            }
            moment += 1_000.0;
        }
        // The service's side repeats by itself what is safe to repeat.
        let again = matches!(job, Job::FindImages | Job::ShowImage | Job::ShowOrder { .. } | Job::Prepare);
        let mut chance =
            |percent| self.world.dice.chance(percent) && (!again || self.world.dice.chance(percent));
        let (lost_request, lost_answer) = (chance(faults.lost_request), chance(faults.lost_answer));
        if lost_request {
            self.world.count("a lost request");
            self.processes[at].push(moment, Event::Ended { id, outcome: lost() });
            return;
        }
        let process = &mut self.processes[at];
        let signed = process.hands.clone();
        process.pending.push((moment, Pending::Arrive { id, job, signed, lost_answer }));
    }
}
