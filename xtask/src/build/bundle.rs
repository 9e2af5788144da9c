//! Joining a shell, the glue and a loader into one file of the package, with esbuild.
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{Built, Entry, Published};
use crate::process;
use crate::project::Project;

/// Which loader and which built-in modules a file gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Node: CommonJS, reads the .wasm beside it.
    Node,
    /// Browsers and bundlers: a module, fetches the .wasm beside it.
    Browser,
    /// Node, with the .wasm inside.
    InlineNode,
    /// Anywhere, with the .wasm inside.
    Inline,
    /// Node: a module that is run, and imports the package's own files.
    Program,
}

impl Kind {
    fn loader(self) -> &'static str {
        match self {
            Kind::Node | Kind::Program => "load-node.js",
            Kind::Browser => "load-browser.js",
            Kind::InlineNode | Kind::Inline => "load-inline.js",
        }
    }

    fn platform(self) -> &'static str {
        if self.is_node() { "platform-node.js" } else { "platform-none.js" }
    }

    fn is_node(self) -> bool {
        matches!(self, Kind::Node | Kind::InlineNode | Kind::Program)
    }
}

/// Writes a module that has no WebAssembly of its own; what it imports by the names in `outside` stays outside.
pub fn plain(project: &Project, module: &Path, kind: Kind, outside: &[&str], output: &Path) -> Result<()> {
    let mut command = command(project, module, kind, output)?;
    command.args(outside.iter().map(|name| format!("--external:{name}")));
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    process::run(&mut command, &format!("bundling {name}"), Duration::from_secs(120))
        .with_context(|| format!("cannot write {name} of the package"))?;
    mend_lines(kind, output)
}

/// Puts texts together again that esbuild has cut, to keep its limit of a line: a text that goes on in the next line is
/// broken by whatever indents lines, as Rollup's plugin for CommonJS does.
fn mend_lines(kind: Kind, output: &Path) -> Result<()> {
    if !kind.is_node() {
        return Ok(());
    }
    let code =
        std::fs::read_to_string(output).with_context(|| format!("cannot read {} again", output.display()))?;
    std::fs::write(output, uncut(&code)).with_context(|| format!("cannot write {} again", output.display()))
}

/// Code without backslashes at the ends of lines, and without those ends. One that is escaped itself stays: then the end of the line
/// belongs to a template.
fn uncut(code: &str) -> String {
    let mut whole = String::with_capacity(code.len());
    for line in code.split_inclusive('\n') {
        let text = line.strip_suffix('\n').unwrap_or(line);
        let backslashes = text.len() - text.trim_end_matches('\\').len();
        let is_cut = backslashes % 2 == 1 && text.len() < line.len();
        whole.push_str(if is_cut { &text[..text.len() - 1] } else { line });
    }
    whole
}

/// esbuild, told what all bundles have in common.
fn command(project: &Project, module: &Path, kind: Kind, output: &Path) -> Result<Command> {
    let mut command = project.npm_program("esbuild", "esbuild")?;
    command.arg(module).arg(format!("--outfile={}", output.display()));
    command.args(COMMON).args(["--loader:.wasm=base64", "--log-override:empty-import-meta=error"]);
    if kind == Kind::Program {
        command.args(["--format=esm", "--platform=node", "--target=node20", "--line-limit=160"]);
    } else if kind.is_node() {
        command.args(FOR_NODE);
    } else {
        // A neutral platform knows no built-in modules: an import of one fails here, not in somebody's browser.
        command.args(["--format=esm", "--platform=neutral", "--target=es2022"]);
    }
    Ok(command)
}

/// What goes into a bundle.
pub struct Parts<'a> {
    /// The folder pkg-templates/.
    pub templates: &'a Path,
    /// The module that exports everything.
    pub entry: &'a Path,
    /// The entry's own core.
    pub core: &'a Built,
    /// The inspector's, which uploads load.
    pub inspector: &'a Built,
}

/// How everything is bundled. Without names of functions, which would be an eighth of the code, and take 15 µs of each call:
/// closures are given theirs whenever one is made. Public classes name themselves.
pub const COMMON: &[&str] =
    &["--bundle", "--minify", "--legal-comments=none", "--log-level=warning", "--charset=utf8"];

/// How bundles for Node are made. Node shows the line of an error that nobody caught: it must not be the whole package.
pub const FOR_NODE: &[&str] = &["--format=cjs", "--platform=node", "--target=node20", "--line-limit=160"];

