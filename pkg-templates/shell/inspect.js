/** `ims-client/inspect`: looks into a disk image before it is uploaded. */
import { current } from './core.js';

export { load } from './core.js';
export { ImsError } from './errors.js';

/** Reads what the core asks for, a mebibyte at most. */
export async function inspect(source, options) {
  const instance = await current();
  return instance.guard(instance.enter('inspect', (glue) => glue.inspect(source, options)));
}
