//! `cargo xtask simulate`: the upload's session through many drawn stories, on all cores.
use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, Running};
use crate::project::{Project, cargo};

/// The test that reads how many stories to draw from the environment.
const TEST: &str =
    "upload::session::tests::drawn::whatever_happens_it_ends_and_never_calls_a_wrong_object_done";
/// The test that uploads one file of the size that the environment names, and prints what that took as JSON.
const LARGE: &str = "upload::session::tests::large::a_large_file_takes_each_part_once_and_small_checkpoints";
/// Nobody waits longer than this for a long run.
const LIMIT: Duration = Duration::from_secs(12 * 3_600);

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    seeds: u64,
    first: u64,
    trace: bool,
    /// The size of one file that is uploaded without faults, instead of stories.
    bytes: u64,
}

/// The command line: `simulate --seeds N [--first-seed S] [--trace]`, or `simulate --bytes N`.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    let wanted = read(arguments)?;
    let binary = build(project)?;
    if wanted.bytes > 0 {
        println!("{}", large(project, &binary, wanted.bytes)?);
        return Ok(());
    }
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    // A trace is read from top to bottom.
    let shares = shares(&wanted, if wanted.trace { 1 } else { cores });
    let started = Instant::now();
    let mut children = Vec::new();
    for (first, seeds) in &shares {
        let mut test = Command::new(&binary);
        test.current_dir(&project.root).args([TEST, "--exact", "--nocapture"]);
        test.env("SIMULATE_FIRST", first.to_string()).env("SIMULATE_SEEDS", seeds.to_string());
        test.env("RUST_BACKTRACE", "0").env_remove("SIMULATE_TRACE");
        if wanted.trace {
            test.env("SIMULATE_TRACE", "1");
        }
        test.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        children.push((first, seeds, Running::start(&mut test, "the simulation")?));
    }
    let mut failed = 0;
    for (first, seeds, mut child) in children {
        if !child.wait(LIMIT)?.success() {
            failed += 1;
            eprintln!("of the {seeds} seeds from {first} one failed; those after it were not run");
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    if failed > 0 {
        bail!("replay the seeds named above: cargo xtask simulate --seeds 1 --first-seed SEED --trace");
    }
    let rate = wanted.seeds as f64 / seconds.max(0.001);
    println!(
        "{} seeds from {} in {seconds:.1} s: {rate:.0} seeds/s, none failed",
        wanted.seeds, wanted.first
    );
    Ok(())
}

fn read(arguments: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted { seeds: 0, first: 0, trace: false, bytes: 0 };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || -> Result<u64> {
            let value = rest.next().with_context(|| format!("{argument} wants a number after it"))?;
            value.parse().with_context(|| format!("{argument} must be a whole number, not {value:?}"))
        };
        match argument.as_str() {
            "--seeds" => wanted.seeds = number()?,
            "--first-seed" => wanted.first = number()?,
            "--bytes" => wanted.bytes = number()?,
            "--trace" => wanted.trace = true,
            unknown => {
                bail!("there is no argument {unknown:?}: simulate --seeds N [--first-seed S] [--trace]")
            }
        }
    }
    if wanted.seeds == 0 && wanted.bytes == 0 {
        bail!("--seeds must be at least 1: simulate --seeds N [--first-seed S] [--trace]");
    }
    if wanted.first.checked_add(wanted.seeds).is_none() {
        bail!("--first-seed {} and --seeds {} go beyond the last seed", wanted.first, wanted.seeds);
    }
    Ok(wanted)
}

/// First seed and number of seeds of each process.
fn shares(wanted: &Wanted, processes: u64) -> Vec<(u64, u64)> {
    let processes = processes.clamp(1, wanted.seeds);
    let start = |share: u64| {
        // In 128 bits the product cannot overflow; the quotient is at most `seeds`.
        wanted.first + (u128::from(wanted.seeds) * u128::from(share) / u128::from(processes)) as u64
    };
    (0..processes).map(|share| (start(share), start(share + 1) - start(share))).collect()
}

/// What the upload of one file of this size takes, as JSON.
pub fn large(project: &Project, binary: &str, bytes: u64) -> Result<String> {
    let mut test = Command::new(binary);
    test.current_dir(&project.root).args([LARGE, "--exact", "--nocapture"]);
    test.env("SIMULATE_BYTES", bytes.to_string()).env_remove("SIMULATE_TRACE");
    let text = process::output(&mut test, "the simulation", Duration::from_secs(15 * 60))?;
    let line = text.find("{\"bytes\"").and_then(|at| text.get(at..)?.lines().next());
    line.map(str::to_owned)
        .with_context(|| format!("the simulation of {bytes} bytes printed no figures: {text}"))
}

/// Builds the tests of the library in release; gives the program.
pub fn build(project: &Project) -> Result<String> {
    let mut compile = cargo();
    compile.current_dir(&project.root);
    compile.args(["test", "--release", "--lib", "--locked", "--no-run", "--package", "ims-client"]);
    compile.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let mut program = None;
    let limit = Duration::from_secs(30 * 60);
    let text = process::output(&mut compile, "compiling the simulation", limit)?;
    for line in text.lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if let Some(path) = message["executable"].as_str() {
            program = Some(path.to_owned());
        }
    }
    program.context("cargo built no program of the library's tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_cover_the_seeds_once() {
        for (seeds, processes) in [(1, 2), (7, 2), (200_000, 16), (3, 0)] {
            let shares = shares(&Wanted { seeds, first: 5, trace: false, bytes: 0 }, processes);
            let mut next = 5;
            for (first, share) in shares {
                assert!(first == next && share > 0);
                next += share;
            }
            assert_eq!(next, 5 + seeds);
        }
    }

    #[test]
    fn a_command_line_is_read_or_refused() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let wanted = read(&words("--seeds 9 --first-seed 3 --trace")).unwrap();
        assert_eq!(wanted, Wanted { seeds: 9, first: 3, trace: true, bytes: 0 });
        for wrong in [
            "--seeds",
            "--seeds x",
            "--seeds 0",
            "--trace",
            "--sneeds 3",
            "--seeds 2 --first-seed 18446744073709551615",
        ] {
            assert!(read(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
