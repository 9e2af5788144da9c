//! `cargo xtask bench`: the figures of bench/, measured with the package and the emulator of this checkout.
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::cloud;
use crate::process;
use crate::project::Project;
use crate::setup;
use crate::stamp::Inputs;
use crate::test::install;

/// 100 GiB take a quarter of an hour by themselves.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// The command line: what bench/run.mjs takes.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    setup::tools(project)?;
    let emulator = cloud::build_emulator(project)?;
    let installed = install::package(project)?;
    let folder = project.path("bench");
    peers(&folder)?;
    let mut node = Command::new("node");
    node.current_dir(&project.root).arg(folder.join("run.mjs")).args(arguments);
    node.env("IMS_CLIENT_DIR", &installed.folder).env("IMS_EMULATOR", emulator);
    process::run(&mut node, "the benchmark", LIMIT)
}

/// Installs what is compared with, as its own lock file says.
fn peers(folder: &Path) -> Result<()> {
    let stamp = Inputs::of("npm ci in bench")
        .file(&folder.join("package.json"))?
        .file(&folder.join("package-lock.json"))?
        .stamp(folder.join("node_modules/.xtask"));
    if stamp.is_fresh(&[&folder.join("node_modules/zod")]) {
        return Ok(());
    }
    let mut npm = setup::npm(&["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]);
    process::run(npm.current_dir(folder), "npm ci in bench", Duration::from_secs(15 * 60))
        .context("what is compared with could not be installed")?;
    stamp.keep()
}
