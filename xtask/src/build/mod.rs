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
mod locals;
mod manifest;
mod modules;
mod names;
mod optimize;
mod optional;
mod order;
pub mod parts;
mod split;
mod standard_library;
mod versions;
mod weight;

pub use bindings::{TARGET, ensure_target, sysroot};
pub use declarations::{declared_names, mentions};
pub use entries::{ENTRIES, Entry};

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;
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

/// Where a .wasm runs. Pages do without what is done with Node's own modules: it would be a tenth of what they download.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    Page,
    Node,
}

/// What the steps of one entry leave behind.
struct Built {
    entry: &'static Entry,
    page: Core,
    node: Core,
}

/// An entry's code for one machine.
struct Core {
    /// The .wasm as it is published.
    wasm: Published,
    /// What is loaded when the first transfer begins, where that is a file of its own.
    transfers: Option<Published>,
    /// The module with `createGlue`.
    glue: PathBuf,
    /// wasm-bindgen's own declarations, which hold the types of requests and responses.
    declarations: PathBuf,
}

impl Core {
    fn published(&self) -> impl Iterator<Item = &Published> {
        std::iter::once(&self.wasm).chain(&self.transfers)
    }
}

/// A file, and the name it is published by.
struct Published {
    file: PathBuf,
    name: String,
}

impl Built {
    fn cores(&self) -> [&Core; 2] {
        [&self.page, &self.node]
    }
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
    let built = entries(project, profile)?;
    let folder = assemble::package(project, &built, profile)?;
    eprintln!("pkg/ is ready ({:.1} s)", started.elapsed().as_secs_f64());
    Ok(folder)
}

/// Builds all entries. cargo compiles them one after the other, and links each on one core: what follows for one is done
/// meanwhile, on another.
fn entries(project: &Project, profile: Profile) -> Result<Vec<Built>> {
    std::thread::scope(|scope| {
        let begin = |entry, machine| -> Result<_> {
            let folder = work_folder(project, entry, machine, profile);
            let compiled = bindings::compile(project, entry, machine, profile, &folder)?;
            Ok(scope.spawn(move || core(project, entry, machine, profile, &compiled, &folder)))
        };
        let mut begun = Vec::new();
        for entry in ENTRIES {
            begun.push((entry, begin(entry, Machine::Page)?, begin(entry, Machine::Node)?));
        }
        let end = |core: ScopedJoinHandle<'_, Result<Core>>| {
            core.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        begun
            .into_iter()
            .map(|(entry, page, node)| Ok(Built { entry, page: end(page)?, node: end(node)? }))
            .collect()
    })
}

/// What is made of one compiled entry.
fn core(
    project: &Project,
    entry: &Entry,
    machine: Machine,
    profile: Profile,
    compiled: &Path,
    folder: &Path,
) -> Result<Core> {
    let bound = bindings::bind(profile, compiled, folder)?;
    let whole = optimize::wasm(project, profile, &bound.wasm, folder.join(WHOLE))?;
    let published = |name: String| Published { file: folder.join(&name), name };
    let (wasm, transfers) = if entry.transfers.is_some() && machine == Machine::Page {
        let [first, later] = [published(entry.wasm(machine)), published(entry.transfers_wasm())];
        split::files(compiled, &whole, [&first.file, &later.file])?;
        (first, Some(later))
    } else {
        (Published { file: whole, name: entry.wasm(machine) }, None)
    };
    Ok(Core { wasm, transfers, glue: bound.glue, declarations: bound.declarations })
}

/// The optimized .wasm of an entry, before it is divided.
const WHOLE: &str = "whole.wasm";

/// The folder for the intermediate files of an entry.
fn work_folder(project: &Project, entry: &Entry, machine: Machine, profile: Profile) -> PathBuf {
    let kind = match profile {
        Profile::Release => "release",
        Profile::Dev => "dev",
    };
    let machine = match machine {
        Machine::Page => "page",
        Machine::Node => "node",
    };
    project.cache("build").join(kind).join(machine).join(entry.name)
}
