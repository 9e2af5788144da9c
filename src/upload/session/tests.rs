//! The session in a world of its own: a service, a store and a line that fail as a seed says, in virtual time.
//!
//! Invariants: it ends; what it calls done is stored whole and right, once; what it takes back is gone.

use super::*;
use crate::auth::sigv4::hex;
use crate::http::retry::Policy;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{PartsPage, StoredPart};
use crate::upload::digest::multipart_etag;
use crate::upload::plan::Plan;
use md5::{Digest, Md5};
use std::collections::BTreeMap;

/// Random numbers of a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What goes wrong how often, percent.
#[derive(Clone, Debug, Default)]
struct Faults {
    lost_request: u64,
    lost_answer: u64,
    unavailable: u64,
    flipped_bit: u64,
    expired_keys: u64,
    hidden_etags: bool,
    opaque_etags: bool,
    forgotten_upload: u64,
    error_in_200: u64,
    stalls: u64,
    skewed: bool,
    wrong_region: bool,
}

/// Service and store.
struct World {
    dice: Dice,
    faults: Faults,
    plan: Plan,
    now: f64,
    images_created: u32,
    image: Option<&'static str>,
    upload: Option<(String, BTreeMap<u32, [u8; 16]>)>,
    uploads_made: u32,
    object: Option<Vec<[u8; 16]>>,
    keys_good: bool,
    clock_set: bool,
    region_set: bool,
    sent: Vec<u32>,
    /// What will be told when: moment, job.
    pending: Vec<(f64, u64, Outcome)>,
}

/// The MD5 of a part is that of its number: the simulated file has no bytes.
fn digest_of(index: u32, damaged: bool) -> [u8; 16] {
    Md5::digest([index.to_le_bytes(), [u8::from(damaged); 4]].concat()).into()
}

fn file_digest(count: u32) -> [u8; 16] {
    Md5::digest(count.to_le_bytes()).into()
}

fn trouble(remedy: Remedy, kind: Kind, code: &str, status: u16) -> Outcome {
    let retryable = matches!(remedy, Remedy::Wait { .. });
    let error = Error::new(kind, code).with_code(code).with_status(status).retryable(retryable);
    Outcome::Failed(Trouble { remedy, error })
}

fn wait() -> Remedy {
    Remedy::Wait { retry_after_ms: None }
}

impl World {
    fn lost(&self) -> Outcome {
        Outcome::Failed(Trouble { remedy: wait(), error: Error::new(Kind::Network, "lost") })
    }

    /// Does a job, and says how it ended; none where nothing is ever heard of it.
    fn perform(&mut self, job: &Job) -> Option<Outcome> {
        let reads = matches!(job, Job::HashPart { .. } | Job::CheckSource);
        if !reads {
            if self.dice.chance(self.faults.stalls) && matches!(job, Job::SendPart { .. } | Job::PutObject) {
                return None;
            }
            if self.dice.chance(self.faults.lost_request) && *job != Job::CreateImage {
                return Some(self.lost());
            }
            if self.dice.chance(self.faults.unavailable) && *job != Job::CreateImage {
                return Some(trouble(wait(), Kind::Storage, "SlowDown", 503));
            }
        }
        let outcome = self.really(job);
        if !reads && self.dice.chance(self.faults.lost_answer) && *job != Job::CreateImage {
            return Some(self.lost());
        }
        Some(outcome)
    }

