/** Loads a .wasm in Node, from the file beside this one. */
import { platform } from '#platform';
import { compileBytes, compileGiven, fetched, forNode, unknownSource } from './load-common.js';

export { platform };

/** Compiles the given source, or the .wasm whose path `beside` gives. */
export async function compile(source, beside) {
  platform.assertNode();
  if (source === undefined) return fromFile(beside());
  const given = await source;
  return forNode((await compileGiven(given)) ?? (await fromPlace(given)));
}

async function fromPlace(given) {
  const url = toUrl(given);
  if (url?.protocol === 'file:') return fromFile(url);
  if (url) return fetched(url);
  throw unknownSource(given);
}

function toUrl(given) {
  if (given instanceof URL) return given;
  return typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
}

async function fromFile(file) {
  let bytes;
  try {
    bytes = await platform.fs.promises.readFile(file);
  } catch (cause) {
    throw new Error(
      `the WebAssembly file ${file} could not be read: ${cause.message}; a bundler must copy it there, ` +
        "or import the entry's inline twin ('ims-client/inline'), which has it inside",
      { cause },
    );
  }
  return compileBytes(bytes, String(file));
}
