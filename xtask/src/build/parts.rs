//! What each part of an entry's .wasm costs: the bytes of its functions, by the module that they come from.
//!
//! What is published has no names. So it is made once more of the same compiled file, with names, and must come out with
//! the very same code.
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use super::{ENTRIES, Entry, Machine, Profile, WHOLE, bindings, optimize, order, work_folder};
use crate::project::Project;

/// The command line: names of entries, or none for all of them.
pub fn command(project: &Project, arguments: &[String]) -> Result<()> {
    if let Some(unknown) =
        arguments.iter().find(|name| !ENTRIES.iter().any(|entry| entry.name == name.as_str()))
    {
        bail!("there is no entry {unknown:?}");
    }
    for entry in ENTRIES {
        if arguments.is_empty() || arguments.iter().any(|name| name == entry.name) {
            println!("{:#}", of(project, entry)?);
        }
    }
    Ok(())
}

/// The parts of an entry that was built for pages: `{ entry, bytes, code, sections, parts }`, all in bytes.
pub fn of(project: &Project, entry: &Entry) -> Result<Value> {
    let folder = work_folder(project, entry, Machine::Page, Profile::Release);
    let published = read(&folder.join(WHOLE))?;
    let bound = bindings::named(&folder.join("compiled.wasm"), &folder.join("named"))?;
    let named = folder.join("named.wasm");
    // The names follow their functions.
    optimize::run(project, &["-g"], &bound, &named)?;
    let (code, parts) = by_module(&read(&named)?)?;
    let sections = sections(&published)?;
    let published_code = sections.get("code").copied().unwrap_or(0);
    ensure!(
        code == published_code,
        "the code of {} takes {published_code} bytes as it is published, and {code} with names",
        entry.name
    );
    ensure!(parts.values().sum::<u64>() == code, "the parts of {} are not all of its code", entry.name);
    Ok(json!({
        "entry": entry.name,
        "bytes": published.len(),
        "code": code,
        "sections": sections,
        "parts": parts,
    }))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Bytes of each section, without its head.
fn sections(wasm: &[u8]) -> Result<BTreeMap<&'static str, u64>> {
    let mut sections = BTreeMap::new();
    let mut add = |name, bytes: usize| *sections.entry(name).or_insert(0) += bytes as u64;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CodeSectionStart { range, .. } => add("code", range.len()),
            Payload::CodeSectionEntry(_) => {}
            Payload::DataSection(reader) => add("data", reader.range().len()),
            other => {
                if let Some((_, range)) = other.as_section() {
                    add("other", range.len());
                }
            }
        }
    }
    Ok(sections)
}

