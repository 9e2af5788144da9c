/** What the tests do with the package in a page or a worker; imports it without a bundler, by a relative URL. */
import { CecloudImsClient, ImsError, load as loadNow } from './ims-client/index.js';

const MIB = 1024 * 1024;

/** Seeded random bytes as a File: AES in counter mode over zeros, with the key that the test gives. */
export async function makeFile({ key, size }) {
  const raw = Uint8Array.from(key.match(/../g), (pair) => Number.parseInt(pair, 16));
  const cipher = await crypto.subtle.importKey('raw', raw, 'AES-CTR', false, ['encrypt']);
  const pieces = [];
  for (let done = 0; done < size; done += MIB) {
    const counter = new Uint8Array(16);
    new DataView(counter.buffer).setBigUint64(8, BigInt(done / 16));
    const zeros = new Uint8Array(Math.min(MIB, size - done));
    pieces.push(
      new Blob([await crypto.subtle.encrypt({ name: 'AES-CTR', counter, length: 128 }, cipher, zeros)]),
    );
  }
  return new File(pieces, 'noise.raw');
}

/** Loads the WebAssembly now; how that fails. */
export async function load(options) {
  try {
    await loadNow(options);
  } catch ({ kind, message, retryable }) {
    return { kind, message, retryable };
  }
  return undefined;
}

function newClient({ endpoint, ...more }) {
  return new CecloudImsClient({ endpoint, region: 'region0', ...more });
}

/** Uploads a file and tells everything that can be told as JSON. */
export async function upload(file, { metadata, options, ...client }) {
  const ims = newClient(client);
  const [progress, events] = [[], []];
  const task = ims.upload(file, metadata, {
    ...options,
    onProgress: ({ phase, bytesSent }) => progress.push([phase, bytesSent]),
    onEvent: (event) => events.push(event),
  });
  const result = await task.done;
  ims.close();
  return { ...result, size: file.size, state: task.state, progress, events };
}

/** How an upload fails, in words. */
export async function refusedUpload(file, request) {
  const refused = await upload(file, request).catch((error) => `${error.kind}: ${error.message}`);
  if (typeof refused !== 'string') throw new Error('the upload did not fail');
  return refused;
}

/** Downloads an image as a stream and compares it with a file, byte for byte. */
export async function downloadAndCompare(file, { imageId, ...client }) {
  const ims = newClient(client);
  const task = ims.download(imageId, 'stream');
  const reader = task.stream.getReader();
  let offset = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const same = new Uint8Array(await file.slice(offset, offset + value.length).arrayBuffer());
    if (same.length !== value.length) throw new Error(`more than the ${file.size} bytes of the file`);
    for (let at = 0; at < same.length; at += 1) {
      if (same[at] !== value[at]) throw new Error(`the byte at ${offset + at} is another one`);
    }
    offset += value.length;
  }
  const result = await task.done;
  ims.close();
  return { ...result, compared: offset };
}

/** How a call fails: the fields of its error. */
export async function failure({ method, parameters, ...client }) {
  const ims = newClient(client);
  try {
    await ims[method](...parameters);
  } catch (error) {
    const { kind, code, field, operation, message } = error;
    return { isImsError: error instanceof ImsError, kind, code, field, operation, message };
  } finally {
    ims.close();
  }
  throw new Error(`${method} did not fail`);
}

/** Lists the public images. */
export async function list(client) {
  const ims = newClient(client);
  const names = [];
  for await (const image of ims.iterateImages({ size: 1 })) names.push(image.name);
  ims.close();
  return names;
}

/** What `diagnose()` finds. */
export async function diagnose({ call, ...client }) {
  const ims = newClient(client);
  const found = await ims.diagnose(call);
  ims.close();
  return found;
}
