//! Processes that upload into a [`World`], in virtual time: they are killed and started again, sleep, are rivals; what
//! must always be true is looked at in every step.

use super::super::*;
use super::world::*;
use crate::http::retry::Policy;
use crate::json::Value;
use crate::upload::plan::Plan;
use std::collections::HashSet;

/// What happens to the processes, besides the faults of the world.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// How many processes are killed, and how likely it is at each event, per mille.
    pub(super) kills: u32,
    pub(super) kill_chance: u64,
    /// The machine sleeps for hours so often.
    pub(super) sleeps: u32,
    /// A second driver wants the same upload; while the first one sleeps it may take it over.
    pub(super) rival: bool,
    /// The caller says this at the event of that number.
    pub(super) word: Option<(u32, Event)>,
    /// Somebody deletes the image while no process runs.
    pub(super) deleted_meanwhile: bool,
    /// No checkpoint is kept.
    pub(super) forgetful: bool,
}

/// How the whole story ended.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) end: Finish,
    pub(super) runs: u32,
    pub(super) checkpoint: Option<String>,
    /// Each part that was sent, in order.
    pub(super) sent: Vec<u32>,
    pub(super) began: f64,
}

enum Pending {
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
    Saved(u64),
}

struct Process {
    number: u32,
    session: Session,
    hands: Hands,
    pending: Vec<(f64, Pending)>,
    unsaved: Option<Option<String>>,
    save_at: f64,
    /// Credentials that the store was heard to refuse.
    bad_keys: Option<u64>,
    preparing: HashSet<u64>,
    signed_with: Vec<(u64, u64)>,
}

pub(super) struct Simulation {
    seed: u64,
    world: World,
    script: Script,
    checkpoint: Option<String>,
    holder: u32,
    processes: Vec<Process>,
    ghosts: Vec<(f64, Job, Hands)>,
    /// Parts that a process was told are stored whole.
    confirmed: HashSet<(String, u32)>,
    stolen: bool,
    sent: Vec<u32>,
    runs: u32,
    events: u32,
    /// How the process that holds the lock ended.
    end: Option<Finish>,
    /// Everything is printed: `SIMULATE_TRACE`.
    traced: bool,
}

const START: f64 = 1e12;
/// Everything ends within these many events, and this time (two weeks, of which most is slept).
const MOST_EVENTS: u32 = 200_000;
const LONGEST_MS: f64 = 14.0 * 86_400_000.0;
/// A caller tries a failed upload so often before the faults are taken away.
const CALLER_TRIES: u32 = 5;

fn copy(hands: &Hands) -> Hands {
    Hands { ..*hands }
}

impl Simulation {
    pub(super) fn new(seed: u64, faults: Faults, script: Script, count: u32, foreign: bool) -> Self {
        let plan = if count == 1 {
            Plan::new(1_000, None).unwrap()
        } else {
            Plan::new(u64::from(count) * (5 << 20) - 1, Some(5 << 20)).unwrap()
        };
        let mut images = Vec::new();
        if foreign {
            images.push(Image { id: "foreign".into(), status: "queued", foreign: true });
        }
        let world = World {
            dice: Dice(seed),
            faults,
            plan,
            now: START,
            images,
            created: 0,
            uploads: Vec::new(),
            made: 0,
            objects: Default::default(),
            place: 1,
            revoked_before: 0,
            keys_made: 0,
        };
        Simulation {
            seed,
            world,
            script,
            checkpoint: None,
            holder: 0,
            processes: Vec::new(),
            ghosts: Vec::new(),
            confirmed: HashSet::new(),
            stolen: false,
            sent: Vec::new(),
            runs: 0,
            events: 0,
            end: None,
            traced: std::env::var_os("SIMULATE_TRACE").is_some(),
        }
    }

