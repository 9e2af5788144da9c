/** The face of uploads in a worker: the tasks of a client, whose work is done elsewhere. */
import { shellError } from '../shell/errors.js';
import { PendingUpload, UploadTask } from '../shell/tasks.js';
import { sent } from './channel.js';
import { connect } from './connection.js';

export class UploadWorker {
  static name = 'UploadWorker';

  #options;
  #spawn;
  #connected;
  #closed = false;
  #tasks = new Map();
  #last = 0;
  /** What the worker keeps of found uploads is given back when nothing here refers to them any more. */
  #finds = new FinalizationRegistry((given) => given());

  /** `spawn` starts the package's own worker. */
  constructor(options, spawn) {
    this.#options = options ?? {};
    this.#spawn = spawn;
  }

  upload(source, target, options) {
    return this.#task('upload', [source, target], options);
  }

  async pendingUploads(store) {
    const channel = await this.#channel('pendingUploads');
    const lent = [];
    const found = await sent(channel.give(lent, 'pendingUploads', store));
    const keys = found.map(({ key }) => key);
    // A store of the caller's is asked as long as what it holds can be resumed.
    const find = { channel };
    this.#finds.register(find, giveBack(channel, keys, lent));
    return found.map(
      ({ key, ...known }) =>
        new PendingUpload(known, (name, ...rest) =>
          name === 'resume' ? this.#resume(find, key, ...rest) : this.#discard(find, key, ...rest),
        ),
    );
  }

  close() {
    this.#closed = true;
    this.#options = undefined;
    this.#connected?.then((connection) => connection.close()).catch(() => {});
    this.#connected = undefined;
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.close();
  }

  #resume(find, key, source, options) {
    return this.#task('resume', [key, source], options, find);
  }

  async #discard(find, key, options) {
    const channel = await this.#channel('discard', find);
    // Referred to until then.
    return sent(channel.ask('discard', key, options)).finally(() => find);
  }

  /** To the worker; `find` has the line by which it told of an upload: another one numbers what it finds anew. */
  async #channel(operation, find) {
    const { channel } = await this.#connection(operation);
    if (!find || find.channel === channel) return channel;
    const message = 'the worker that found this upload is gone; ask for the pending uploads again';
    throw shellError('source', operation, message);
  }

  #task(name, parameters, given, find) {
    this.#last += 1;
    const id = this.#last;
    const { options, onProgress, onEvent } = split(given);
    const shown = { state: 'running' };
    // What is asked before the worker is there is asked in this order when it is.
    const asked = [];
    let ask = (what) => asked.push(what);
    this.#tasks.set(id, {
      find,
      show: (now) => Object.assign(shown, now),
      progress: () => onProgress?.(shown.progress),
      event: (happened) => onEvent?.(happened),
    });
    const work = async () => {
      try {
        const channel = await this.#channel('upload', find);
        const done = sent(channel.ask(name, id, ...parameters, options));
        ask = (what) => channel.tell('ask', id, what);
        for (const what of asked) ask(what);
        return await done;
      } finally {
        this.#tasks.delete(id);
      }
    };
    return new UploadTask((begin) => {
      begin(faceOf(shown, (what) => ask(what)));
      return work();
    });
  }

  /** The worker, started by the first call; one that failed is replaced by the next call. */
  #connection(operation) {
    if (this.#closed) return Promise.reject(shellError('aborted', operation, 'the client is closed'));
    if (this.#connected) return this.#connected;
    const forget = () => {
      if (this.#connected === connected) this.#connected = undefined;
    };
    const methods = {
      show: (id, now) => this.#tasks.get(id)?.show(now),
      event: (id, kind, value) => this.#tasks.get(id)?.[kind](value),
    };
    const connected = connect(this.#options, this.#spawn, methods, forget);
    this.#connected = connected;
    connected.catch(forget);
    return connected;
  }
}

/** A function of its own: one that is made where others are holds on to all that those refer to. */
function giveBack(channel, keys, lent) {
  return () => {
    channel.tell('forget', keys);
    for (const take of lent) take();
  };
}

/** What a task of the core is to its shell. */
function faceOf(shown, ask) {
  return {
    get state() {
      return shown.state;
    },
    get imageId() {
      return shown.imageId;
    },
    get progress() {
      return shown.progress;
    },
    pause() {
      if (shown.state === 'running') shown.state = 'paused';
      ask('pause');
    },
    resume() {
      if (shown.state === 'paused') shown.state = 'running';
      ask('resume');
    },
    stop: () => ask('stop'),
    abort: () => ask('abort'),
  };
}

/** Callbacks stay here: the worker says only that there is something to tell. */
function split(given) {
  if (typeof given !== 'object' || given === null) return { options: given };
  const { onProgress, onEvent, ...options } = given;
  // What is no function goes along, and is refused there.
  if (onProgress !== undefined && typeof onProgress !== 'function') options.onProgress = onProgress;
  if (onEvent !== undefined && typeof onEvent !== 'function') options.onEvent = onEvent;
  return { options, onProgress, onEvent };
}
