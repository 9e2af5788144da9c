/**
 * Calls between a page and its worker over a line of messages: what can be cloned is cloned, functions stay where they are
 * and are called from the other side, and an ImsError arrives as one.
 */
import { ImsError, shellError } from '../shell/errors.js';

const FUNCTION = 'ims-client.function';
const SIGNAL = 'ims-client.signal';
const STREAM = 'ims-client.stream';

/** Deeper than any options are; bounds what refers to itself. */
const DEPTH = 20;

export class Channel {
  #line;
  #methods;
  #functions = new Map();
  #waiting = new Map();
  #last = 0;
  #ended;

  /** `methods` is what the other side may ask for by name. */
  constructor(line, methods) {
    this.#line = line;
    this.#methods = methods;
    line.onmessage = ({ data }) => this.#arrived(data);
  }

  /** Asks the other side; functions in the arguments can be called until the answer is here. */
  ask(name, ...parameters) {
    const lent = [];
    return this.#asked(name, parameters, lent).finally(() => {
      for (const take of lent) take();
    });
  }

  /** Asks, with functions that can be called until they are taken back by calling what is put into `lent`. */
  give(lent, name, ...parameters) {
    return this.#asked(name, parameters, lent);
  }

  #asked(name, parameters, lent) {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = this.#number();
      this.#post({ id, name, parameters: this.#pack(parameters, lent) });
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Tells the other side, without an answer. */
  tell(name, ...parameters) {
    if (!this.#ended) this.#post({ name, parameters: this.#pack(parameters, []) });
  }

  /** Nothing arrives any more: what waits is rejected. */
  end(error) {
    this.#ended ??= error;
    this.#line.close();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    this.#functions.clear();
  }

  #number() {
    this.#last += 1;
    return this.#last;
  }

  #post(message) {
    this.#line.postMessage(message);
  }

  async #arrived({ id, reply, error, name, parameters }) {
    if (name === undefined) {
      const waiting = this.#waiting.get(reply);
      this.#waiting.delete(reply);
      if (error) waiting?.reject(errorOf(error));
      else waiting?.resolve(this.#unpack(parameters));
      return;
    }
    try {
      const method = typeof name === 'number' ? this.#functions.get(name) : this.#methods[name];
      if (!method) throw new Error('this function is not lent any more');
      const value = await method(...this.#unpack(parameters));
      if (id !== undefined && !this.#ended) this.#post({ reply: id, parameters: this.#pack(value, []) });
    } catch (thrown) {
      // Of what is only told nobody waits for the outcome, as with any callback.
      if (id !== undefined && !this.#ended) this.#refuse(id, thrown);
    }
  }

  #refuse(reply, thrown) {
    const error = detailsOf(thrown);
    try {
      this.#post({ reply, error });
    } catch {
      // The value that was refused cannot be cloned; the message shows it.
      this.#post({ reply, error: { ...error, value: undefined } });
    }
  }

  #lend(work, lent) {
    const id = this.#number();
    this.#functions.set(id, work);
    lent.push(() => this.#functions.delete(id));
    return id;
  }

  #pack(value, lent, depth = DEPTH) {
    if (typeof value === 'function') return { [FUNCTION]: this.#lend(value, lent) };
    if (typeof value !== 'object' || value === null || depth === 0) return value;
    if (isSignal(value)) return this.#packSignal(value, lent);
    if (Array.isArray(value)) return value.map((entry) => this.#pack(entry, lent, depth - 1));
    const next = nextOf(value);
    if (next) return { [STREAM]: this.#lend(next.next, lent), cancel: this.#lend(next.cancel, lent) };
    if (!isPlain(value)) return value;
    const pack = (entry) =>
      // A method needs its object.
      this.#pack(typeof entry === 'function' ? entry.bind(value) : entry, lent, depth - 1);
    return Object.fromEntries(namesOf(value).map((name) => [name, pack(value[name])]));
  }

  #packSignal(signal, lent) {
    const watch = (aborted) => {
      if (signal.aborted) return aborted();
      const abort = () => aborted();
      signal.addEventListener('abort', abort);
      lent.push(() => signal.removeEventListener('abort', abort));
    };
    return { [SIGNAL]: this.#lend(watch, lent), aborted: signal.aborted };
  }

  #unpack(value, depth = DEPTH) {
    if (typeof value !== 'object' || value === null || depth === 0) return value;
    if (Array.isArray(value)) return value.map((entry) => this.#unpack(entry, depth - 1));
    if (!isPlain(value)) return value;
    if (value[FUNCTION] !== undefined) return this.#borrowed(value[FUNCTION]);
    if (value[SIGNAL] !== undefined) return this.#signal(value);
    if (value[STREAM] !== undefined) return this.#stream(value);
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [name, this.#unpack(entry, depth - 1)]),
    );
  }

  #borrowed(id) {
    return (...parameters) => {
      const answer = this.ask(id, ...parameters);
      // Whom the answer does not interest (a callback's caller) is not told of its failure either.
      answer.catch(() => {});
      return answer;
    };
  }

  #signal({ [SIGNAL]: watch, aborted }) {
    const controller = new AbortController();
    if (aborted) controller.abort();
    else this.tell(watch, () => controller.abort());
    return controller.signal;
  }

  #stream({ [STREAM]: next, cancel }) {
    const pull = this.#borrowed(next);
    return new ReadableStream(
      {
        pull: async (controller) => {
          const { done, value } = await pull();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.ask(cancel),
      },
      { highWaterMark: 0 },
    );
  }
}

/** An object as literals are, or one of a class whose methods are meant to be called (a checkpoint store). */
function isPlain(value) {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Object]' && !(value instanceof Error);
}

/** Own names, and those of its class where it has one. */
function namesOf(value) {
  const names = new Set(Object.keys(value));
  let prototype = Object.getPrototypeOf(value);
  while (prototype && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype))
      if (name !== 'constructor' && typeof value[name] === 'function') names.add(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return [...names];
}

function isSignal(value) {
  return typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function';
}

/** How a stream of chunks is read, whatever kind it is; undefined for anything else. */
function nextOf(value) {
  if (typeof value.getReader === 'function') {
    let reader;
    return {
      next: async () => {
        reader ??= value.getReader();
        return reader.read();
      },
      cancel: async () => reader?.cancel?.(),
    };
  }
  if (typeof value[Symbol.asyncIterator] !== 'function') return undefined;
  let iterator;
  return {
    next: async () => {
      iterator ??= value[Symbol.asyncIterator]();
      const { done, value: chunk } = await iterator.next();
      return { done, value: chunk };
    },
    cancel: async () => {
      await iterator?.return?.();
    },
  };
}

/** What of an error can be sent. */
function detailsOf(thrown) {
  if (thrown instanceof ImsError) {
    return { ...thrown, attempts: [...thrown.attempts], message: thrown.message, isImsError: true };
  }
  return { name: String(thrown?.name ?? 'Error'), message: String(thrown?.message ?? thrown) };
}

function errorOf({ isImsError, ...details }) {
  if (isImsError) return new ImsError(details);
  return Object.assign(new Error(details.message), { name: details.name });
}

/** What cannot be sent at all (a symbol in the metadata, say) is an error like all others. */
export async function sent(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error?.name !== 'DataCloneError') throw error;
    throw shellError('validation', 'upload', `this cannot be given to a worker: ${error.message}`);
  }
}
