/** What every loader can compile: bytes, a Response, a module that is compiled already. */

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
/** Waits before another attempt where the line or the server failed, milliseconds. */
const WAITS = [300, 1200];

/** What no other attempt changes: bytes that are none, too little memory, a policy that forbids them (WebKit: EvalError). */
const FINAL = /^(Compile|Eval|Range|Security)Error$/;

/** Compiles what the user handed over, or gives undefined where it is something else (an address). */
export async function compileGiven(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (isBytes(source)) return compileBytes(source, 'the given bytes');
  if (typeof Response === 'function' && source instanceof Response) return compileResponse(source);
  // A Response of another realm or another fetch: it answers the same questions.
  if (typeof source?.arrayBuffer === 'function') return compileResponse(source);
  return undefined;
}

/** Fetches and compiles; tries again where the line or the server failed. */
export async function fetched(url) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await compileResponse(await answered(url));
    } catch (error) {
      if (!error.isPassing || attempt === WAITS.length) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, WAITS[attempt]));
  }
}

async function answered(url) {
  try {
    return await fetch(url);
  } catch (cause) {
    throw passing(`the WebAssembly at ${url} could not be fetched`, cause);
  }
}

/** Compiles an answer: while it arrives where the server names the type, else after it arrived. */
async function compileResponse(response) {
  const { status } = response;
  const where = response.url || 'the given response';
  if (response.ok === false) {
    const error = new Error(`${where} answered ${status} instead of WebAssembly`);
    throw Object.assign(error, { isPassing: status === 429 || status >= 500 });
  }
  const type = response.headers?.get('content-type') ?? '';
  const streams = response instanceof Response && /^application\/wasm\s*(;|$)/i.test(type);
  let bytes;
  try {
    if (streams && typeof WebAssembly.compileStreaming === 'function')
      return await WebAssembly.compileStreaming(response);
    bytes = await response.arrayBuffer();
  } catch (cause) {
    if (FINAL.test(cause?.name)) throw cause;
    throw passing(`${where} broke off`, cause);
  }
  return compileBytes(bytes, type ? `${where} (sent as ${type})` : where);
}

/** A failure of the line or the server: another attempt may end otherwise. */
function passing(what, cause) {
  return Object.assign(new Error(`${what}: ${cause.message}`, { cause }), { isPassing: true });
}

/** Compiles bytes; says where they came from when they are no WebAssembly, as a fallback page is none. */
export async function compileBytes(bytes, where) {
  const start = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, Math.min(4, bytes.byteLength));
  if (start.length < 4 || MAGIC.some((byte, index) => start[index] !== byte)) {
    throw new Error(
      `${where} is not WebAssembly: the server or bundler does not publish the package's .wasm there; ` +
        "give its place to load(), or import the entry's inline twin ('ims-client/inline'), which has it inside",
    );
  }
  return WebAssembly.compile(bytes);
}

/** Whether something is an ArrayBuffer, a view on one, or shared memory of another realm. */
function isBytes(source) {
  return ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === '[object ArrayBuffer]';
}

/** The error for a source that no loader understands. */
export function unknownSource(source) {
  const kind = source === null ? 'null' : typeof source;
  return new TypeError(
    `wasm is ${kind}; it can be a URL, a Response, an ArrayBuffer or a view on one, or a WebAssembly.Module`,
  );
}

/** The .wasm for pages would run, and know no files: whoever gives it here means the other one. */
export function forNode(module) {
  // Each one for Node knows a module of Node: node:fs/promises for files, or node:https to send by.
  if (WebAssembly.Module.imports(module).some(({ name }) => /^__wbg_(promises|https)_/.test(name)))
    return module;
  throw new TypeError(
    'this .wasm is not the one for Node, which lies beside it: …_node_bg.wasm, not …_bg.wasm',
  );
}
