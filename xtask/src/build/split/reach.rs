//! What of a .wasm is needed before the first transfer: found as a linker finds what nobody needs, by following the
//! relocations that it left in the file (`--emit-relocs`) from the exports that count.

use anyhow::{Context, Result, bail, ensure};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use wasmparser::{
    ExternalKind, KnownCustom, Linking, Parser, Payload, RelocSectionReader, RelocationType, SymbolInfo,
    TypeRef,
};

use super::super::order;
use super::whole::{address, slots};

/// The linker's name for what is never written to.
const READ_ONLY: &str = ".rodata";
/// Imported by functions that only tell wasm-bindgen of types while it runs them.
const DESCRIBE: &str = "__wbindgen_describe";

/// What some exports reach.
#[derive(Debug, PartialEq, Eq)]
pub struct Reach {
    /// Places in the table of functions that they may call through.
    pub slots: HashSet<u32>,
    /// Addresses of data that are only read, and not by them.
    pub unread: Vec<Range<u32>>,
}

/// What a function or a datum refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    /// By its index.
    Function(u32),
    /// By the index of its symbol.
    Data(u32),
}

/// What the linker wrote, as far as it matters here.
#[derive(Default)]
struct Linked<'a> {
    imported: u32,
    describe: Option<u32>,
    /// Indices of the exported functions, with their names.
    exports: Vec<(&'a str, u32)>,
    /// The function of each place in the table.
    slots: Vec<(u32, u32)>,
    /// Where each function stands in the section of code, and where each segment's bytes do in that of data.
    code: Vec<Range<usize>>,
    segments: Vec<Segment<'a>>,
    segment_names: Vec<&'a str>,
    symbols: Vec<Option<Symbol>>,
    relocations: Vec<RelocSectionReader<'a>>,
    /// The indices of the sections that the relocations name.
    code_section: Option<u32>,
    data_section: Option<u32>,
}

struct Segment<'a> {
    address: u32,
    bytes: &'a [u8],
    /// In the section of data.
    place: usize,
}

/// A symbol that something may refer to.
#[derive(Clone)]
enum Symbol {
    Function(u32),
    Data { segment: usize, range: Range<u32> },
}

/// What the exports for which `counts` says so reach in a file that the linker wrote. Names are without the digits that
/// wasm-bindgen takes off; the functions that only describe the exports to wasm-bindgen never count.
pub fn of(compiled: &[u8], counts: impl Fn(&str) -> bool) -> Result<Reach> {
    let linked = Linked::read(compiled)?;
    let edges = linked.edges()?;
    let mut seen: HashSet<Node> = HashSet::new();
    let mut left: Vec<Node> = linked
        .exports
        .iter()
        .filter(|(name, _)| !name.contains(DESCRIBE) && counts(plain(name)))
        .map(|(_, index)| Node::Function(*index))
        .collect();
    ensure!(!left.is_empty(), "no export counts");
    // wasm-bindgen exports what a closure is called by: a function that it is told of by its place in the table.
    let describe = linked.describe.map(Node::Function);
    for described in edges.values().filter(|edges| edges.iter().any(|to| Some(*to) == describe)) {
        left.extend(described.iter().filter(|to| linked.is_in_table(**to)));
    }
    while let Some(node) = left.pop() {
        if seen.insert(node) {
            left.extend(edges.get(&node).into_iter().flatten());
        }
    }
    let slots = linked.slots.iter().filter(|(_, function)| seen.contains(&Node::Function(*function)));
    Ok(Reach { slots: slots.map(|(slot, _)| *slot).collect(), unread: linked.unread(&seen)? })
}

/// `uploadcore_pause_0123456789abcdef` is what wasm-bindgen calls uploadcore_pause.
fn plain(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((plain, digits))
            if digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) =>
        {
            plain
        }
        _ => name,
    }
}