    /// A new process: it takes the lock, and goes on from the checkpoint if there is one.
    fn launch(&mut self) {
        self.runs += 1;
        self.holder = self.runs;
        let config = Config {
            plan: self.world.plan,
            image_id: None,
            digest: true,
            repeatable: true,
            most_parallel: 6,
            first_parallel: 3,
            retry: Policy { max_attempts: 8, base_delay_ms: 300.0, max_delay_ms: 20_000.0 },
            patience_ms: 300_000.0,
            wait_ms: Some(600_000.0),
            seed: self.seed.wrapping_add(u64::from(self.runs)),
            head: (!self.script.forgetful).then(|| "{\"of\":\"the caller\"}".to_owned()),
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
        self.processes.push(Process {
            number: self.runs,
            session,
            hands: Hands::default(),
            pending: vec![(self.world.now, Pending::Event(Event::Start))],
            unsaved: None,
            save_at: 0.0,
            bad_keys: None,
            preparing: HashSet::new(),
            signed_with: Vec::new(),
        });
    }

    /// Ends a process at once; what it has sent may still arrive.
    fn kill(&mut self, at: usize) {
        let process = self.processes.swap_remove(at);
        for (moment, pending) in process.pending {
            if let Pending::Arrive { job, signed, .. } = pending
                && self.world.dice.chance(self.world.faults.late)
            {
                self.ghosts.push((moment, job, signed));
            }
        }
    }

    /// The whole story: runs until a process ends well, or for good, or the caller had enough.
    pub(super) fn run(mut self) -> Story {
        self.launch();
        let (mut tries, mut healthy) = (0, false);
        loop {
            self.step();
            assert!(self.events < MOST_EVENTS, "seed {}: it does not end", self.seed);
            assert!(self.world.now - START < LONGEST_MS, "seed {}: it takes for ever", self.seed);
            assert!(self.world.created <= 1, "seed {}: two images", self.seed);
            let foreign = self.world.images.iter().filter(|image| image.foreign);
            assert!(foreign.into_iter().all(|image| image.status == "queued"), "seed {}: foreign", self.seed);
            if !self.processes.is_empty() {
                continue;
            }
            let Some(end) = self.end.take() else {
                // Everything was killed; a moment later it is started again.
                self.world.now += 5_000.0 + self.world.dice.below(60_000) as f64;
                self.settle_ghosts();
                if core::mem::take(&mut self.script.deleted_meanwhile) {
                    let before = self.world.images.len();
                    self.world.images.retain(|image| image.foreign);
                    self.world.created -= (before - self.world.images.len()) as u32;
                }
                self.launch();
                continue;
            };
            let again = match &end {
                Finish::Failed(error) | Finish::Stopped(error) => error.details().resumable,
                Finish::Done(_) | Finish::Aborted(_) => false,
            };
            let kept = again && !self.script.forgetful;
            assert_eq!(self.checkpoint.is_some(), kept, "seed {}: {end:?}, {:?}", self.seed, self.checkpoint);
            assert!(
                !(again && healthy && !self.script.forgetful),
                "seed {}: nothing is wrong: {end:?}",
                self.seed
            );
            if !kept {
                let (world, runs) = (self.world, self.runs);
                return Story {
                    world,
                    end,
                    runs,
                    checkpoint: self.checkpoint,
                    sent: self.sent,
                    began: START,
                };
            }
            tries += 1;
            if tries == CALLER_TRIES {
                healthy = true;
                self.world.faults = Faults {
                    hidden_etags: self.world.faults.hidden_etags,
                    opaque_etags: self.world.faults.opaque_etags,
                    ..Faults::default()
                };
                self.script.kills = 0;
                self.script.sleeps = 0;
            }
            self.world.now += 5_000.0;
            self.settle_ghosts();
            self.launch();
        }
    }

    /// What dead processes had sent arrives.
    fn settle_ghosts(&mut self) {
        for (_, job, mut signed) in core::mem::take(&mut self.ghosts) {
            self.world.deliver(&job, &mut signed);
        }
    }

    /// The next thing that happens anywhere.
    fn step(&mut self) {
        let mut next: Option<(f64, usize)> = None;
        for (at, process) in self.processes.iter().enumerate() {
            let first = process.pending.iter().map(|(moment, _)| *moment).min_by(f64::total_cmp);
            let wake = process.session.next_wake();
            let moment = match (first, wake) {
                (Some(first), Some(wake)) => first.min(wake),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => panic!("seed {}: it waits for nothing", self.seed),
            };
            if next.is_none_or(|(known, _)| moment < known) {
                next = Some((moment, at));
            }
        }
        let Some((moment, at)) = next else { return };
        self.world.now = self.world.now.max(moment);
        let now = self.world.now;
        self.events += 1;
        if self.script.sleeps > 0 && self.world.dice.chance(1) {
            self.script.sleeps -= 1;
            self.world.now += 3_600_000.0 * (1 + self.world.dice.below(12)) as f64;
            // The lines are dead when it wakes up; a rival on another machine did not sleep.
            let now = self.world.now;
            for process in &mut self.processes {
                for (moment, pending) in core::mem::take(&mut process.pending) {
                    match pending {
                        // Nobody limits the time of a part but the session.
                        Pending::Arrive { job: Job::SendPart { .. } | Job::PutObject, .. } => {}
                        Pending::Arrive { id, .. } => {
                            let event = Event::Ended { id, outcome: lost() };
                            process.pending.push((now + 30_000.0, Pending::Event(event)));
                        }
                        pending => process.pending.push((moment, pending)),
                    }
                }
            }
            if self.script.rival && self.processes.len() == 1 && self.checkpoint.is_some() {
                self.script.rival = false;
                self.stolen = true;
                self.launch();
            }
            return;
        }
        if self.script.kills > 0 && self.world.dice.below(1_000) < self.script.kill_chance {
            self.script.kills -= 1;
            self.kill(at);
            return;
        }
        let process = &mut self.processes[at];
        let due = process.pending.iter().enumerate().filter(|(_, (moment, _))| *moment <= now);
        let due = due.min_by(|(_, (one, _)), (_, (other, _))| one.total_cmp(other)).map(|(index, _)| index);
        let event = match due.map(|index| process.pending.remove(index).1) {
            None => Event::Tick,
            Some(Pending::Event(event)) => event,
            Some(Pending::Keys(hands)) => {
                process.hands.keys = hands.keys;
                process.hands.place = hands.place;
                return;
            }
            Some(Pending::Saved(id)) if id == 0 => {
                let unsaved = process.unsaved.take();
                match unsaved {
                    Some(value) if self.holder == process.number => self.checkpoint = value,
                    Some(_) => process.pending.push((now, Pending::Event(Event::TakenOver))),
                    None => {}
                }
                return;
            }
            Some(Pending::Saved(_)) => return,
            Some(Pending::Arrive { id, job, mut signed, lost_answer }) => {
                self.arrive(at, id, &job, &mut signed, lost_answer);
                return;
            }
        };
        let event = match &self.script.word {
            Some((number, _)) if *number <= self.events => {
                let (_, word) = self.script.word.take().expect("there is one");
                self.processes[at].pending.push((now, Pending::Event(event)));
                word
            }
            _ => event,
        };
        self.heard(at, &event);
        let told = self.traced.then(|| format!("{event:?}"));
        let actions = self.processes[at].session.handle(now, event);
        if let Some(told) = told {
            println!("{:>12} process {}: {told}", now - START, self.processes[at].number);
            actions.iter().for_each(|action| println!("             -> {action:?}"));
        }
        self.perform(at, actions);
    }

    fn arrive(&mut self, at: usize, id: u64, job: &Job, signed: &mut Hands, lost_answer: bool) {
        let outcome = self.world.deliver(job, signed);
        let creates = matches!(job, Job::CreateImage | Job::CreateMultipartUpload);
        if !creates && self.world.dice.chance(self.world.faults.doubled) {
            self.world.deliver(job, &mut copy(signed));
        }
        let moment = self.world.now + 5.0 + self.world.dice.below(900) as f64;
        let process = &mut self.processes[at];
        let outcome = if lost_answer { lost() } else { outcome };
        if matches!(outcome, Outcome::Prepared { .. }) {
            process.pending.push((moment, Pending::Keys(copy(signed))));
        }
        process.pending.push((moment, Pending::Event(Event::Ended { id, outcome })));
    }

    /// What a process is told, noted for the invariants.
    fn heard(&mut self, at: usize, event: &Event) {
        let Event::Ended { id, outcome } = event else { return };
        let process = &mut self.processes[at];
        process.preparing.remove(id);
        if let Some(index) = process.signed_with.iter().position(|(job, _)| job == id) {
            let (_, keys) = process.signed_with.swap_remove(index);
            let current = process.hands.keys.map(|(number, _)| number);
            if let Outcome::Failed(trouble) = outcome
                && trouble.remedy == crate::oss::trouble::Remedy::NewKeys
                && current == Some(keys)
            {
                process.bad_keys = Some(keys);
            }
        }
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
                Action::Tell(UploadEvent::Part { part, state: "stored" | "found", .. }) => {
                    let holds =
                        |upload: &&Multipart| upload.parts.get(&part) == Some(&digest_of(part - 1, false));
                    let ids: Vec<String> =
                        self.world.uploads.iter().filter(holds).map(|upload| upload.id.clone()).collect();
                    self.confirmed.extend(ids.into_iter().map(|id| (id, part - 1)));
                }
                Action::Release { .. } | Action::Tell(_) => {}
                Action::Finish(end) => finish = Some(*end),
            }
        }
        let Some(end) = finish else { return };
        // A driver writes what is unsaved before it ends.
        let process = self.processes.swap_remove(at);
        if let Some(value) = process.unsaved
            && self.holder == process.number
        {
            self.checkpoint = value;
        }
        self.look_at(&end);
        // Who was taken over has nothing to say.
        if self.holder == process.number {
            self.end = Some(end);
        }
    }

    fn save(&mut self, at: usize, value: Option<String>) {
        let delay = 1.0 + self.world.dice.below(300) as f64;
        let now = self.world.now;
        let process = &mut self.processes[at];
        if process.unsaved.replace(value).is_none() {
            process.save_at = now + delay;
            process.pending.push((now + delay, Pending::Saved(0)));
        }
    }

    fn cancel(&mut self, at: usize, id: u64) {
        let process = &mut self.processes[at];
        process.preparing.remove(&id);
        let mut kept = Vec::new();
        for (moment, pending) in core::mem::take(&mut process.pending) {
            match pending {
                Pending::Arrive { id: other, job, signed, .. } if other == id => {
                    if self.world.dice.chance(self.world.faults.late) && job != Job::CreateImage {
                        self.ghosts.push((moment, job, signed));
                    }
                }
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
        let (seed, now) = (self.seed, self.world.now);
        let count = self.world.plan.count;
        let short = 1.0 + self.world.dice.below(50) as f64;
        let process = &mut self.processes[at];
        match &job {
            Job::HashPart { index, file } => {
                let outcome = hash(*index, file.as_ref(), count);
                process.pending.push((now + short, Pending::Event(Event::Ended { id, outcome })));
                return;
            }
            Job::CheckSource => {
                let event = Event::Ended { id, outcome: Outcome::Done };
                process.pending.push((now + short, Pending::Event(event)));
                return;
            }
            Job::Save { checkpoint } => {
                if self.holder == process.number {
                    self.checkpoint = Some(checkpoint.clone());
                } else {
                    process.pending.push((now, Pending::Event(Event::TakenOver)));
                }
                let event = Event::Ended { id, outcome: Outcome::Done };
                process.pending.push((now + short, Pending::Event(event)));
                return;
            }
            Job::Prepare => {
                assert!(process.preparing.is_empty(), "seed {seed}: two upload-prepare at once");
                process.preparing.insert(id);
            }
            Job::SendPart { index, upload_id } => {
                let known = self.confirmed.contains(&(upload_id.clone(), *index));
                let held = self.world.uploads.iter().any(|upload| {
                    upload.id == *upload_id
                        && upload.parts.get(&(index + 1)) == Some(&digest_of(*index, false))
                });
                let reason = self.stolen || !known || !held;
                assert!(reason, "seed {seed}: part {} is sent again although it is stored", index + 1);
                self.sent.push(*index);
            }
            _ => {}
        }
        if is_store(&job) {
            let keys = process.hands.keys.map(|(number, _)| number);
            assert!(keys.is_some(), "seed {seed}: {job:?} without credentials");
            assert!(process.bad_keys != keys, "seed {seed}: {job:?} with credentials that were refused");
            process.signed_with.extend(keys.map(|keys| (id, keys)));
        }
        let sends = matches!(job, Job::SendPart { .. } | Job::PutObject);
        if sends {
            process.pending.push((now, Pending::Event(Event::Began { id })));
        }
        let faults = self.world.faults.clone();
        if sends && self.world.dice.chance(faults.stalls) {
            return;
        }
        let mut moment = now + 5.0 + self.world.dice.below(1_000) as f64;
        if sends && faults.slow {
            // Minutes, but something moves.
            for step in 1..=self.world.dice.below(12) {
                moment += 20_000.0;
                let event = Event::Sent { id, bytes: step * 100_000 };
                process_push(&mut self.processes[at], moment, event);
            }
            moment += 1_000.0;
        }
        // The service's side repeats by itself what is safe to repeat.
        let again = matches!(job, Job::FindImages | Job::ShowImage | Job::Prepare);
        let mut chance =
            |percent| self.world.dice.chance(percent) && (!again || self.world.dice.chance(percent));
        let (lost_request, lost_answer) = (chance(faults.lost_request), chance(faults.lost_answer));
        if lost_request {
            process_push(&mut self.processes[at], moment, Event::Ended { id, outcome: lost() });
            return;
        }
        let process = &mut self.processes[at];
        let signed = copy(&process.hands);
        process.pending.push((moment, Pending::Arrive { id, job, signed, lost_answer }));
    }

    /// What must be true of an end.
    fn look_at(&mut self, end: &Finish) {
        let seed = self.seed;
        let place = self.world.place;
        match end {
            Finish::Done(summary) => {
                assert!(self.world.is_right(place), "seed {seed}: done, but the object is not the file");
                let status = self.world.image().map(|image| image.status);
                assert_eq!(status, Some("active"), "seed {seed}");
                assert_eq!(summary.verified, "md5");
            }
            Finish::Aborted(error) if !error.message().contains("not ") => {
                // Another place is out of the reach of the credentials for this one.
                let left = self.world.uploads.iter().filter(|upload| upload.place == place).count();
                // Two refusals in a row look like a store where nobody may list.
                let moved = place > 1
                    || self.world.faults.revoked_keys > 0
                    || self.runs > 1 && self.world.faults.late > 0;
                assert!(left == 0 || moved, "seed {seed}: {left} uploads are left after abort");
                assert!(self.world.image().is_none(), "seed {seed}: an image is left after abort");
            }
            Finish::Aborted(_) | Finish::Stopped(_) => {}
            Finish::Failed(error) => {
                let tried = error.message().contains("not taken back");
                if error.kind() == crate::error::Kind::Integrity && !error.details().resumable && !tried {
                    let status = self.world.image().map(|image| image.status);
                    assert_ne!(status, Some("active"), "seed {seed}: a wrong image is left");
                }
            }
        }
    }
}

fn process_push(process: &mut Process, moment: f64, event: Event) {
    process.pending.push((moment, Pending::Event(event)));
}
