//! Modules of the package without a .wasm: bundled with the libraries that they use. What is for Node alone comes into no
//! page.
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::Path;

use super::bundle::Kind;
use super::{assemble, bundle, declarations, manifest};
use crate::project::Project;

/// One of them. Its declarations are pkg-templates/STEM.d.ts.
struct Module {
    /// What follows the package's name where it is imported.
    place: &'static str,
    stem: &'static str,
    /// Its template in pkg-templates/.
    source: &'static str,
    node_only: bool,
    /// The npm packages that are in it; their licences are published.
    with: &'static [&'static str],
}

const MODULES: &[Module] = &[
    Module {
        place: "./permissions",
        stem: "permissions",
        source: "shell/permissions.js",
        node_only: false,
        with: &[],
    },
    Module {
        place: "./openstack/config",
        stem: "openstack-config",
        source: "node/openstack-config.js",
        node_only: true,
        with: &["yaml"],
    },
];

/// Writes all of them into the folder of the package.
pub fn write(project: &Project, folder: &Path) -> Result<()> {
    for Module { stem, source, node_only, with, .. } in MODULES {
        let source = project.path("pkg-templates").join(source);
        bundle::plain(project, &source, Kind::Node, &folder.join(format!("{stem}.cjs")))?;
        if !node_only {
            bundle::plain(project, &source, Kind::Browser, &folder.join(format!("{stem}.js")))?;
        }
        let exports = bundle::exports(project, &source)?;
        std::fs::write(folder.join(format!("{stem}.node.js")), assemble::node_module(stem, &exports))?;
        declarations::write_module(project, stem, &exports, folder)?;
        for library in *with {
            let licence = project.path("node_modules").join(library).join("LICENSE");
            std::fs::copy(&licence, folder.join(format!("LICENSE-{library}")))
                .with_context(|| format!("{library} has no licence that could be published"))?;
        }
    }
    Ok(())
}

/// What can be imported.
pub fn exports() -> impl Iterator<Item = (String, Value)> {
    MODULES.iter().map(|Module { place, stem, node_only, .. }| {
        let mut conditions = manifest::conditions(stem);
        if *node_only {
            conditions = json!({ "types": conditions["types"], "node": conditions["node"] });
        }
        ((*place).to_owned(), conditions)
    })
}
