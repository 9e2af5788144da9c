//! The types of requests and responses, cut out of the declarations that wasm-bindgen wrote.
//!
//! tsify puts them there as `export interface …` and `export type …`; everything else in that file describes the
//! raw bindings, which are not published.
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

use super::{Built, Entry, optional};
use crate::project::Project;

/// Types of wasm-bindgen itself.
const OWN: &[&str] = &["InitInput", "InitOutput", "SyncInitInput"];

/// One exported type.
#[derive(Debug, PartialEq, Eq)]
pub struct Declaration {
    pub name: String,
    /// Its text with the comment before it.
    pub text: String,
}

/// Writes the declarations of an entry: its generated types, the hand-written part with them, and twins for `require`.
pub fn write(project: &Project, built: &Built, exports: &[String], folder: &Path) -> Result<()> {
    let name = built.entry.name;
    let raw = std::fs::read_to_string(&built.node.declarations)?;
    let template = project.path("pkg-templates").join(format!("{name}.d.ts"));
    let by_hand =
        std::fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
    let all = extract(&raw)?;
    // Looking into a file has neither requests nor answers.
    let has_types = !all.is_empty() || built.entry.feature == "inspect";
    ensure!(has_types, "{name}: wasm-bindgen's declarations hold no types of requests or responses");
    let types = used(all, &by_hand, &built.entry.types());
    let mut main = joined(&by_hand, &types, built.entry)?.trim_end().to_owned() + "\n";
    if let Some(codes) = built.entry.codes {
        main.push_str(&codes.declarations());
    }
    for export in exports {
        ensure!(
            mentions(&main, export),
            "{name}.js exports {export}, which pkg-templates/{name}.d.ts does not declare"
        );
    }
    if !types.is_empty() {
        let types: Vec<&str> = types.iter().map(|declaration| declaration.text.as_str()).collect();
        let header = "/** Requests and answers, generated from the Rust types. */\n\n";
        both(folder, &built.entry.types(), &format!("{header}{}", types.join("\n")))?;
    }
    both(folder, name, &main)?;
    both(folder, &built.entry.inline(), &format!("export * from './{name}.js';\n"))
}

/// Writes the declarations of a module without generated types.
pub fn write_module(project: &Project, name: &str, exports: &[String], folder: &Path) -> Result<()> {
    let template = project.path("pkg-templates").join(format!("{name}.d.ts"));
    let text =
        std::fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
    for export in exports {
        ensure!(
            mentions(&text, export),
            "{name}.js exports {export}, which pkg-templates/{name}.d.ts does not declare"
        );
    }
    both(folder, name, &text)
}

/// The generated types that the hand-written declarations name, and those that these name: the crate's declarations
/// hold the types of every entry. What the hand-written part takes from another entry is that one's.
fn used(types: Vec<Declaration>, by_hand: &str, own: &str) -> Vec<Declaration> {
    let (rest, foreign) = without_foreign(by_hand, own);
    let mut texts = vec![rest];
    let mut kept = vec![false; types.len()];
    while let Some(text) = texts.pop() {
        for (at, declaration) in types.iter().enumerate() {
            let foreign = foreign.iter().any(|list| mentions(list, &declaration.name));
            if !kept[at] && !foreign && mentions(&text, &declaration.name) {
                kept[at] = true;
                texts.push(declaration.text.clone());
            }
        }
    }
    let mut kept = kept.into_iter();
    types.into_iter().filter(|_| kept.next() == Some(true)).collect()
}

/// A text without what it imports or exports from modules other than its own types, and the lists of these names.
fn without_foreign(text: &str, own: &str) -> (String, Vec<String>) {
    let mut rest = String::new();
    let mut foreign = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut statement = line.to_owned();
        let opens = ["import {", "import type {", "export {", "export type {"];
        if opens.iter().any(|opening| line.starts_with(opening)) {
            while !statement.ends_with(';') {
                let Some(line) = lines.next() else { break };
                statement.push('\n');
                statement.push_str(line);
            }
            if statement.contains(" from '") && !statement.ends_with(&format!(" from './{own}.js';")) {
                foreign.push(statement);
                continue;
            }
        }
        rest.push_str(&statement);
        rest.push('\n');
    }
    (rest, foreign)
}

/// The hand-written declarations, with the generated types in reach and exported.
fn joined(by_hand: &str, types: &[Declaration], entry: &Entry) -> Result<String> {
    if types.is_empty() {
        return Ok(by_hand.to_owned());
    }
    let from = format!("from './{}.js';", entry.types());
    let written = declared_names(by_hand);
    for Declaration { name, .. } in types {
        ensure!(
            !written.contains(name),
            "the type {name} is written by hand and generated: remove one of them"
        );
    }
    let mut head = String::new();
    if !by_hand.contains(&format!("}} {from}")) {
        let used: Vec<&str> = types
            .iter()
            .map(|declaration| declaration.name.as_str())
            .filter(|name| mentions(by_hand, name))
            .collect();
        if !used.is_empty() {
            head = format!("import type {{ {} }} {from}\n", used.join(", "));
        }
    }
    Ok(format!("{head}{}\n\n/* All generated types. */\nexport * {from}\n", by_hand.trim_end()))
}

