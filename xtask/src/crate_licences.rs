//! The licences of the crates that are in the published .wasm: their texts are published with it.
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::build::{TARGET, sysroot};
use crate::process;
use crate::project::{Project, cargo, cargo_home};

/// The texts of all licences, each once, with the crates that it is of.
pub fn text(project: &Project) -> Result<String> {
    let mut metadata = cargo();
    metadata.current_dir(&project.root).args(["metadata", "--format-version", "1", "--locked"]);
    metadata.args(["--filter-platform", TARGET]);
    let metadata = process::output(&mut metadata, "cargo metadata", Duration::from_secs(300))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata did not print JSON")?;
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in linked(&metadata)? {
        let name = format!("{} {}", word(&package["name"]), word(&package["version"]));
        let manifest = Path::new(word(&package["manifest_path"]));
        let folder = manifest.parent().context("a crate without a folder")?;
        let mut found = texts_of(folder)?;
        if found.is_empty() {
            let mit = word(&package["license"]).split([' ', '/']).any(|licence| licence == "MIT");
            ensure!(mit, "the crate {name} brings no text of its licence ({})", package["license"]);
            found.push(mit_of(project, &package["authors"])?);
        }
        for text in found {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    ensure!(!texts.is_empty(), "the client has no dependencies");
    for (name, text) in library(project)? {
        texts.entry(text).or_default().insert(name);
    }
    let mut whole =
        String::from("Crates of which code is in the .wasm files of this package, and their licences.\n");
    let mut parts: Vec<(String, String)> = texts
        .into_iter()
        .map(|(text, crates)| (crates.into_iter().collect::<Vec<_>>().join(", "), text))
        .collect();
    parts.sort();
    for (crates, text) in parts {
        whole.push_str(&format!("\n{}\n{crates}\n\n{text}\n", "-".repeat(80)));
    }
    Ok(whole)
}

/// Rust's own library, which is in every .wasm: its parts, each with a text. Those of others bring theirs with their sources, which
/// are there where the build compiles the library.
fn library(project: &Project) -> Result<Vec<(String, String)>> {
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let version = process::output(compiler.arg("--version"), "rustc --version", Duration::from_secs(60))?;
    let version = version.split(' ').nth(1).context("rustc has no version")?;
    let authors = Value::from(vec!["The Rust Project Contributors"]);
    let mut parts = vec![(format!("Rust {version}: alloc, core, std"), mit_of(project, &authors)?)];
    let sources = sysroot()?.join("lib/rustlib/src/rust/library");
    let Ok(lock) = std::fs::read_to_string(sources.join("Cargo.lock")) else { return Ok(parts) };
    for text in texts_of(&sources.join("compiler-builtins"))? {
        parts.push((format!("Rust {version}: compiler_builtins"), text));
    }
    for index in std::fs::read_dir(cargo_home()?.join("registry/src")).into_iter().flatten().flatten() {
        for name in ["dlmalloc", "hashbrown"] {
            let version = locked(&lock, name).with_context(|| format!("Rust's library has no {name}"))?;
            let folder = index.path().join(format!("{name}-{version}"));
            let texts = if folder.is_dir() { texts_of(&folder)? } else { Vec::new() };
            parts.extend(texts.into_iter().map(|text| (format!("{name} {version}"), text)));
        }
    }
    Ok(parts)
}

/// The version of a crate in the text of a Cargo.lock.
fn locked<'text>(lock: &'text str, name: &str) -> Option<&'text str> {
    let (_, rest) = lock.split_once(&format!("name = {name:?}\nversion = \""))?;
    rest.split('"').next()
}

/// The MIT licence for a crate that names it without its text: the words of our own, for its authors.
fn mit_of(project: &Project, authors: &Value) -> Result<String> {
    let own = std::fs::read_to_string(project.path("LICENSE-MIT"))?;
    let permission = own.find("Permission is hereby granted").context("LICENSE-MIT is another text")?;
    let names: Vec<&str> = authors.as_array().into_iter().flatten().map(word).collect();
    Ok(format!("MIT License\n\nCopyright (c) {}\n\n{}", names.join(", "), own[permission..].trim_end()))
}

/// What the client is linked with: its normal dependencies and theirs, without what runs at build time only.
fn linked(metadata: &Value) -> Result<Vec<&Value>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let nodes = metadata["resolve"]["nodes"].as_array().context("cargo metadata resolves nothing")?;
    let package_of = |id: &Value| packages.iter().find(|package| package["id"] == *id);
    let client = packages.iter().find(|package| package["name"] == "ims-client").context("no ims-client")?;
    let mut waiting = vec![&client["id"]];
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(word(id)) {
            continue;
        }
        let package = package_of(id).context("a dependency that is no package")?;
        let kinds = package["targets"].as_array().into_iter().flatten().flat_map(|t| t["kind"].as_array());
        if kinds.flatten().any(|kind| kind == "proc-macro") {
            continue;
        }
        if package["id"] != client["id"] {
            found.push(package);
        }
        let node = nodes.iter().find(|node| node["id"] == *id).context("a package that is not resolved")?;
        for dependency in node["deps"].as_array().into_iter().flatten() {
            let mut kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
            if kinds.any(|kind| kind["kind"].is_null()) {
                waiting.push(&dependency["pkg"]);
            }
        }
    }
    found.sort_by_key(|package| word(&package["name"]));
    Ok(found)
}

/// The licence files of a crate; where it offers MIT among others, that text is enough.
fn texts_of(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let upper = name.to_uppercase();
        let is_licence =
            ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"].iter().any(|word| upper.starts_with(word));
        if is_licence && folder.join(&name).is_file() {
            files.push(name);
        }
    }
    files.sort();
    if let Some(mit) = files.iter().find(|name| name.to_uppercase().contains("MIT")).cloned() {
        files = vec![mit];
    }
    let texts = files.iter().map(|name| {
        let text =
            std::fs::read_to_string(folder.join(name)).with_context(|| format!("cannot read {name}"))?;
        Ok(text.replace("\r\n", "\n").trim_end().to_owned())
    });
    texts.collect()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rusts_own_library_is_named_with_its_licences() {
        let parts = library(&Project::find().unwrap()).unwrap();
        let (name, text) = &parts[0];
        assert!(name.starts_with("Rust 1.") && name.ends_with(": alloc, core, std"), "{name}");
        assert!(text.contains("The Rust Project Contributors") && text.contains("AS IS"), "{text}");
        assert_eq!(locked("name = \"a\"\nversion = \"1.2.3\"\n", "a"), Some("1.2.3"));
        assert_eq!(locked("name = \"ab\"\nversion = \"1.2.3\"\n", "a"), None);
    }
}
