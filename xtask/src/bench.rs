//! `cargo xtask bench`: the figures of bench/, measured with the package and the emulator of this checkout.
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

use crate::cloud;
use crate::process;
use crate::project::Project;
use crate::setup;
use crate::test::install;

/// 100 GiB take a quarter of an hour by themselves.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// The command line: what bench/run.mjs takes.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    setup::tools(project)?;
    let emulator = cloud::build_emulator(project)?;
    let installed = install::package(project)?;
    let folder = project.path("bench");
    // What is compared with, as its own lock file says.
    setup::npm_packages(&folder, &["--ignore-scripts"], &["zod"])
        .context("what is compared with could not be installed")?;
    let mut node = Command::new("node");
    node.current_dir(&project.root).arg(folder.join("run.mjs")).args(arguments);
    node.env("IMS_CLIENT_DIR", &installed.folder).env("IMS_EMULATOR", emulator);
    process::run(&mut node, "the benchmark", LIMIT)
}