/// Writes one bundle.
pub fn write(project: &Project, parts: &Parts, kind: Kind, output: &Path) -> Result<()> {
    let alias = |name: &str, path: PathBuf| format!("--alias:{name}={}", path.display());
    let mut command = command(project, parts.entry, kind, output)?;
    command.arg(alias("#load", parts.templates.join(kind.loader())));
    command.arg(alias("#platform", parts.templates.join(kind.platform())));
    let core = if parts.core.entry.inspects { "shell/core.js" } else { "shell/plain-core.js" };
    command.arg(alias("#core", parts.templates.join(core)));
    for (glue, wasm, built) in
        [("#glue", "#wasm", parts.core), ("#inspect-glue", "#inspect-wasm", parts.inspector)]
    {
        let core = if kind.is_node() { &built.node } else { &built.page };
        command.arg(alias(glue, core.glue.clone()));
        command.arg(alias(wasm, wasm_module(project, built.entry, Some(&core.wasm), kind)?));
        if wasm == "#wasm" {
            let module = wasm_module(project, built.entry, core.transfers.as_ref(), kind)?;
            command.arg(alias("#transfers-wasm", module));
        }
    }
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    process::run(&mut command, &format!("bundling {name}"), Duration::from_secs(120))
        .with_context(|| format!("cannot write {name} of the package"))?;
    mend_lines(kind, output)
}

/// Writes the module that says where a .wasm is, in the one way that each kind of file needs.
fn wasm_module(
    project: &Project,
    entry: &Entry,
    published: Option<&Published>,
    kind: Kind,
) -> Result<PathBuf> {
    let folder = project.cache("build").join(entry.name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let Some(Published { file, name }) = published else {
        let module = folder.join("wasm-none.js");
        std::fs::write(&module, "export const wasm = undefined;\n")?;
        return Ok(module);
    };
    let (kind, text) = match kind {
        // Bundlers find the file by this very expression: one literal address and import.meta.url.
        Kind::Browser => {
            ("browser", format!("export const wasm = () => new URL('./{name}', import.meta.url);\n"))
        }
        // Tools that copy a server together (nft, Turbopack) find the file by this very expression: a call of join(), in no
        // arrow function. Only ever bundled as CommonJS: hence __dirname. Asked for in the call, as a bundle that is a
        // module has neither, and may be given its .wasm.
        Kind::Node | Kind::Program => {
            let place = format!("require('node:path').join(__dirname, '{name}')");
            ("node", format!("export function wasm() {{\n  return {place};\n}}\n"))
        }
        Kind::Inline | Kind::InlineNode => {
            let wasm = file.display().to_string();
            let kind = if kind.is_node() { "inline-node" } else { "inline" };
            (kind, format!("import base64 from {wasm:?};\nexport const wasm = () => base64;\n"))
        }
    };
    let module = folder.join(format!("{name}-{kind}.js"));
    std::fs::write(&module, text).with_context(|| format!("cannot write {}", module.display()))?;
    Ok(module)
}

/// The names that a module of the package exports.
pub fn exports(project: &Project, module: &Path) -> Result<Vec<String>> {
    let metafile = project.cache("build/exports.json");
    let mut command = project.npm_program("esbuild", "esbuild")?;
    command.arg(module).arg(format!("--metafile={}", metafile.display()));
    command.arg(format!("--outfile={}", project.cache("build/exports.js").display()));
    command.args(["--format=esm", "--log-level=warning", "--bundle", "--platform=node"]);
    process::run(&mut command, "listing the exports", Duration::from_secs(60))?;
    let text = std::fs::read_to_string(&metafile).context("esbuild wrote no list of exports")?;
    let meta: Value = serde_json::from_str(&text).context("esbuild's list of exports is not JSON")?;
    let outputs = meta["outputs"].as_object().context("esbuild lists no outputs")?;
    let mut names: Vec<String> = outputs
        .values()
        .flat_map(|output| output["exports"].as_array().into_iter().flatten())
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    names.sort();
    ensure!(!names.is_empty(), "{} exports nothing", module.display());
    ensure!(!names.iter().any(|name| name == "default"), "{} has a default export", module.display());
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_whole_and_templates_keep_their_lines() {
        assert_eq!(uncut("a=\"numbe\\\nr\";\nb=1\n"), "a=\"number\";\nb=1\n");
        assert_eq!(uncut("a=\"1\\\n2\\\n3\""), "a=\"123\"");
        assert_eq!(uncut("a=`\\\\\nb`"), "a=`\\\\\nb`", "a backslash, and a line that ends");
        assert_eq!(uncut("a=\"\\\\\\\nb\""), "a=\"\\\\b\"", "a backslash, and a cut");
        assert_eq!(uncut("a\\"), "a\\");
    }
}
