//! `cargo xtask mutate`: shows that the tests of the upload's session bite. Each entry of `mutations` breaks the session
//! in one way, in a copy of the sources; its tests must fail. Prints the table that tests/README.md holds.
mod mutations;

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, Running};
use crate::project::{Project, cargo};
use mutations::MUTATIONS;

/// One way to break the session.
pub struct Mutation {
    /// What is broken, for the table.
    pub what: &'static str,
    /// The file below src/upload/session.
    pub file: &'static str,
    /// What is replaced; it must be there exactly once.
    pub from: &'static str,
    pub to: &'static str,
}

const LIMIT: Duration = Duration::from_secs(20 * 60);
/// An upload that never ends is ended by the simulation itself, long before this.
const TEST_LIMIT: Duration = Duration::from_secs(10 * 60);

/// The command line: `mutate [WORD]`; only those entries whose first column has the word.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    let word = arguments.first().map_or("", String::as_str);
    let copy = copy(project)?;
    let wanted: Vec<&Mutation> = MUTATIONS.iter().filter(|mutation| mutation.what.contains(word)).collect();
    ensure!(!wanted.is_empty(), "there is no mutation whose name contains {word:?}");
    ensure!(tests(&copy)?.is_none(), "the tests fail although nothing is broken");
    println!("| what was broken | what failed | which test |\n|---|---|---|");
    let mut survivors = 0;
    for mutation in wanted {
        let found = with(&copy, mutation)?;
        survivors += usize::from(found.is_none());
        let (message, test) = found.unwrap_or_else(|| ("**nothing: it survives**".into(), String::new()));
        println!("| {} | {message} | {test} |", mutation.what);
    }
    if survivors > 0 {
        bail!("{survivors} of the mutations survive: an invariant is missing");
    }
    Ok(())
}

/// Copies what the library's tests need; the target folder of the copy stays for the next time.
fn copy(project: &Project) -> Result<PathBuf> {
    let copy = project.target.join("mutations");
    let mut list = Command::new("git");
    list.current_dir(&project.root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let files = process::output(&mut list, "git ls-files", Duration::from_secs(60))?;
    for file in files.lines() {
        let (from, to) = (project.path(file), copy.join(file));
        if !from.is_file() {
            continue;
        }
        let bytes = std::fs::read(&from).with_context(|| format!("cannot read {file}"))?;
        // What is the same keeps its date, so that nothing is built without need.
        if std::fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        std::fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        std::fs::write(&to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(copy)
}

/// Breaks the copy, runs the tests, mends it.
fn with(copy: &Path, mutation: &Mutation) -> Result<Option<(String, String)>> {
    let path = copy.join("src/upload/session").join(mutation.file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let times = text.matches(mutation.from).count();
    ensure!(times == 1, "{}: the text to replace is there {times} times in {}", mutation.what, mutation.file);
    std::fs::write(&path, text.replace(mutation.from, mutation.to))?;
    let found = tests(copy);
    std::fs::write(&path, text)?;
    found.with_context(|| format!("with the mutation {:?}", mutation.what))
}

/// Runs the session's tests; gives what the first failure says, and which test it was; none where all pass.
fn tests(copy: &Path) -> Result<Option<(String, String)>> {
    let cargo_test = || {
        let mut command = cargo();
        command.current_dir(copy).env("CARGO_TARGET_DIR", copy.join("target"));
        command.env("RUSTFLAGS", "-Awarnings").env("RUST_BACKTRACE", "0");
        command.args(["test", "--lib", "--locked", "--package", "ims-client"]);
        command
    };
    let mut compile = cargo_test();
    process::output(compile.arg("--no-run"), "compiling", LIMIT)?;
    let log = copy.join("target/tests.log");
    let file = std::fs::File::create(&log)?;
    let mut run = cargo_test();
    // The drawn stories come last: a test that shows one thing by itself says more.
    run.args(["upload::session", "--", "--test-threads", "1"]);
    run.stdout(file.try_clone()?).stderr(file);
    let status = Running::start(&mut run, "the tests")?.wait(TEST_LIMIT);
    let text = std::fs::read_to_string(&log)?;
    match status {
        Ok(status) if status.success() => Ok(None),
        Ok(_) => Ok(Some(failure(&text))),
        Err(error) => Ok(Some((format!("{error:#}"), String::new()))),
    }
}

/// What the panics say (the drawn stories' first, with its seed), and how many tests failed.
fn failure(text: &str) -> (String, String) {
    let mut found: Vec<(String, String, String)> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(rest) = line.strip_prefix("thread '") else { continue };
        let Some((test, _)) = rest.split_once('\'') else { continue };
        let test = test.rsplit("::").next().unwrap_or(test);
        let after = || lines.iter().skip(at + 1).take(8);
        let message = after().next().map_or("", |line| line.trim());
        let message: String = message.replace('|', "/").chars().take(110).collect();
        let seed = after().find_map(|line| line.strip_prefix("seed ")?.split(' ').next());
        found.push((test.to_owned(), message, seed.unwrap_or_default().to_owned()));
    }
    // That a fault does not occur any more says less than what it brought about.
    found.sort_by_key(|(test, message, _)| {
        (message.contains("too tame"), !test.starts_with("whatever_happens"))
    });
    let Some((test, message, seed)) = found.first() else {
        return ("the tests failed without a panic".to_owned(), String::new());
    };
    let seed = if seed.is_empty() { String::new() } else { format!(", seed {seed}") };
    let others = match found.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    let test = if test.starts_with("whatever_happens") { "drawn stories" } else { test };
    (message.clone(), format!("{}{seed}{others}", test.replace('_', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mutation_finds_what_it_breaks() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/upload/session");
        let lost: Vec<String> = MUTATIONS
            .iter()
            .filter_map(|mutation| {
                let text = std::fs::read_to_string(sources.join(mutation.file)).unwrap_or_default();
                let times = text.matches(mutation.from).count();
                (times != 1).then(|| format!("{}: {times} times in {}", mutation.what, mutation.file))
            })
            .collect();
        assert!(lost.is_empty(), "the texts to replace are not there exactly once:\n{}", lost.join("\n"));
    }

    #[test]
    fn the_failure_of_the_drawn_stories_is_told_with_its_seed() {
        let text = "running 2 tests\nthread 'a::b' (1) panicked at x.rs:1:1:\none\n\
                    thread 'a::whatever_happens' (1) panicked at y.rs:1:1:\ntwo | three\nnote: x\n\
                    seed 7 fails; replay it\n";
        assert_eq!(failure(text), ("two / three".into(), "drawn stories, seed 7 and 1 more".into()));
    }
}
