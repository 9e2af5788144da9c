//! Stories drawn from a seed: everything at once.

use super::super::*;
use super::simulation::{Script, Simulation, Story};
use super::world::{Dice, EtagStyle, Faults};

/// What goes wrong in the story of a seed.
pub(super) fn faults(some: &mut impl FnMut(u64) -> u64) -> Faults {
    Faults {
        lost_request: some(40),
        lost_answer: some(40),
        doubled: some(30),
        late: some(100),
        unavailable: some(60),
        only_the_store: some(2) > 0,
        flipped_bit: some(40),
        checking_store: some(2) > 0,
        revoked_keys: some(15),
        keys_last: some(60) as f64 * 5_000.0,
        forgotten_upload: some(4),
        moved_place: some(10),
        error_in_200: some(80),
        stalls: some(30),
        waits: some(40),
        hidden_etags: some(2) > 0,
        etags: [EtagStyle::Md5, EtagStyle::Opaque, EtagStyle::Other][some(3) as usize],
        page: some(6) as usize,
        forbidden_list: some(4) == 1,
        slow: some(2) > 0,
        skewed: some(2) > 0,
        wrong_region: some(2) > 0,
        wrong_addressing: some(2) > 0,
        save_fails: some(30),
        save_late: some(40),
    }
}

pub(super) fn script(some: &mut impl FnMut(u64) -> u64) -> Script {
    let mut words = Vec::new();
    match some(8) {
        1 => words.push((some(60) as u32, Event::Abort)),
        2 => words.push((some(150) as u32, Event::Abort)),
        stops @ 3..=5 => words.extend((2..stops).map(|_| (some(150) as u32, Event::Stop))),
        _ => {}
    }
    Script {
        kills: some(12) as u32,
        kill_chance: 1 + some(100),
        sleeps: some(4) as u32,
        rivals: some(4) as u32,
        pauses: some(5) as u32,
        offlines: some(5) as u32,
        words,
        discard: Some(some(4) as u32).filter(|run| *run > 1),
        deleted_meanwhile: some(12) == 1,
        finished_meanwhile: some(5) == 1,
        forgetful: some(8) == 1,
        target: some(4) == 1,
        digest: some(5) != 1,
        most_parallel: 6 - some(6) as u32,
        ..Script::default()
    }
}

/// The story of a seed.
pub(super) fn drawn(seed: u64) -> Story {
    let mut dice = Dice(seed ^ 0xface);
    let mut some = |most: u64| if dice.chance(40) { dice.below(most) } else { 0 };
    let mut faults = faults(&mut some);
    let mut script = script(&mut some);
    if script.forgetful {
        // Without a checkpoint nothing can be gone on with: a process that dies would make a second image.
        script = Script { kills: 0, rivals: 0, ..script };
    }
    if !script.digest {
        // Without digests nobody notices a flipped bit.
        faults.flipped_bit = 0;
    }
    let count = if seed.is_multiple_of(50) { 40 } else { 1 + (seed % 12) as u32 };
    Simulation::new(seed, faults, script, count, seed.is_multiple_of(3)).run()
}

/// What 2,000 seeds must have met, and how often at least.
const MET: &[(&str, u64)] = &[
    ("503", 2_000),
    ("a Complete that the parts do not fit", 20),
    ("a checkpoint that cannot be written", 400),
    ("a checkpoint that is written late", 500),
    ("a driver that was taken over", 30),
    ("a flipped bit", 300),
    ("a forbidden list of uploads", 10),
    ("a forgotten upload", 30),
    ("a hidden ETag", 1_000),
    ("a killed process", 300),
    ("a later run after a failure", 100),
    ("a later run after a stop", 30),
    ("a line that is down", 300),
    ("a list in several pages", 200),
    ("a lost answer to Complete", 80),
    ("a lost answer to createImage", 30),
    ("a lost answer to upload-done", 60),
    ("a lost request", 1_000),
    ("a moved place", 30),
    ("a part that stands still", 600),
    ("a part that waits for a connection", 900),
    ("a pause", 300),
    ("a request delivered twice", 800),
    ("a request of a dead process", 80),
    ("a rival", 30),
    ("a skewed clock", 100),
    ("a slow part", 2_500),
    ("a stop", 100),
    ("a third driver", 9),
    ("an ETag of another digest", 500),
    ("an abort", 50),
    ("an abort in a later run", 20),
    ("an error in a 200", 200),
    ("an image deleted meanwhile", 5),
    ("an image finished by somebody else", 10),
    ("an image that exists", 70),
    ("an opaque ETag", 400),
    ("another addressing", 200),
    ("another lost answer", 1_000),
    ("another region", 100),
    ("damage that the store finds", 40),
    ("expired credentials", 1_000),
    ("hours of sleep", 100),
    ("no digest", 50),
    ("revoked credentials", 500),
];

/// `SIMULATE_SEEDS` and `SIMULATE_FIRST` make it longer: see `cargo xtask simulate`.
#[test]
fn whatever_happens_it_ends_and_never_calls_a_wrong_object_done() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, seeds) = (number("SIMULATE_FIRST").unwrap_or(0), number("SIMULATE_SEEDS").unwrap_or(2_000));
    let (mut done, mut other, mut runs) = (0u64, 0u64, 0u64);
    let mut met = std::collections::BTreeMap::new();
    for seed in first..first + seeds {
        let story = drawn(seed);
        runs += u64::from(story.runs);
        match story.end {
            Finish::Done(_) => done += 1,
            _ => other += 1,
        }
        for (what, times) in story.world.tally {
            *met.entry(what).or_insert(0) += times;
        }
    }
    println!("{seeds} seeds from {first}: {done} uploads done, {other} ended otherwise, {runs} processes");
    met.iter().for_each(|(what, times)| println!("  {times:>9} × {what}"));
    if seeds >= 2_000 {
        let enough = done * 10 > seeds * 5 && other * 100 > seeds;
        assert!(enough, "{done} done, {other} not: the faults are too hard or too soft");
        for (what, least) in MET {
            let times = met.get(what).copied().unwrap_or(0);
            assert!(times >= *least, "{what}: {times} times, not {least}: the stories are too tame");
        }
    }
}
