//! `cargo xtask release --dry-run`: everything that must be right before a release.
use anyhow::{Result, bail};

use crate::project::Project;

/// The command line: `release --dry-run`.
pub fn command(_project: &Project, _arguments: &[String]) -> Result<()> {
    bail!("not yet")
}