/// Writes a declaration file for `import` and its twin for `require`.
pub fn both(folder: &Path, stem: &str, text: &str) -> Result<()> {
    let text = &optional::or_undefined(text);
    let twin = text.replace(".js';", ".cjs';");
    std::fs::write(folder.join(format!("{stem}.d.ts")), text)?;
    std::fs::write(folder.join(format!("{stem}.d.cts")), twin)?;
    Ok(())
}

/// All exported interfaces and type aliases, in their order.
pub fn extract(source: &str) -> Result<Vec<Declaration>> {
    let mut found: Vec<Declaration> = Vec::new();
    let mut rest = source;
    while let Some(item) = next_item(rest)? {
        rest = item.rest;
        let text = item.text.trim_start();
        let declared = text.strip_prefix("export ").unwrap_or_default();
        if let Some(after) = declared.strip_prefix("interface ").or_else(|| declared.strip_prefix("type ")) {
            let name: String = after.chars().take_while(|c| is_identifier(*c)).collect();
            ensure!(!name.is_empty(), "a type without a name: {}", first_line(text));
            if OWN.contains(&name.as_str()) {
                continue;
            }
            if let Some(earlier) = found.iter().find(|earlier| earlier.name == name) {
                ensure!(
                    earlier.text.trim_end().ends_with(text),
                    "the type {name} is declared twice, differently"
                );
                continue;
            }
            found.push(Declaration { name, text: format!("{}{text}\n", item.comment) });
        } else if !["class ", "function ", "const ", "default "].iter().any(|raw| declared.starts_with(raw)) {
            bail!("wasm-bindgen's declarations hold something unexpected: {}", first_line(text));
        }
    }
    Ok(found)
}

/// The names that a declaration file exports itself, in their order; overloads count once.
pub fn declared_names(declarations: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in declarations.lines() {
        let Some(rest) = line.strip_prefix("export ") else { continue };
        let rest = rest.strip_prefix("declare ").unwrap_or(rest);
        let rest = rest.strip_prefix("abstract ").unwrap_or(rest);
        let keywords = ["interface ", "type ", "class ", "function ", "const ", "enum "];
        let Some(rest) = keywords.iter().find_map(|keyword| rest.strip_prefix(keyword)) else { continue };
        let name: String = rest.chars().take_while(|c| is_identifier(*c)).collect();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether a word occurs in a text as a whole identifier.
pub fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_identifier) && !text[at + word.len()..].starts_with(is_identifier)
    })
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// A declaration at the top level, the comment before it, and what follows.
struct Item<'text> {
    comment: String,
    text: &'text str,
    rest: &'text str,
}

fn next_item(source: &str) -> Result<Option<Item<'_>>> {
    let mut comment = String::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
        if rest.is_empty() {
            return Ok(None);
        }
        let Some(length) = comment_length(rest)? else { break };
        let text = &rest[..length];
        rest = &rest[length..];
        // A linter's switch is not documentation.
        if text.starts_with("/**") {
            comment = format!("{text}\n");
        }
    }
    let end = item_length(rest)?;
    Ok(Some(Item { comment, text: rest[..end].trim_end(), rest: &rest[end..] }))
}

/// The length of the comment that a text starts with, if it does.
fn comment_length(text: &str) -> Result<Option<usize>> {
    if text.starts_with("//") {
        return Ok(Some(text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        let end =
            text.find("*/").with_context(|| format!("a comment without an end: {}", first_line(text)))?;
        return Ok(Some(end + 2));
    }
    Ok(None)
}

/// How far a declaration reaches: to the brace that closes a body, or to the semicolon outside all brackets.
fn item_length(text: &str) -> Result<usize> {
    let has_body = ["export interface ", "export class ", "declare ", "export enum "];
    let ends_with_body = has_body.iter().any(|opening| text.starts_with(opening));
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(length) = comment_length(&text[at..])? {
            at += length;
            continue;
        }
        match c {
            '"' | '\'' | '`' => {
                at += string_length(&text[at..], c)?;
                continue;
            }
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.checked_sub(1).with_context(|| format!("unbalanced: {}", first_line(text)))?;
                if depth == 0 && c == '}' && ends_with_body {
                    return Ok(at + 1);
                }
            }
            ';' if depth == 0 => return Ok(at + 1),
            _ => {}
        }
        at += c.len_utf8();
    }
    bail!("a declaration without an end: {}", first_line(text))
}

fn string_length(text: &str, quote: char) -> Result<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Ok(at + c.len_utf8()),
            _ => {}
        }
    }
    bail!("a string without an end: {}", first_line(text))
}

#[cfg(test)]
#[path = "declarations_tests.rs"]
mod tests;
