//! No crate twice in what is published, and none that its authors withdrew from crates.io.
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::build::{ENTRIES, TARGET};
use crate::process;
use crate::project::{Project, cargo};
use crate::stamp::files_below;

/// Looks at each entry's dependencies, and at all of Cargo.lock.
pub fn check(project: &Project) -> Result<()> {
    for entry in ENTRIES {
        let mut tree = cargo();
        tree.current_dir(&project.root).args([
            "tree",
            "--locked",
            "--package",
            "ims-client",
            "--target",
            TARGET,
        ]);
        tree.args(["--no-default-features", "--features", entry.feature, "--edges", "normal,no-proc-macro"]);
        tree.args(["--duplicates", "--depth", "0", "--prefix", "none"]);
        let twice = process::output(&mut tree, "cargo tree", Duration::from_secs(300))?;
        if twice.lines().any(|line| !line.trim().is_empty()) {
            bail!("the .wasm of {} would hold several versions of a crate:\n{}", entry.name, twice.trim());
        }
    }
    yanked(project)
}

/// Asks cargo's copy of the index, which it refreshes when it resolves.
fn yanked(project: &Project) -> Result<()> {
    let lock = std::fs::read_to_string(project.path("Cargo.lock")).context("cannot read Cargo.lock")?;
    let index = index_files()?;
    let mut withdrawn = Vec::new();
    for (name, version) in registry_packages(&lock) {
        let file = index
            .iter()
            .find(|file| file.file_name().is_some_and(|file| file.eq_ignore_ascii_case(&name)))
            .with_context(|| format!("cargo's index has no {name}: run `cargo fetch`"))?;
        let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        if is_yanked(&text, &version).with_context(|| format!("cargo's index of {name}"))? {
            withdrawn.push(format!("{name} {version}"));
        }
    }
    if !withdrawn.is_empty() {
        bail!("these versions were withdrawn from crates.io: {}", withdrawn.join(", "));
    }
    Ok(())
}

fn index_files() -> Result<Vec<PathBuf>> {
    let index = crate::project::cargo_home()?.join("registry/index");
    let mut files = Vec::new();
    for registry in std::fs::read_dir(&index).with_context(|| format!("cannot list {}", index.display()))? {
        let cache = registry?.path().join(".cache");
        if cache.is_dir() {
            files.extend(files_below(Path::new(&cache))?);
        }
    }
    Ok(files)
}

/// The packages of a Cargo.lock that come from a registry.
fn registry_packages(lock: &str) -> Vec<(String, String)> {
    let field = |package: &str, name: &str| {
        let opening = format!("{name} = \"");
        package.lines().find_map(|line| Some(line.strip_prefix(&opening)?.strip_suffix('"')?.to_owned()))
    };
    lock.split("[[package]]")
        .filter(|package| field(package, "source").is_some_and(|source| source.starts_with("registry+")))
        .filter_map(|package| Some((field(package, "name")?, field(package, "version")?)))
        .collect()
}

/// The cached index of a crate: a header, then each version and its JSON, ended by a zero byte each.
fn is_yanked(index: &[u8], version: &str) -> Result<bool> {
    let mut fields = index.split(|byte| *byte == 0);
    fields
        .find(|field| *field == version.as_bytes())
        .with_context(|| format!("lists no version {version}"))?;
    let json = fields.next().context("ends too early")?;
    let about: Value = serde_json::from_slice(json).context("is not JSON")?;
    about["yanked"].as_bool().context("does not say whether the version is yanked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_a_registry_are_read_from_the_lock() {
        let lock = "[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \
                    \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert_eq!(registry_packages(lock), [("serde".to_owned(), "1.0.0".to_owned())]);
    }

    #[test]
    fn a_yanked_version_is_seen() {
        let index = b"\x03\x00\x00etag: x\x001.0.0\x00{\"vers\":\"1.0.0\",\"yanked\":false}\x001.0.1\x00{\"yanked\":true}\x00";
        assert!(!is_yanked(index, "1.0.0").unwrap());
        assert!(is_yanked(index, "1.0.1").unwrap());
        assert!(is_yanked(index, "1.0.2").is_err());
    }
}