impl<'a> Linked<'a> {
    fn read(compiled: &'a [u8]) -> Result<Linked<'a>> {
        let mut linked = Linked::default();
        let (mut sections, mut code_start) = (0_u32, 0);
        for payload in Parser::new(0).parse_all(compiled) {
            let payload = payload.context("the .wasm cannot be read")?;
            let is_section = payload.as_section().is_some();
            match payload {
                Payload::ImportSection(section) => {
                    linked.imported = order::imported_functions(section.clone())?;
                    for (index, import) in (0..).zip(section.into_imports()) {
                        // Functions are all that it imports: the place among imports is the index.
                        let import = import?;
                        ensure!(matches!(import.ty, TypeRef::Func(_)), "{} is no function", import.name);
                        if import.name == DESCRIBE {
                            linked.describe = Some(index);
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            linked.exports.push((export.name, export.index));
                        }
                    }
                }
                Payload::ElementSection(section) => linked.slots = slots(section)?,
                Payload::CodeSectionStart { range, .. } => {
                    linked.code_section = Some(sections);
                    code_start = range.start;
                }
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    linked.code.push(range.start - code_start..range.end - code_start);
                }
                Payload::DataSection(section) => {
                    linked.data_section = Some(sections);
                    let start = section.range().start;
                    for data in section {
                        let data = data?;
                        let place = data.range.end - data.data.len() - start;
                        linked.segments.push(Segment {
                            address: address(&data.kind)?,
                            bytes: data.data,
                            place,
                        });
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(reader) => linked.read_symbols(reader)?,
                    KnownCustom::Reloc(reader) => linked.relocations.push(reader),
                    _ => {}
                },
                _ => {}
            }
            sections += u32::from(is_section);
        }
        ensure!(!linked.symbols.is_empty(), "the linker left no symbols: was it told --emit-relocs?");
        Ok(linked)
    }

    fn read_symbols(&mut self, reader: wasmparser::LinkingSectionReader<'a>) -> Result<()> {
        for part in reader.subsections() {
            match part? {
                Linking::SegmentInfo(segments) => {
                    for segment in segments {
                        self.segment_names.push(segment?.name);
                    }
                }
                Linking::SymbolTable(symbols) => {
                    for symbol in symbols {
                        self.symbols.push(match symbol? {
                            SymbolInfo::Func { index, .. } => Some(Symbol::Function(index)),
                            SymbolInfo::Data { symbol: Some(data), .. } => Some(Symbol::Data {
                                segment: data.index as usize,
                                range: data.offset..data.offset + data.size,
                            }),
                            _ => None,
                        });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_in_table(&self, node: Node) -> bool {
        self.slots.iter().any(|(_, function)| Node::Function(*function) == node)
    }

    /// Who refers to what.
    fn edges(&self) -> Result<HashMap<Node, Vec<Node>>> {
        let mut edges: HashMap<Node, Vec<Node>> = HashMap::new();
        let data = self.data_by_place()?;
        for reader in &self.relocations {
            let section = Some(reader.section_index());
            for relocation in reader.entries() {
                let relocation = relocation?;
                let Some(to) = self.target(relocation.ty, relocation.index)? else { continue };
                let place = relocation.offset as usize;
                if section == self.code_section {
                    let after = self.code.partition_point(|body| body.end <= place);
                    let inside = self.code.get(after).is_some_and(|body| body.contains(&place));
                    ensure!(inside, "a relocation of no function, at {place} of the code");
                    let index = self.imported + u32::try_from(after)?;
                    edges.entry(Node::Function(index)).or_default().push(to);
                } else if section == self.data_section {
                    // Data may lie in each other: the end of one text is another.
                    let mut holders = 0;
                    let before = data.partition_point(|(range, _)| range.start <= place);
                    for (range, symbol) in data.iter().take(before) {
                        if range.contains(&place) {
                            edges.entry(Node::Data(*symbol)).or_default().push(to);
                            holders += 1;
                        }
                    }
                    ensure!(holders > 0, "a relocation of no datum, at {place} of the data");
                }
            }
        }
        Ok(edges)
    }

    /// What a relocation puts in.
    fn target(&self, kind: RelocationType, symbol: u32) -> Result<Option<Node>> {
        use RelocationType as Kind;
        match kind {
            Kind::FunctionIndexLeb
            | Kind::TableIndexSleb
            | Kind::TableIndexI32
            | Kind::MemoryAddrLeb
            | Kind::MemoryAddrSleb
            | Kind::MemoryAddrI32 => {}
            // Types, globals, the table, and places in sections for debuggers.
            Kind::TypeIndexLeb
            | Kind::GlobalIndexLeb
            | Kind::TableNumberLeb
            | Kind::FunctionOffsetI32
            | Kind::SectionOffsetI32 => return Ok(None),
            other => bail!("a relocation of a kind that is not known here: {other:?}"),
        }
        match self.symbols.get(symbol as usize).context("a relocation of no symbol")? {
            Some(Symbol::Function(index)) => Ok(Some(Node::Function(*index))),
            Some(Symbol::Data { .. }) => Ok(Some(Node::Data(symbol))),
            // Ends of the memory's parts, which no file has.
            None => Ok(None),
        }
    }

    /// Where each datum stands in the section of data, in that order.
    fn data_by_place(&self) -> Result<Vec<(Range<usize>, u32)>> {
        let mut data = Vec::new();
        for (index, symbol) in self.symbols.iter().enumerate() {
            let Some(Symbol::Data { segment, range }) = symbol else { continue };
            // What begins as zeros has no bytes in the file.
            let Some(held) = self.segments.get(*segment) else { continue };
            let place = held.place + range.start as usize;
            data.push((place..place + range.len(), u32::try_from(index)?));
        }
        data.sort_by_key(|(range, _)| (range.start, range.end));
        Ok(data)
    }

    /// The addresses of what is only read, and belongs to data that nobody has seen.
    fn unread(&self, seen: &HashSet<Node>) -> Result<Vec<Range<u32>>> {
        let of = self.segment_names.iter().position(|name| *name == READ_ONLY);
        let of = of.with_context(|| format!("the linker made no segment {READ_ONLY}"))?;
        let segment = self.segments.get(of).context("a segment without bytes")?;
        // What belongs to no datum stays, unless it is padding: memory is zero by itself.
        let mut unread: Vec<bool> = segment.bytes.iter().map(|byte| *byte == 0).collect();
        let mut mark = |is_seen: bool| -> Result<()> {
            for (index, symbol) in self.symbols.iter().enumerate() {
                let Some(Symbol::Data { segment, range }) = symbol else { continue };
                if *segment == of && seen.contains(&Node::Data(u32::try_from(index)?)) == is_seen {
                    let range = range.start as usize..range.end as usize;
                    unread.get_mut(range).context("a datum outside of its segment")?.fill(!is_seen);
                }
            }
            Ok(())
        };
        mark(false)?;
        mark(true)?;
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (address, unread) in (segment.address..).zip(unread) {
            match ranges.last_mut() {
                Some(range) if unread && range.end == address => range.end += 1,
                _ if unread => ranges.push(address..address + 1),
                _ => {}
            }
        }
        Ok(ranges)
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
