//! Processes that upload into a [`World`], in virtual time: they are killed and started again, sleep, pause, are
//! rivals. What must always be true is looked at in every step, by `invariants`.

use super::super::*;
use super::ledger::Ledger;
use super::process::{Pending, Process};
pub(super) use super::script::Script;
use super::world::*;
use crate::upload::plan::Plan;

/// How the whole story ended.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) end: Finish,
    pub(super) runs: u32,
    pub(super) checkpoint: Option<String>,
    /// Each part that was sent, in order.
    pub(super) sent: Vec<u32>,
    pub(super) began: f64,
    /// Things that happened.
    pub(super) events: u32,
    /// Checkpoints that were written, and the bytes of the largest.
    pub(super) saves: (u32, usize),
}

pub(super) struct Simulation {
    pub(super) seed: u64,
    pub(super) world: World,
    pub(super) script: Script,
    pub(super) checkpoint: Option<String>,
    /// A checkpoint could not be written once: what is kept may be old.
    pub(super) unreliable: bool,
    pub(super) holder: u32,
    pub(super) processes: Vec<Process>,
    pub(super) ghosts: Vec<(f64, Job, Hands)>,
    pub(super) ledger: Ledger,
    /// A rival has taken the upload over once.
    pub(super) stolen: bool,
    pub(super) runs: u32,
    pub(super) events: u32,
    /// How the process that holds the lock ended.
    pub(super) end: Option<Finish>,
    /// Everything is printed: `SIMULATE_TRACE`.
    pub(super) traced: bool,
}

const START: f64 = 1e12;
/// Everything ends within these many events, and this time (two weeks, of which most is slept).
const MOST_EVENTS: u32 = 200_000;
const LONGEST_MS: f64 = 14.0 * 86_400_000.0;
/// A caller tries a failed upload so often before the faults are taken away.
const CALLER_TRIES: u32 = 5;
/// Processes that run at once.
const MOST_DRIVERS: usize = 3;

/// Says which seed a panic is of.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            eprintln!(
                "seed {seed} fails; a drawn one is replayed by: cargo xtask simulate --seeds 1 --first-seed {seed}"
            );
        }
    }
}

impl Simulation {
    pub(super) fn new(seed: u64, faults: Faults, script: Script, count: u32, foreign: bool) -> Self {
        let plan = if count == 1 {
            Plan::new(1_000, None).unwrap()
        } else {
            Plan::new(u64::from(count) * (5 << 20) - 1, Some(5 << 20)).unwrap()
        };
        Self::of(seed, faults, script, plan, foreign)
    }

    /// The upload of a file that was planned.
    pub(super) fn of(seed: u64, faults: Faults, script: Script, plan: Plan, foreign: bool) -> Self {
        let count = plan.count;
        let image = |id: &str, origin, place| Image { id: id.into(), status: "queued", origin, place };
        let mut images = Vec::new();
        if foreign {
            images.push(image("foreign", Origin::Foreign, 1));
        }
        if script.target {
            images.push(image("target", Origin::Target, 2));
        }
        let mut world = World {
            dice: Dice(seed),
            faults,
            plan,
            now: START,
            images,
            created: 0,
            uploads: Vec::new(),
            made: 0,
            objects: Default::default(),
            etags: Default::default(),
            replaced: false,
            places: 2,
            stranger: None,
            taken: Vec::new(),
            revoked_before: 0,
            keys_made: 0,
            damages: 0,
            tally: Default::default(),
            imports: script.imports,
            listed_from: Default::default(),
        };
        if script.target {
            world.count("an image that exists");
        }
        if !script.digest {
            world.count("no digest");
        }
        Simulation {
            seed,
            world,
            script,
            checkpoint: None,
            unreliable: false,
            holder: 0,
            processes: Vec::new(),
            ghosts: Vec::new(),
            ledger: Ledger::new(count),
            stolen: false,
            runs: 0,
            events: 0,
            end: None,
            traced: std::env::var_os("SIMULATE_TRACE").is_some(),
        }
    }

    /// The whole story: runs until a process ends well, or for good, or the caller had enough.
    pub(super) fn run(mut self) -> Story {
        let _told = Told(self.seed);
        self.launch();
        let (mut tries, mut healthy) = (0, false);
        loop {
            self.step();
            assert!(self.events < MOST_EVENTS, "it does not end");
            assert!(self.world.now - START < LONGEST_MS, "it takes for ever");
            self.look_at_images();
            if !self.processes.is_empty() {
                continue;
            }
            let Some(end) = self.end.take() else {
                // Everything was killed; a moment later it is started again.
                self.world.now += 5_000.0 + self.world.dice.below(60_000) as f64;
                self.settle_ghosts();
                self.meanwhile();
                self.launch();
                continue;
            };
            let resumable = match &end {
                Finish::Failed(error) | Finish::Stopped(error) | Finish::Aborted(error, _) => {
                    error.details().resumable
                }
                Finish::Done(_) => false,
            };
            let kept = resumable && !self.script.forgetful;
            if !self.unreliable {
                assert_eq!(self.checkpoint.is_some(), kept, "the checkpoint after {end:?}");
            }
            assert!(!(kept && healthy), "nothing is wrong: {end:?}");
            // What could not be taken back is kept too, but nobody wants it finished.
            if !kept || matches!(end, Finish::Aborted(..)) {
                return Story {
                    world: self.world,
                    end,
                    runs: self.runs,
                    checkpoint: self.checkpoint,
                    sent: self.ledger.sent,
                    began: START,
                    events: self.events,
                    saves: (self.ledger.saves, self.ledger.largest_save),
                };
            }
            tries += 1;
            self.world.count(if matches!(end, Finish::Stopped(_)) {
                "a later run after a stop"
            } else {
                "a later run after a failure"
            });
            if tries == CALLER_TRIES {
                healthy = true;
                self.calm_down();
            }
            self.world.now += 5_000.0;
            self.settle_ghosts();
            self.meanwhile();
            self.launch();
        }
    }

