/** The core behind the clients of a service whose calls look into no file. */
import { createGlue } from '#glue';
import { wasm as transfers } from '#transfers-wasm';
import { wasm } from '#wasm';
import { runtime } from './runtime.js';

/** The living instance, and what loads the WebAssembly now, from the given sources or from beside the package. */
export const { current, load } = runtime(createGlue, wasm, transfers);
