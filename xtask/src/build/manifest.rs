//! The published package.json: the template with the version, every file it names present.
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;

/// Writes package.json into the folder that holds everything else already.
pub fn write(template: &str, version: &str, folder: &Path) -> Result<()> {
    let mut manifest: Value =
        serde_json::from_str(template).context("pkg-templates/package.json is not JSON")?;
    manifest["version"] = Value::from(version);
    for file in named_files(&manifest) {
        ensure!(
            folder.join(&file).is_file(),
            "pkg-templates/package.json names {file}, which the build did not make"
        );
    }
    let text = serde_json::to_string_pretty(&manifest)?;
    std::fs::write(folder.join("package.json"), text + "\n")
        .context("cannot write the published package.json")
}

/// Every file the manifest points to, but itself.
fn named_files(manifest: &Value) -> Vec<String> {
    let mut files = Vec::new();
    for field in ["main", "module", "browser", "types", "exports"] {
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

    #[test]
    fn the_template_names_files_for_each_way_to_load() {
        let manifest: Value =
            serde_json::from_str(include_str!("../../../pkg-templates/package.json")).unwrap();
        let files = named_files(&manifest);
        for file in ["index.js", "index.cjs", "index.node.js", "index.d.ts", "index.d.cts", "inline.js"] {
            assert!(files.iter().any(|named| named == file), "{file} is not named");
        }
        // The first condition that fits is taken: types must come before any code, node before browser.
        for entry in [".", "./inline"] {
            let conditions: Vec<&String> = manifest["exports"][entry].as_object().unwrap().keys().collect();
            assert_eq!(conditions, ["types", "node", "browser", "import", "default"]);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_refused() {
        let folder = std::env::temp_dir().join(format!("xtask-manifest-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let template = r#"{ "version": "0.0.0", "exports": { ".": { "node": "./a.js" } } }"#;
        assert!(write(template, "1.2.3", &folder).unwrap_err().to_string().contains("a.js"));
        std::fs::write(folder.join("a.js"), "").unwrap();
        write(template, "1.2.3", &folder).unwrap();
        assert!(
            std::fs::read_to_string(folder.join("package.json")).unwrap().contains("\"version\": \"1.2.3\"")
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
