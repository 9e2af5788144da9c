/** Has every .wasm inside, as base64: nothing is fetched, so a strict content security policy needs no exception. */
import { platform } from '#platform';
import { compileGiven, fetched, forNode, unknownSource } from './load-common.js';

export { platform };

/** Compiles the given source, or the base64 that `beside` gives. */
export async function compile(source, beside) {
  platform.assertNode?.();
  if (source === undefined) return WebAssembly.compile(decoded(beside()));
  const given = await source;
  const module = (await compileGiven(given)) ?? (await fromAddress(given));
  return platform.fs ? forNode(module) : module;
}

async function fromAddress(given) {
  if (given instanceof URL || typeof given === 'string') return fetched(given);
  throw unknownSource(given);
}

function decoded(base64) {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
