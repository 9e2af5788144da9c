//! The order of the functions in a .wasm: those that are alike stand together. gzip looks back 32 KiB only, and a
//! .wasm is several times as long: where like stands near like, a page downloads less.

use anyhow::{Context, Result, anyhow};
use std::collections::{HashMap, HashSet};
use wasm_encoder::reencode::{Error as Broken, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, ImportSectionReader, Parser, Payload, TypeRef,
};

/// So many bytes that two functions have in common say that they are alike.
const LENGTH: usize = 6;
/// What stands in more functions than this is everywhere.
const MOST: usize = 20;
/// So many bytes after a function it counts for half of what it did.
const REACH: f64 = 6_500.0;

/// The same module with its functions in another order.
pub fn alike_together(wasm: &[u8]) -> Result<Vec<u8>> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("the .wasm cannot be read")? {
            Payload::ImportSection(section) => imported = imported_functions(section)?,
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let order = order(&bodies);
    let mut places = vec![0; order.len()];
    for (place, index) in order.iter().enumerate() {
        places[*index] = u32::try_from(place)?;
    }
    let mut module = Module::new();
    Reordered { imported, order, places }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the .wasm cannot be written in another order: {error}"))?;
    Ok(module.finish())
}

/// So many functions are imported; a module's own are counted on from there.
pub fn imported_functions(section: ImportSectionReader<'_>) -> Result<u32> {
    let mut imported = 0;
    for import in section.into_imports() {
        imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
    }
    Ok(imported)
}

/// Beginning with the longest, always what is most like what stands right before. Nothing but additions, divisions and
/// square roots of numbers, which are the same on every machine: so is the order.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces: Vec<HashSet<&[u8]>> = bodies.iter().map(|body| body.windows(LENGTH).collect()).collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (index, pieces) in pieces.iter().enumerate() {
        for piece in pieces {
            holders.entry(piece).or_default().push(index);
        }
    }
    holders.retain(|_, holders| (2..=MOST).contains(&holders.len()));
    let mut likeness = vec![0.0; bodies.len()];
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::with_capacity(bodies.len());
    while !left.is_empty() {
        let weight = |index: usize| match order.is_empty() {
            true => bodies[index].len() as f64,
            false => likeness[index] / (bodies[index].len() as f64).sqrt(),
        };
        let mut best = 0;
        for place in 1..left.len() {
            if weight(left[place]) > weight(left[best]) {
                best = place;
            }
        }
        let next = left.remove(best);
        order.push(next);
        let fading = REACH / (REACH + bodies[next].len() as f64);
        likeness.iter_mut().for_each(|likeness| *likeness *= fading);
        for holder in pieces[next].iter().filter_map(|piece| holders.get(piece)).flatten() {
            likeness[*holder] += 1.0;
        }
    }
    order
}

/// Writes a module with its own functions in this order; `places` tells where each has come to stand.
struct Reordered {
    imported: u32,
    order: Vec<usize>,
    places: Vec<u32>,
}

type Written = Result<(), Broken<core::convert::Infallible>>;

impl Reencode for Reordered {
    type Error = core::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Broken<Self::Error>> {
        let own = index.checked_sub(self.imported).and_then(|own| self.places.get(own as usize));
        Ok(own.map_or(index, |place| self.imported + place))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Written {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for index in &self.order {
            functions.function(types[*index]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Written {
        let bodies: Vec<FunctionBody<'_>> = section.into_iter().collect::<Result<_, _>>()?;
        for index in self.order.clone() {
            self.parse_function_body(code, bodies[index].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        ImportSection, RefType, TableSection, TableType, TypeSection, ValType,
    };

    /// Three functions: two that are alike around one that is not, each called or exported or in the table.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("host", "imported", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(1).function(0).function(1);
        let mut tables = TableSection::new();
        let (minimum, maximum) = (1, None);
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum,
            maximum,
            table64: false,
            shared: false,
        });
        let mut exports = ExportSection::new();
        exports.export("first", ExportKind::Func, 1).export("other", ExportKind::Func, 2);
        let mut elements = ElementSection::new();
        let offset = wasm_encoder::ConstExpr::i32_const(0);
        elements.active(None, &offset, Elements::Functions(vec![3].into()));
        let mut code = CodeSection::new();
        let alike = |last: i32| {
            let mut body = Function::new([]);
            for number in [700_001, 700_002, 700_003, 700_004, last] {
                body.instructions().i32_const(number).drop();
            }
            body.instructions().i32_const(last).end();
            body
        };
        code.function(&alike(1));
        let mut other = Function::new([]);
        other.instructions().call(0).call(1).drop().call(3).drop().end();
        code.function(&other);
        code.function(&alike(2));
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn what_is_alike_comes_to_stand_together_and_is_found_there() {
        let ordered = alike_together(&module()).unwrap();
        let found = indices(&ordered);
        // first (1) stays, its like (3) follows as 2, the other (2) is 3 now.
        assert_eq!(found.exports, [("first".to_owned(), 1), ("other".to_owned(), 3)]);
        assert_eq!(found.elements, [2]);
        assert_eq!(found.calls, [0, 1, 2]);
        assert_eq!(found.types, [1, 1, 0]);
        assert_eq!(alike_together(&ordered).unwrap(), ordered);
    }

    #[derive(Default)]
    struct Indices {
        exports: Vec<(String, u32)>,
        elements: Vec<u32>,
        calls: Vec<u32>,
        types: Vec<u32>,
    }

    /// Every index of a function in a module.
    fn indices(wasm: &[u8]) -> Indices {
        let mut found = Indices::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::FunctionSection(section) => {
                    found.types.extend(section.into_iter().map(|index| index.unwrap()));
                }
                Payload::ExportSection(section) => found.exports.extend(section.into_iter().map(|export| {
                    let export = export.unwrap();
                    (export.name.to_owned(), export.index)
                })),
                Payload::ElementSection(section) => {
                    for element in section {
                        if let wasmparser::ElementItems::Functions(indices) = element.unwrap().items {
                            found.elements.extend(indices.into_iter().map(|index| index.unwrap()));
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        if let wasmparser::Operator::Call { function_index } = operator.unwrap() {
                            found.calls.push(function_index);
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }
}
