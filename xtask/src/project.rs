//! Where things are: the repository, its caches, cargo's target folder, the programs npm installed.
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process;

/// The folders and programs of this checkout.
pub struct Project {
    /// The repository's top folder.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// The version of the workspace, which the published package takes too.
    pub version: String,
}

impl Project {
    /// Finds the checkout that this program belongs to.
    pub fn find() -> Result<Project> {
        // `cargo run` says where the checkout is now; a target folder shared by checkouts may hold another's program.
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .context("xtask is expected one folder below the repository's top")?
            .to_path_buf();
        let mut metadata = cargo();
        metadata.current_dir(&root).args(["metadata", "--no-deps", "--format-version", "1", "--locked"]);
        let text = process::output(&mut metadata, "cargo metadata", Duration::from_secs(300))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata did not print JSON")?;
        let target =
            metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
        let version = metadata["packages"]
            .as_array()
            .and_then(|packages| packages.iter().find(|package| package["name"] == "ims-client"))
            .and_then(|package| package["version"].as_str())
            .context("cargo metadata names no package ims-client")?;
        Ok(Project { target: PathBuf::from(target), version: version.to_owned(), root })
    }

    /// A path below the repository's top folder.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// What may be thrown away at any time: intermediate files, installed copies of the package.
    pub fn cache(&self, relative: &str) -> PathBuf {
        self.root.join(".cache").join(relative)
    }

    /// Runs a program that an npm package of the root package.json brings.
    ///
    /// npm's own links in `node_modules/.bin` are shell scripts on some systems; the file behind them is not.
    pub fn npm_program(&self, package: &str, program: &str) -> Result<Command> {
        let folder = self.path("node_modules").join(package);
        let manifest = folder.join("package.json");
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("{} is missing: run `npm ci` first", manifest.display()))?;
        let manifest: Value = serde_json::from_str(&text).context("a package.json is not JSON")?;
        let file = match &manifest["bin"] {
            Value::String(file) => file.as_str(),
            bins => bins[program].as_str().unwrap_or_default(),
        };
        if file.is_empty() {
            bail!("the npm package {package} brings no program {program:?}");
        }
        let file = folder.join(file);
        // Some packages put a native program in the place of their script when npm may run install scripts.
        let mut start = [0; 2];
        std::fs::File::open(&file)
            .and_then(|mut file| file.read_exact(&mut start))
            .with_context(|| format!("cannot read {}: run `npm ci` again", file.display()))?;
        let mut command = Command::new(if &start == b"#!" { OsStr::new("node") } else { file.as_os_str() });
        if &start == b"#!" {
            command.arg(&file);
        }
        command.current_dir(&self.root);
        Ok(command)
    }
}

/// The cargo that runs this program, so that its toolchain is used throughout.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where cargo keeps the registry and its copies of crates.
pub fn cargo_home() -> Result<PathBuf> {
    match std::env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home)),
        None => Ok(std::env::home_dir().context("this user has no home folder")?.join(".cargo")),
    }
}

/// Makes a link at `to` that leads to the file or folder `from`.
pub fn link(from: &Path, to: &Path) -> Result<()> {
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(from, to);
    #[cfg(windows)]
    let linked = if from.is_dir() {
        std::os::windows::fs::symlink_dir(from, to)
    } else {
        std::os::windows::fs::symlink_file(from, to)
    };
    linked.with_context(|| format!("cannot make the link {}", to.display()))
}
