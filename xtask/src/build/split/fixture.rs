//! A small .wasm as the linker writes one, for the tests: who refers to whom is in its relocations.
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection,
    MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

/// Where the data begin.
pub const BASE: u32 = 4096;
/// Read by `xcore_call`: a place of the table (that of POINTED), and nothing else.
pub const TABLE_OF_CALL: &[u8] = &[1, 0, 0, 0];
/// Read by `xcore_upload`.
pub const TEXT_OF_UPLOAD: &[u8] = b"only an upload says this";
/// Belongs to no symbol, and is no padding.
pub const UNKNOWN: &[u8] = b"?";

/// The functions, in their order; the imported one comes first.
pub const DESCRIBE: u32 = 0;
pub const CALL: u32 = 1;
pub const UPLOAD: u32 = 2;
pub const SHARED: u32 = 3;
pub const POINTED: u32 = 4;
pub const ONLY_UPLOAD: u32 = 5;
pub const INVOKED: u32 = 6;
pub const DESCRIBING: u32 = 7;
pub const POINTED_BY_UPLOAD: u32 = 8;

/// Places of the table.
pub const SLOTS: [(u32, u32); 3] = [(1, POINTED), (2, INVOKED), (3, POINTED_BY_UPLOAD)];

/// The module without what the linker tells of it.
pub fn plain() -> Vec<u8> {
    finished(&[])
}

/// The same with symbols and relocations.
pub fn linked() -> Vec<u8> {
    let places = bodies(&plain());
    let at = |function: u32| places[function as usize - 1];
    // Symbols 0 to 8 are the functions, 9 and 10 the data.
    let code: Vec<[u32; 3]> = vec![
        [0, at(CALL), SHARED],
        [4, at(CALL), 9],
        [0, at(UPLOAD), ONLY_UPLOAD],
        [0, at(UPLOAD) + 1, SHARED],
        [1, at(UPLOAD) + 2, POINTED_BY_UPLOAD],
        [4, at(UPLOAD) + 3, 10],
        [0, at(DESCRIBING), DESCRIBE],
        [1, at(DESCRIBING) + 1, INVOKED],
    ];
    // The first bytes of the data section are the count, the flags and the place of the only segment: 1, 0, 0x41 … 0x0b, length.
    let data = vec![[2, 7, POINTED]];
    finished(&[
        ("linking", linking()),
        ("reloc.CODE", relocations(8, &code)),
        ("reloc.DATA", relocations(9, &data)),
    ])
}

fn finished(custom: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("page", "__wbindgen_describe", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    for _ in CALL..=POINTED_BY_UPLOAD {
        functions.function(0);
    }
    let mut tables = TableSection::new();
    let funcref = RefType::FUNCREF;
    let table =
        TableType { element_type: funcref, minimum: 4, maximum: Some(4), table64: false, shared: false };
    tables.table(table);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    let stack = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(stack, &ConstExpr::i32_const(BASE.cast_signed()));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("xcore_call_0123456789abcdef", ExportKind::Func, CALL);
    exports.export("xcore_upload", ExportKind::Func, UPLOAD);
    exports.export("__wbindgen_describe_xcore_call", ExportKind::Func, DESCRIBING);
    let mut elements = ElementSection::new();
    let members: Vec<u32> = SLOTS.iter().map(|(_, function)| *function).collect();
    elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(members.into()));
    let mut code = CodeSection::new();
    for called in [vec![SHARED], vec![ONLY_UPLOAD, SHARED, DESCRIBE], vec![], vec![], vec![], vec![]] {
        let mut body = Function::new([]);
        body.instructions().global_get(0).drop();
        for function in called {
            body.instructions().call(function);
        }
        body.instructions().nop().nop().nop().end();
        code.function(&body);
    }
    let mut describing = Function::new([]);
    describing.instructions().call(DESCRIBE).nop().end();
    code.function(&describing);
    let mut pointed = Function::new([]);
    pointed.instructions().call(ONLY_UPLOAD).end();
    code.function(&pointed);
    let mut data = DataSection::new();
    let bytes = [TABLE_OF_CALL, TEXT_OF_UPLOAD, UNKNOWN].concat();
    data.active(0, &ConstExpr::i32_const(BASE.cast_signed()), bytes);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories);
    module.section(&globals).section(&exports).section(&elements).section(&code).section(&data);
    for (name, data) in custom {
        module.section(&CustomSection { name: (*name).into(), data: data.into() });
    }
    module.finish()
}

/// Where each body begins in the section of code.
fn bodies(wasm: &[u8]) -> Vec<u32> {
    let (mut start, mut places) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::CodeSectionStart { range, .. } => start = range.start,
            Payload::CodeSectionEntry(body) => places.push((body.range().start - start) as u32),
            _ => {}
        }
    }
    places
}

/// `[kind, place, symbol]` each; those of addresses have an addend.
fn relocations(section: u8, entries: &[[u32; 3]]) -> Vec<u8> {
    let mut bytes = vec![section, entries.len() as u8];
    for [kind, place, symbol] in entries {
        bytes.push(*kind as u8);
        bytes.extend(leb(*place));
        bytes.extend(leb(*symbol));
        bytes.extend((*kind == 4).then_some(0));
    }
    bytes
}

/// Version 2: a table of symbols and the name of the only segment.
fn linking() -> Vec<u8> {
    let mut symbols = vec![11];
    symbols.extend([0, 0x10, DESCRIBE as u8]);
    for function in CALL..=POINTED_BY_UPLOAD {
        symbols.extend([0, 0, function as u8, 1, b'f']);
    }
    let data = [(0, TABLE_OF_CALL.len()), (TABLE_OF_CALL.len(), TEXT_OF_UPLOAD.len())];
    for (offset, size) in data {
        symbols.extend([1, 0, 1, b'd', 0, offset as u8, size as u8]);
    }
    let mut segments = vec![1, 7];
    segments.extend(b".rodata");
    segments.extend([0, 0]);
    let mut bytes = vec![2];
    for (kind, part) in [(8, symbols), (5, segments)] {
        bytes.push(kind);
        bytes.extend(leb(part.len() as u32));
        bytes.extend(part);
    }
    bytes
}

fn leb(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
