//! Every crate and npm package has a licence that the project may be used with.
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::time::Duration;

use crate::process;
use crate::project::{Project, cargo};

/// Permissive licences, and MPL-2.0, which asks for changes to its own files only.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Reads `cargo metadata` and package-lock.json.
pub fn check(project: &Project) -> Result<()> {
    let mut refused = crates(project)?;
    refused.extend(npm_packages(project)?);
    if !refused.is_empty() {
        bail!(
            "these licences are not on the list in xtask/src/check/licences.rs:\n  {}",
            refused.join("\n  ")
        );
    }
    Ok(())
}

fn crates(project: &Project) -> Result<Vec<String>> {
    let mut metadata = cargo();
    metadata.current_dir(&project.root).args(["metadata", "--format-version", "1", "--locked"]);
    let text = process::output(&mut metadata, "cargo metadata", Duration::from_secs(300))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata did not print JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let named = packages.iter().map(|package| {
        (
            format!("crate {} {}", text_of(&package["name"]), text_of(&package["version"])),
            text_of(&package["license"]),
        )
    });
    refused(named)
}

fn npm_packages(project: &Project) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(project.path("package-lock.json"))
        .context("cannot read package-lock.json")?;
    let lock: Value = serde_json::from_str(&text).context("package-lock.json is not JSON")?;
    let packages = lock["packages"].as_object().context("package-lock.json lists no packages")?;
    // The entry without a name is the project itself.
    let named = packages
        .iter()
        .filter(|(place, _)| !place.is_empty())
        .map(|(place, package)| (format!("npm package {place}"), text_of(&package["license"])));
    refused(named)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn refused<'a>(named: impl Iterator<Item = (String, &'a str)>) -> Result<Vec<String>> {
    let mut refused = Vec::new();
    for (name, licence) in named {
        if licence.is_empty() {
            refused.push(format!("{name} names no licence"));
        } else if !allowed(licence).with_context(|| format!("{name} has the licence {licence:?}"))? {
            refused.push(format!("{name}: {licence}"));
        }
    }
    Ok(refused)
}

/// Whether an SPDX expression can be fulfilled with licences of the list. `/` is crates.io's old form of OR.
fn allowed(expression: &str) -> Result<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let result = any_of(&words, &mut at)?;
    ensure!(at == words.len(), "the licence expression goes on after its end");
    Ok(result)
}

fn any_of(words: &[&str], at: &mut usize) -> Result<bool> {
    let mut result = all_of(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        result |= all_of(words, at)?;
    }
    Ok(result)
}

fn all_of(words: &[&str], at: &mut usize) -> Result<bool> {
    let mut result = one(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        result &= one(words, at)?;
    }
    Ok(result)
}

fn one(words: &[&str], at: &mut usize) -> Result<bool> {
    let word = *words.get(*at).context("the licence expression ends too early")?;
    *at += 1;
    if word == "(" {
        let result = any_of(words, at)?;
        ensure!(words.get(*at) == Some(&")"), "the licence expression lacks a closing parenthesis");
        *at += 1;
        return Ok(result);
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).context("the licence expression lacks an exception")?;
        *at += 2;
        // An exception permits more than the licence alone.
        return Ok(ALLOWED.contains(&word) || ALLOWED.contains(&format!("{word} WITH {exception}").as_str()));
    }
    Ok(ALLOWED.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_says() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "MIT OR Apache-2.0 AND GPL-3.0",
        ] {
            assert!(allowed(good).unwrap(), "{good} is refused");
        }
        for bad in
            ["GPL-3.0", "MIT AND GPL-3.0", "GPL-2.0 WITH Classpath-exception-2.0", "(GPL-3.0 OR MIT) AND X"]
        {
            assert!(!allowed(bad).unwrap(), "{bad} passes");
        }
        for broken in ["", "(MIT", "MIT OR", "MIT MIT", "MIT WITH"] {
            assert!(allowed(broken).is_err(), "{broken:?} is understood");
        }
    }

    #[test]
    fn a_package_without_a_licence_is_refused() {
        let found = refused([("a".to_owned(), ""), ("b".to_owned(), "MIT")].into_iter()).unwrap();
        assert_eq!(found, ["a names no licence"]);
    }
}
