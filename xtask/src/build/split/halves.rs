//! Writing one .wasm as two: the first runs by itself, the second is put beside it later and takes from it what it needs.
//!
//! The first keeps memory, table and globals, and exports them by names that begin with a digit, together with the
//! functions that the second calls. Places of the table that only the second fills hold a function that traps.

use anyhow::{Context, Result, ensure};
use std::collections::{BTreeSet, HashMap};
use wasm_encoder::reencode::{Error as Broken, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, ImportSection, MemorySection, Module, TableSection,
    TypeSection,
};
use wasmparser::ExternalKind;

use super::reach::Reach;
use super::whole::{Unexpected, Used, Whole, broken};

/// What the second imports the first's exports from; the glue calls it so, too.
const FIRST: &str = "first";
/// Bytes that a segment of its own costs: shorter gaps are written along.
const GAP: u32 = 8;

/// Both halves; `is_later` says which exports belong to the second.
pub fn of(wasm: &[u8], reach: &Reach, is_later: impl Fn(&str) -> bool) -> Result<[Vec<u8>; 2]> {
    let whole = Whole::read(wasm)?;
    let first = whole.called(reach, |name| !is_later(name))?;
    let later: BTreeSet<u32> = whole.own().filter(|function| !first.contains(function)).collect();
    ensure!(!later.is_empty(), "nothing can be loaded later");
    let mut lent = whole.used(&later)?;
    // The second fills places of the first table.
    lent.tables.insert(0);
    let borrowed: Vec<(ExportKind, u32)> = borrowed(&whole, &lent).collect();
    Ok([first_half(&whole, &first, &borrowed, reach)?, second_half(&whole, &later, &lent, &borrowed, reach)?])
}

/// What the second half takes from the first.
fn borrowed<'a>(whole: &'a Whole<'_>, lent: &'a Used) -> impl Iterator<Item = (ExportKind, u32)> + 'a {
    let functions = lent.functions.iter().filter(|function| !whole.is_imported(**function));
    functions
        .map(|function| (ExportKind::Func, *function))
        .chain(lent.tables.iter().map(|table| (ExportKind::Table, *table)))
        .chain(lent.globals.iter().map(|global| (ExportKind::Global, *global)))
        .chain([(ExportKind::Memory, 0)])
}

/// 0, 1, … 9, 0a, 0b, …: short, and no name that wasm-bindgen or the build gives begins with a digit.
fn name(number: usize) -> String {
    match number.checked_sub(10) {
        None => number.to_string(),
        Some(rest) => {
            let letter = char::from(b'a' + (rest % 26) as u8);
            format!("{}{letter}", name(rest / 26))
        }
    }
}

fn first_half(
    whole: &Whole<'_>,
    first: &BTreeSet<u32>,
    borrowed: &[(ExportKind, u32)],
    reach: &Reach,
) -> Result<Vec<u8>> {
    let (imported, own): (Vec<u32>, Vec<u32>) =
        first.iter().partition(|function| whole.is_imported(**function));
    let mut half = Half::with_functions(first.iter());
    half.tables = (0..whole.tables.len() as u32).map(|table| (table, table)).collect();
    half.globals = (0..whole.globals.len() as u32).map(|global| (global, global)).collect();
    let mut types = half.types(whole, whole.used(&own.iter().copied().collect())?.types, first)?;
    let (trap, trap_type) = (half.functions.len() as u32, types.len());
    types.ty().function([], []);

    let mut functions = half.own_functions(whole, &own)?;
    functions.function(trap_type);
    let mut tables = TableSection::new();
    for table in &whole.tables {
        half.parse_table(&mut tables, table.clone()).map_err(broken)?;
    }
    let mut memories = MemorySection::new();
    memories.memory(half.memory_type(whole.memories[0]).map_err(broken)?);
    let mut globals = GlobalSection::new();
    for global in &whole.globals {
        half.parse_global(&mut globals, global.clone()).map_err(broken)?;
    }
    let mut exports =
        half.exports(whole, |kind, index| kind != ExternalKind::Func || first.contains(&index))?;
    for (number, (kind, index)) in borrowed.iter().enumerate() {
        exports.export(&name(number), *kind, half.index(*kind, *index)?);
    }
    let mut elements = ElementSection::new();
    for (slot, run) in runs(whole.slots.iter().copied()) {
        let members = run.into_iter().map(|function| half.functions.get(&function).copied().unwrap_or(trap));
        elements.active(None, &at(slot), Elements::Functions(members.collect::<Vec<_>>().into()));
    }
    let mut code = half.code(whole, &own)?;
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    code.function(&body);

    let mut module = Module::new();
    module.section(&types).section(&half.imports(whole, &imported)?).section(&functions).section(&tables);
    module.section(&memories).section(&globals).section(&exports).section(&elements).section(&code);
    module.section(&data(whole, |address| !is_unread(reach, address)));
    Ok(module.finish())
}

