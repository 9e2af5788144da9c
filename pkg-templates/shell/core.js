/** The core behind the clients of a service, and the inspector that its uploads load by the way. */
import { createGlue } from '#glue';
import { wasm as transfers } from '#transfers-wasm';
import { wasm } from '#wasm';
import { judge, prepare } from './inspector.js';
import { loadOptions, runtime } from './runtime.js';

const core = runtime(createGlue, wasm, transfers, (instance) =>
  instance.enter('load', (glue) => glue.useInspector(() => prepare(), judge)),
);

/** The living instance. */
export const { current } = core;

/** Loads the WebAssembly now, from the given sources or from beside the package. */
export async function load(options) {
  const { transfers, inspectWasm } = loadOptions(options);
  const loading = [core.load(options)];
  if (transfers || inspectWasm !== undefined) loading.push(prepare(inspectWasm));
  await Promise.all(loading);
}
