/** The inspector of `ims-client/inspect`, which an upload loads while it opens its file: a .wasm of its own. */
import { createGlue } from '#inspect-glue';
import { wasm } from '#inspect-wasm';
import { runtime } from './runtime.js';

const inspector = runtime(createGlue, wasm);

/** Loads it, from the given source or from beside the package. */
export async function prepare(source) {
  await inspector.current(source);
}

/** What speaks against uploading this file as what the caller says it is: JSON. */
export async function judge(file, declared) {
  const instance = await inspector.current();
  return instance.guard(instance.enter('inspect', (glue) => glue.judge(file, declared)));
}
