/** The modules of Node that the client sends and reads with. */

// Asked for at run time where Node can (20.16, 22.3 and later): a server bundled as one ES module has no require.
const builtin = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule : require;

/** Node's fetch, which goes by a package inside of Node; others that have Node's modules have one of their own. */
const own = globalThis.fetch;
const isNodes = typeof own === 'function' && /undici/i.test(Function.prototype.toString.call(own));
/** Where that package keeps what fetch goes through: nothing, or an Agent, unless somebody has put a proxy or a mock there. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
const PROXY_FLAG = '--use-env-proxy';

const zlib = builtin('node:zlib');
const { pipeline } = builtin('node:stream');
/** What unpacks a content-encoding. */
const UNPACKERS = {
  gzip: zlib.createUnzip,
  'x-gzip': zlib.createUnzip,
  deflate: zlib.createUnzip,
  br: zlib.createBrotliDecompress,
};
/** Whoever reads the stream is told by its own events. */
const nothing = () => {};

export const platform = {
  http: builtin('node:http'),
  https: builtin('node:https'),
  fs: builtin('node:fs'),
  os: builtin('node:os'),
  /** An IncomingMessage, or the stream of what it holds compressed. */
  unpacked(message) {
    const encoding = message.headers['content-encoding']?.toLowerCase();
    const isEmpty = message.statusCode === 204 || message.statusCode === 304 || message.req.method === 'HEAD';
    if (isEmpty || !Object.hasOwn(UNPACKERS, encoding ?? '')) return message;
    const unpacker = UNPACKERS[encoding]();
    unpacker.on('error', nothing);
    return pipeline(message, unpacker, nothing);
  },
  /** Whether the global fetch is Node's own, and goes straight to where it is told. */
  get isFetchPlain() {
    const { env, execArgv } = process;
    if (!isNodes || globalThis.fetch !== own) return false;
    if (env.NODE_USE_ENV_PROXY || execArgv.includes(PROXY_FLAG)) return false;
    const dispatcher = globalThis[DISPATCHER];
    return dispatcher === undefined || dispatcher.constructor?.name === 'Agent';
  },
};