/// Bytes of the code section, and of what each module has of it.
fn by_module(wasm: &[u8]) -> Result<(u64, BTreeMap<String, u64>)> {
    let (mut imported, mut code, mut sizes, mut names) = (0_u32, 0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(reader) => imported = order::imported_functions(reader)?,
            Payload::CodeSectionStart { range, .. } => code = range.len() as u64,
            Payload::CodeSectionEntry(body) => {
                let bytes = body.range().len() as u64;
                // A function stands behind its length, which takes seven bits a byte.
                sizes.push(bytes + length_of(bytes));
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(reader) = section.as_known() {
                    for part in reader {
                        let Name::Function(map) = part? else { continue };
                        for naming in map {
                            let naming = naming?;
                            names.insert(naming.index, naming.name.to_owned());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut parts = BTreeMap::new();
    // The number of functions stands before the first.
    parts.insert("(count of functions)".to_owned(), length_of(sizes.len() as u64));
    for (at, bytes) in sizes.into_iter().enumerate() {
        let index = imported + u32::try_from(at).context("too many functions")?;
        let name = names.get(&index).map_or("", String::as_str);
        *parts.entry(module_of(name)).or_insert(0) += bytes;
    }
    Ok((code, parts))
}

/// Bytes of a number as WebAssembly writes it.
fn length_of(number: u64) -> u64 {
    u64::from((64 - number.leading_zeros()).div_ceil(7).max(1))
}

/// The part that a function belongs to: a module of the client (two steps deep) where one is named anywhere in it, so that
/// a vector of the client's own type counts where it is used; else the crate.
fn module_of(name: &str) -> String {
    // What wasm-bindgen imports and adds has no crate.
    if ["__wb", "__externref"].iter().any(|start| name.starts_with(start))
        || name.contains("___wbg_")
        || name.contains(") -> ")
    {
        return BINDINGS.to_owned();
    }
    let plain = demangled(name);
    let path = match plain.find("ims_client::") {
        Some(at) => plain.get(at..).unwrap_or_default(),
        None => plain.trim_start_matches(['<', '&', '*', '(', '[']),
    };
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
    let mut steps: Vec<&str> = path[..end].trim_end_matches(':').split("::").collect();
    // The last one is the function, or a type.
    let last = steps.pop().unwrap_or_default();
    match steps.first().copied() {
        Some("ims_client") => {
            steps.retain(|step| step.starts_with(|c: char| c.is_ascii_lowercase()));
            steps.truncate(3);
            steps.join("::")
        }
        Some("core" | "alloc" | "std" | "hashbrown" | "dlmalloc" | "compiler_builtins" | "__rustc") => {
            STANDARD.to_owned()
        }
        Some("wasm_bindgen" | "wasm_bindgen_futures" | "js_sys" | "web_sys" | "gloo_net") => {
            BINDINGS.to_owned()
        }
        Some(other) => other.to_owned(),
        None if last.is_empty() => "(without a name)".to_owned(),
        // Methods of numbers, pointers and characters.
        None if plain.starts_with('<') => STANDARD.to_owned(),
        None => "(exported functions)".to_owned(),
    }
}

const STANDARD: &str = "standard library";
const BINDINGS: &str = "bindings to JavaScript";

/// The name as it stands in the sources. Behind that of the compiler there may be some of wasm-bindgen and wasm-opt.
fn demangled(name: &str) -> String {
    let mut known = name;
    loop {
        if let Ok(found) = rustc_demangle::try_demangle(known) {
            return format!("{found:#}");
        }
        match known.rfind('_') {
            Some(at) if at > 2 && name.starts_with("_R") => known = &known[..at],
            _ => return name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_module_of_the_client_that_it_serves() {
        for (name, module) in [
            ("_ZN10ims_client6upload7session5parts4send17h0123456789abcdefE", "ims_client::upload::session"),
            ("_ZN4core3fmt5write17h0123456789abcdefE", "standard library"),
            ("_ZN6js_sys4JSON5parse17h0123456789abcdefE", "bindings to JavaScript"),
            ("_ZN4sha26Sha2563new17h0123456789abcdefE", "sha2"),
            ("__wbindgen_malloc", "bindings to JavaScript"),
            ("_RNvNtCs7ZpVwbcc5fC_5alloc5boxed14box_new_uninit_606", "standard library"),
            (
                "_RNvNvNtCsllURqInBTak_6js_sys4JSON5parse28___wbg_parse_c3f72b5a24f83c01",
                "bindings to JavaScript",
            ),
            ("Ref(String) -> Externref", "bindings to JavaScript"),
            ("_ZN10ims_client4text4find17h0123456789abcdefE", "ims_client::text"),
            ("start", "(exported functions)"),
            ("", "(without a name)"),
        ] {
            assert_eq!(module_of(name), module);
        }
    }

    #[test]
    fn the_parts_are_all_of_the_code() {
        // Two functions without names: (func) and (func nop nop).
        let wasm =
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0\x0a\x09\x02\x02\0\x0b\x04\0\x01\x01\x0b";
        let (code, parts) = by_module(wasm).unwrap();
        assert_eq!((code, parts.values().sum::<u64>()), (9, 9));
        assert_eq!(parts.get("(without a name)"), Some(&8));
        assert_eq!(sections(wasm).unwrap().get("code"), Some(&9));
        assert_eq!([length_of(0), length_of(127), length_of(128), length_of(16_384)], [1, 1, 2, 3]);
    }

    #[test]
    fn a_name_follows_its_function_to_another_place() {
        use wasm_encoder::{
            CodeSection, Function, FunctionSection, Module, NameMap, NameSection, TypeSection,
        };
        let (mut types, mut functions, mut code) =
            (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        let (mut map, mut names) = (NameMap::new(), NameSection::new());
        // The second is like the fourth only, so they come to stand together.
        for (index, (name, first, length)) in
            [("a::x", 1, 40), ("b::y", 1_000, 20), ("c::x", 90_000, 30), ("d::y", 1_000, 21)]
                .iter()
                .enumerate()
        {
            functions.function(0);
            let mut body = Function::new([]);
            for number in 0..*length {
                body.instructions().i32_const(first + number).drop();
            }
            body.instructions().end();
            code.function(&body);
            map.append(u32::try_from(index).unwrap(), name);
        }
        names.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code).section(&names);
        let before = module.finish();
        let after = order::alike_together(&before).unwrap();
        assert_ne!(before, after, "something is put elsewhere");
        assert_eq!(by_module(&before).unwrap(), by_module(&after).unwrap());
        assert_eq!(by_module(&after).unwrap().1.len(), 5, "four crates, and the count");
    }
}
