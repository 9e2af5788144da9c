//! Tests of cutting types out of declarations, on small inputs of the shape wasm-bindgen writes.
use super::*;

const SOURCE: &str = r#"/* tslint:disable */
/**
 * A page; with a brace { and "quotes.
 */
export interface Page<T> {
    /** The list; all of it. */
    list: T[];
    kind: "a;}" | 'b{';
}

export type Event = { type: "part"; part: number } | { type: "offline" };
export type Name = string;

/**
 * The raw client.
 */
export class RawClient {
    free(): void;
    call(request: { a: number }): Promise<any>;
}

export function setPanicHook(f: Function): void;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export default function __wbg_init (x: { a: InitInput } | InitInput): Promise<InitOutput>;
"#;

#[test]
fn types_are_cut_out_with_their_comments() {
    let found = extract(SOURCE).unwrap();
    let names: Vec<&str> = found.iter().map(|declaration| declaration.name.as_str()).collect();
    assert_eq!(names, ["Page", "Event", "Name"]);
    assert!(found[0].text.starts_with("/**\n * A page;"));
    assert!(found[0].text.ends_with("    kind: \"a;}\" | 'b{';\n}\n"));
    assert_eq!(
        found[1].text,
        "export type Event = { type: \"part\"; part: number } | { type: \"offline\" };\n"
    );
}

#[test]
fn a_type_declared_twice_alike_counts_once_and_differently_is_refused() {
    let twice = "export type A = string;\nexport type A = string;\n";
    assert_eq!(extract(twice).unwrap().len(), 1);
    let message = extract("export type A = string;\nexport type A = number;\n").unwrap_err().to_string();
    assert!(message.contains("declared twice"), "{message}");
}

#[test]
fn anything_unexpected_is_refused() {
    for source in ["export enum Kind { A = 0 }", "type A = string;", "export type A = {", "/* never ends"] {
        assert!(extract(source).is_err(), "{source:?} passed");
    }
}

fn main() -> &'static Entry {
    &crate::build::ENTRIES[0]
}

#[test]
fn an_entry_has_the_types_that_it_names_and_what_these_name() {
    let source =
        "export interface A {\n    b: B;\n}\nexport type B = C[];\nexport type C = 1;\nexport type D = 2;\n";
    let names = |by_hand: &str| -> Vec<String> {
        let types = used(extract(source).unwrap(), by_hand, "other-types");
        types.into_iter().map(|declaration| declaration.name).collect()
    };
    assert_eq!(names("export function f(): A;\n"), ["A", "B", "C"]);
    assert_eq!(names("import type { D } from './other-types.js';\n"), ["D"]);
    assert!(names("import type {\n  A,\n  D,\n} from './index.js';\nexport function f(): A;\n").is_empty());
    assert_eq!(names("export { A } from './index.js';\nexport type E = C;\n"), ["C"]);
    let other = &crate::build::ENTRIES[1];
    assert_eq!(joined("export type E = 1;\n", &[], other).unwrap(), "export type E = 1;\n");
    let types = extract("export type D = 2;\n").unwrap();
    let text = joined("export type E = D;\n", &types, other).unwrap();
    assert!(text.starts_with("import type { D } from './inspect-types.js';\n"), "{text}");
}

#[test]
fn the_types_that_the_hand_written_part_uses_are_imported_and_all_are_exported() {
    let types = extract(SOURCE).unwrap();
    let text = joined("export class Client { a(): Page<Name> }\n", &types, main()).unwrap();
    assert!(text.starts_with("import type { Page, Name } from './types.js';\nexport class Client"), "{text}");
    assert!(text.ends_with("export * from './types.js';\n"));
    let imports = "import type { Page } from './types.js';\nexport class Client { a(): Page<1> }\n";
    let text = joined(imports, &types, main()).unwrap();
    assert_eq!(text.matches("import type").count(), 1);
    assert!(text.contains("export * from './types.js';"));
    assert!(joined("export type Name = 1;", &types, main()).is_err());
}

#[test]
fn a_word_is_found_only_as_a_whole() {
    assert!(mentions("Page<CloudImage>", "CloudImage"));
    assert!(!mentions("CloudImageList NotCloudImage", "CloudImage"));
}
