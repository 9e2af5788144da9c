/** The tasks: what `upload` and `download` give at once, before the WebAssembly is even loaded. */
const NOTHING = {
  phase: 'inspecting',
  bytesSent: 0,
  bytesTotal: 0,
  bytesPerSecond: 0,
  etaSeconds: null,
  parts: { done: 0, inFlight: 0, total: 0 },
  retries: 0,
};

/** A task of the core: what is asked of it before it exists is asked as soon as it does. */
class Task {
  _core;
  _asked = [];
  _shown = {};
  #done;

  constructor(start) {
    this.#done = start((core) => {
      this._core = core;
      for (const name of this._asked.splice(0)) this._ask(name);
    });
    // The task has caught it: a rejection that nobody waits for is none of the page's.
    this.#done.catch(() => {});
  }

  get done() {
    return this.#done;
  }

  _ask(name) {
    if (!this._core) {
      this._asked.push(name);
      return;
    }
    try {
      this._core[name]();
    } catch {
      // The core has died: `done` rejects and says so.
    }
  }

  /** What the core shows; what it showed last where it has died. */
  _show(name) {
    try {
      this._shown[name] = this._core?.[name];
    } catch {
      // As above.
    }
    return this._shown[name];
  }

  /** Resolves when the task has ended, however it did. */
  async _end(name) {
    this._ask(name);
    await this.#done.catch(() => {});
  }

  abort() {
    return this._end('abort');
  }
}

/** A task that shows how far it is. */
class ShownTask extends Task {
  #failed = false;

  constructor(start) {
    super(start);
    this.done.catch(() => {
      this.#failed = true;
    });
  }

  get state() {
    const shown = this._show('state');
    if (this.#failed && (shown === undefined || shown === 'running' || shown === 'paused')) return 'failed';
    return shown ?? (this._asked.at(-1) === 'pause' ? 'paused' : 'running');
  }
}

/** A file in one request: it cannot be held, only ended. */
export class FileUploadTask extends ShownTask {
  static name = 'FileUploadTask';

  get progress() {
    const { parts, retries, ...nothing } = NOTHING;
    return this._show('progress') ?? nothing;
  }
}

export class UploadTask extends ShownTask {
  static name = 'UploadTask';

  get imageId() {
    return this._show('imageId');
  }

  get progress() {
    return this._show('progress') ?? NOTHING;
  }

  pause() {
    this._ask('pause');
  }

  resume() {
    this._ask('resume');
  }

  stop() {
    return this._end('stop');
  }
}

/** An upload that an earlier run has left. */
export class PendingUpload {
  static name = 'PendingUpload';

  imageId;
  name;
  fileName;
  bytesSent;
  bytesTotal;
  updatedAt;
  needsFile;
  inUse;
  #act;

  /** Takes what is known of it, and what resumes or discards it. */
  constructor(known, act) {
    Object.assign(this, known);
    this.#act = act;
  }

  resume(source, options) {
    return this.#act('resume', source, options);
  }

  discard(options) {
    return this.#act('discard', options);
  }
}

export class DownloadTask extends Task {
  static name = 'DownloadTask';

  #stream;

  constructor(start, target) {
    let began;
    const core = new Promise((resolve) => {
      began = resolve;
    });
    super((begin) => {
      const ended = start((task) => {
        begin(task);
        began(task);
      });
      ended.catch(began);
      return ended;
    });
    if (target === 'stream') this.#stream = later(core);
  }

  pause() {
    this._ask('pause');
  }

  resume() {
    this._ask('resume');
  }

  stop() {
    return this._end('stop');
  }

  get stream() {
    return this.#stream;
  }
}

/** The core's stream, before there is one. */
function later(core) {
  let reader;
  return new ReadableStream(
    {
      async pull(controller) {
        const task = await core;
        if (!task.stream) throw task;
        reader ??= task.stream.getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        const task = await core;
        if (reader) await reader.cancel(reason);
        else task.abort?.();
      },
    },
    { highWaterMark: 0 },
  );
}