fn second_half(
    whole: &Whole<'_>,
    later: &BTreeSet<u32>,
    lent: &Used,
    borrowed: &[(ExportKind, u32)],
    reach: &Reach,
) -> Result<Vec<u8>> {
    let (of_page, of_first): (Vec<u32>, Vec<u32>) =
        lent.functions.iter().partition(|function| whole.is_imported(**function));
    let own: Vec<u32> = later.iter().copied().collect();
    let all: BTreeSet<u32> = later.union(&lent.functions).copied().collect();
    let mut half = Half::with_functions(of_page.iter().chain(&of_first).chain(&own));
    half.tables = lent.tables.iter().copied().zip(0..).collect();
    half.globals = lent.globals.iter().copied().zip(0..).collect();
    let types = half.types(whole, lent.types.clone(), &all)?;

    let mut imports = half.imports(whole, &of_page)?;
    for (number, (kind, index)) in borrowed.iter().enumerate() {
        let place = *index as usize;
        let entity = match kind {
            ExportKind::Func => {
                EntityType::Function(half.type_index(whole.type_of(*index)?).map_err(broken)?)
            }
            ExportKind::Table => half.table_type(whole.tables[place].ty).map_err(broken)?.into(),
            ExportKind::Global => half.global_type(whole.globals[place].ty).map_err(broken)?.into(),
            _ => half.memory_type(whole.memories[place]).map_err(broken)?.into(),
        };
        imports.import(FIRST, &name(number), entity);
    }
    let exports = half.exports(whole, |kind, index| kind == ExternalKind::Func && later.contains(&index))?;
    let mut elements = ElementSection::new();
    for (slot, run) in runs(whole.slots.iter().copied().filter(|(_, function)| later.contains(function))) {
        let members: Result<Vec<u32>> =
            run.into_iter().map(|function| half.index(ExportKind::Func, function)).collect();
        elements.active(None, &at(slot), Elements::Functions(members?.into()));
    }

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&half.own_functions(whole, &own)?).section(&exports);
    module.section(&elements).section(&half.code(whole, &own)?);
    module.section(&data(whole, |address| is_unread(reach, address)));
    Ok(module.finish())
}

/// What stands side by side in the table.
fn runs(slots: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, Vec<u32>)> {
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    for (slot, function) in slots {
        match runs.last_mut() {
            Some((start, run)) if *start + run.len() as u32 == slot => run.push(function),
            _ => runs.push((slot, vec![function])),
        }
    }
    runs
}

fn at(place: u32) -> ConstExpr {
    ConstExpr::i32_const(place.cast_signed())
}

fn is_unread(reach: &Reach, address: u32) -> bool {
    let after = reach.unread.partition_point(|range| range.end <= address);
    reach.unread.get(after).is_some_and(|range| range.contains(&address))
}

/// The bytes at these addresses. Short gaps are filled with what is there in the other half: it is only read.
fn data(whole: &Whole<'_>, belongs: impl Fn(u32) -> bool) -> DataSection {
    let mut section = DataSection::new();
    for (address, bytes) in &whole.data {
        let end = address + bytes.len() as u32;
        let mut start = *address;
        while let Some(begin) = (start..end).find(|place| belongs(*place)) {
            let mut last = begin;
            for place in begin..end {
                if belongs(place) {
                    last = place;
                } else if place - last > GAP {
                    break;
                }
            }
            let run = (begin - address) as usize..=(last - address) as usize;
            section.active(0, &at(begin), bytes[run].iter().copied());
            start = last + 1;
        }
    }
    section
}

