//! What a .wasm is made of, and what of it calls what.

use anyhow::{Context, Result, anyhow, bail, ensure};
use std::collections::BTreeSet;
use std::ops::Range;
use wasm_encoder::CodeSection;
use wasm_encoder::reencode::{Error as Broken, Reencode};
use wasmparser::{
    DataKind, Element, ElementItems, ElementKind, ElementSectionReader, Export, ExternalKind, FunctionBody,
    Global, Import, MemoryType, Operator, Parser, Payload, RecGroup, Table, TypeRef,
};

use super::reach::Reach;

/// Of each kind the imported ones come first; only functions are imported.
#[derive(Default)]
pub struct Whole<'a> {
    pub types: Vec<RecGroup>,
    pub imports: Vec<Import<'a>>,
    /// The type of each function of its own.
    pub functions: Vec<u32>,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    /// Places in the first table, with their functions.
    pub slots: Vec<(u32, u32)>,
    pub bodies: Vec<FunctionBody<'a>>,
    /// Segments with their addresses.
    pub data: Vec<(u32, &'a [u8])>,
}

/// What some functions use.
#[derive(Clone, Default)]
pub struct Used {
    pub types: BTreeSet<u32>,
    pub functions: BTreeSet<u32>,
    pub tables: BTreeSet<u32>,
    pub globals: BTreeSet<u32>,
}

impl<'a> Whole<'a> {
    /// Refuses what is not known to be divided rightly.
    pub fn read(wasm: &'a [u8]) -> Result<Whole<'a>> {
        let whole = Whole::sections(wasm)?;
        let only_functions = whole.imports.iter().all(|import| matches!(import.ty, TypeRef::Func(_)));
        ensure!(only_functions, "a .wasm that imports more than functions cannot be divided");
        ensure!(
            whole.memories.len() == 1,
            "a .wasm with {} memories cannot be divided",
            whole.memories.len()
        );
        Ok(whole)
    }

    pub fn sections(wasm: &'a [u8]) -> Result<Whole<'a>> {
        let mut whole = Whole::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.context("the .wasm cannot be read")? {
                Payload::TypeSection(section) => whole.types = all(section)?,
                Payload::ImportSection(section) => {
                    whole.imports = section.into_imports().collect::<Result<_, _>>()?;
                }
                Payload::FunctionSection(section) => whole.functions = all(section)?,
                Payload::TableSection(section) => whole.tables = all(section)?,
                Payload::MemorySection(section) => whole.memories = all(section)?,
                Payload::GlobalSection(section) => whole.globals = all(section)?,
                Payload::ExportSection(section) => whole.exports = all(section)?,
                Payload::ElementSection(section) => whole.slots = slots(section)?,
                Payload::CodeSectionEntry(body) => whole.bodies.push(body),
                Payload::DataSection(section) => {
                    for data in section {
                        let data = data?;
                        whole.data.push((address(&data.kind)?, data.data));
                    }
                }
                Payload::StartSection { .. } | Payload::TagSection(_) => {
                    bail!("a .wasm with a start function or tags cannot be divided")
                }
                _ => {}
            }
        }
        Ok(whole)
    }

    pub fn is_imported(&self, function: u32) -> bool {
        (function as usize) < self.imports.len()
    }

    /// The indices of its own functions.
    pub fn own(&self) -> Range<u32> {
        let imported = self.imports.len() as u32;
        imported..imported + self.bodies.len() as u32
    }

    pub fn body(&self, function: u32) -> Result<&FunctionBody<'a>> {
        let place = (function as usize).checked_sub(self.imports.len());
        place
            .and_then(|place| self.bodies.get(place))
            .with_context(|| format!("function {function} has no body"))
    }

    /// The type of any function.
    pub fn type_of(&self, function: u32) -> Result<u32> {
        let place = function as usize;
        match self.imports.get(place).map(|import| import.ty) {
            Some(TypeRef::Func(kind)) => Ok(kind),
            _ => self.functions.get(place - self.imports.len()).copied().context("a function without a type"),
        }
    }

    /// What is called from these exports and these places of the table, and from there.
    pub fn called(&self, reach: &Reach, is_root: impl Fn(&str) -> bool) -> Result<BTreeSet<u32>> {
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        let roots = exported.filter(|export| is_root(export.name)).map(|export| export.index);
        let in_table =
            self.slots.iter().filter(|(slot, _)| reach.slots.contains(slot)).map(|(_, index)| *index);
        let mut left: Vec<u32> = roots.chain(in_table).collect();
        let mut called = BTreeSet::new();
        while let Some(function) = left.pop() {
            if called.insert(function) && !self.is_imported(function) {
                left.extend(self.used(&BTreeSet::from([function]))?.functions);
            }
        }
        Ok(called)
    }

    /// What these functions use, except for each other.
    pub fn used(&self, functions: &BTreeSet<u32>) -> Result<Used> {
        let mut used = Used::default();
        for function in functions {
            let body = self.body(*function)?.clone();
            used.parse_function_body(&mut CodeSection::new(), body).map_err(broken)?;
        }
        used.functions.retain(|function| !functions.contains(function));
        Ok(used)
    }
}

fn all<'a, T: wasmparser::FromReader<'a>>(section: wasmparser::SectionLimited<'a, T>) -> Result<Vec<T>> {
    Ok(section.into_iter().collect::<Result<_, _>>()?)
}

/// The functions of the table, each with its place.
pub fn slots(section: ElementSectionReader<'_>) -> Result<Vec<(u32, u32)>> {
    let mut slots = Vec::new();
    for element in section {
        let Element { kind, items, .. } = element?;
        let ElementKind::Active { table_index: None | Some(0), offset_expr } = kind else {
            bail!("elements that are not put into the first table at once");
        };
        let ElementItems::Functions(functions) = items else {
            bail!("elements that are not plain functions");
        };
        for (slot, function) in (constant(&offset_expr)?..).zip(functions) {
            slots.push((slot, function?));
        }
    }
    Ok(slots)
}

/// Where a segment of data is put.
pub fn address(kind: &DataKind<'_>) -> Result<u32> {
    match kind {
        DataKind::Active { memory_index: 0, offset_expr } => constant(offset_expr),
        _ => bail!("data that are not put into the memory at once"),
    }
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        other => bail!("a place that is no constant: {other:?}"),
    }
}

/// What an instruction names that nobody here expects.
#[derive(Debug)]
pub struct Unexpected(pub String);

impl std::fmt::Display for Unexpected {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a .wasm cannot be written anew.
pub fn broken(error: Broken<Unexpected>) -> anyhow::Error {
    anyhow!("the .wasm cannot be divided: {error}")
}

type Index = Result<u32, Broken<Unexpected>>;

/// Writes nothing that anybody reads: each index that an instruction has comes by here.
impl Reencode for Used {
    type Error = Unexpected;

    fn function_index(&mut self, function: u32) -> Index {
        self.functions.insert(function);
        Ok(function)
    }

    fn type_index(&mut self, kind: u32) -> Index {
        self.types.insert(kind);
        Ok(kind)
    }

    fn table_index(&mut self, table: u32) -> Index {
        self.tables.insert(table);
        Ok(table)
    }

    fn global_index(&mut self, global: u32) -> Index {
        self.globals.insert(global);
        Ok(global)
    }

    fn data_index(&mut self, data: u32) -> Index {
        Err(Broken::UserError(Unexpected(format!("an instruction names segment {data} of the data"))))
    }

    fn element_index(&mut self, element: u32) -> Index {
        Err(Broken::UserError(Unexpected(format!("an instruction names segment {element} of the elements"))))
    }
}
