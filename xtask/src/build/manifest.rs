//! The published package.json: the template with the version and the entries, every file it names present.
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use std::path::Path;

use super::{Entry, Machine};

/// Writes package.json into the folder that holds everything else already.
pub fn write(template: &str, version: &str, entries: &[&Entry], folder: &Path) -> Result<()> {
    let mut manifest: Value =
        serde_json::from_str(template).context("pkg-templates/package.json is not JSON")?;
    manifest["version"] = Value::from(version);
    manifest["exports"] = exports(entries);
    for file in named_files(&manifest) {
        ensure!(
            folder.join(&file).is_file(),
            "the published package.json names {file}, which the build did not make"
        );
    }
    let text = serde_json::to_string_pretty(&manifest)?;
    std::fs::write(folder.join("package.json"), text + "\n")
        .context("cannot write the published package.json")
}

/// What can be imported. The first condition that fits is taken: node comes before browser.
fn exports(entries: &[&Entry]) -> Value {
    let mut exports = Map::new();
    for (place, stem) in entries.iter().flat_map(|entry| entry.places()) {
        exports.insert(place, conditions(&stem));
    }
    exports.extend(super::modules::exports());
    for entry in entries {
        let [page, node] = [Machine::Page, Machine::Node].map(|machine| format!("./{}", entry.wasm(machine)));
        exports.insert(page.clone(), json!({ "node": node, "default": page }));
        if entry.transfers.is_some() {
            let transfers = format!("./{}", entry.transfers_wasm());
            exports.insert(transfers.clone(), transfers.into());
        }
    }
    exports.insert("./package.json".to_owned(), "./package.json".into());
    exports.into()
}

/// Which file answers whom. Types stand beside the code they describe, so that no tool takes those of `require` for those
/// of `import`.
pub fn conditions(stem: &str) -> Value {
    let types = format!("./{stem}.d.ts");
    let code = json!({ "types": types, "default": format!("./{stem}.js") });
    json!({
        "node": {
            "import": { "types": types, "default": format!("./{stem}.node.js") },
            "require": { "types": format!("./{stem}.d.cts"), "default": format!("./{stem}.cjs") },
        },
        "browser": code,
        "import": code,
        "default": code,
    })
}

/// Every file the manifest points to, but itself.
fn named_files(manifest: &Value) -> Vec<String> {
    let mut files = Vec::new();
    for field in ["main", "module", "browser", "types", "bin", "exports"] {
        collect(&manifest[field], &mut files);
    }
    files.retain(|file| file != "package.json");
    files
}

fn collect(value: &Value, files: &mut Vec<String>) {
    match value {
        Value::String(file) => files.push(file.trim_start_matches("./").to_owned()),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, files)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::build::ENTRIES;

    fn all() -> Vec<&'static Entry> {
        ENTRIES.iter().collect()
    }

    #[test]
    fn files_are_named_for_each_way_to_load_each_entry() {
        let mut manifest: Value =
            serde_json::from_str(include_str!("../../../pkg-templates/package.json")).unwrap();
        assert_eq!(manifest.get("exports"), None, "the entries are the build's");
        manifest["exports"] = exports(&all());
        let files = named_files(&manifest);
        for stem in ["index", "inline", "inspect", "inspect-inline"] {
            for end in [".js", ".cjs", ".node.js", ".d.ts", ".d.cts"] {
                assert!(files.contains(&format!("{stem}{end}")), "{stem}{end} is not named");
            }
        }
        for place in [".", "./inline", "./inspect", "./inspect/inline"] {
            let conditions: Vec<&String> = manifest["exports"][place].as_object().unwrap().keys().collect();
            assert_eq!(conditions, ["node", "browser", "import", "default"]);
            let code = &manifest["exports"][place]["browser"];
            assert_eq!(code.as_object().unwrap().keys().collect::<Vec<_>>(), ["types", "default"]);
        }
        let node_only = &manifest["exports"]["./openstack/config"];
        assert_eq!(node_only.as_object().unwrap().keys().collect::<Vec<_>>(), ["node", "import", "require"]);
        let wasm = json!({ "node": "./inspect_node_bg.wasm", "default": "./inspect_bg.wasm" });
        assert_eq!(manifest["exports"]["./inspect_bg.wasm"], wasm);
    }

    #[test]
    fn a_file_that_is_not_there_is_refused() {
        let folder = std::env::temp_dir().join(format!("xtask-manifest-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let template = r#"{ "version": "0.0.0", "main": "./a.js" }"#;
        assert!(write(template, "1.2.3", &[], &folder).unwrap_err().to_string().contains("a.js"));
        std::fs::write(folder.join("a.js"), "").unwrap();
        assert!(write(template, "1.2.3", &all(), &folder).unwrap_err().to_string().contains("index"));
        for module in ["openstack-config", "permissions", "worker", "upload-worker", "upload-worker-inline"] {
            for file in [".cjs", ".js", ".node.js", ".d.ts", ".d.cts"] {
                std::fs::write(folder.join(format!("{module}{file}")), "").unwrap();
            }
        }
        write(template, "1.2.3", &[], &folder).unwrap();
        assert!(
            std::fs::read_to_string(folder.join("package.json")).unwrap().contains("\"version\": \"1.2.3\"")
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
