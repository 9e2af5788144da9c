//! The Rust tests of the whole workspace.
use anyhow::Result;
use std::time::Duration;

use super::counts::Counts;
use crate::process;
use crate::project::{Project, cargo};

/// Runs `cargo test`; a failure in one crate does not keep the others from running.
pub fn run(project: &Project) -> Result<Counts> {
    let limit = Duration::from_secs(30 * 60);
    let mut compile = cargo();
    compile.current_dir(&project.root).args(["test", "--workspace", "--locked", "--no-run"]);
    process::run(&mut compile, "compiling the Rust tests", limit)?;
    let mut command = cargo();
    command.current_dir(&project.root).args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    let mut counts = Counts::default();
    let status = process::watch(&mut command, "cargo test", limit, |line| counts.read_cargo(line))?;
    counts.settle("cargo test", status.success());
    Ok(counts)
}
