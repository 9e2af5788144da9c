//! `cargo xtask fuzz`: inspects images of each format that are changed again and again, guided by the branches that they
//! cover. The targets are tests/images/fuzz.rs; the counters are LLVM's own, which the stable compiler adds when told to.
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use crate::process::{self, Running};
use crate::project::{Project, cargo};

/// The targets, one test each.
const FORMATS: [&str; 14] =
    ["raw", "qcow2", "qcow", "qed", "vhd", "vhdx", "vmdk", "vdi", "iso", "luks", "gzip", "xz", "zstd", "zip"];
/// What makes the compiler count branches, with what tells the tests so.
const FLAGS: &str = "--cfg guided -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters";
/// What a target needs besides the time that it is given: for reading the images.
const GRACE: Duration = Duration::from_secs(120);
const USAGE: &str = "fuzz [FORMAT] [--seconds N] [--seed S] [--replay FILE]";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    formats: Vec<&'static str>,
    /// Of each format.
    seconds: u64,
    seed: u64,
    replay: Option<PathBuf>,
}

/// The command line: `fuzz [FORMAT] [--seconds N] [--seed S] [--replay FILE]`.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    let wanted = read(arguments)?;
    let program = build(project)?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let (queue, failed) = (Mutex::new(wanted.formats.clone()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                // Nothing panics with the locks.
                while let Some(format) = queue.lock().ok().and_then(|mut queue| queue.pop()) {
                    if let Err(error) = fuzz(project, &program, format, &wanted)
                        && let Ok(mut failed) = failed.lock()
                    {
                        failed.push(format!("{format}: {error:#}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    ensure!(
        failed.is_empty(),
        "inputs that fail were found (above; --replay FILE runs one again): {}",
        failed.join(", ")
    );
    println!("{} formats, nothing found", wanted.formats.len());
    Ok(())
}

fn fuzz(project: &Project, program: &str, format: &str, wanted: &Wanted) -> Result<()> {
    let mut test = Command::new(program);
    test.current_dir(&project.root).args([&format!("fuzz::{format}"), "--exact", "--nocapture", "--quiet"]);
    test.env("IMS_FUZZ_SECONDS", wanted.seconds.to_string()).env("IMS_FUZZ_SEED", wanted.seed.to_string());
    if let Some(path) = &wanted.replay {
        test.env("IMS_FUZZ_REPLAY", path);
    }
    test.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let status = Running::start(&mut test, format)?.wait(Duration::from_secs(wanted.seconds) + GRACE)?;
    ensure!(status.success(), "{status}");
    Ok(())
}

fn read(arguments: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted { formats: FORMATS.to_vec(), seconds: 30, seed: 1, replay: None };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().with_context(|| format!("{argument} wants a value after it"));
        let number = |text: &String| {
            text.parse().with_context(|| format!("{argument} must be a whole number, not {text:?}"))
        };
        match argument.as_str() {
            "--seconds" => wanted.seconds = number(value()?)?,
            "--seed" => wanted.seed = number(value()?)?,
            "--replay" => wanted.replay = Some(value()?.into()),
            name => match FORMATS.iter().find(|format| **format == name) {
                Some(format) => wanted.formats = vec![format],
                None => {
                    bail!("there is no format or argument {name:?}: {USAGE}; formats: {}", FORMATS.join(", "))
                }
            },
        }
    }
    ensure!(
        wanted.replay.is_none() || wanted.formats.len() == 1,
        "--replay wants a format before it: {USAGE}"
    );
    // A day of each format is the most that makes sense.
    ensure!(wanted.seconds <= 86_400, "--seconds must be 86400 at most, not {}", wanted.seconds);
    Ok(wanted)
}

/// Builds the tests of the images with counters; gives the program.
fn build(project: &Project) -> Result<String> {
    let version = process::output(Command::new("rustc").arg("-vV"), "asking rustc", Duration::from_secs(60))?;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    let mut compile = cargo();
    compile.current_dir(&project.root).env("RUSTFLAGS", FLAGS);
    // With a target of their own the flags do not reach programs that run while compiling.
    compile.args(["test", "--profile", "fuzz", "--test", "images", "--locked", "--no-run", "--target", host]);
    compile
        .args(["--package", "ims-client", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit());
    let text = process::output(&mut compile, "compiling the targets", Duration::from_secs(30 * 60))?;
    let mut programs = text.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    programs.next_back().context("cargo built no program of the targets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read_or_refused() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let wanted = read(&words("vmdk --seconds 9 --seed 3")).unwrap();
        assert_eq!(wanted, Wanted { formats: vec!["vmdk"], seconds: 9, seed: 3, replay: None });
        assert_eq!(read(&[]).unwrap().formats.len(), FORMATS.len());
        for wrong in ["vmdx", "--seconds", "--seconds x", "--replay file", "--seed -1", "--seconds 86401"] {
            assert!(read(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
