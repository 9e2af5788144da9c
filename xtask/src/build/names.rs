//! Short names between a .wasm and its glue. wasm-bindgen ends the name of each import with 16 random digits, and names
//! some exports by mangled symbols: they stand in both files, no compression helps, and a page downloads 5 KB of them.
//!
//! The digits also told whether the two belong together. The name of the imported module says so now: it is a digest of
//! the .wasm, and no other glue brings a module of that name.

use anyhow::{Context, Result, anyhow, ensure};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use wasm_encoder::reencode::{Error as Broken, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{Export, ImportSectionReader, Parser, Payload};

/// What wasm-bindgen calls the module that the .wasm imports from.
const MODULE: &str = "./ims_client_bg.js";
/// Imports whose names tell a .wasm for Node from one for pages (pkg-templates/load-common.js).
const TELLING: [&str; 2] = ["__wbg_promises_", "__wbg_https_"];

/// The same module and the same glue, by other names.
pub fn shortened(wasm: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let digest: String = Sha256::digest(wasm).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let mut names =
        Names { module: format!("ims{digest}"), imports: HashMap::new(), exports: HashMap::new() };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("the .wasm cannot be read")? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    ensure!(import.module == MODULE, "an import from {}, not {MODULE}", import.module);
                    if has_digits(import.name) && !TELLING.iter().any(|name| import.name.starts_with(name)) {
                        let short = short(names.imports.len());
                        names.imports.insert(import.name.to_owned(), short);
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.name.starts_with("_R") {
                        let short = short(names.exports.len());
                        names.exports.insert(export.name.to_owned(), short);
                    }
                }
            }
            _ => {}
        }
    }
    let glue = names.in_glue(glue)?;
    let mut module = Module::new();
    names
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the .wasm cannot be written with other names: {error}"))?;
    Ok((module.finish(), glue))
}

/// Whether a name ends with `_` and 16 hexadecimal digits.
fn has_digits(name: &str) -> bool {
    name.rsplit_once('_')
        .is_some_and(|(_, end)| end.len() == 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// a, b, … z, aa, ab, …: no name that wasm-bindgen gives is so short.
fn short(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    match number / 26 {
        0 => letter.to_string(),
        rest => format!("{}{letter}", short(rest - 1)),
    }
}

struct Names {
    module: String,
    imports: HashMap<String, String>,
    exports: HashMap<String, String>,
}

impl Names {
    /// The glue has each import once, as a function's key, and takes an export from `wasm.`; the module's name once.
    fn in_glue(&self, glue: &str) -> Result<String> {
        ensure!(glue.matches(MODULE).count() == 1, "the glue does not name {MODULE} once");
        let glue = glue.replace(MODULE, &self.module);
        let (mut out, mut imported, mut rest) = (String::with_capacity(glue.len()), 0, glue.as_str());
        while let Some(start) = rest.find(is_of_a_word) {
            let (before, word) = rest.split_at(start);
            let end = word.find(|character| !is_of_a_word(character)).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            out.push_str(before);
            let short = match (self.imports.get(word), self.exports.get(word)) {
                (Some(short), _) if after.starts_with(": function(") => {
                    imported += 1;
                    Some(short)
                }
                (_, Some(short)) if out.ends_with("wasm.") => Some(short),
                _ => None,
            };
            out.push_str(short.map_or(word, String::as_str));
            rest = after;
        }
        out.push_str(rest);
        ensure!(imported == self.imports.len(), "the glue has {imported} of {} imports", self.imports.len());
        Ok(out)
    }
}

fn is_of_a_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '$'
}

type Written = Result<(), Broken<core::convert::Infallible>>;

impl Reencode for Names {
    type Error = core::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Written {
        for import in section.into_imports() {
            let import = import?;
            let kind = self.entity_type(import.ty)?;
            let name = self.imports.get(import.name).map_or(import.name, String::as_str);
            imports.import(&self.module, name, kind);
        }
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: Export<'_>) -> Written {
        let kind = self.export_kind(export.kind)?;
        let index = self.external_index(export.kind, export.index)?;
        let name = self.exports.get(export.name).map_or(export.name, String::as_str);
        exports.export(name, kind, index);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, EntityType, ExportKind, Function, FunctionSection, TypeSection};

    const LONG: &str = "__wbg_set_0123456789abcdef";
    const TOLD: &str = "__wbg_promises_0123456789abcdef";

    /// Two imports, one of which keeps its name, and two exports.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import(MODULE, LONG, EntityType::Function(0)).import(MODULE, TOLD, EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut exports = ExportSection::new();
        exports.export("_Rlong", ExportKind::Func, 2).export("start", ExportKind::Func, 2);
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    fn names(wasm: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    names.extend(section.into_imports().map(|import| {
                        let import = import.unwrap();
                        format!("{}.{}", import.module, import.name)
                    }));
                }
                Payload::ExportSection(section) => {
                    names.extend(section.into_iter().map(|export| export.unwrap().name.to_owned()));
                }
                _ => {}
            }
        }
        names
    }

    fn glue() -> String {
        format!(
            "const a = {{ {LONG}: function() {{}}, {TOLD}: function() {{}} }};\nconst _Rlong = () => wasm._Rlong();\n\
             wasm.start();\nreturn {{ '{MODULE}': a }};\n"
        )
    }

    #[test]
    fn both_sides_get_the_same_names() {
        let (wasm, glue) = shortened(&module(), &glue()).unwrap();
        let names = names(&wasm);
        let module = names[0].strip_suffix(".a").expect("the first import");
        assert!(module.starts_with("ims") && module.len() == 15, "{module}");
        assert_eq!(names[1..], [format!("{module}.{TOLD}"), "a".to_owned(), "start".to_owned()]);
        assert_eq!(
            glue,
            format!(
                "const a = {{ a: function() {{}}, {TOLD}: function() {{}} }};\nconst _Rlong = () => wasm.a();\n\
                 wasm.start();\nreturn {{ '{module}': a }};\n"
            )
        );
    }

    #[test]
    fn glue_of_another_shape_is_refused() {
        let told = |glue: &str| shortened(&module(), glue).unwrap_err().to_string();
        assert_eq!(told(&glue().replace(LONG, "other")), "the glue has 0 of 1 imports");
        assert_eq!(told(&glue().replace(MODULE, "")), "the glue does not name ./ims_client_bg.js once");
    }

    #[test]
    fn names_do_not_repeat() {
        let names: std::collections::HashSet<String> = (0..1000).map(short).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!([short(0), short(25), short(26), short(701)], ["a", "z", "aa", "zz"]);
    }
}
