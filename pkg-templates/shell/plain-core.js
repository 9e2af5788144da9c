/** The core behind the clients of a service whose calls look into no file. */
import { createGlue } from '#glue';
import { wasm } from '#wasm';
import { runtime } from './runtime.js';

/** The living instance. */
export const { current } = runtime(createGlue, wasm);

/** Loads the WebAssembly now, from the given source or from beside the package. */
export async function load(options) {
  await current(options?.wasm);
}
