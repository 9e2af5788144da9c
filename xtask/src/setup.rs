//! `cargo xtask setup`: what a fresh machine with rustup, Node and npm lacks; nothing to do the second time.
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::browsers::{self, Browsers};
use crate::build;
use crate::process;
use crate::project::Project;
use crate::stamp::Inputs;

/// The oldest Node that the build tools run on: Vite needs 20.19.
const NODE: (u32, u32) = (20, 19);

/// The command line: `setup`.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("setup takes no arguments, not {}", arguments.join(" "));
    }
    tools(project)?;
    let browsers = browsers(project)?;
    println!("ready; browsers: {}, {}", browsers.chromium.display(), browsers.firefox.display());
    Ok(())
}

/// Everything that building needs: Node, the wasm target, the npm packages.
pub fn tools(project: &Project) -> Result<()> {
    node()?;
    build::ensure_target()?;
    npm_packages(&project.root, &[], &["esbuild", "binaryen"])
}

/// The browsers that the tests drive.
pub fn browsers(_project: &Project) -> Result<Browsers> {
    browsers::find_or_install()
}

fn node() -> Result<()> {
    let missing = || format!("Node {}.{} or later and npm are needed: https://nodejs.org", NODE.0, NODE.1);
    let version =
        process::output(Command::new("node").arg("--version"), "node --version", Duration::from_secs(30))
            .with_context(missing)?;
    let numbers: Vec<u32> =
        version.trim().trim_start_matches('v').split('.').map_while(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [major, minor, ..] if (*major, *minor) >= NODE => Ok(()),
        _ => bail!("this is Node {}; {}", version.trim(), missing()),
    }
}

/// `npm ci` in a folder with a lock file, when that is not the one that was installed or one of `needed` is gone.
pub fn npm_packages(folder: &Path, options: &[&str], needed: &[&str]) -> Result<()> {
    let modules = folder.join("node_modules");
    // The stamp lies inside, so that it goes when somebody removes or replaces node_modules.
    let stamp = Inputs::of("npm ci")
        .file(&folder.join("package.json"))?
        .file(&folder.join("package-lock.json"))?
        .stamp(modules.join(".xtask"));
    let needed: Vec<_> = needed.iter().map(|name| modules.join(name)).collect();
    if stamp.is_fresh(&needed.iter().map(PathBuf::as_path).collect::<Vec<_>>()) {
        return Ok(());
    }
    // npm empties the folder that a link leads to: somebody else's.
    ensure!(!modules.is_symlink(), "{} is a link; npm ci would empty what it leads to", modules.display());
    eprintln!("installing the npm packages of {}", folder.display());
    let mut npm = npm(&["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
    process::run(npm.args(options).current_dir(folder), "npm ci", Duration::from_secs(15 * 60))?;
    stamp.keep()
}

/// npm with arguments; on Windows it is a script that only the shell finds.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = if cfg!(windows) {
        let mut shell = Command::new("cmd");
        shell.args(["/c", "npm"]);
        shell
    } else {
        Command::new("npm")
    };
    command.args(arguments);
    command
}