    fn really(&mut self, job: &Job) -> Outcome {
        let store = !matches!(
            job,
            Job::CreateImage
                | Job::ShowImage
                | Job::Prepare
                | Job::Report { .. }
                | Job::DeleteImage
                | Job::HashPart { .. }
                | Job::CheckSource
        );
        if store {
            if self.faults.skewed && !self.clock_set {
                return trouble(
                    Remedy::SetClock(self.now + 3_600_000.0),
                    Kind::Storage,
                    "RequestTimeTooSkewed",
                    403,
                );
            }
            if self.faults.wrong_region && !self.region_set {
                let remedy = Remedy::SetRegion("cn-north-1".into());
                return trouble(remedy, Kind::Storage, "AuthorizationHeaderMalformed", 400);
            }
            if self.dice.chance(self.faults.expired_keys) {
                self.keys_good = false;
            }
            if !self.keys_good {
                return trouble(Remedy::NewKeys, Kind::Auth, "ExpiredToken", 400);
            }
            if self.dice.chance(self.faults.forgotten_upload) {
                self.upload = None;
            }
        }
        let gone = || trouble(Remedy::NoSuchUpload, Kind::Storage, "NoSuchUpload", 404);
        match job {
            Job::CreateImage => {
                self.images_created += 1;
                self.image = Some("queued");
                Outcome::ImageCreated { image_id: "img-1".into() }
            }
            Job::ShowImage => {
                let Some(status) = self.image else {
                    return trouble(Remedy::GiveUp, Kind::Service, "IMG.DBGet.NoData", 400);
                };
                if status == "saving" && self.dice.chance(50) {
                    self.image = Some("active");
                }
                let right = self.object.as_ref().is_some_and(|object| {
                    (0..self.plan.count)
                        .all(|index| object.get(index as usize) == Some(&digest_of(index, false)))
                });
                let checksum = if right { file_digest(self.plan.count) } else { digest_of(0, true) };
                Outcome::Image(ImageFacts {
                    status: status.to_owned(),
                    checksum: if status == "active" { hex(&checksum) } else { String::new() },
                    size: (status == "active").then_some(self.plan.size),
                    json: "{}".into(),
                })
            }
            Job::Prepare => {
                self.keys_good = true;
                Outcome::Prepared { place: "store bucket key".into() }
            }
            Job::CheckSource => Outcome::Done,
            Job::HashPart { index } => Outcome::Hashed {
                part: digest_of(*index, false),
                file: (*index + 1 == self.plan.count).then(|| file_digest(self.plan.count)),
            },
            Job::CreateMultipartUpload => {
                self.uploads_made += 1;
                let id = format!("upload-{}", self.uploads_made);
                self.upload = Some((id.clone(), BTreeMap::new()));
                Outcome::MultipartCreated { upload_id: id }
            }
            Job::SendPart { index, upload_id } => {
                self.sent.push(*index);
                let damaged = self.dice.chance(self.faults.flipped_bit);
                match &mut self.upload {
                    Some((id, parts)) if id == upload_id => {
                        let digest = digest_of(*index, damaged);
                        parts.insert(*index + 1, digest);
                        Outcome::Stored { etag: self.etag(digest) }
                    }
                    _ => gone(),
                }
            }
            Job::PutObject => {
                let damaged = self.dice.chance(self.faults.flipped_bit);
                self.object = Some(vec![digest_of(0, damaged)]);
                Outcome::Stored { etag: self.etag(digest_of(0, damaged)) }
            }
            Job::ListParts { upload_id, marker } => match &self.upload {
                Some((id, parts)) if id == upload_id => {
                    let plan = self.plan;
                    let listed = |(number, digest): (&u32, &[u8; 16])| StoredPart {
                        number: *number,
                        etag: if self.faults.opaque_etags { "opaque".into() } else { hex(digest) },
                        size: plan.range(number - 1).1,
                    };
                    let parts: Vec<StoredPart> = parts.range(marker + 1..).take(3).map(listed).collect();
                    let last = parts.last().map_or(0, |part| part.number);
                    let more = parts.len() == 3 && last < plan.count;
                    Outcome::Parts(PartsPage { parts, next: more.then_some(last) })
                }
                _ => gone(),
            },
            Job::CompleteMultipartUpload { upload_id, parts } => {
                if self.dice.chance(self.faults.error_in_200) {
                    return trouble(wait(), Kind::Storage, "InternalError", 200);
                }
                match &self.upload {
                    Some((id, held)) if id == upload_id => {
                        let named: Option<Vec<[u8; 16]>> =
                            parts.iter().map(|part| held.get(&part.number).copied()).collect();
                        let etags_right = self.faults.opaque_etags
                            || parts
                                .iter()
                                .all(|part| held.get(&part.number).is_some_and(|d| hex(d) == part.etag));
                        match named {
                            Some(all) if etags_right => {
                                self.object = Some(all.clone());
                                self.upload = None;
                                Outcome::Completed { etag: Some(multipart_etag(all.into_iter())) }
                            }
                            _ => trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400),
                        }
                    }
                    _ => gone(),
                }
            }
            Job::HeadObject => match &self.object {
                Some(object) => {
                    let etag = multipart_etag(object.iter().copied());
                    Outcome::Object { size: Some(self.plan.size), etag: Some(etag) }
                }
                None => trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404),
            },
            Job::Report { success: true, .. } => match self.image {
                Some("queued") if self.object.is_some() => {
                    self.image = Some("saving");
                    Outcome::Done
                }
                _ => trouble(Remedy::GiveUp, Kind::Service, "IMG.OperationDenied.ActionNotMatchStatus", 400),
            },
            Job::Report { success: false, .. } => {
                if self.image == Some("active") {
                    return trouble(
                        Remedy::GiveUp,
                        Kind::Service,
                        "IMG.OperationDenied.ActionNotMatchStatus",
                        400,
                    );
                }
                self.image = self.image.map(|_| "killed");
                Outcome::Done
            }
            Job::AbortMultipartUpload { upload_id } => match &self.upload {
                Some((id, _)) if id == upload_id => {
                    self.upload = None;
                    Outcome::Done
                }
                _ => gone(),
            },
            Job::DeleteObject => {
                self.object = None;
                Outcome::Done
            }
            Job::DeleteImage => {
                self.image = None;
                Outcome::Done
            }
        }
    }

    fn etag(&self, digest: [u8; 16]) -> Option<String> {
        if self.faults.hidden_etags {
            None
        } else if self.faults.opaque_etags {
            Some("\"opaque\"".into())
        } else {
            Some(format!("\"{}\"", hex(&digest)))
        }
    }
}

