//! Files of tebibytes, in parts as they are chosen by default: what grows with the file is the number of parts alone.

use super::super::*;
use super::simulation::{Script, Simulation};
use super::world::Faults;
use crate::upload::plan::Plan;
use std::time::Instant;

/// `SIMULATE_BYTES` names another size: see `cargo xtask simulate --bytes`, which the benchmark asks.
#[test]
fn a_large_file_takes_each_part_once_and_small_checkpoints() {
    let given = std::env::var("SIMULATE_BYTES").ok().and_then(|text| text.parse().ok());
    let bytes = given.unwrap_or(16_u64 << 30);
    let plan = Plan::new(bytes, None).unwrap();
    let (parts, part_bytes) = (plan.count, plan.part_size);
    let started = Instant::now();
    let story = Simulation::of(1, Faults::default(), Script::default(), plan, false).run();
    let milliseconds = started.elapsed().as_secs_f64() * 1_000.0;
    assert!(matches!(story.end, Finish::Done(_)), "{:?}", story.end);
    assert_eq!(story.sent.len(), parts as usize, "each part is sent once");
    let (saves, largest) = story.saves;
    assert!(largest < 4_000, "a checkpoint of {largest} bytes");
    assert!(saves <= parts + 20, "{saves} checkpoints for {parts} parts");
    println!(
        "{{\"bytes\":{bytes},\"parts\":{parts},\"partBytes\":{part_bytes},\"steps\":{},\"milliseconds\":{milliseconds:.1},\"checkpoints\":{saves},\"checkpointBytes\":{largest}}}",
        story.events
    );
}
