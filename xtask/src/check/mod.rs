//! `cargo xtask check`: everything about the sources that a program can judge without running them.
mod crates;
mod licences;

use anyhow::{Result, bail};
use std::process::Command;
use std::time::Duration;

use crate::build::{self, TARGET};
use crate::process;
use crate::project::{Project, cargo};
use crate::setup;

/// A check and what it is called.
type Check = (&'static str, fn(&Project) -> Result<()>);

const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The command line: `check`. All checks run; the end names those that failed.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("check takes no arguments, not {}", arguments.join(" "));
    }
    setup::tools(project)?;
    let checks: &[Check] = &[
        ("rustfmt", rustfmt),
        ("biome", biome),
        ("licences", licences::check),
        ("crates", crates::check),
        ("clippy", clippy),
        ("clippy for WebAssembly", clippy_for_webassembly),
        ("the types of the demo page", page_types),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        eprintln!("--- {name}");
        if let Err(error) = check(project) {
            eprintln!("error: {error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join(", "));
    }
    println!("{} checks passed", checks.len());
    Ok(())
}

/// The command line: `format`.
pub fn format(project: &Project, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("format takes no arguments, not {}", arguments.join(" "));
    }
    setup::tools(project)?;
    process::run(&mut in_root(project, &["fmt", "--all"]), "rustfmt", LIMIT)?;
    let mut biome = project.npm_program("@biomejs/biome", "biome")?;
    process::run(biome.args(["check", "--write", "."]), "biome", LIMIT)
}

fn in_root(project: &Project, arguments: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(&project.root).args(arguments);
    command
}

fn rustfmt(project: &Project) -> Result<()> {
    process::run(&mut in_root(project, &["fmt", "--all", "--check"]), "rustfmt", LIMIT)
}

fn biome(project: &Project) -> Result<()> {
    let mut biome = project.npm_program("@biomejs/biome", "biome")?;
    process::run(biome.args(["check", "--error-on-warnings", "."]), "biome", LIMIT)
}

fn clippy(project: &Project) -> Result<()> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    process::run(&mut in_root(project, &clippy), "clippy", LIMIT)
}

fn clippy_for_webassembly(project: &Project) -> Result<()> {
    for entry in build::ENTRIES {
        let mut clippy = cargo();
        clippy.current_dir(&project.root).args(["clippy", "--package", "ims-client", "--lib", "--locked"]);
        clippy.args([
            "--target",
            TARGET,
            "--no-default-features",
            "--features",
            &entry.features(build::Machine::Node),
        ]);
        process::run(clippy.args(["--", "-D", "warnings"]), "clippy for WebAssembly", LIMIT)?;
    }
    Ok(())
}

fn page_types(project: &Project) -> Result<()> {
    build::package(project, build::Profile::Release)?;
    let mut compiler = project.npm_program("vue-tsc", "vue-tsc")?;
    process::run(compiler.args(["--noEmit", "--project", "www"]), "vue-tsc", LIMIT)
}