/// Runs a session to its end; `interrupt` throws in an event after so many steps.
fn run(seed: u64, faults: Faults, count: u32, interrupt: Option<(u32, Event)>) -> (World, Finish) {
    let plan = if count == 1 {
        Plan::new(1_000, None).unwrap()
    } else {
        Plan::new(u64::from(count) * (5 << 20) - 1, Some(5 << 20)).unwrap()
    };
    let mut session = Session::new(Config {
        plan,
        image_id: None,
        digest: true,
        repeatable: true,
        most_parallel: 6,
        first_parallel: 3,
        retry: Policy { max_attempts: 8, base_delay_ms: 300.0, max_delay_ms: 20_000.0 },
        patience_ms: 300_000.0,
        wait_ms: Some(600_000.0),
        seed,
    });
    let mut world = World {
        dice: Dice(seed),
        faults,
        plan,
        now: 1e12,
        images_created: 0,
        image: None,
        upload: None,
        uploads_made: 0,
        object: None,
        keys_good: false,
        clock_set: false,
        region_set: false,
        sent: Vec::new(),
        pending: Vec::new(),
    };
    let mut event = Event::Start;
    for step in 0..20_000 {
        let actions = session.handle(world.now, event);
        for action in actions {
            match action {
                Action::Start { id, job } => {
                    if let Some(outcome) = world.perform(&job) {
                        let moment = world.now + 10.0 + world.dice.below(2_000) as f64;
                        world.pending.push((moment, id, outcome));
                    }
                }
                Action::Cancel { id } => world.pending.retain(|(_, job, _)| *job != id),
                Action::SetClock { server_ms } => {
                    assert!(server_ms > world.now);
                    world.clock_set = true;
                }
                Action::SetRegion { region } => {
                    assert_eq!(region, "cn-north-1");
                    world.region_set = true;
                }
                Action::Release { .. } | Action::Tell(_) => {}
                Action::Finish(finish) => return (world, *finish),
            }
        }
        if let Some((at, what)) = &interrupt
            && *at == step
        {
            event = what.clone();
            continue;
        }
        let first = world.pending.iter().map(|(moment, ..)| *moment).min_by(f64::total_cmp);
        let wake = session.next_wake();
        let next = match (first, wake) {
            (Some(moment), Some(wake)) => moment.min(wake),
            (Some(moment), None) => moment,
            (None, Some(wake)) => wake,
            (None, None) => panic!("seed {seed}: it waits for nothing"),
        };
        world.now = world.now.max(next);
        event = match world.pending.iter().position(|(moment, ..)| *moment <= world.now) {
            Some(at) => {
                let (_, id, outcome) = world.pending.swap_remove(at);
                Event::Ended { id, outcome }
            }
            None => Event::Tick,
        };
    }
    panic!("seed {seed}: it does not end");
}

fn is_right(world: &World) -> bool {
    let expected: Vec<[u8; 16]> = (0..world.plan.count).map(|index| digest_of(index, false)).collect();
    world.object.as_ref() == Some(&expected)
}

#[test]
fn without_faults_each_part_is_sent_once() {
    for count in [1, 2, 7, 40] {
        let (world, finish) = run(7, Faults::default(), count, None);
        let Finish::Done(summary) = finish else { panic!("{finish:?}") };
        assert_eq!((summary.verified, summary.warnings.len()), ("md5", 0));
        assert!(is_right(&world));
        assert_eq!((world.images_created, world.image), (1, Some("active")));
        let mut sent = world.sent.clone();
        sent.sort_unstable();
        assert_eq!(sent, if count == 1 { vec![] } else { (0..count).collect::<Vec<_>>() });
    }
}

