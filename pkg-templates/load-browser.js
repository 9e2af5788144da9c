/** Loads a .wasm in a browser, or wherever a bundler put this file: it lies beside it. */
import { compileGiven, fetched, unknownSource } from './load-common.js';

export { platform } from '#platform';

/** Compiles the given source, or the .wasm whose address `beside` gives. */
export async function compile(source, beside) {
  if (source === undefined) return fetched(beside());
  const given = await source;
  const module = await compileGiven(given);
  if (module) return module;
  if (given instanceof URL || typeof given === 'string') return fetched(given);
  throw unknownSource(given);
}
