//! What npm says of a tarball: `npm pack --json`.
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// A tarball that was packed, or would be.
pub struct Packed {
    pub version: String,
    /// Bytes of the tarball.
    pub size: u64,
    /// The files in it, by their paths.
    pub files: Vec<String>,
}

impl Packed {
    /// Reads npm's report on the first package.
    pub fn read(report: &str) -> Result<Packed> {
        let report: Value = serde_json::from_str(report).context("npm pack did not print JSON")?;
        // npm 11 prints a list, later ones an object by package name.
        let packed = report
            .get(0)
            .or_else(|| report.as_object()?.values().next())
            .context("npm pack packed nothing")?;
        let files = packed["files"].as_array().context("npm pack lists no files")?;
        Ok(Packed {
            version: packed["version"].as_str().context("npm pack names no version")?.to_owned(),
            size: packed["size"].as_u64().context("npm pack tells no size")?,
            files: files.iter().filter_map(|file| file["path"].as_str()).map(String::from).collect(),
        })
    }

    /// Whether all of these files are in it.
    pub fn holds<Name: AsRef<str>>(&self, needed: &[Name]) -> Result<()> {
        for needed in needed.iter().map(AsRef::as_ref) {
            let found = self.files.iter().any(|file| file == needed);
            ensure!(found, "the tarball lacks {needed}: see files in pkg-templates/package.json");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_report_are_read_and_a_missing_file_is_named() {
        let one =
            r#"{ "version": "1.2.0", "size": 7, "files": [{ "path": "index.js" }, { "path": "a.md" }] }"#;
        for report in [format!("[{one}]"), format!("{{ \"ims-client\": {one} }}")] {
            let packed = Packed::read(&report).unwrap();
            assert_eq!((packed.version.as_str(), packed.size, packed.files.len()), ("1.2.0", 7, 2));
            packed.holds(&["index.js", "a.md"]).unwrap();
            assert!(packed.holds(&["index.js", "b.md"]).unwrap_err().to_string().contains("b.md"));
        }
        for report in ["", "[]", "{}", "[{}]", r#"[{ "version": "1", "files": [] }]"#] {
            assert!(Packed::read(report).is_err(), "{report}");
        }
    }
}
