//! The package as a user has it: packed by npm, installed from the tarball.
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::time::Duration;

use super::build_package;
use crate::build::{ENTRIES, Machine};
use crate::packed::Packed;
use crate::process;
use crate::project::Project;
use crate::setup;
use crate::stamp::Inputs;

/// Where the package lies, packed and installed.
pub struct Installed {
    pub tarball: PathBuf,
    /// The folder with `node_modules/ims-client`.
    pub user: PathBuf,
    /// The installed package itself.
    pub folder: PathBuf,
}

/// Builds, packs and installs the package; skipped as far as nothing changed.
pub fn package(project: &Project) -> Result<Installed> {
    let published = build_package(project)?;
    let user = project.cache("installed");
    let packed = project.cache("package");
    let installed = Installed {
        tarball: packed.join(format!("ims-client-{}.tgz", project.version)),
        folder: user.join("node_modules/ims-client"),
        user,
    };
    let stamp = Inputs::of("install").folder(&published)?.stamp(packed.join("installed"));
    if stamp.is_fresh(&[&installed.tarball, &installed.folder]) {
        return Ok(installed);
    }
    for folder in [&packed, &installed.user] {
        if folder.exists() {
            std::fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let minutes = Duration::from_secs(5 * 60);
    let mut pack = setup::npm(&["pack", "--json", "--loglevel=error", "--pack-destination"]);
    let report = process::output(pack.arg(&packed).arg(&published), "npm pack", minutes)?;
    Packed::read(&report)?.holds(&everything_built())?;
    std::fs::write(installed.user.join("package.json"), "{ \"private\": true }\n")?;
    let mut install =
        setup::npm(&["install", "--no-save", "--no-audit", "--no-fund", "--offline", "--loglevel=error"]);
    install.arg(&installed.tarball).current_dir(&installed.user);
    process::output(&mut install, "installing the tarball", minutes)?;
    stamp.keep()?;
    Ok(installed)
}

/// What was built: `files` in package.json is a list people forget.
fn everything_built() -> Vec<String> {
    let entries = ENTRIES.iter().flat_map(|entry| {
        let ends = [".js", ".cjs", ".node.js", ".d.ts", ".d.cts"];
        let code = ends.into_iter().flat_map(|end| [entry.name.to_owned() + end, entry.inline() + end]);
        code.chain([Machine::Page, Machine::Node].map(|machine| entry.wasm(machine)))
    });
    entries.chain(["LICENSE-MIT", "README.md"].map(String::from)).collect()
}
