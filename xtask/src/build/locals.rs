//! The numbers of a function's local variables: the same roles have the same numbers in all functions, so that gzip finds
//! more that is alike. A function's own variables are counted behind its parameters, of which each function has as many as it
//! has: here they are counted from the same number everywhere, and the frame pointer is the first of them. The numbers in
//! between belong to variables that nothing uses, which cost nothing.

use anyhow::{Result, anyhow};
use core::cmp::Reverse;
use wasm_encoder::reencode::{Error as Broken, Reencode};
use wasm_encoder::{CodeSection, Function, Instruction, Module};
use wasmparser::{
    FuncType, FunctionBody, FunctionSectionReader, Operator, Parser, TypeSectionReader, ValType,
};

/// A function's own variables begin here, unless it has more parameters. Measured (bytes after gzip -9) on the workspace entry:
/// as they come 76456, from 5 on 75092, 6 74769, 7 74651, 8 74727, 10 74825, 12 75046; on the main entry, undivided: 6 196055,
/// 7 195861, 8 195330, 10 195394.
const FIRST: u32 = 8;
/// So many instructions after the stack pointer was read at the latest, what comes of it is put into a variable.
const NEAR: usize = 4;

/// The same module with other numbers.
pub fn renumbered(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    Renumbered::default()
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the .wasm cannot be written with other numbers of variables: {error}"))?;
    Ok(module.finish())
}

/// Writes a module with other numbers of local variables.
#[derive(Default)]
struct Renumbered {
    types: Vec<FuncType>,
    /// The type of each function.
    functions: Vec<u32>,
    /// The function that comes next.
    next: usize,
}

type Written = core::result::Result<(), Broken<core::convert::Infallible>>;

impl Reencode for Renumbered {
    type Error = core::convert::Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut wasm_encoder::TypeSection,
        section: TypeSectionReader<'_>,
    ) -> Written {
        self.types = section.clone().into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
        wasm_encoder::reencode::utils::parse_type_section(self, types, section)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut wasm_encoder::FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Written {
        self.functions = section.clone().into_iter().collect::<Result<_, _>>()?;
        wasm_encoder::reencode::utils::parse_function_section(self, functions, section)
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Written {
        let parameters = self.types[self.functions[self.next] as usize].params();
        self.next += 1;
        let (places, declared) = numbered(parameters, &body)?;
        let mut function = Function::new(
            declared
                .into_iter()
                .map(|(count, kind)| Ok((count, self.val_type(kind)?)))
                .collect::<core::result::Result<Vec<_>, Broken<Self::Error>>>()?,
        );
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let mut instruction = self.parse_instruction(&mut reader)?;
            if let Instruction::LocalGet(local)
            | Instruction::LocalSet(local)
            | Instruction::LocalTee(local) = &mut instruction
            {
                *local = places[*local as usize];
            }
            function.instruction(&instruction);
        }
        code.function(&function);
        Ok(())
    }
}

/// How many variables of each type follow each other.
type Declared = Vec<(u32, ValType)>;

/// The new number of each variable, and what is declared: of each type first what is used most; where that is equal, what is
/// used first.
fn numbered(
    parameters: &[ValType],
    body: &FunctionBody<'_>,
) -> core::result::Result<(Vec<u32>, Declared), wasmparser::BinaryReaderError> {
    let mut kinds = parameters.to_vec();
    for locals in body.get_locals_reader()? {
        let (count, kind) = locals?;
        kinds.extend((0..count).map(|_| kind));
    }
    let mut uses = vec![(Reverse(0), 0); kinds.len()];
    let (mut frame, mut stack_read) = (None, None);
    for (at, operator) in body.get_operators_reader()?.into_iter().enumerate() {
        let (local, is_written) = match operator? {
            // The linker's first global is the stack pointer.
            Operator::GlobalGet { global_index: 0 } => {
                stack_read = Some(at);
                continue;
            }
            Operator::LocalGet { local_index } => (local_index, false),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => (local_index, true),
            _ => continue,
        };
        let (Reverse(count), first) = &mut uses[local as usize];
        if *count == 0 {
            *first = at;
        }
        *count += 1;
        if is_written && frame.is_none() && stack_read.is_some_and(|read| at - read <= NEAR) {
            frame = Some(local as usize);
        }
    }
    let own = || (parameters.len()..kinds.len()).filter(|local| uses[*local].0.0 > 0);
    let mut order = vec![ValType::I32, ValType::I64];
    for kind in own().map(|local| kinds[local]) {
        if !order.contains(&kind) {
            order.push(kind);
        }
    }
    let mut places: Vec<u32> = (0..).take(kinds.len()).collect();
    let (mut declared, mut next) = (Vec::new(), parameters.len() as u32);
    for kind in order {
        let mut locals: Vec<usize> = own().filter(|local| kinds[*local] == kind).collect();
        if locals.is_empty() {
            continue;
        }
        locals.sort_by_key(|local| (frame != Some(*local), uses[*local]));
        let begin = next.max(FIRST);
        for (place, local) in (begin..).zip(&locals) {
            places[*local] = place;
        }
        let end = begin + locals.len() as u32;
        declared.push((end - next, kind));
        next = end;
    }
    Ok((places, declared))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ConstExpr, FunctionSection, GlobalSection, GlobalType, TypeSection};

    /// One function of two parameters: its frame pointer is the third of its own variables, the second is never used.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([wasm_encoder::ValType::I32, wasm_encoder::ValType::I64], []);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut globals = GlobalSection::new();
        let kind = GlobalType { val_type: wasm_encoder::ValType::I32, mutable: true, shared: false };
        globals.global(kind, &ConstExpr::i32_const(65536));
        use wasm_encoder::ValType::{F64, I32, I64};
        let mut body = Function::new([(3, I32), (1, I64), (1, F64)]);
        body.instructions().local_get(0).local_set(2).local_get(2).local_get(2).i32_add().drop();
        body.instructions().global_get(0).i32_const(16).i32_sub().local_tee(4).drop();
        body.instructions().local_get(1).local_tee(5).drop().f64_const(1.0.into()).local_set(6).end();
        let mut code = CodeSection::new();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&globals).section(&code);
        module.finish()
    }

    #[test]
    fn the_frame_pointer_comes_first_and_parameters_stay() {
        let written = renumbered(&module()).unwrap();
        wasmparser::Validator::new().validate_all(&written).unwrap();
        let body = Parser::new(0)
            .parse_all(&written)
            .find_map(|payload| match payload.unwrap() {
                wasmparser::Payload::CodeSectionEntry(body) => Some(body),
                _ => None,
            })
            .unwrap();
        let declared: Vec<(u32, ValType)> =
            body.get_locals_reader().unwrap().into_iter().map(Result::unwrap).collect();
        // From 2 to 7 nothing is used; 8 and 9 are.
        assert_eq!(declared, [(8, ValType::I32), (1, ValType::I64), (1, ValType::F64)]);
        let mut used = Vec::new();
        for operator in body.get_operators_reader().unwrap() {
            match operator.unwrap() {
                Operator::LocalGet { local_index }
                | Operator::LocalSet { local_index }
                | Operator::LocalTee { local_index } => used.push(local_index),
                _ => {}
            }
        }
        assert_eq!(used, [0, 9, 9, 9, 8, 1, 10, 11]);
        assert_eq!(renumbered(&written).unwrap(), written, "once is enough");
    }
}
