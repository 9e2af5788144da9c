//! Modules of the package without a .wasm of their own: bundled with the libraries that they use. What is for Node alone
//! comes into no page.
use anyhow::{Context, Result, ensure};
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
    /// The same for Node, where that is another one.
    node_source: Option<&'static str>,
    node_only: bool,
    /// The npm packages that are in it; their licences are published.
    with: &'static [&'static str],
}

const MODULES: &[Module] = &[
    Module {
        place: "./permissions",
        stem: "permissions",
        source: "shell/permissions.js",
        node_source: None,
        node_only: false,
        with: &[],
    },
    Module {
        place: "./openstack/config",
        stem: "openstack-config",
        source: "node/openstack-config.js",
        node_source: None,
        node_only: true,
        with: &["yaml"],
    },
    Module {
        place: "./worker",
        stem: "worker",
        source: "worker/page.js",
        node_source: Some("worker/node.js"),
        node_only: false,
        with: &[],
    },
];

/// A module that runs the package's own entry for somebody else: it imports it, so that both are one.
struct User {
    /// What follows the package's name where it is imported, if it can be.
    place: Option<&'static str>,
    /// Its file in the package.
    file: &'static str,
    /// Its template in pkg-templates/.
    source: &'static str,
    /// What its template names the package by, and where it finds it.
    imports: &'static [(&'static str, &'static str)],
    kind: Kind,
}

const USERS: &[User] = &[
    User {
        place: Some("./upload-worker"),
        file: "upload-worker.js",
        source: "worker/thread.js",
        imports: &[("#client", "./index.js")],
        kind: Kind::Browser,
    },
    User {
        place: Some("./upload-worker/inline"),
        file: "upload-worker-inline.js",
        source: "worker/thread.js",
        imports: &[("#client", "./inline.js")],
        kind: Kind::Browser,
    },
    User {
        place: None,
        file: "cli.mjs",
        source: "cli/main.js",
        imports: &[("ims-client", "./index.node.js"), ("ims-client/inspect", "./inspect.node.js")],
        kind: Kind::Program,
    },
];

/// Writes all of them into the folder of the package.
pub fn write(project: &Project, folder: &Path) -> Result<()> {
    for Module { stem, source, node_source, node_only, with, .. } in MODULES {
        let templates = project.path("pkg-templates");
        let for_node = templates.join(node_source.unwrap_or(source));
        let source = templates.join(source);
        bundle::plain(project, &for_node, Kind::Node, &[], &folder.join(format!("{stem}.cjs")))?;
        if !node_only {
            bundle::plain(project, &source, Kind::Browser, &[], &folder.join(format!("{stem}.js")))?;
        }
        let exports = bundle::exports(project, &for_node)?;
        ensure!(exports == bundle::exports(project, &source)?, "{stem} exports something else in Node");
        std::fs::write(folder.join(format!("{stem}.node.js")), assemble::node_module(stem, &exports))?;
        declarations::write_module(project, stem, &exports, folder)?;
        for library in *with {
            let licence = project.path("node_modules").join(library).join("LICENSE");
            std::fs::copy(&licence, folder.join(format!("LICENSE-{library}")))
                .with_context(|| format!("{library} has no licence that could be published"))?;
        }
    }
    USERS.iter().try_for_each(|user| write_user(project, user, folder))
}

fn write_user(project: &Project, user: &User, folder: &Path) -> Result<()> {
    let source = project.path("pkg-templates").join(user.source);
    let file = folder.join(user.file);
    let names: Vec<&str> = user.imports.iter().map(|(name, _)| *name).collect();
    bundle::plain(project, &source, user.kind, &names, &file)?;
    let mut text = std::fs::read_to_string(&file)?;
    for (name, place) in user.imports {
        // Only where it is imported: a message may name the package too.
        let (name, place) = (format!("from{name:?}"), format!("from{place:?}"));
        ensure!(text.contains(&name), "{} does not import {name}", user.file);
        text = text.replace(&name, &place);
    }
    std::fs::write(&file, text)?;
    if user.place.is_some() {
        let stem = user.file.trim_end_matches(".js");
        std::fs::write(folder.join(format!("{stem}.d.ts")), "/** Imported for its effect. */\nexport {};\n")?;
    }
    Ok(())
}

/// What can be imported.
pub fn exports() -> impl Iterator<Item = (String, Value)> {
    let users = USERS.iter().filter_map(|user| {
        let stem = user.file.trim_end_matches(".js");
        let conditions = json!({ "types": format!("./{stem}.d.ts"), "default": format!("./{}", user.file) });
        Some((user.place?.to_owned(), conditions))
    });
    let modules = MODULES.iter().map(|Module { place, stem, node_only, .. }| {
        let mut conditions = manifest::conditions(stem);
        if *node_only {
            // A compiler that follows bundlers asks without `node`; it gets types, a bundler for pages no code.
            let types = |way: &str| json!({ "types": conditions["node"][way]["types"] });
            let (import, require) = (types("import"), types("require"));
            conditions = json!({ "node": conditions["node"], "import": import, "require": require });
        }
        ((*place).to_owned(), conditions)
    });
    modules.chain(users)
}
