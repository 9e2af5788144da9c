//! `cargo xtask test [PART…]`: every suite, and how many tests passed and failed in all of them.
mod counts;
pub mod install;
mod node;
mod rust;
mod types;

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::build::{self, Profile};
use crate::cloud;
use crate::leftovers;
use crate::process;
use crate::project::Project;
use crate::setup;
use counts::Counts;
use install::Installed;

/// The suites, as they are called on the command line.
const PARTS: &[&str] = &["rust", "node", "peers", "browser", "package", "types"];

/// The suites that drive browsers.
const IN_BROWSERS: &[&str] = &["browser", "package"];

/// The command line: `test [rust] [node] [peers] [browser] [package] [types]`; none means all.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.iter().find(|part| !PARTS.contains(&part.as_str())) {
        bail!("there is no suite {unknown:?}; the suites are {}", PARTS.join(", "));
    }
    let wanted = |part: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == part);
    let mut results: Vec<(&str, Duration, Counts)> = Vec::new();
    let mut made = Made::default();
    for part in PARTS.iter().filter(|part| wanted(part)) {
        eprintln!("\n=== {part} ===");
        let started = Instant::now();
        let counts = suite(project, part, &mut made).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Counts::broken(format!("{error:#}"))
        });
        results.push((part, started.elapsed(), counts));
    }
    let left = leftovers::end();
    summary(project, &results, &left)
}

/// What the suites test: made by the first that needs it, for all.
#[derive(Default)]
struct Made {
    emulator: Option<PathBuf>,
    installed: Option<Installed>,
}

impl Made {
    fn emulator(&mut self, project: &Project) -> Result<PathBuf> {
        if self.emulator.is_none() {
            self.emulator = Some(cloud::build_emulator(project)?);
        }
        self.emulator.clone().context("there is no emulator")
    }

    fn installed(&mut self, project: &Project) -> Result<&Installed> {
        if self.installed.is_none() {
            self.installed = Some(install::package(project)?);
        }
        self.installed.as_ref().context("the package is not installed")
    }
}

fn suite(project: &Project, part: &str, made: &mut Made) -> Result<Counts> {
    setup::tools(project)?;
    match part {
        "rust" => rust::run(project),
        "types" => types::run(made.installed(project)?),
        part => {
            let browsers = if IN_BROWSERS.contains(&part) { Some(setup::browsers(project)?) } else { None };
            let emulator = made.emulator(project)?;
            let installed = made.installed(project)?;
            if part == "browser" {
                cloud::page(project)?;
            }
            node::run(project, part, installed, &emulator, browsers.as_ref())
        }
    }
}

/// The command line: `matrix [--write] [NAME…]`: the package in every environment, built and run.
pub fn matrix(project: &Project, arguments: &[String]) -> Result<()> {
    setup::tools(project)?;
    let browsers = setup::browsers(project)?;
    let emulator = cloud::build_emulator(project)?;
    let installed = install::package(project)?;
    let mut command = std::process::Command::new("node");
    command.current_dir(&project.root).arg("tests/bundlers/run.mjs").args(arguments);
    node::environment(&mut command, &installed, &emulator, Some(&browsers));
    process::run(&mut command, "the matrix of environments", Duration::from_secs(20 * 60))
}

/// Prints a line for each suite, and last the sum, which it also keeps in .cache/test/summary.
fn summary(project: &Project, results: &[(&str, Duration, Counts)], left: &[String]) -> Result<()> {
    println!();
    let mut total = Counts::default();
    for (part, took, counts) in results {
        println!("{part:>8}: {:>4} s, {counts}", took.as_secs());
        total.add(counts);
    }
    for process in left {
        println!("a test left a process behind: {process}");
        total.failed += 1;
    }
    let line = format!("{} passed, {} failed", total.passed, total.failed);
    // .ci/run repeats it at its very end.
    std::fs::create_dir_all(project.cache("test"))?;
    std::fs::write(project.cache("test/summary"), format!("{line}\n"))?;
    println!("{line}");
    if total.failed > 0 || total.passed == 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// The package as the suites test it.
fn build_package(project: &Project) -> Result<PathBuf> {
    build::package(project, Profile::Release)
}
