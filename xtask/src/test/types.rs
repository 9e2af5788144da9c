//! The published declarations, compiled by tsc in the kinds of projects users have.
//!
//! tests/types is copied beside the installed package, so that `ims-client` is found as a user's compiler finds it.
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::time::Duration;

use super::counts::Counts;
use super::install::Installed;
use crate::build::{ENTRIES, declared_names};
use crate::process;
use crate::project::Project;
use crate::stamp::files_below;

/// Compiles every tsconfig*.json of tests/types, and checks that the files there use every exported name.
pub fn run(installed: &Installed) -> Result<Counts> {
    let project = Project::find()?;
    let mut counts = Counts::default();
    let copy = copy_sources(&project, installed)?;
    let mut configs = Vec::new();
    let mut sources = String::new();
    for file in files_below(&copy)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("tsconfig") && name.ends_with(".json") && name != "tsconfig.base.json" {
            configs.push((name, file));
        } else if name.ends_with("ts") {
            sources.push_str(&std::fs::read_to_string(&file)?);
        }
    }
    ensure!(!configs.is_empty(), "tests/types holds no tsconfig.*.json");
    for (name, config) in &configs {
        let mut tsc = project.npm_program("typescript", "tsc")?;
        tsc.args(["--noEmit", "--pretty", "false", "--project"]).arg(config);
        match process::run(&mut tsc, &format!("tsc --project tests/types/{name}"), Duration::from_secs(300)) {
            Ok(()) => counts.passed += 1,
            Err(error) => counts.fail(format!("{error:#}")),
        }
    }
    for entry in ENTRIES {
        let file = format!("{}.d.ts", entry.name);
        let mut text = std::fs::read_to_string(installed.folder.join(&file))
            .with_context(|| format!("the installed package has no {file}"))?;
        // An entry without generated types has no such file.
        text += &std::fs::read_to_string(installed.folder.join(format!("{}.d.ts", entry.types())))
            .unwrap_or_default();
        let unused = unused_names(&text, &sources);
        if unused.is_empty() {
            counts.passed += 1;
        } else {
            counts.fail(format!("tests/types/*.ts use none of {} of {file}", unused.join(", ")));
        }
    }
    Ok(counts)
}

fn unused_names(declarations: &str, sources: &str) -> Vec<String> {
    let mut names = declared_names(declarations);
    names.retain(|name| !crate::build::mentions(sources, name));
    names
}

fn copy_sources(project: &Project, installed: &Installed) -> Result<std::path::PathBuf> {
    let source = project.path("tests/types");
    let copy = installed.user.join("types");
    if copy.exists() {
        std::fs::remove_dir_all(&copy).with_context(|| format!("cannot empty {}", copy.display()))?;
    }
    for file in files_below(&source)? {
        let target = copy.join(file.strip_prefix(&source)?);
        std::fs::create_dir_all(target.parent().unwrap_or(Path::new(".")))?;
        std::fs::copy(&file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nobody_uses_are_found() {
        let declarations =
            "export interface Page<T> { }\nexport declare class Client { }\nexport type A = 1;\n";
        assert_eq!(unused_names(declarations, "const page: Page<number>; new Clients();"), ["Client", "A"]);
    }
}
