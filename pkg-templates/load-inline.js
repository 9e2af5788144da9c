/** Has every .wasm inside, as base64: nothing is fetched, so a strict content security policy needs no exception. */
import { compileGiven, compileResponse, unknownSource } from './load-common.js';

export { platform } from '#platform';

/** Compiles the given source, or the base64 that `beside` gives. */
export async function compile(source, beside) {
  if (source === undefined) return WebAssembly.compile(decoded(beside()));
  const given = await source;
  const module = await compileGiven(given);
  if (module) return module;
  if (given instanceof URL || typeof given === 'string') return compileResponse(await fetch(given));
  throw unknownSource(given);
}

function decoded(base64) {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