#[test]
fn each_fault_alone_is_got_over() {
    let all = [
        Faults { lost_request: 20, ..Faults::default() },
        Faults { lost_answer: 20, ..Faults::default() },
        Faults { unavailable: 30, ..Faults::default() },
        Faults { flipped_bit: 15, ..Faults::default() },
        Faults { expired_keys: 5, ..Faults::default() },
        Faults { hidden_etags: true, ..Faults::default() },
        Faults { opaque_etags: true, ..Faults::default() },
        Faults { stalls: 20, ..Faults::default() },
        Faults { skewed: true, ..Faults::default() },
        Faults { wrong_region: true, ..Faults::default() },
        Faults { error_in_200: 50, ..Faults::default() },
    ];
    for faults in all {
        for seed in 0..40 {
            let count = [1, 2, 9][seed as usize % 3];
            let (world, finish) = run(seed, faults.clone(), count, None);
            assert!(matches!(finish, Finish::Done(_)), "seed {seed}, {faults:?}: {finish:?}");
            assert!(is_right(&world), "seed {seed}, {faults:?}");
            assert_eq!(world.images_created, 1);
        }
    }
}

#[test]
fn whatever_happens_it_ends_and_never_calls_a_wrong_object_done() {
    let (mut done, mut failed) = (0, 0);
    for seed in 0..2_000 {
        let mut dice = Dice(seed ^ 0xface);
        let mut some = |most: u64| if dice.chance(40) { dice.below(most) } else { 0 };
        let faults = Faults {
            lost_request: some(40),
            lost_answer: some(40),
            unavailable: some(60),
            flipped_bit: some(40),
            expired_keys: some(15),
            forgotten_upload: some(4),
            error_in_200: some(80),
            stalls: some(30),
            hidden_etags: some(2) > 0,
            opaque_etags: some(2) > 0,
            skewed: some(2) > 0,
            wrong_region: some(2) > 0,
        };
        let (world, finish) = run(seed, faults.clone(), 1 + (seed % 12) as u32, None);
        assert_eq!(world.images_created, 1, "seed {seed}");
        match finish {
            Finish::Done(_) => {
                done += 1;
                assert!(is_right(&world), "seed {seed}, {faults:?}: done, but the object is wrong");
                assert_eq!(world.image, Some("active"));
            }
            Finish::Failed(error) => {
                failed += 1;
                if error.kind() == Kind::Integrity && !error.details().resumable {
                    assert_ne!(world.image, Some("active"), "seed {seed}: a wrong image is left");
                }
            }
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert!(done > 1_000 && failed > 10, "{done} done, {failed} failed: the faults are too hard or too soft");
}

#[test]
fn an_abort_at_any_moment_leaves_nothing() {
    for seed in 0..300 {
        let count = [1, 5][seed as usize % 2];
        let faults = Faults { unavailable: 10, ..Faults::default() };
        let at = (seed / 2) as u32 % 45;
        let (world, finish) = run(seed, faults, count, Some((at, Event::Abort)));
        match finish {
            Finish::Aborted(error) => {
                assert_eq!(error.kind(), Kind::Aborted);
                assert!(
                    world.upload.is_none() && world.image.is_none(),
                    "seed {seed} at {at}: {:?}",
                    world.image
                );
            }
            Finish::Done(_) => assert_eq!(world.image, Some("active")),
            other => panic!("seed {seed} at {at}: {other:?}"),
        }
    }
}

#[test]
fn a_stop_at_any_moment_keeps_what_is_stored() {
    for seed in 0..120 {
        let (world, finish) = run(seed, Faults::default(), 5, Some((seed as u32 % 40, Event::Stop)));
        match finish {
            Finish::Stopped(error) => {
                assert_eq!(error.kind(), Kind::Aborted);
                assert_eq!(error.details().resumable, world.image.is_some(), "seed {seed}");
                assert_ne!(world.image, Some("killed"));
            }
            Finish::Done(_) => assert!(is_right(&world)),
            other => panic!("seed {seed}: {other:?}"),
        }
    }
}

#[test]
fn a_dead_store_ends_in_an_error_that_says_what_was_tried() {
    let (world, finish) = run(3, Faults { unavailable: 100, ..Faults::default() }, 4, None);
    let Finish::Failed(error) = finish else { panic!("{finish:?}") };
    let details = error.details();
    assert!(details.resumable && details.retryable && details.attempts.len() > 5, "{details:?}");
    assert_eq!(world.image, Some("queued"), "the image is kept for later");
    assert!(world.now - 1e12 < 3_600_000.0);
}
