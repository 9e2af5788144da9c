//! One target per format: its images, and what is left of them after thousands of changes, are inspected, and nothing
//! panics, reads, allocates, or works more than it may. `cargo xtask fuzz` lets it run for long, guided by what is covered;
//! `cargo test` runs some inputs of a fixed seed.

use crate::allocator::{Needed, measure};
use crate::coverage::Coverage;
use crate::fixtures::IMAGES;
use crate::mutate::{Numbers, mutate};
use crate::sparse::Sparse;
use crate::{damage, inspect};
use ims_client::inspect::problems::CODES;
use ims_client::inspect::{DiskImageInfo, Inspector, MAX_BYTES, MAX_ROUNDS, Step, declared_format_problem};
use ims_client::json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Inputs of each target in `cargo test`.
const INPUTS: u64 = 300;
/// Bytes.
const MOST_ALLOCATED: i64 = 4 << 20;
/// Calls of the allocator: what an inspection of any file stays far below.
const MOST_CALLS: u64 = 50_000;
/// Inputs that are kept because they covered something new.
const MOST_KEPT: usize = 4_000;

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*
    };
}

targets! { raw qcow2 qcow qed vhd vhdx vmdk vdi iso luks gzip xz zstd zip }

/// An input, and the pieces that were read of it.
struct Input {
    file: Sparse,
    read: Vec<(u64, u64)>,
}

/// The most of everything that any input needed.
#[derive(Default)]
struct Most {
    bytes_read: u64,
    rounds: usize,
    allocated: i64,
    calls: u64,
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

fn run(format: &str) {
    if let Some(path) = env::var_os("IMS_FUZZ_REPLAY") {
        check(&Sparse::new(&fs::read(&path).expect("the input")), &mut Most::default());
        return;
    }
    assert!(measure(|| Vec::<u8>::with_capacity(9)).1.calls > 0, "the allocator does not count");
    let seconds = number("IMS_FUZZ_SECONDS").map(Duration::from_secs);
    let seed = number("IMS_FUZZ_SEED").unwrap_or(1);
    let mut numbers =
        Numbers(format.bytes().fold(seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into())));
    let (mut corpus, mut most, mut coverage) = (corpus(format), Most::default(), Coverage::default());
    let others: Vec<Sparse> = IMAGES.iter().map(|image| Sparse::new(&image.bytes)).collect();
    assert!(!corpus.is_empty(), "no image of {format}");
    for input in &mut corpus {
        coverage.start();
        input.read = check(&input.file, &mut most);
        coverage.is_new();
    }
    let took = seconds.map(|_| microseconds(&corpus));
    let (start, mut inputs, before) = (Instant::now(), 0u64, coverage.branches());
    while seconds.map_or(inputs < INPUTS, |limit| !inputs.is_multiple_of(64) || start.elapsed() < limit) {
        inputs += 1;
        let parent = &corpus[numbers.below(corpus.len())];
        let other = &others[numbers.below(others.len())];
        let file = mutate(&mut numbers, &parent.file, &parent.read, other);
        coverage.start();
        match catch_unwind(AssertUnwindSafe(|| check(&file, &mut most))) {
            Ok(read) => {
                if coverage.is_new() && corpus.len() < MOST_KEPT {
                    corpus.push(Input { file, read });
                }
            }
            Err(panic) => {
                let kept = keep(format, seed, inputs, &file);
                eprintln!(
                    "{format}: input {inputs} of seed {seed} fails; cargo xtask fuzz {format} --replay {kept:?}"
                );
                std::panic::resume_unwind(panic);
            }
        }
    }
    if let Some(took) = took {
        println!(
            "{format}: {inputs} inputs in {} s, seed {seed}; {} branches covered ({before} by the images), {} inputs kept; \
             at most {} bytes read in {} pieces, {} bytes allocated, {} calls of the allocator; \
             an image as it is takes {took} microseconds on average",
            start.elapsed().as_secs(),
            coverage.branches(),
            corpus.len(),
            most.bytes_read,
            most.rounds,
            most.allocated,
            most.calls,
        );
    }
}

