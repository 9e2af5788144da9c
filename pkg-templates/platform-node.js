/** The modules of Node that the client sends and reads with. */

// Asked for at run time where Node can (20.16, 22.3 and later): a server bundled as one ES module has no require. Where it is
// called, it is with a name: bundlers warn of any other use.
const builtin = process.getBuiltinModule ?? (() => undefined);
const zlib = builtin('node:zlib') ?? require('node:zlib');
const { pipeline, Transform } = builtin('node:stream') ?? require('node:stream');
const events = builtin('node:events') ?? require('node:events');

/** Node's fetch, which goes by a package inside of Node; others that have Node's modules have one of their own. */
const own = globalThis.fetch;
const isOwn =
  typeof own === 'function' && /internal\/deps\/undici/.test(Function.prototype.toString.call(own));
/** Where that package keeps what fetch goes through. */
const DISPATCHERS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map(Symbol.for);
const PROXY_FLAG = '--use-env-proxy';

/** Whether fetch goes through nothing, or through an Agent that nobody has told anything: not a proxy, a mock, own certificates. */
function isUntouched(dispatcher) {
  if (dispatcher === undefined) return true;
  const named = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === 'options');
  const options = Object.values(dispatcher[named] ?? { connect: 'unknown' });
  return (
    dispatcher.constructor?.name === 'Agent' &&
    dispatcher.dispatch === Object.getPrototypeOf(dispatcher).dispatch &&
    options.every((option) => option === undefined || option === Number.POSITIVE_INFINITY)
  );
}

/** What unpacks a content-encoding; made with its first bytes. */
const UNPACKERS = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  // With and without zlib's head: servers differ.
  deflate: ([first]) => ((first & 15) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
};

/**
 * A stream that unpacks, made when the first bytes come: an answer without any holds nothing. Where bytes follow that
 * belong to nothing, Node's unpacker ends, and does not say that it took them.
 */
function unpacking(encoding) {
  let unpacker;
  let ended = false;
  let waiting;
  /** Called for what was taken, and at the end for what was not; Node refuses that afterwards. */
  const goOn = () => {
    const done = waiting;
    waiting = undefined;
    done?.();
  };
  return new Transform({
    transform(chunk, _encoding, done) {
      if (ended) return done();
      waiting = done;
      if (!unpacker) {
        unpacker = UNPACKERS[encoding](chunk);
        unpacker.on('data', (piece) => this.push(piece));
        unpacker.on('error', (error) => this.destroy(error));
        unpacker.on('end', () => {
          ended = true;
          goOn();
        });
      }
      return unpacker.write(chunk, goOn);
    },
    flush(done) {
      if (!unpacker || ended) return done();
      waiting = done;
      return unpacker.end();
    },
    destroy(error, done) {
      unpacker?.destroy();
      done(error);
    },
  });
}

/** As long as Node's own fetch waits for a connection, milliseconds: what has none for longer was not sent for certain. */
const CONNECT_MS = 10_000;

/** Whoever reads a stream is told by its own events. */
const nothing = () => {};

/** What Node has everywhere, and jsdom, in Jest, has not. */
const GLOBALS = ['TextDecoder', 'TextEncoder', 'setImmediate'];

export const platform = {
  /** Refuses a place that only looks like Node, before it looks like a defect. */
  assertNode() {
    const missing = GLOBALS.find((name) => globalThis[name] === undefined);
    if (missing) throw new Error(`${missing} is not defined; with Jest, take @jest-environment node`);
  },
  http: builtin('node:http') ?? require('node:http'),
  https: builtin('node:https') ?? require('node:https'),
  fs: builtin('node:fs') ?? require('node:fs'),
  os: builtin('node:os') ?? require('node:os'),
  isNode: !process.versions.bun && !process.versions.deno,
  /** An IncomingMessage, or the stream of what it holds compressed. */
  unpacked(message) {
    const header = message.headers['content-encoding'] ?? '';
    const encodings = header
      .toLowerCase()
      .split(',')
      .map((encoding) => encoding.trim());
    const packed = encodings.filter((encoding) => encoding && encoding !== 'identity').reverse();
    const isKnown = packed.every((encoding) => Object.hasOwn(UNPACKERS, encoding));
    if (packed.length === 0 || !isKnown) return message;
    const stages = packed.map(unpacking);
    for (const stage of stages) stage.on('error', nothing);
    return pipeline([message, ...stages], nothing);
  },
  /** Gives a ClientRequest up that gets no connection; the time of TLS counts. What fails until then has sent nothing. */
  limitConnecting(request) {
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => {
        const error = new Error(`there is no connection after ${CONNECT_MS} ms`);
        request.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
      }, CONNECT_MS);
      const unsent = (error) => {
        error.isUnsent = true;
      };
      const stop = () => {
        clearTimeout(timer);
        socket.off('error', unsent);
      };
      // Before the request hears of it.
      socket.prependListener('error', unsent);
      socket.once(socket.encrypted ? 'secureConnect' : 'connect', stop).once('close', stop);
    });
  },
  /** One signal for many calls is no leak: as Node's fetch, it raises a limit that nobody has changed. */
  allowListeners(signal) {
    const isDefault = events.getMaxListeners(signal) === events.defaultMaxListeners;
    // Not 0, which means the same: Node 20 cannot tell it again.
    if (isDefault) events.setMaxListeners(Number.POSITIVE_INFINITY, signal);
  },
  /** Whether the global fetch is Node's own, and goes straight to where it is told. */
  get isFetchPlain() {
    const { env, execArgv } = process;
    if (!isOwn || globalThis.fetch !== own) return false;
    if (env.NODE_USE_ENV_PROXY || execArgv.includes(PROXY_FLAG)) return false;
    return DISPATCHERS.every((place) => isUntouched(globalThis[place]));
  },
};
