/** Loads the .wasm in Node, from the file beside this one. Only ever bundled as CommonJS: hence __dirname. */
import { platform } from '#platform';
import { compileBytes, compileGiven, compileResponse, unknownSource } from './load-common.js';

export { platform };

/** Compiles the given source, or the .wasm beside this file. */
export async function compile(source) {
  // Tools that copy a server together (nft, ncc) find the file by this very expression.
  if (source === undefined) return fromFile(`${__dirname}/${__WASM_NAME__}`);
  const given = await source;
  const module = await compileGiven(given);
  if (module) return module;
  const url = toUrl(given);
  if (url?.protocol === 'file:') return fromFile(url);
  if (url) return compileResponse(await fetch(url));
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
        "or import 'ims-client/inline', which has it inside",
      { cause },
    );
  }
  return compileBytes(bytes, String(file));
}
