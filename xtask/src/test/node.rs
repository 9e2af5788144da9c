//! The suites that Node runs: tests/node, tests/peers, and tests/browser, which drives browsers.
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::counts::Counts;
use super::install::Installed;
use crate::browsers::Browsers;
use crate::process;
use crate::project::Project;
use crate::stamp::files_below;

/// Runs every `*.test.js` and `*.test.mjs` of a suite's folder.
pub fn run(
    project: &Project,
    suite: &str,
    installed: &Installed,
    emulator: &Path,
    browsers: Option<&Browsers>,
) -> Result<Counts> {
    let files = test_files(&project.path("tests").join(suite))?;
    let report = project.cache("test").join(format!("{suite}.tap"));
    std::fs::create_dir_all(project.cache("test"))?;
    let mut command = Command::new("node");
    command.current_dir(&project.root).arg("--test");
    command.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    command.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    if browsers.is_some() {
        // Each file drives browsers of its own: one after the other, or two cores are not enough.
        command.arg("--test-concurrency=1");
    }
    command.args(&files);
    environment(&mut command, installed, emulator, browsers);
    // A report of an earlier run must not be read as this one's.
    let _ = std::fs::remove_file(&report);
    let status = process::Running::start(&mut command, &format!("the tests in tests/{suite}"))?
        .wait(Duration::from_secs(20 * 60))?;
    let tap = std::fs::read_to_string(&report).context("node --test wrote no report")?;
    let mut counts = Counts::default();
    tap.lines().for_each(|line| counts.read_tap(line));
    counts.settle(&format!("tests/{suite}"), status.success());
    Ok(counts)
}

/// Tells a program of tests/ what it tests and with what.
pub fn environment(
    command: &mut Command,
    installed: &Installed,
    emulator: &Path,
    browsers: Option<&Browsers>,
) {
    command.env("IMS_CLIENT_TARBALL", &installed.tarball).env("IMS_CLIENT_DIR", &installed.folder);
    command.env("IMS_EMULATOR", emulator);
    if let Some(browsers) = browsers {
        command.env("IMS_CHROMIUM", &browsers.chromium).env("IMS_FIREFOX", &browsers.firefox);
    }
}

/// The test files, each named so that the runner takes it.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut tests = Vec::new();
    for file in files_below(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".test.js") || name.ends_with(".test.mjs") {
            tests.push(file);
        } else if name.ends_with("js") && std::fs::read_to_string(&file)?.lines().any(declares_tests) {
            bail!("{} holds tests, but is not named *.test.js or *.test.mjs", file.display());
        }
    }
    ensure!(!tests.is_empty(), "there is no test in {}", folder.display());
    Ok(tests)
}

/// A helper may import hooks from node:test; what declares tests imports `test`, `it` or `describe`.
fn declares_tests(line: &str) -> bool {
    let imports = line.trim_start().starts_with("import ") && line.contains("'node:test'");
    imports && ["test", "it", "describe"].iter().any(|name| names(line).contains(name))
}

/// The words of an import before its `from`.
fn names(line: &str) -> Vec<&str> {
    let before = line.split(" from ").next().unwrap_or_default();
    before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_declare_tests_are_told_from_helpers() {
        assert!(declares_tests("import { test } from 'node:test';"));
        assert!(declares_tests("import test, { after } from 'node:test';"));
        assert!(declares_tests("import { after, describe, it } from 'node:test';"));
        assert!(!declares_tests("import { after } from 'node:test';"));
        assert!(!declares_tests("import { test } from './helper.js';"));
    }

    #[test]
    fn a_folder_without_tests_is_refused() {
        let folder = std::env::temp_dir().join(format!("xtask-node-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(test_files(&folder).unwrap_err().to_string().contains("no test"));
        std::fs::write(folder.join("forgotten.js"), "import { test } from 'node:test';\n").unwrap();
        assert!(test_files(&folder).unwrap_err().to_string().contains("not named"));
        std::fs::remove_file(folder.join("forgotten.js")).unwrap();
        std::fs::write(folder.join("a.test.js"), "").unwrap();
        assert_eq!(test_files(&folder).unwrap().len(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
