//! Dividing the .wasm for pages: what calls need comes first, what only transfers need when the first of them begins. A page
//! that lists images downloads half as much.
#[cfg(test)]
mod fixture;
mod halves;
mod reach;
mod whole;

use anyhow::{Context, Result, ensure};
use std::path::Path;
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload, Validator};

use super::order;
use crate::stamp::Inputs;

/// Methods of the clients' cores that only exist when the second half is there. The shells load it before they call one
/// (pkg-templates/shell/base.js: `transfer` and `task`).
const METHODS: &[&str] =
    &["diagnose", "discardUpload", "download", "pendingUploads", "resumeUpload", "upload"];
/// Classes that only these methods make.
const CLASSES: &[&str] = &["downloadcore", "fileuploadcore", "fileview", "uploadcore"];

/// Writes the halves of an optimized .wasm into the two files; the linker's file says what reaches what.
pub fn files(compiled: &Path, whole: &Path, halves: [&Path; 2]) -> Result<()> {
    let stamp = Inputs::of("divide").program()?.file(compiled)?.file(whole)?.stamp(halves[1].to_path_buf());
    if stamp.is_fresh(&halves) {
        return Ok(());
    }
    let divided = divided(&read(compiled)?, &read(whole)?)
        .with_context(|| format!("cannot divide {}", whole.display()))?;
    for (file, wasm) in halves.into_iter().zip(divided) {
        Validator::new().validate_all(&wasm).context("a half is not valid")?;
        std::fs::write(file, order::alike_together(&wasm)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    stamp.keep()
}

/// A file that the linker wrote, without its relocations, which speak of places that change from here on.
pub fn without_relocations(compiled: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(compiled) {
        let payload = payload.context("the .wasm cannot be read")?;
        let Some((id, range)) = payload.as_section() else { continue };
        let name = match &payload {
            Payload::CustomSection(section) => section.name(),
            _ => "",
        };
        if name != "linking" && !name.starts_with("reloc.") {
            module.section(&RawSection { id, data: &compiled[range] });
        }
    }
    Ok(module.finish())
}

fn divided(compiled: &[u8], whole: &[u8]) -> Result<[Vec<u8>; 2]> {
    let reach = reach::of(compiled, |export| !is_later(export))?;
    let halves = halves::of(whole, &reach, is_later)?;
    ensure!(
        Parser::new(0).parse_all(&halves[1]).any(|payload| matches!(payload, Ok(Payload::ExportSection(_)))),
        "the second half exports nothing"
    );
    Ok(halves)
}

/// Whether an export is only there when the second half is.
fn is_later(export: &str) -> bool {
    if let Some(class) = export.strip_prefix("__wbg_").and_then(|rest| rest.strip_suffix("_free")) {
        return CLASSES.contains(&class);
    }
    match export.split_once('_') {
        Some((class, _)) if CLASSES.contains(&class) => true,
        Some((class, method)) => class.ends_with("core") && METHODS.contains(&method),
        None => false,
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_and_what_they_give_come_later() {
        let later =
            ["cecloudcore_upload", "openstackcore_download", "uploadcore_pause", "__wbg_uploadcore_free"];
        let first = [
            "cecloudcore_call",
            "cecloudcore_new",
            "__wbg_cecloudcore_free",
            "__wbindgen_malloc",
            "memory",
            "a",
        ];
        assert!(later.iter().all(|name| is_later(name)));
        assert!(!first.iter().any(|name| is_later(name)));
    }
}
