//! Modules of the package for Node alone, without a .wasm: bundled with the libraries that they use, so that nothing of
//! these comes into a page.
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

use super::{assemble, bundle, declarations};
use crate::process;
use crate::project::Project;

/// One of them. Its template is `node/STEM.js`, its declarations `STEM.d.ts`, both in pkg-templates/.
struct Module {
    /// What follows the package's name where it is imported.
    place: &'static str,
    stem: &'static str,
    /// The npm packages that are in it; their licences are published.
    with: &'static [&'static str],
}

const MODULES: &[Module] =
    &[Module { place: "./openstack/config", stem: "openstack-config", with: &["yaml"] }];

/// Writes all of them into the folder of the package.
pub fn write(project: &Project, folder: &Path) -> Result<()> {
    for module in MODULES {
        let (stem, templates) = (module.stem, project.path("pkg-templates"));
        let output = folder.join(format!("{stem}.cjs"));
        let mut command = project.npm_program("esbuild", "esbuild")?;
        command.arg(templates.join("node").join(format!("{stem}.js")));
        command.arg(format!("--outfile={}", output.display())).args(bundle::COMMON).args(bundle::FOR_NODE);
        process::run(&mut command, &format!("bundling {stem}.cjs"), Duration::from_secs(120))?;
        let exports = bundle::exports(project, &templates.join("node").join(format!("{stem}.js")))?;
        std::fs::write(folder.join(format!("{stem}.node.js")), assemble::node_module(stem, &exports))?;
        let declared = std::fs::read_to_string(templates.join(format!("{stem}.d.ts")))
            .with_context(|| format!("cannot read {stem}.d.ts"))?;
        declarations::both(folder, stem, &declared)?;
        for library in module.with {
            let licence = project.path("node_modules").join(library).join("LICENSE");
            std::fs::copy(&licence, folder.join(format!("LICENSE-{library}")))
                .with_context(|| format!("{library} has no licence that could be published"))?;
        }
    }
    Ok(())
}

/// What can be imported, by Node only.
pub fn exports() -> impl Iterator<Item = (String, Value)> {
    MODULES.iter().map(|Module { place, stem, .. }| {
        let conditions = json!({
            "types": { "require": format!("./{stem}.d.cts"), "default": format!("./{stem}.d.ts") },
            "node": { "import": format!("./{stem}.node.js"), "require": format!("./{stem}.cjs") },
        });
        ((*place).to_owned(), conditions)
    })
}
