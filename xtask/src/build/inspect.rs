//! What must not be in the published package, whatever made it.
use anyhow::{Result, bail, ensure};
use std::path::Path;

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
        if name.ends_with(".js") || name.ends_with(".cjs") {
            code(&name, &String::from_utf8_lossy(&bytes))?;
        }
    }
    Ok(())
}

fn code(name: &str, text: &str) -> Result<()> {
    for forbidden in EVALUATED {
        let found = text.match_indices(forbidden).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
        });
        ensure!(!found, "{name} evaluates text as code: {forbidden}");
    }
    ensure!(!text.contains("sourceMappingURL"), "{name} points to a source map");
    let for_browsers = name.ends_with(".js") && !name.ends_with(".node.js");
    for node_only in ["node:", "require(", "__dirname"] {
        if for_browsers && text.contains(node_only) {
            bail!("{name} is for browsers and holds {node_only:?}");
        }
    }
    if for_browsers && !name.starts_with("inline") {
        // Bundlers look for this expression; a loader rewritten to anything else breaks them all.
        let literal = text.contains("new URL(\"./") && text.contains(".wasm\",import.meta.url)");
        ensure!(literal, "{name} does not name its .wasm as new URL(\"./….wasm\",import.meta.url)");
    }
    Ok(())
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_made_from_text_is_refused() {
        assert!(code("a.cjs", "eval('1')").is_err());
        assert!(code("a.cjs", "x=new Function('return 1')").is_err());
        code("a.cjs", "retrieval(1);medieval(2)").unwrap();
    }

    #[test]
    fn browsers_get_nothing_of_node() {
        assert!(code("inline.js", "import 'node:fs'").is_err());
        assert!(code("inline.js", "require('x')").is_err());
        code("inline.cjs", "require('node:fs')").unwrap();
        code("index.node.js", "import code from './index.cjs'").unwrap();
    }

    #[test]
    fn the_wasm_is_named_so_that_bundlers_find_it() {
        code("index.js", "fetch(new URL(\"./a_bg.wasm\",import.meta.url))").unwrap();
        assert!(code("index.js", "const name='./a_bg.wasm';new URL(name,import.meta.url)").is_err());
    }
}
