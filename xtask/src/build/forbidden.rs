//! What must not be in the published package, whatever made it.
use anyhow::{Result, bail, ensure};
use std::path::Path;

use super::{ENTRIES, Entry, Machine};
use crate::project::Project;
use crate::stamp::files_below;

/// Code that a content security policy forbids.
const EVALUATED: &[&str] = &["eval(", "new Function(", "new Function`"];

/// Reads every file of the package.
pub fn package(project: &Project, folder: &Path) -> Result<()> {
    let mut places = vec![project.root.display().to_string()];
    places.extend(std::env::home_dir().map(|home| home.display().to_string()).filter(|home| home.len() > 1));
    for file in files_below(folder)? {
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        let bytes = std::fs::read(&file)?;
        for place in &places {
            ensure!(
                !contains(&bytes, &format!("{place}/")),
                "{name} names a folder of this machine: {place}"
            );
        }
        if [".js", ".cjs", ".mjs"].iter().any(|end| name.ends_with(end)) {
            code(&name, &String::from_utf8_lossy(&bytes), &fetched(&name))?;
        }
    }
    Ok(())
}

/// The files that a file for browsers fetches from beside itself: no .wasm where they are inside.
fn fetched(name: &str) -> Vec<String> {
    if name == "worker.js" {
        return vec!["upload-worker.js".to_owned()];
    }
    let Some(entry) = of_file(name, ".js") else { return Vec::new() };
    cores(entry, Machine::Page).chain(entry.transfers.map(|_| entry.transfers_wasm())).collect()
}

/// The files that a file for Node reads from beside itself.
fn read(name: &str) -> Vec<String> {
    of_file(name, ".cjs").into_iter().flat_map(|entry| cores(entry, Machine::Node)).collect()
}

fn of_file(name: &str, end: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| name.strip_suffix(end) == Some(entry.name))
}

/// The .wasm of an entry, and the inspector's where it has the way to it.
fn cores(entry: &'static Entry, machine: Machine) -> impl Iterator<Item = String> {
    let inspector = ENTRIES.iter().filter(|other| entry.inspects && other.name == "inspect");
    core::iter::once(entry).chain(inspector).map(move |entry| entry.wasm(machine))
}

fn code(name: &str, text: &str, fetched: &[String]) -> Result<()> {
    for forbidden in EVALUATED {
        let found = text.match_indices(forbidden).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
        });
        ensure!(!found, "{name} evaluates text as code: {forbidden}");
    }
    ensure!(!text.contains("sourceMappingURL"), "{name} points to a source map");
    // Bundlers indent lines: what they put there would be in the middle of the text.
    ensure!(
        !text.lines().any(|line| line.ends_with('\\')),
        "{name} has a text that goes on in the next line"
    );
    let for_browsers = name.ends_with(".js") && !name.ends_with(".node.js");
    for node_only in ["node:", "require(", "__dirname"] {
        if for_browsers && text.contains(node_only) {
            bail!("{name} is for browsers and holds {node_only:?}");
        }
    }
    // What copies a server together looks for this expression.
    for file in read(name) {
        let literal = format!("return require(\"node:path\").join(__dirname,\"{file}\")");
        ensure!(text.contains(&literal), "{name} does not name what it reads as {literal}");
    }
    // Bundlers look for this expression; a loader rewritten to anything else breaks them all.
    for file in fetched {
        let literal = format!("new URL(\"./{file}\",import.meta.url)");
        ensure!(text.contains(&literal), "{name} does not name what it fetches as {literal}");
    }
    let addresses = text.matches("import.meta").count();
    ensure!(
        !for_browsers || name.ends_with(".node.js") || addresses == fetched.len(),
        "{name} names {addresses} files beside itself, and should {}",
        fetched.len()
    );
    Ok(())
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(name: &str, text: &str) -> Result<()> {
        code(name, text, &fetched(name))
    }

    #[test]
    fn code_made_from_text_is_refused() {
        assert!(judge("a.cjs", "eval('1')").is_err());
        assert!(judge("a.cjs", "x=new Function('return 1')").is_err());
        judge("a.cjs", "retrieval(1);medieval(2)").unwrap();
    }

    #[test]
    fn browsers_get_nothing_of_node() {
        assert!(judge("inline.js", "import 'node:fs'").is_err());
        assert!(judge("inspect-inline.js", "require('x')").is_err());
        judge("inline.cjs", "require('node:fs')").unwrap();
        judge("index.node.js", "import code from './index.cjs'").unwrap();
    }

    #[test]
    fn the_wasm_is_named_so_that_bundlers_find_it() {
        let main = "fetch(new URL(\"./ims_client_bg.wasm\",import.meta.url))";
        assert!(judge("index.js", main).is_err(), "the inspector is missing");
        let transfers = "fetch(new URL(\"./ims_client_transfers_bg.wasm\",import.meta.url))";
        let inspector = "fetch(new URL(\"./inspect_bg.wasm\",import.meta.url))";
        judge("index.js", &format!("{main};{inspector};{transfers}")).unwrap();
        assert!(judge("index.js", &format!("{main};{inspector}")).is_err());
        judge("inspect.js", "fetch(new URL(\"./inspect_bg.wasm\",import.meta.url))").unwrap();
        assert!(judge("inspect.js", "fetch(new URL(\"./ims_client_bg.wasm\",import.meta.url))").is_err());
        assert!(
            judge("index.js", "const name='./ims_client_bg.wasm';new URL(name,import.meta.url)").is_err()
        );
        assert!(judge("inline.js", "fetch(new URL(\"./inspect_bg.wasm\",import.meta.url))").is_err());
    }

    #[test]
    fn the_wasm_is_named_so_that_what_copies_servers_finds_it() {
        let read =
            |name: &str| format!("function w(){{return require(\"node:path\").join(__dirname,\"{name}\")}}");
        let main = read("ims_client_node_bg.wasm");
        assert!(judge("index.cjs", &main).is_err(), "the inspector is missing");
        judge("index.cjs", &(main + &read("inspect_node_bg.wasm"))).unwrap();
        assert!(judge("inspect.cjs", "var w=()=>`${__dirname}/inspect_node_bg.wasm`").is_err());
        judge("inspect-inline.cjs", "").unwrap();
    }

    #[test]
    fn a_text_that_goes_on_in_the_next_line_is_refused() {
        assert!(judge("cli.mjs", "a=\"numbe\\\nr\"").is_err());
        judge("cli.mjs", "a=\"number\";\nb=1").unwrap();
    }
}
