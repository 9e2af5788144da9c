//! `cargo xtask docs`: the API reference, made from the published declarations by TypeDoc.
use anyhow::{Result, bail};
use std::time::Duration;

use crate::build::{self, Profile};
use crate::process;
use crate::project::Project;
use crate::setup;

/// The command line: `docs`. typedoc.json names the entries; what is not documented or does not exist is an error.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("docs takes no arguments, not {}", arguments.join(" "));
    }
    setup::tools(project)?;
    build::package(project, Profile::Release)?;
    pages(project)
}

/// Makes the pages of the package that is built.
pub fn pages(project: &Project) -> Result<()> {
    let mut typedoc = project.npm_program("typedoc", "typedoc")?;
    process::run(&mut typedoc, "TypeDoc", Duration::from_secs(300))?;
    println!("{}", project.cache("docs/index.html").display());
    Ok(())
}
