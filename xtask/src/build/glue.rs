//! wasm-bindgen's code for the web, turned into a module that exports `createGlue(onTrap)`.
//!
//! As wasm-bindgen writes it, a module holds one WebAssembly instance for ever. After a panic that instance is
//! unusable and a new client needs a new one, so the whole text becomes the body of a function: each call gives
//! `{ initSync, join, …exported classes and functions }` around an instance of its own. `join(module)` puts the second half of
//! a divided .wasm beside the first (build/split).
//!
//! `createGlue(onTrap)`: `onTrap(error)` is called once, when the instance traps (a panic, memory exhausted, the
//! stack overflown) or an exception of JavaScript went through it, which leaves its work undone for ever. From then on the instance is dead: its functions throw that error, what the event loop would
//! have it do (promises that settle, timers) does nothing, and freeing does nothing. With `onTrap`, a trap inside
//! a callback from the event loop goes to `onTrap` alone: thrown, it would end a Node process as an uncaught
//! exception. Without `onTrap` everything is thrown.
use anyhow::{Context, Result, bail, ensure};

use super::declarations::mentions;

/// The parts of the text that only serve to fetch the .wasm, which the loaders do.
const LOADING: &[&str] =
    &["async function __wbg_load(", "async function __wbg_init(", "async function __wbg_init_once("];

/// Around every function of the instance, and around every call that comes from the event loop.
const GUARD: &str = r"
const settled = Promise.resolve();
let trap;
let depth = 0;
function guarded(exports) {
    const functions = { __proto__: null };
    for (const name of Object.keys(exports)) {
        // What the second half takes from the first as it is.
        if (/^\d/.test(name)) continue;
        const value = exports[name];
        if (typeof value !== 'function') {
            functions[name] = value;
            continue;
        }
        const frees = name === '__wbindgen_destroy_closure' || /^__wbg_.*_free$/.test(name);
        functions[name] = (...args) => {
            if (trap !== undefined) {
                if (frees) return undefined;
                throw trap;
            }
            depth++;
            try {
                return value(...args);
            } catch (error) {
                if (trap === undefined) {
                    trap = error === undefined ? new Error('undefined was thrown') : error;
                    onTrap?.(trap);
                }
                throw error;
            } finally {
                depth--;
            }
        };
    }
    return functions;
}
let first;
function join(module) {
    const instance = new WebAssembly.Instance(module, { ...__wbg_get_imports(), first });
    Object.assign(wasm, guarded(instance.exports));
}
function fromEventLoop(callback) {
    return (...args) => {
        if (depth > 0 || onTrap === undefined) return callback(...args);
        if (trap !== undefined) return undefined;
        try {
            return callback(...args);
        } catch (error) {
            if (error === trap) return undefined;
            throw error;
        }
    };
}
";

/// Turns the text of `--target web` into the factory; anything unexpected in it is an error.
pub fn factory(web: &str) -> Result<String> {
    let mut body = String::new();
    let mut exports = Vec::new();
    let mut has_init_sync = false;
    let mut callbacks = 0;
    let mut lines = web.lines();
    while let Some(line) = lines.next() {
        if let Some(declaration) = line.strip_prefix("export ") {
            if line == "export { initSync, __wbg_init as default };" {
                has_init_sync = true;
                continue;
            }
            exports.push(exported_name(declaration)?);
            body.push_str(declaration);
        } else if line.starts_with("import ") {
            bail!("wasm-bindgen's code imports a module, which the factory cannot carry: {line}");
        } else if LOADING.iter().any(|opening| line.starts_with(opening)) {
            skip_block(&mut lines, line)?;
            continue;
        } else if line == "let __wbg_init_promise;" || line.starts_with("/* @ts-self-types=") {
            continue;
        } else if line.trim() == "queueMicrotask(arg0);" {
            // Node makes two objects of its own for each microtask, and a reaction of a promise is one small one.
            body.push_str("            settled.then(arg0);");
        } else if line.trim() == "wasm = instance.exports;" {
            body.push_str("    first = instance.exports;\n    wasm = guarded(first);");
        } else if let Some((name, parameters)) = callback_adapter(line) {
            // Called by JavaScript with what a closure of the Rust side needs: the event loop's way in.
            callbacks += 1;
            body.push_str(&format!("const {name} = fromEventLoop(({parameters}) => {{\n"));
            copy_block(&mut lines, &mut body, line)?;
            body.push_str("});");
        } else {
            body.push_str(line);
        }
        body.push('\n');
    }
    ensure!(has_init_sync, "wasm-bindgen's code does not end with its usual exports (initSync and default)");
    ensure!(
        body.contains("function initSync(module) {"),
        "wasm-bindgen's code has no function initSync(module)"
    );
    ensure!(
        body.contains("function __wbg_get_imports() {"),
        "wasm-bindgen's code has no function __wbg_get_imports()"
    );
    ensure!(
        body.matches("wasm = guarded(first);").count() == 1,
        "wasm-bindgen's code does not take the instance's exports where it used to"
    );
    ensure!(
        callbacks > 0 || !(body.contains("makeMutClosure(") || body.contains("makeClosure(")),
        "wasm-bindgen's code has closures but no adapters of the usual names"
    );
    for left_over in ["import.meta", "__wbg_init", "__wbg_load(", "export {", "export default"] {
        if let Some(line) = body.lines().find(|line| mentions(line, left_over) && !is_comment(line)) {
            bail!("wasm-bindgen's code still holds {left_over:?} after the transformation: {line}");
        }
    }
    Ok(format!(
        "// Each call gives bindings around an instance of its own; see xtask/src/build/glue.rs.\n\
         export function createGlue(onTrap) {{\n{GUARD}{body}\nreturn {{ initSync, join, {} }};\n}}\n",
        exports.join(", ")
    ))
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('*') || line.starts_with("/*") || line.starts_with("//")
}

/// The name a declaration after `export ` introduces.
fn exported_name(declaration: &str) -> Result<&str> {
    let rest = ["class ", "function ", "const "]
        .iter()
        .find_map(|keyword| declaration.strip_prefix(keyword))
        .with_context(|| format!("wasm-bindgen's code exports something unexpected: export {declaration}"))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    ensure!(end > 0, "wasm-bindgen's code exports something without a name: export {declaration}");
    Ok(&rest[..end])
}

/// `function _ZN…(arg0, arg1) {` or `function _R…(…) {`, as the adapters of closures are called.
fn callback_adapter(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("function ")?;
    let (name, rest) = rest.split_once('(')?;
    let mangled = name.starts_with("_ZN") || name.starts_with("_R") || name.starts_with("wasm_bindgen__");
    let parameters = rest.strip_suffix(") {")?;
    mangled.then_some((name, parameters))
}

/// Skips to the line that closes a block opened at the left margin.
fn skip_block<'text>(lines: &mut impl Iterator<Item = &'text str>, opening: &str) -> Result<()> {
    lines
        .find(|line| *line == "}")
        .map(drop)
        .with_context(|| format!("wasm-bindgen's code has no end of the block {opening:?}"))
}

/// Copies the lines of such a block, without the one that closes it.
fn copy_block<'text>(
    lines: &mut impl Iterator<Item = &'text str>,
    body: &mut String,
    opening: &str,
) -> Result<()> {
    for line in lines {
        if line == "}" {
            return Ok(());
        }
        body.push_str(line);
        body.push('\n');
    }
    bail!("wasm-bindgen's code has no end of the block {opening:?}")
}

#[cfg(test)]
#[path = "glue_tests.rs"]
mod tests;
