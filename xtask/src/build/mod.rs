//! `cargo xtask build`: from the Rust crate to pkg/, the folder that is published.
//!
//! For each entry of the package: compile → bindings → wasm-opt → glue as a factory → bundles. Every step is
//! skipped when its inputs did not change, and pkg/ is replaced only when all of it is there.
mod assemble;
mod bindings;
mod bundle;
mod declarations;
mod entries;
mod error_codes;
mod forbidden;
mod glue;
mod manifest;
mod modules;
mod optimize;
mod versions;
mod weight;

pub use bindings::{TARGET, ensure_target};
pub use declarations::{declared_names, mentions};
pub use entries::{ENTRIES, Entry};

use anyhow::{Result, bail};
use std::path::PathBuf;
use std::time::Instant;

use crate::project::Project;
use crate::setup;

/// How much time the build may spend on making the result small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// What is published.
    Release,
    /// Not optimized for size: for trying things out.
    Dev,
}

/// What the steps of one entry leave behind.
struct Built {
    entry: &'static Entry,
    /// The .wasm as it is published.
    wasm: PathBuf,
    /// The module with `createGlue`.
    glue: PathBuf,
    /// wasm-bindgen's own declarations, which hold the types of requests and responses.
    declarations: PathBuf,
}

/// The command line: `build [--dev]`.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    let profile = match arguments {
        [] => Profile::Release,
        [flag] if flag == "--dev" => Profile::Dev,
        other => bail!("build takes nothing or --dev, not {}", other.join(" ")),
    };
    setup::tools(project)?;
    package(project, profile).map(drop)
}

/// Makes pkg/ and gives its path.
pub fn package(project: &Project, profile: Profile) -> Result<PathBuf> {
    let started = Instant::now();
    versions::check(project)?;
    ensure_target()?;
    let mut built = Vec::new();
    for entry in ENTRIES {
        let compiled = bindings::compile(project, entry, profile)?;
        let bound = bindings::bind(project, entry, profile, &compiled)?;
        let wasm = optimize::wasm(project, entry, profile, &bound.wasm)?;
        built.push(Built { entry, wasm, glue: bound.glue, declarations: bound.declarations });
    }
    let folder = assemble::package(project, &built, profile)?;
    eprintln!("pkg/ is ready ({:.1} s)", started.elapsed().as_secs_f64());
    Ok(folder)
}

/// The folder for the intermediate files of an entry.
fn work_folder(project: &Project, entry: &Entry, profile: Profile) -> PathBuf {
    let kind = match profile {
        Profile::Release => "release",
        Profile::Dev => "dev",
    };
    project.cache("build").join(kind).join(entry.name)
}