/// One half: the new index of everything that it has.
#[derive(Default)]
struct Half {
    functions: HashMap<u32, u32>,
    types: HashMap<u32, u32>,
    tables: HashMap<u32, u32>,
    globals: HashMap<u32, u32>,
}

impl Half {
    /// In their new order, imported ones first.
    fn with_functions<'a>(functions: impl Iterator<Item = &'a u32>) -> Half {
        Half { functions: functions.copied().zip(0..).collect(), ..Half::default() }
    }

    /// The types that are needed, those of these functions with them.
    fn types(
        &mut self,
        whole: &Whole<'_>,
        mut used: BTreeSet<u32>,
        of: &BTreeSet<u32>,
    ) -> Result<TypeSection> {
        for function in of {
            used.insert(whole.type_of(*function)?);
        }
        let mut types = TypeSection::new();
        for (index, group) in (0..).zip(&whole.types) {
            ensure!(group.types().len() == 1, "types that name each other cannot be divided");
            if used.contains(&index) {
                self.types.insert(index, types.len());
                self.parse_recursive_type_group(types.ty(), group.clone()).map_err(broken)?;
            }
        }
        Ok(types)
    }

    fn imports(&mut self, whole: &Whole<'_>, functions: &[u32]) -> Result<ImportSection> {
        let mut imports = ImportSection::new();
        for function in functions {
            let import = &whole.imports[*function as usize];
            imports.import(import.module, import.name, self.entity_type(import.ty).map_err(broken)?);
        }
        Ok(imports)
    }

    fn own_functions(&mut self, whole: &Whole<'_>, own: &[u32]) -> Result<FunctionSection> {
        let mut functions = FunctionSection::new();
        for function in own {
            functions.function(self.type_index(whole.type_of(*function)?).map_err(broken)?);
        }
        Ok(functions)
    }

    fn exports(
        &mut self,
        whole: &Whole<'_>,
        belongs: impl Fn(ExternalKind, u32) -> bool,
    ) -> Result<ExportSection> {
        let mut exports = ExportSection::new();
        for export in &whole.exports {
            if belongs(export.kind, export.index) {
                self.parse_export(&mut exports, *export).map_err(broken)?;
            }
        }
        Ok(exports)
    }

    fn code(&mut self, whole: &Whole<'_>, own: &[u32]) -> Result<CodeSection> {
        let mut code = CodeSection::new();
        for function in own {
            self.parse_function_body(&mut code, whole.body(*function)?.clone()).map_err(broken)?;
        }
        Ok(code)
    }

    fn index(&self, kind: ExportKind, index: u32) -> Result<u32> {
        let indices = match kind {
            ExportKind::Func => &self.functions,
            ExportKind::Table => &self.tables,
            ExportKind::Global => &self.globals,
            _ => return Ok(index),
        };
        indices.get(&index).copied().with_context(|| format!("{kind:?} {index} is in the other half"))
    }
}

type Index = Result<u32, Broken<Unexpected>>;

/// An index of the whole, in this half.
fn found(indices: &HashMap<u32, u32>, what: &str, index: u32) -> Index {
    let missing = || Broken::UserError(Unexpected(format!("{what} {index} is in the other half")));
    indices.get(&index).copied().ok_or_else(missing)
}

impl Reencode for Half {
    type Error = Unexpected;

    fn function_index(&mut self, function: u32) -> Index {
        found(&self.functions, "function", function)
    }

    fn type_index(&mut self, kind: u32) -> Index {
        found(&self.types, "type", kind)
    }

    fn table_index(&mut self, table: u32) -> Index {
        found(&self.tables, "table", table)
    }

    fn global_index(&mut self, global: u32) -> Index {
        found(&self.globals, "global", global)
    }
}

#[cfg(test)]
#[path = "halves_tests.rs"]
mod tests;
