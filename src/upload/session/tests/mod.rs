//! The session through faults: it ends; what it calls done is stored whole and right, once; what it takes back is
//! gone; what it keeps can be gone on with.

mod drawn;
mod held;
mod images;
mod imports;
mod invariants;
mod large;
mod ledger;
mod others;
mod process;
mod script;
mod simulation;
mod single;
mod store;
mod world;

use super::*;
use crate::error::Kind;
use simulation::{Script, Simulation, Story};
use world::{EtagStyle, Faults, Origin};

fn run(seed: u64, faults: Faults, count: u32, script: Script) -> Story {
    Simulation::new(seed, faults, script, count, seed.is_multiple_of(3)).run()
}

fn calm() -> Script {
    Script::default()
}

fn say(number: u32, word: Event) -> Script {
    Script { words: vec![(number, word)], ..Script::default() }
}

#[test]
fn without_faults_each_part_is_sent_once() {
    for count in [1, 2, 7, 40] {
        let story = run(7, Faults::default(), count, calm());
        let Finish::Done(summary) = story.end else { panic!("{:?}", story.end) };
        assert_eq!((summary.verified, summary.warnings.len()), ("md5", 0));
        let mut sent = story.sent;
        sent.sort_unstable();
        assert_eq!(sent, (0..count).collect::<Vec<_>>());
    }
}

/// Each fault by itself, with its name.
fn alone() -> Vec<(&'static str, Faults)> {
    vec![
        ("lost requests", Faults { lost_request: 20, ..Faults::default() }),
        ("lost answers", Faults { lost_answer: 20, ..Faults::default() }),
        ("doubled requests", Faults { doubled: 50, ..Faults::default() }),
        ("503", Faults { unavailable: 30, ..Faults::default() }),
        ("flipped bits", Faults { flipped_bit: 15, ..Faults::default() }),
        ("revoked credentials", Faults { revoked_keys: 5, ..Faults::default() }),
        ("short-lived credentials", Faults { keys_last: 15_000.0, ..Faults::default() }),
        ("hidden ETags", Faults { hidden_etags: true, ..Faults::default() }),
        ("opaque ETags", Faults { etags: EtagStyle::Opaque, ..Faults::default() }),
        ("ETags of another digest", Faults { etags: EtagStyle::Other, ..Faults::default() }),
        ("lists in small pages", Faults { page: 2, hidden_etags: true, ..Faults::default() }),
        ("a store that checks", Faults { flipped_bit: 20, checking_store: true, ..Faults::default() }),
        ("parts that wait", Faults { waits: 70, ..Faults::default() }),
        ("late checkpoints", Faults { save_late: 60, ..Faults::default() }),
        ("stalls", Faults { stalls: 20, ..Faults::default() }),
        ("a slow line", Faults { slow: true, ..Faults::default() }),
        ("a skewed clock", Faults { skewed: true, ..Faults::default() }),
        ("another region", Faults { wrong_region: true, ..Faults::default() }),
        ("another addressing", Faults { wrong_addressing: true, ..Faults::default() }),
        ("errors in a 200", Faults { error_in_200: 50, ..Faults::default() }),
        ("a forgotten upload", Faults { forgotten_upload: 1, ..Faults::default() }),
        ("a moved place", Faults { moved_place: 30, revoked_keys: 3, ..Faults::default() }),
    ]
}

#[test]
fn each_fault_alone_is_got_over() {
    for (name, faults) in alone() {
        for seed in 0..40 {
            let story = run(seed, faults.clone(), [1, 2, 9][seed as usize % 3], calm());
            assert!(matches!(story.end, Finish::Done(_)), "{name}, seed {seed}: {:?}", story.end);
            assert_eq!(story.runs, 1, "{name}, seed {seed}: not by one process");
        }
    }
}

#[test]
fn each_fault_alone_and_a_process_that_dies_again_and_again() {
    for (name, faults) in alone() {
        for seed in 0..40 {
            let script = Script { kills: 6, kill_chance: 60, ..Script::default() };
            let story = run(seed, faults.clone(), [1, 2, 9][seed as usize % 3], script);
            assert!(matches!(story.end, Finish::Done(_)), "{name}, seed {seed}: {:?}", story.end);
        }
    }
}

#[test]
fn an_abort_at_any_moment_leaves_nothing() {
    for seed in 0..300u64 {
        // What it knows of it removes by itself, also where nobody may list.
        let forbidden_list = seed.is_multiple_of(3);
        let faults = Faults { unavailable: 10, forbidden_list, ..Faults::default() };
        let at = (seed / 2) as u32 % 60;
        let story = run(seed, faults, [1, 5][seed as usize % 2], say(at, Event::Abort));
        match story.end {
            Finish::Aborted(error, _) => {
                assert_eq!(error.kind(), Kind::Aborted);
                // Nobody gets credentials for an image whose file the service has taken.
                let taken = !story.world.taken.is_empty() && error.message().contains("not taken back");
                assert!(
                    taken || !error.message().contains("not "),
                    "seed {seed} at {at}: {}",
                    error.message()
                );
                assert!(story.world.uploads.is_empty() && story.checkpoint.is_none());
                assert!(
                    story.world.images.iter().all(|image| image.origin == Origin::Foreign),
                    "seed {seed} at {at}"
                );
            }
            Finish::Done(_) => {}
            other => panic!("seed {seed} at {at}: {other:?}"),
        }
    }
}