    /// Nothing goes wrong any more, so that the next run must end well.
    fn calm_down(&mut self) {
        self.world.faults = self.world.faults.nature();
        self.script = Script {
            forgetful: self.script.forgetful,
            target: self.script.target,
            digest: self.script.digest,
            most_parallel: self.script.most_parallel,
            imports: self.script.imports,
            delete_object: self.script.delete_object,
            ..Script::default()
        };
    }

    /// What others do while no process runs.
    fn meanwhile(&mut self) {
        if core::mem::take(&mut self.script.deleted_meanwhile) {
            let before = self.world.images.len();
            self.world.images.retain(|image| image.origin == Origin::Foreign);
            if self.world.images.len() < before {
                self.world.count("an image deleted meanwhile");
                self.ledger.images += 1;
                self.ledger.may_create("the image is gone");
            }
        }
        if core::mem::take(&mut self.script.replaced_meanwhile) {
            self.world.replace_by_somebody_else();
            self.ledger.may_create("an object of somebody else");
        }
        if core::mem::take(&mut self.script.finished_meanwhile) {
            self.world.finish_by_somebody_else(self.script.digest);
            // One that nobody knows of yet cannot be found any more.
            self.ledger.images += 1;
        }
    }

    /// What dead processes had sent arrives.
    fn settle_ghosts(&mut self) {
        for (_, job, mut signed) in core::mem::take(&mut self.ghosts) {
            self.world.count("a request of a dead process");
            self.deliver(&job, &mut signed);
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
                (None, None) => panic!("it waits for nothing"),
            };
            if next.is_none_or(|(known, _)| moment < known) {
                next = Some((moment, at));
            }
        }
        let Some((moment, at)) = next else { return };
        self.world.now = self.world.now.max(moment);
        self.events += 1;
        if self.script.sleeps > 0 && self.world.dice.chance(1) {
            self.script.sleeps -= 1;
            self.sleep();
        } else if self.script.kills > 0 && self.world.dice.below(1_000) < self.script.kill_chance {
            self.script.kills -= 1;
            self.world.count("a killed process");
            self.kill(at);
        } else {
            self.maybe_pause(at);
            self.happen(at);
        }
    }

    /// The machine sleeps for hours. The lines are dead when it wakes up; a rival on another machine did not sleep.
    fn sleep(&mut self) {
        self.world.count("hours of sleep");
        self.world.now += 3_600_000.0 * (1 + self.world.dice.below(12)) as f64;
        let now = self.world.now;
        for process in &mut self.processes {
            process.forgive(now);
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
        while self.script.rivals > 0 && self.processes.len() < MOST_DRIVERS && self.checkpoint.is_some() {
            self.script.rivals -= 1;
            self.stolen = true;
            self.world.count("a rival");
            if self.processes.len() == MOST_DRIVERS - 1 {
                self.world.count("a third driver");
            }
            self.ledger.may_create("a rival");
            self.launch();
            if self.world.dice.chance(50) {
                break;
            }
        }
    }

    /// Now and then the caller pauses, or the line is down; each word may come twice.
    fn maybe_pause(&mut self, at: usize) {
        let (now, twice) = (self.world.now, self.world.dice.chance(20));
        let often = |events: u32, drawn: u64| drawn < if events < 200 { 30 } else { 5 };
        if self.script.pauses > 0 && often(self.events, self.world.dice.below(1_000)) {
            self.script.pauses -= 1;
            let longest = if self.world.dice.chance(20) { 10_800_000 } else { 120_000 };
            self.world.count("a pause");
            let end = now + 1_000.0 + self.world.dice.below(longest) as f64;
            self.processes[at].say((now, Event::Pause), (end, Event::Resume), twice);
        } else if self.script.offlines > 0 && often(self.events, self.world.dice.below(1_000)) {
            self.script.offlines -= 1;
            self.world.count("a line that is down");
            let end = now + 1_000.0 + self.world.dice.below(600_000) as f64;
            self.processes[at].say((now, Event::Offline), (end, Event::Online), twice);
        }
    }

    /// The next event of a process.
    fn happen(&mut self, at: usize) {
        let now = self.world.now;
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
            Some(Pending::Write) => {
                if let Some(value) = process.unsaved.take()
                    && let Err(event) = self.write(at, value)
                {
                    self.processes[at].pending.push((now, Pending::Event(event)));
                }
                return;
            }
            Some(Pending::WriteJob { id, checkpoint }) => {
                self.write_job(at, id, checkpoint);
                return;
            }
            Some(Pending::Arrive { id, job, mut signed, lost_answer }) => {
                self.arrive(at, id, &job, &mut signed, lost_answer);
                return;
            }
        };
        let due = self.script.words.iter().position(|(number, _)| *number <= self.events);
        let event = match due {
            Some(due) if event != Event::Start => {
                let (_, word) = self.script.words.swap_remove(due);
                self.world.count(if word == Event::Stop { "a stop" } else { "an abort" });
                let twice = self.world.dice.chance(20);
                let pending = &mut self.processes[at].pending;
                pending.push((now, Pending::Event(event)));
                if twice {
                    pending.push((now, Pending::Event(word.clone())));
                }
                word
            }
            _ => event,
        };
        self.handle(at, event);
    }
}
