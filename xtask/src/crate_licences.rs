//! The licences of the crates that are in the published .wasm: their texts are published with it.
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::build::TARGET;
use crate::process;
use crate::project::{Project, cargo};

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
