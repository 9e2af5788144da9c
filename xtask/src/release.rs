//! `cargo xtask release --dry-run`: everything that must be right before a release. Nothing is published.
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;

use crate::build::{self, Profile};
use crate::crate_licences;
use crate::packed::Packed;
use crate::process;
use crate::project::{Project, link};
use crate::setup;
use crate::stamp::files_below;

/// What may be in the tarball, by the ends of names.
const PUBLISHED: &[&str] = &[".js", ".cjs", ".mjs", ".d.ts", ".d.cts", ".wasm", ".md", "package.json"];

const LIMIT: Duration = Duration::from_secs(5 * 60);

/// The command line: `release --dry-run`.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if arguments != ["--dry-run"] {
        bail!("release takes --dry-run and nothing else: docs/releasing.md says how a release is made");
    }
    setup::tools(project)?;
    let version = &project.version;
    changelog(&std::fs::read_to_string(project.path("CHANGELOG.md"))?, version)?;
    println!("CHANGELOG.md tells of {version}");
    let first = hashes(&build::package(project, Profile::Release)?)?;
    ensure!(
        std::fs::read_to_string(project.path("pkg/LICENSE-crates"))? == crate_licences::text(project)?,
        "LICENSE-crates is not of the crates that are in the .wasm"
    );
    println!("the licences of the crates in the .wasm are published");
    contents(project)?;
    again(project, &first)?;
    println!("two builds are the same: sha256 {}", sum(&first));
    // A dry run needs no registry: without a network it is not asked again and again.
    let mut publish =
        setup::npm(&["publish", "--dry-run", "--access", "public", "--loglevel=error", "--fetch-retries=0"]);
    let published = process::output(publish.arg(project.path("pkg")), "npm publish --dry-run", LIMIT)?;
    ensure!(published.contains(&format!("ims-client@{version}")), "npm would publish {published}");
    println!("npm would publish ims-client@{version}");
    Ok(())
}

/// The changelog has a part for this version, with something in it, and one for what comes next.
fn changelog(text: &str, version: &str) -> Result<()> {
    ensure!(text.contains("\n## [Unreleased]"), "CHANGELOG.md has no part [Unreleased]");
    let opening = format!("\n## [{version}]");
    let (_, rest) =
        text.split_once(&opening).with_context(|| format!("CHANGELOG.md has no part [{version}]"))?;
    let part = rest.split("\n## ").next().unwrap_or_default();
    ensure!(part.lines().any(|line| line.starts_with("- ")), "CHANGELOG.md says nothing of {version}");
    Ok(())
}

/// The tarball holds what is meant for users, of this version, and nothing else.
fn contents(project: &Project) -> Result<()> {
    let mut pack = setup::npm(&["pack", "--dry-run", "--json", "--loglevel=error"]);
    let report = process::output(pack.arg(project.path("pkg")), "npm pack --dry-run", LIMIT)?;
    let packed = Packed::read(&report)?;
    ensure!(packed.version == project.version, "the tarball is of {}", packed.version);
    strangers(&packed.files)?;
    packed.holds(&["LICENSE-MIT", "LICENSE-APACHE", "LICENSE-crates", "README.md", "CHANGELOG.md"])?;
    println!("the tarball holds {} files, {} bytes", packed.files.len(), packed.size);
    Ok(())
}

/// Files that nobody meant to publish: source maps, tests, sources.
fn strangers<Name: AsRef<str>>(names: &[Name]) -> Result<()> {
    let fits = |name: &&str| {
        let known = PUBLISHED.iter().any(|end| name.ends_with(end)) || name.starts_with("LICENSE-");
        !known || name.contains(".test.") || name.contains('/')
    };
    let strangers: Vec<_> = names.iter().map(AsRef::as_ref).filter(fits).collect();
    ensure!(strangers.is_empty(), "the tarball holds {strangers:?}");
    Ok(())
}

/// Builds all of it once more, elsewhere and from nothing, and compares.
fn again(project: &Project, first: &[(String, String)]) -> Result<()> {
    let copy = project.target.join("again");
    if copy.exists() {
        std::fs::remove_dir_all(&copy).with_context(|| format!("cannot empty {}", copy.display()))?;
    }
    copy_sources(project, &copy)?;
    let other = Project { root: copy.clone(), target: copy.join("target"), version: project.version.clone() };
    let second = hashes(&build::package(&other, Profile::Release)?)?;
    let differing: Vec<&str> =
        first.iter().filter(|file| !second.contains(file)).map(|(name, _)| name.as_str()).collect();
    ensure!(
        differing.is_empty() && first.len() == second.len(),
        "two builds of the same sources differ: {}",
        differing.join(", ")
    );
    std::fs::remove_dir_all(&copy).with_context(|| format!("cannot remove {}", copy.display()))
}

/// What a build reads, in a folder of another name, so that a path that got into a file shows.
fn copy_sources(project: &Project, copy: &Path) -> Result<()> {
    let folders = ["src", "pkg-templates", "xtask", "emulator", ".cargo", "tests/contract", "tests/images"];
    for folder in folders {
        for file in files_below(&project.path(folder))? {
            let target = copy.join(file.strip_prefix(&project.root)?);
            std::fs::create_dir_all(target.parent().unwrap_or(copy))?;
            std::fs::copy(&file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    let files = [
        "Cargo.toml",
        "Cargo.lock",
        "package.json",
        "package-lock.json",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CHANGELOG.md",
    ];
    for file in files {
        std::fs::copy(project.path(file), copy.join(file)).with_context(|| format!("cannot copy {file}"))?;
    }
    // The build reads the npm packages and leaves a link there; the real folder must keep its own.
    let modules = copy.join("node_modules");
    std::fs::create_dir_all(&modules)?;
    for entry in std::fs::read_dir(project.path("node_modules"))? {
        let entry = entry?;
        if entry.file_name() != "ims-client" {
            link(&entry.path(), &modules.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The name and SHA-256 of every file of a package.
fn hashes(folder: &Path) -> Result<Vec<(String, String)>> {
    files_below(folder)?
        .iter()
        .map(|file| {
            let name = file.strip_prefix(folder)?.display().to_string();
            Ok((name, hex(&Sha256::digest(std::fs::read(file)?))))
        })
        .collect()
}

/// One digest of all of them.
fn sum(files: &[(String, String)]) -> String {
    let mut digest = Sha256::new();
    files.iter().for_each(|(name, hash)| digest.update(format!("{hash}  {name}\n")));
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changelog_without_this_version_is_refused() {
        let text = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0]\n\n- new\n\n## [1.1.0]\n\n### Added\n";
        changelog(text, "1.2.0").unwrap();
        for (text, version) in [(text, "1.3.0"), (text, "1.1.0"), ("\n## [1.2.0]\n- new\n", "1.2.0")] {
            assert!(changelog(text, version).is_err(), "{version}");
        }
    }

    #[test]
    fn files_that_nobody_meant_to_publish_are_refused() {
        strangers(&["index.js", "LICENSE-MIT", "package.json", "a.d.cts", "x_bg.wasm"]).unwrap();
        for stranger in ["index.js.map", "a.test.mjs", "src/lib.rs", "key.pem", "tests/a.js"] {
            assert!(strangers(&["index.js", stranger]).is_err(), "{stranger}");
        }
    }
}
