//! What `inspect()` gives is what `inspect.d.ts` declares: every member, every code of a problem, every format.

use crate::fixtures::project_file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn declarations() -> String {
    project_file("pkg-templates/inspect.d.ts")
}

/// The sources of the inspector with their paths, tests excluded.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspect")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 15, "{found:?}");
    found
}

/// The texts that stand right behind one of these openings, such as `.fatal(`, in the sources whose path holds `place`.
fn behind(openings: &[&str], place: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (_, source) in sources().iter().filter(|(path, _)| path.to_string_lossy().contains(place)) {
        for opening in openings {
            for rest in source.split(opening).skip(1) {
                if let Some(text) =
                    rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                {
                    texts.insert(text.to_owned());
                }
            }
        }
    }
    texts
}

/// The members of a union, each on a line of its own.
fn union(name: &str) -> BTreeSet<String> {
    let declarations = declarations();
    let text = declarations.split(&format!("export type {name} =")).nth(1).expect(name);
    let text = text.split(";\n").next().unwrap_or_default();
    let member = |line: &str| line.trim().strip_prefix("| '")?.strip_suffix('\'').map(str::to_owned);
    text.lines().filter_map(member).collect()
}

#[test]
fn every_code_of_a_problem_is_declared_and_no_other() {
    let found = behind(&[".fatal(", ".danger(", ".warning(", "code: "], "");
    assert!(found.contains("truncated") && found.contains("min-disk"), "{found:?}");
    assert_eq!(union("ImageProblemCode"), found);
}

#[test]
fn every_member_is_declared() {
    let declarations = declarations();
    let written = behind(&["(members, ", "[("], "encode.rs");
    let details = behind(&["details.push((", "put(info, "], "");
    assert!(written.contains("virtualSize") && written.contains("backingFile") && details.len() >= 3);
    for name in written.union(&details) {
        let declared = [":", "?:"].iter().any(|end| declarations.contains(&format!("\n  {name}{end} ")));
        assert!(declared, "inspect.d.ts does not declare {name}");
    }
}

#[test]
fn every_format_is_declared() {
    let text = sources().into_iter().find(|(path, _)| path.ends_with("info.rs")).expect("info.rs").1;
    let known: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Format::")?.split_once("=> \"")?.1.strip_suffix("\","))
        .map(str::to_owned)
        .collect();
    assert_eq!(union("DiskImageFormat"), known);
}
