//! Tests of the glue factory on small inputs of the shape wasm-bindgen writes.
use super::*;

const WEB: &str = r#"/* @ts-self-types="./ims_client.d.ts" */

/**
 * Speaks of fetch and import.meta and export { x }.
 */
export class RawClient {
    free() {
        wasm.__wbg_rawclient_free(this.__wbg_ptr, 0);
    }
}
if (Symbol.dispose) RawClient.prototype[Symbol.dispose] = RawClient.prototype.free;

export function setPanicHook(f) {
    wasm.setPanicHook(f);
}

export const Kind = Object.freeze({ A: 0, "0": "A" });
function __wbg_get_imports() {
    __wbg_loaded_5231f88cef6d7e46: 0,
    const ret = makeMutClosure(arg0, arg1, _ZN6invoke17hE);
    return ret;
}

function _ZN6invoke17hE(arg0, arg1) {
    const ret = wasm._ZN6invoke17hE(arg0, arg1);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function makeMutClosure(arg0, arg1, f) {
    return f;
}

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasm = instance.exports;
    return wasm;
}

async function __wbg_load(module, imports) {
    function inner() {
    }
}

function initSync(module) {
    return __wbg_finalize_init(module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    return __wbg_init_once(module_or_path);
}

async function __wbg_init_once(module_or_path) {
    module_or_path = fetch(new URL('x', import.meta.url));
}

export { initSync, __wbg_init as default };
"#;

#[test]
fn the_text_becomes_the_body_of_a_function() {
    let factory = factory(WEB).unwrap();
    assert!(factory.contains("export function createGlue(onTrap) {"));
    assert_eq!(
        factory.matches("export ").count() - 1,
        1,
        "one export, and the comment that speaks of another"
    );
    assert!(factory.contains("\nclass RawClient {") && factory.contains("\nfunction setPanicHook(f) {"));
    assert!(factory.ends_with("\nreturn { initSync, join, RawClient, setPanicHook, Kind };\n}\n"));
}

#[test]
fn what_fetches_the_wasm_is_left_out() {
    let factory = factory(WEB).unwrap();
    for gone in ["__wbg_init", "__wbg_load(", "fetch(", "ts-self-types", "import.meta.url"] {
        assert!(!factory.contains(gone), "{gone} is still there");
    }
    assert!(factory.contains("function initSync(module) {"));
}

#[test]
fn the_instance_and_its_callbacks_are_guarded() {
    let factory = factory(WEB).unwrap();
    assert!(factory.contains("    first = instance.exports;\n    wasm = guarded(first);"));
    assert!(
        factory.contains("const _ZN6invoke17hE = fromEventLoop((arg0, arg1) => {\n    const ret = wasm._ZN6")
    );
    assert!(factory.contains("        throw takeFromExternrefTable0(ret[0]);\n    }\n});\n"));
}

#[track_caller]
fn refused(from: &str, to: &str, because: &str) {
    assert!(WEB.contains(from), "the sample lacks {from}");
    let message = factory(&WEB.replace(from, to)).unwrap_err().to_string();
    assert!(message.contains(because), "{message}");
}

#[test]
fn an_unexpected_shape_is_refused() {
    refused(
        "/* @ts-self-types=\"./ims_client.d.ts\" */",
        "import * as x from './snippets/x.js';",
        "imports a module",
    );
    refused("export class RawClient {", "export default class RawClient {", "exports something unexpected");
    refused(
        "export { initSync, __wbg_init as default };",
        "export { initSync };",
        "exports something unexpected",
    );
    refused("export { initSync, __wbg_init as default };\n", "", "does not end with its usual exports");
    refused("wasm = instance.exports;", "wasm = instance.members;", "does not take the instance's exports");
    refused("function initSync(module) {", "function initNow(module) {", "no function initSync");
    refused("function __wbg_get_imports() {", "function imports() {", "no function __wbg_get_imports");
    refused("function _ZN6invoke17hE(arg0, arg1) {", "function invoke(arg0, arg1) {", "no adapters");
    refused("    return f;", "    return import.meta.url;", "still holds \"import.meta\"");
    refused("fetch(new URL('x', import.meta.url));\n}\n", "fetch('x');\n", "no end of the block");
}
