//! The session through faults: it ends; what it calls done is stored whole and right, once; what it takes back is
//! gone.

mod world;

use super::*;
use crate::http::retry::Policy;
use crate::upload::plan::Plan;
use world::{Dice, Faults, World, digest_of};

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
