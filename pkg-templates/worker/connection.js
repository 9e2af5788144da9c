/** A page's connection to its worker: started or taken over, heard of within a time limit, ended with what waits. */
import { shellError } from '../shell/errors.js';
import { Channel, sent } from './channel.js';
import { CONNECT, lineTo, lockOf, READY } from './names.js';

/** A worker that runs answers at once; one that never started, or is another program, does not. */
const READY_WITHIN_MS = 15_000;
/** What a worker that is told to end may take. */
const CLOSE_WITHIN_MS = 1_000;

const ADVICE =
  "the page's server or bundler must publish the package's upload-worker.js, and its Content-Security-Policy must " +
  "allow worker-src 'self'; or give `worker`: one that imports 'ims-client/upload-worker', or, where the policy says " +
  "require-trusted-types-for 'script', its address as a TrustedScriptURL";

/** What stays in the page. */
const NOT_SENT = ['fetch', 'agent'];

/**
 * Opens a client in a worker. `methods` is what the worker may call here, `lost` is called when it broke; `spawn` starts
 * the package's own.
 */
export async function connect(given, spawn, methods, lost) {
  const { worker: place, wasm, transfersWasm, inspectWasm, ...options } = given;
  for (const name of NOT_SENT) {
    if (options[name] !== undefined)
      throw shellError(
        'validation',
        'createUploadWorker',
        `${name} cannot be given to a worker; leave it out`,
      );
  }
  const { worker, isOwn } = started(place, spawn);
  // One worker may serve several pages' worth of clients, of several copies of this module.
  const name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const line = lineTo(worker, name);
  let failed;
  const connection = new Promise((resolve, reject) => {
    failed = reject;
    const channel = new Channel(line, {
      ...methods,
      [READY]: (isHeld) => {
        if (isHeld) watch();
        resolve(channel);
      },
    });
  });
  let channel;
  const watching = new AbortController();
  /** The worker holds the lock: who gets it learns that the worker is gone. */
  const watch = () => {
    const waiting = { signal: watching.signal };
    navigator.locks.request(lockOf(name), waiting, () => lose('it was ended')).catch(() => {});
  };
  const end = (error) => {
    watching.abort();
    channel?.end(error);
    line.close();
    worker.removeEventListener('error', broke);
    if (isOwn) worker.terminate();
  };
  function broke({ message }) {
    // What else goes wrong in somebody's own worker is not about uploads.
    if (channel && !isOwn) return;
    lose(channel ? `it failed: ${message}` : message || 'its script was not loaded');
  }
  function lose(reason) {
    // What it was about to do can be gone on with: nothing is wrong with how it is published.
    const resumable = { resumable: true };
    const error = channel
      ? shellError('aborted', 'createUploadWorker', `the worker is gone: ${reason}`, resumable)
      : notStarted(reason);
    failed(error);
    lost();
    end(error);
  }
  worker.addEventListener('error', broke);
  const late = () => broke({ message: `it did not answer within ${READY_WITHIN_MS / 1000} seconds` });
  const timer = setTimeout(late, READY_WITHIN_MS);
  try {
    worker.postMessage({ [CONNECT]: name });
    channel = await connection;
    await sent(channel.give([], 'open', fromHere(options), { wasm, transfersWasm, inspectWasm }));
  } catch (error) {
    end(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const closed = () => {
    // It may end now.
    watching.abort();
    return close(channel, end);
  };
  return { channel, close: closed };
}

async function close(channel, end) {
  const late = new Promise((resolve) => {
    setTimeout(resolve, CLOSE_WITHIN_MS);
  });
  // Tasks that the client's end has ended are answered before.
  await Promise.race([channel.ask('close').catch(() => {}), late]);
  end(shellError('aborted', 'upload', 'the client is closed', { resumable: true }));
}

function started(place, spawn) {
  try {
    if (place === undefined) return { worker: spawn(), isOwn: true };
    if (typeof place === 'function') return { worker: checked(place()), isOwn: true };
    if (typeof place === 'string' || place instanceof URL || globalThis.trustedTypes?.isScriptURL(place))
      return { worker: new Worker(place, { type: 'module' }), isOwn: true };
    return { worker: checked(place), isOwn: false };
  } catch (error) {
    throw error?.kind ? error : notStarted(error?.message ?? error);
  }
}

function checked(worker) {
  if (typeof worker?.postMessage === 'function') return worker;
  throw shellError(
    'validation',
    'createUploadWorker',
    'worker is no Worker; it can be a Worker, a function that gives one, or the address of its script',
  );
}

function notStarted(reason) {
  return shellError('unsupported', 'createUploadWorker', `the worker cannot be used: ${reason}; ${ADVICE}`);
}

/** The options with addresses relative to the page: the worker lies elsewhere. */
function fromHere(options) {
  const { endpoint, auth } = options;
  const changed = { ...options };
  if (endpoint !== undefined) changed.endpoint = absolute(endpoint);
  if (auth?.iamEndpoint !== undefined) changed.auth = { ...auth, iamEndpoint: absolute(auth.iamEndpoint) };
  return changed;
}

function absolute(address) {
  return /^\.?\//.test(address) && globalThis.location ? new URL(address, location.href).href : address;
}
