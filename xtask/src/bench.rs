//! `cargo xtask bench`: the figures of bench/, measured with the package and the emulator of this checkout.
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

use crate::build::{ENTRIES, parts};
use crate::cloud;
use crate::process;
use crate::project::Project;
use crate::setup;
use crate::simulate;
use crate::test::install;

/// 100 GiB take a quarter of an hour by themselves.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// The command line: what bench/run.mjs takes.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    setup::tools(project)?;
    let emulator = cloud::build_emulator(project)?;
    let installed = install::package(project)?;
    let folder = project.path("bench");
    // What is compared with, as its own lock file says.
    setup::npm_packages(&folder, &["--ignore-scripts"], &["zod"])
        .context("what is compared with could not be installed")?;
    let figures = project.cache("bench/xtask.json");
    std::fs::create_dir_all(project.cache("bench")).context("cannot make .cache/bench")?;
    std::fs::write(&figures, own_figures(project, arguments)?.to_string())
        .with_context(|| format!("cannot write {}", figures.display()))?;
    let mut node = Command::new("node");
    node.env("IMS_BENCH_FIGURES", &figures);
    node.current_dir(&project.root).arg(folder.join("run.mjs")).args(arguments);
    node.env("IMS_CLIENT_DIR", &installed.folder).env("IMS_EMULATOR", emulator);
    process::run(&mut node, "the benchmark", LIMIT)
}

/// What the suites that are wanted cannot measure from JavaScript: the parts of each .wasm, and uploads of tebibytes in
/// virtual time.
fn own_figures(project: &Project, arguments: &[String]) -> Result<Value> {
    let wanted = |suite: &str| is_wanted(arguments, suite);
    let mut figures = json!({});
    if wanted("weight") {
        let parts: Result<Vec<Value>> = ENTRIES.iter().map(|entry| parts::of(project, entry)).collect();
        figures["parts"] = Value::from(parts?);
    }
    if wanted("scale") {
        let program = simulate::build(project)?;
        let mut uploads = Vec::new();
        for tebibytes in [1_u64, 5] {
            let text = simulate::large(project, &program, tebibytes << 40)?;
            uploads.push(serde_json::from_str::<Value>(&text).context("the simulation printed no JSON")?);
        }
        figures["simulated"] = Value::from(uploads);
    }
    Ok(figures)
}

/// Whether the command line of bench/run.mjs asks for this suite.
fn is_wanted(arguments: &[String], suite: &str) -> bool {
    if arguments.iter().any(|argument| argument == "--tables") {
        return false;
    }
    let behind = |at: usize| arguments.get(at + 1).map(String::as_str);
    let only =
        arguments.iter().enumerate().find_map(|(at, argument)| match argument.strip_prefix("--only") {
            Some("") => behind(at),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        });
    only.is_none_or(|only| only.split(',').any(|name| name == suite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_only_measured_where_it_is_wanted() {
        let wanted = |text: &str| {
            let arguments: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            ["weight", "scale"].map(|suite| is_wanted(&arguments, suite))
        };
        assert_eq!(wanted("--runs 5 --quick"), [true, true]);
        assert_eq!(wanted("--only weight,hash"), [true, false]);
        assert_eq!(wanted("--runs 1 --only=scale"), [false, true]);
        assert_eq!(wanted("--only hash"), [false, false]);
        assert_eq!(wanted("--tables"), [false, false]);
    }
}