/// What an inspection takes, on average of the images.
fn microseconds(corpus: &[Input]) -> u128 {
    let start = Instant::now();
    const TIMES: u32 = 20;
    for input in corpus.iter().cycle().take(corpus.len() * TIMES as usize) {
        let mut inspector = Inspector::new(input.file.size);
        while let Step::Read(need) = inspector.step() {
            inspector.give(input.file.read(need.offset, need.length as usize)).expect("what was asked for");
        }
    }
    (start.elapsed() / TIMES / corpus.len() as u32).as_micros()
}

/// The images of a format, damaged ones included.
fn corpus(format: &str) -> Vec<Input> {
    let images = IMAGES.iter().map(|image| image.bytes.clone());
    images
        .chain(damage::all().map(|damaged| damaged.bytes))
        .filter(|bytes| inspect(bytes).format.as_str() == format)
        .map(|bytes| Input { file: Sparse::new(&bytes), read: Vec::new() })
        .collect()
}

/// Writes a failing input down (a file with holes), and says where.
fn keep(format: &str, seed: u64, input: u64, file: &Sparse) -> PathBuf {
    use std::os::unix::fs::FileExt;
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{format}-{seed}-{input}"));
    let written = fs::File::create(&path).and_then(|output| {
        output.set_len(file.size.min(1 << 40))?;
        for page in file.pages() {
            let at = page * crate::sparse::PAGE;
            let length = (file.size - at).min(crate::sparse::PAGE) as usize;
            output.write_all_at(&file.read(at, length), at)?;
        }
        Ok(())
    });
    written.unwrap_or_else(|error| eprintln!("{}: {error}", path.display()));
    path
}

/// Inspects a file and asserts everything that must hold of any. The pieces that were read.
fn check(file: &Sparse, most: &mut Most) -> Vec<(u64, u64)> {
    let mut read = Vec::with_capacity(MAX_ROUNDS);
    let ((info, bytes_read, rounds), Needed { bytes, calls }) = measure(|| {
        let mut inspector = Inspector::new(file.size);
        loop {
            match inspector.step() {
                Step::Done(info) => break (info, inspector.bytes_read(), inspector.rounds()),
                Step::Read(need) => {
                    assert!(need.length > 0, "nothing is asked for");
                    assert!(need.offset + u64::from(need.length) <= file.size, "{need:?} of {}", file.size);
                    read.push((need.offset, need.length.into()));
                    inspector.give(file.read(need.offset, need.length as usize)).expect("what was asked for");
                }
            }
            assert!(read.len() <= MAX_ROUNDS, "more than {MAX_ROUNDS} pieces");
        }
    });
    let (json, in_json) = measure(|| info.to_json().to_string());
    let allocated = bytes.max(in_json.bytes);
    assert!(bytes_read <= MAX_BYTES && rounds <= MAX_ROUNDS, "{bytes_read} bytes in {rounds} pieces");
    assert!(allocated <= MOST_ALLOCATED, "{allocated} bytes allocated");
    assert!(calls <= MOST_CALLS, "{calls} calls of the allocator");
    well_formed(&info, &json);
    most.bytes_read = most.bytes_read.max(bytes_read);
    most.rounds = most.rounds.max(rounds);
    most.allocated = most.allocated.max(allocated);
    most.calls = most.calls.max(calls);
    read
}

fn well_formed(info: &DiskImageInfo, json: &str) {
    let value = Value::parse(json).unwrap_or_else(|error| panic!("{error:?}: {json}"));
    for name in ["virtualSize", "fileSize"] {
        assert!(value.get(name).and_then(Value::as_u64).is_some_and(|size| size < 1 << 53), "{name}: {json}");
    }
    // Names out of a file move no cursor, and are of bounded length: 128 of 256 characters each, twice.
    assert!(!json.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{json}");
    assert!(json.len() < 512 << 10, "{} bytes of JSON", json.len());
    for problem in &info.problems {
        let listed = CODES.iter().find(|(code, ..)| *code == problem.code);
        let severity = problem.severity.as_str();
        assert!(listed.is_some_and(|(_, known, _)| known.contains(severity)), "{problem:?}");
        assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}");
    }
    if let Some(gib) = info.suggestion().min_disk {
        assert!(u128::from(gib) << 30 > u128::from(info.virtual_size), "minDisk {gib}");
    }
    for declared in ["raw", "qcow2", "zvhd2", info.format.as_str()] {
        let problem = declared_format_problem(info, declared);
        assert!(problem.is_none() || declared != info.format.as_str(), "{problem:?}");
    }
}
