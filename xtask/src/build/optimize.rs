//! Making the .wasm small: with wasm-opt, from the npm package binaryen, by the numbers of variables, and by the order of functions.
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Profile, locals, order};
use crate::process;
use crate::project::Project;
use crate::stamp::Inputs;

/// What rustc 1.95 may emit for wasm32-unknown-unknown, and nothing beyond it.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// What wasm-opt goes for. Measured on the main entry with binaryen 132 (bytes, and bytes after gzip -9):
/// -Os 358524 154205, -Oz 356760 154523, -Os twice 358355 153666, -Os without putting functions that have one caller
/// into it 367167 150006. What users download is the second number: functions of moderate length look more alike.
/// For the same reason two passes are left out (workspace entry: 255179 106714 with them, 259189 105625 without).
const LEVEL: &[&str] = &[
    "-Os",
    "--one-caller-inline-max-function-size=0",
    "--skip-pass=memory-packing",
    "--skip-pass=local-cse",
];

/// All that wasm-opt is told.
fn settings() -> Vec<&'static str> {
    [FEATURES, LEVEL].concat()
}

/// The optimized file; a dev build keeps what wasm-bindgen wrote.
pub fn wasm(project: &Project, profile: Profile, input: &Path, output: PathBuf) -> Result<PathBuf> {
    if profile == Profile::Dev {
        return Ok(input.to_path_buf());
    }
    let package = project.path("node_modules/binaryen/package.json");
    let settings = settings();
    let stamp = Inputs::of("wasm-opt")
        .text(&settings.join(" "))
        .text(include_str!("locals.rs"))
        .text(include_str!("order.rs"))
        .file(&package)
        .context("run `npm ci` first")?
        .file(input)?
        .stamp(output.clone());
    if stamp.is_fresh(&[&output]) {
        return Ok(output);
    }
    run(project, &[], input, &output)?;
    stamp.keep()?;
    Ok(output)
}

/// Makes a file small; with more options for wasm-opt than those of all.
pub fn run(project: &Project, more: &[&str], input: &Path, output: &Path) -> Result<()> {
    let mut command = project.npm_program("binaryen", "wasm-opt")?;
    let optimized = output.with_extension("optimized");
    command.args(settings()).args(more).arg(input).arg("-o").arg(&optimized);
    process::run(&mut command, "wasm-opt", Duration::from_secs(15 * 60))?;
    let renumbered = locals::renumbered(&fs::read(&optimized)?)?;
    fs::write(output, order::alike_together(&renumbered)?)?;
    Ok(())
}
