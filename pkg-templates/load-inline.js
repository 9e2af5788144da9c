/** Has the .wasm inside, as base64: nothing is fetched, so a strict content security policy needs no exception. */
import base64 from '#wasm';
import { compileGiven, compileResponse, unknownSource } from './load-common.js';

export { platform } from '#platform';

/** Compiles the given source, or what is inside. */
export async function compile(source) {
  if (source === undefined) return WebAssembly.compile(decoded());
  const given = await source;
  const module = await compileGiven(given);
  if (module) return module;
  if (given instanceof URL || typeof given === 'string') return compileResponse(await fetch(given));
  throw unknownSource(given);
}

function decoded() {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
