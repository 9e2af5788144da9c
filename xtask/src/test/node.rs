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

/// Files that run at a time. Tests mostly wait: for browsers, and for clouds that they have made slow.
const AT_A_TIME: usize = 2;

/// What measures runs alone: a file whose name begins so.
const MEASURING: &[&str] = &["memory"];

/// Runs every `*.test.js` and `*.test.mjs` of a suite's folder.
pub fn run(
    project: &Project,
    suite: &str,
    installed: &Installed,
    emulator: &Path,
    browsers: Option<&Browsers>,
) -> Result<Counts> {
    let files = test_files(&project.path("tests").join(suite))?;
    let (measuring, others): (Vec<PathBuf>, Vec<PathBuf>) =
        files.into_iter().partition(|file| measures(file));
    let mut counts = Counts::default();
    for (name, files, at_a_time) in
        [(format!("{suite}-measuring"), measuring, 1), (suite.to_owned(), others, AT_A_TIME)]
    {
        if files.is_empty() {
            continue;
        }
        let mut command = Command::new("node");
        command.current_dir(&project.root).arg("--test").arg(format!("--test-concurrency={at_a_time}"));
        environment(&mut command, installed, emulator, browsers);
        counts.add(&reported(project, &name, command, &files)?);
    }
    Ok(counts)
}

/// Runs the tests and counts what they report.
fn reported(project: &Project, name: &str, mut command: Command, files: &[PathBuf]) -> Result<Counts> {
    let report = project.cache("test").join(format!("{name}.tap"));
    std::fs::create_dir_all(project.cache("test"))?;
    command.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    command.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    command.args(files);
    // A report of an earlier run must not be read as this one's.
    let _ = std::fs::remove_file(&report);
    let status = process::Running::start(&mut command, &format!("the tests of {name}"))?
        .wait(Duration::from_secs(20 * 60))?;
    let tap = std::fs::read_to_string(&report).context("node --test wrote no report")?;
    let mut counts = Counts::default();
    tap.lines().for_each(|line| counts.read_tap(line));
    counts.settle(&format!("the tests of {name}"), status.success());
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

fn measures(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    MEASURING.iter().any(|word| name.starts_with(word))
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
    fn what_measures_is_told_by_its_name() {
        assert!(measures(Path::new("/checkout/tests/browser/memory.test.mjs")));
        assert!(!measures(Path::new("/checkout/memory/tests/node/uploads.test.mjs")));
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
