//! The standard library of the release build: compiled together with the client, small, and without what a panic says.
//!
//! The one that rustup installs is compiled for speed, and each of its checks carries a message and a place in the
//! source: a tenth of what a page would download. Compiling it anew is not a stable feature of cargo, so the compiler is
//! told to allow it; nothing in the sources of the client needs more than stable Rust. A panic of the release build is a
//! trap without words (the shell says that it is a defect); a dev build tells message and place.
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process;

/// Set to `installed`, the release build takes the standard library that rustup installed: for a compiler that knows
/// other unstable options than these. The entries are then above their budgets, which is only told.
pub const VARIABLE: &str = "IMS_CLIENT_STD";

/// Whether the release build compiles the standard library.
pub fn is_compiled() -> bool {
    std::env::var_os(VARIABLE).is_none_or(|value| value != "installed")
}

/// What rustc is told of every crate.
///
/// The last one: what is moved in memory is moved by one instruction of WebAssembly, also where a few loads and stores would
/// do (the workspace entry after gzip -9: 82322 bytes became 79638).
pub fn flags() -> Vec<String> {
    let flags = [
        "-Zunstable-options",
        "-Cpanic=immediate-abort",
        "-Zlocation-detail=none",
        "-Zfmt-debug=none",
        "-Cllvm-args=-max-store-memcpy=1 -max-store-memset=1 -max-store-memmove=1",
    ];
    flags.map(str::to_owned).to_vec()
}

/// Has cargo compile the standard library.
pub fn ask(command: &mut Command) {
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
}

/// Installs its sources where rustup knows that they are missing.
pub fn ensure_sources(sysroot: &Path) -> Result<()> {
    if !is_compiled() || sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    eprintln!("installing the sources of Rust's standard library");
    let mut add = Command::new("rustup");
    process::run(
        add.args(["component", "add", "rust-src"]),
        "rustup component add rust-src",
        Duration::from_secs(10 * 60),
    )
    .with_context(|| {
        format!("the sources of Rust's standard library are missing and could not be installed ({VARIABLE}=installed does without)")
    })
}
