//! Putting pkg/ together in a temporary folder, checking it, and swapping it in.
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

use super::bundle::{self, Kind, Parts};
use super::{Built, Core, Entry, Profile, declarations, forbidden, manifest, modules, weight};
use crate::crate_licences;
use crate::project::{self, Project};
use crate::stamp::{Inputs, files_below};

/// Files of the repository that are published as they are.
const COPIED: &[&str] = &["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", "pkg-templates/README.md"];

/// Makes pkg/ from the built entries, unless it is up to date.
pub fn package(project: &Project, built: &[Built], profile: Profile) -> Result<PathBuf> {
    let published = project.path("pkg");
    let stamp = inputs(project, built)?.stamp(project.cache("build/pkg"));
    if stamp.is_fresh(&[&published.join("package.json")]) {
        link(project, &published)?;
        return Ok(published);
    }
    let folder = project.cache("build/pkg");
    remove(&folder)?;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let inspector = built.iter().find(|built| built.entry.name == "inspect").context("no entry inspect")?;
    for built in built {
        entry(project, built, inspector, &folder)?;
    }
    modules::write(project, &folder)?;
    for file in COPIED {
        let source = project.path(file);
        let name = source.file_name().context("a file without a name")?;
        std::fs::copy(&source, folder.join(name)).with_context(|| format!("cannot copy {file}"))?;
    }
    std::fs::write(folder.join("LICENSE-crates"), crate_licences::text(project)?)
        .context("cannot write LICENSE-crates")?;
    let template = std::fs::read_to_string(project.path("pkg-templates/package.json"))?;
    let entries: Vec<&Entry> = built.iter().map(|built| built.entry).collect();
    manifest::write(&template, &project.version, &entries, &folder)?;
    forbidden::package(project, &folder)?;
    if profile == Profile::Release {
        weight::check(&entries, &folder)?;
    }
    swap_in(project, &folder, &published)?;
    link(project, &published)?;
    stamp.keep()?;
    Ok(published)
}

fn inputs(project: &Project, built: &[Built]) -> Result<Inputs> {
    let mut inputs = Inputs::of("package");
    inputs.program()?.text(&project.version).folder(&project.path("pkg-templates"))?;
    for tool in ["esbuild", "yaml"] {
        let manifest = project.path("node_modules").join(tool).join("package.json");
        inputs.file(&manifest).context("run `npm ci` first")?;
    }
    for file in COPIED {
        inputs.file(&project.path(file))?;
    }
    inputs.file(&project.path("Cargo.lock"))?;
    for built in built {
        for core in built.cores() {
            inputs.file(&core.glue)?.file(&core.declarations)?;
            for published in core.published() {
                inputs.file(&published.file)?;
            }
        }
    }
    Ok(inputs)
}

/// The files of one entry: code for each way to load it, declarations, the .wasm.
fn entry(project: &Project, built: &Built, inspector: &Built, folder: &Path) -> Result<()> {
    let name = built.entry.name;
    for published in built.cores().into_iter().flat_map(Core::published) {
        std::fs::copy(&published.file, folder.join(&published.name)).context("cannot copy the .wasm")?;
    }
    let templates = project.path("pkg-templates");
    let parts = Parts {
        templates: &templates,
        entry: &entry_module(project, built, &templates)?,
        core: built,
        inspector,
    };
    let inline = built.entry.inline();
    for (kind, file) in [
        (Kind::Browser, format!("{name}.js")),
        (Kind::Node, format!("{name}.cjs")),
        (Kind::Inline, format!("{inline}.js")),
        (Kind::InlineNode, format!("{inline}.cjs")),
    ] {
        bundle::write(project, &parts, kind, &folder.join(file))?;
    }
    let exports = bundle::exports(project, &folder.join(format!("{name}.js")))?;
    for stem in [name, &inline] {
        std::fs::write(folder.join(format!("{stem}.node.js")), node_module(stem, &exports))?;
    }
    declarations::write(project, built, &exports, folder)
}

/// Writes the module that a bundle starts from: the classes by hand, and the generated error codes where there are any.
fn entry_module(project: &Project, built: &Built, templates: &Path) -> Result<PathBuf> {
    let folder = project.cache("build").join(built.entry.name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let shell = templates.join(built.entry.shell());
    let mut text = format!("export * from {:?};\n", shell.display().to_string());
    if let Some(codes) = built.entry.codes {
        std::fs::write(folder.join("error-codes.js"), codes.module()?)?;
        text.push_str("export * from './error-codes.js';\n");
    }
    let module = folder.join("entry.js");
    std::fs::write(&module, text)?;
    Ok(module)
}

/// What `import` gives in Node: the very classes that `require` gives in the same process.
pub fn node_module(stem: &str, exports: &[String]) -> String {
    format!("import code from './{stem}.cjs';\nexport const {{ {} }} = code;\n", exports.join(", "))
}

/// Replaces pkg/ by the folder that is complete.
fn swap_in(project: &Project, folder: &Path, published: &Path) -> Result<()> {
    let old = project.cache("build/pkg.old");
    remove(&old)?;
    if published.exists() {
        std::fs::rename(published, &old)
            .with_context(|| format!("cannot move {} away", published.display()))?;
    }
    std::fs::rename(folder, published)
        .with_context(|| format!("cannot put {} in place", published.display()))?;
    remove(&old)?;
    ensure!(!files_below(published)?.is_empty(), "{} is empty", published.display());
    Ok(())
}

/// Lets www/ import the package by its name: node_modules/ims-client leads to pkg/.
fn link(project: &Project, published: &Path) -> Result<()> {
    let link = project.path("node_modules/ims-client");
    if std::fs::read_link(&link).is_ok_and(|target| target == published) {
        return Ok(());
    }
    if std::fs::symlink_metadata(&link).is_ok() {
        std::fs::remove_file(&link).with_context(|| format!("{} is in the way", link.display()))?;
    }
    project::link(published, &link)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}
