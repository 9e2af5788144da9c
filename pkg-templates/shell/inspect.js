/** `ims-client/inspect`: looks into a disk image before it is uploaded. */
import { createGlue } from '#glue';
import { wasm } from '#wasm';
import { loadOptions, runtime } from './runtime.js';

export { ImsError } from './errors.js';

const core = runtime(createGlue, wasm);

/** Loads the WebAssembly now, from the given source or from beside the package. */
export async function load(options) {
  await core.current(loadOptions(options).wasm);
}

/** Reads what the core asks for, a mebibyte at most. */
export async function inspect(source, options) {
  const instance = await core.current();
  return instance.guard(instance.enter('inspect', (glue) => glue.inspect(source, options)));
}