#[test]
fn an_abort_after_lost_answers_leaves_nothing_either() {
    let mut aborted = 0;
    for seed in 0..300 {
        // The invariants of the simulation look at what is left.
        let faults = Faults { lost_answer: 40, ..Faults::default() };
        let story = run(seed, faults, 5, say(seed as u32 % 40, Event::Abort));
        aborted += u32::from(matches!(story.end, Finish::Aborted(..)));
    }
    assert!(aborted > 200, "{aborted}");
}

#[test]
fn a_later_run_that_only_takes_back_follows_the_store_too() {
    let mut aborted = 0;
    for seed in 0..90 {
        let (wrong_region, wrong_addressing, skewed) = (seed % 3 == 0, seed % 3 == 1, seed % 3 == 2);
        let faults = Faults { wrong_region, wrong_addressing, skewed, ..Faults::default() };
        let script = Script { kills: 1, kill_chance: 30, discard: Some(2), ..Script::default() };
        let story = run(seed, faults, 5, script);
        if let Finish::Aborted(error, _) = story.end {
            let taken = !story.world.taken.is_empty() && error.message().contains("not taken back");
            // What an earlier run made without having heard of it is somebody else's for all that is known.
            let named = error.message().contains("which may be this upload's");
            assert!(taken || named || !error.message().contains("not "), "seed {seed}: {}", error.message());
            aborted += 1;
        }
    }
    assert!(aborted > 40, "{aborted}");
}

#[test]
fn a_stop_at_any_moment_keeps_what_is_stored_and_the_next_run_sends_the_rest() {
    for seed in 0..120 {
        let story = run(seed, Faults::default(), 5, say(seed as u32 % 60, Event::Stop));
        if let Finish::Stopped(error) = &story.end {
            assert!(!error.details().resumable && story.world.created == 0, "seed {seed}: {error:?}");
            continue;
        }
        assert!(matches!(story.end, Finish::Done(_)), "seed {seed}: {:?}", story.end);
        // Parts in flight are sent again, no more.
        assert!(story.sent.len() <= 5 + 6, "seed {seed}: {:?}", story.sent);
    }
}

#[test]
fn without_a_checkpoint_a_stop_ends_it() {
    for seed in 0..120 {
        let script = Script { forgetful: true, ..say(seed as u32 % 60, Event::Stop) };
        let mut story = run(seed, Faults::default(), 5, script);
        match story.end {
            Finish::Stopped(error) => {
                assert_eq!(error.kind(), Kind::Aborted);
                assert_eq!(error.details().resumable, story.world.image().is_some(), "seed {seed}");
            }
            Finish::Done(_) => {}
            other => panic!("seed {seed}: {other:?}"),
        }
    }
}

#[test]
fn an_image_that_is_deleted_meanwhile_is_told_of() {
    let mut told = 0;
    for seed in 0..60 {
        let script = Script { kills: 1, kill_chance: 50, deleted_meanwhile: true, ..Script::default() };
        let story = run(seed, Faults::default(), 9, script);
        if let Finish::Failed(error) = &story.end {
            assert!(error.message().contains("deleted meanwhile"), "seed {seed}: {}", error.message());
            assert!(!error.details().resumable && story.checkpoint.is_none());
            told += 1;
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn a_dead_store_ends_in_an_error_that_says_what_was_tried() {
    let script = Script { forgetful: true, ..Script::default() };
    let faults = Faults { unavailable: 100, only_the_store: true, ..Faults::default() };
    let mut story = run(3, faults, 4, script);
    let Finish::Failed(error) = &story.end else { panic!("{:?}", story.end) };
    let details = error.details();
    assert!(details.resumable && details.retryable && details.attempts.len() > 5, "{details:?}");
    assert_eq!(story.world.image().map(|image| image.status), Some("queued"), "the image is kept for later");
    assert!(story.world.now - story.began < 3_600_000.0);
}

#[test]
fn an_image_that_a_browser_made_twice_is_named() {
    let plan = crate::upload::plan::Plan::new(1_000, None).unwrap();
    let mut session = Session::new(Config {
        plan,
        image_id: None,
        digest: true,
        repeatable: true,
        most_parallel: 6,
        first_parallel: 3,
        retry: crate::http::retry::Policy::default(),
        patience_ms: 300_000.0,
        wait_ms: None,
        seed: 1,
        resends: true,
        head: None,
        imports: None,
    });
    let mut told = Vec::new();
    let mut event = Event::Start;
    let ids = |list: &[&str]| Outcome::Found(list.iter().map(|id| (*id).to_owned()).collect());
    let mut looks = 0;
    loop {
        let actions = session.handle(1e12, event);
        told.extend(actions.iter().filter_map(|action| match action {
            Action::Tell(UploadEvent::Warning { code, message }) => Some((*code, message.clone())),
            _ => None,
        }));
        let started = actions.into_iter().find_map(|action| match action {
            Action::Start { id, job } => Some((id, job)),
            _ => None,
        });
        let (id, job) = started.expect("something is always under way");
        let outcome = match job {
            Job::FindImages => {
                looks += 1;
                ids(if looks == 1 { &["old"] } else { &["old", "ours", "twin"] })
            }
            Job::CreateImage => Outcome::ImageCreated { image_id: "ours".to_owned() },
            Job::Prepare => break,
            other => panic!("{other:?}"),
        };
        event = Event::Ended { id, outcome };
    }
    assert_eq!((looks, session.image_id()), (2, Some("ours")));
    let [(code, message)] = &told[..] else { panic!("{told:?}") };
    assert!(*code == "image-doubled" && message.contains("twin"), "{message}");
}
