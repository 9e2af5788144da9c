/** What the clients of all services share: the core, made at the first call, calls into it, and its end. */
import { current } from '#core';
import { shellError } from './errors.js';

export class ClientCore {
  #className;
  #coreName;
  #options;
  #ready;
  #made;
  #closed = false;

  /** `coreName` is the class of the WebAssembly that does the work of `className`. */
  constructor(className, coreName, options) {
    this.#className = className;
    this.#coreName = coreName;
    this.#options = options;
  }

  /** The instance and the core's client, made at the first call. */
  #client(operation) {
    if (this.#closed) return Promise.reject(shellError('aborted', operation, 'the client is closed'));
    this.#ready ??= this.#make().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #make() {
    // close() may come while the WebAssembly loads: then calls under way find a client that is closed.
    const options = this.#options;
    const instance = await current();
    const core = instance.enter(this.#className, (glue) => new glue[this.#coreName](options));
    if (this.#closed) core.close();
    this.#made = { instance, core };
    return this.#made;
  }

  /** Performs an operation of the service. */
  call(operation, args, call) {
    return this.invoke(operation, 'call', [operation, args, call]);
  }

  /** Calls a method of the core that gives a promise. */
  async invoke(operation, method, args) {
    const { instance, core } = await this.#client(operation);
    return instance.guard(instance.enter(operation, () => core[method](...args)));
  }

  /**
   * The same for a method that is only there when transfers are. Where they would have to be loaded, `needless` may say
   * that there is nothing for it to do: then it gives undefined.
   */
  async transfer(operation, method, args, needless) {
    const { instance } = await this.#client(operation);
    if (needless && instance.lacksTransfers && (await needless())) {
      // It may have been closed meanwhile.
      await this.#client(operation);
      return undefined;
    }
    await instance.transfers();
    return this.invoke(operation, method, args);
  }

  /** Starts a task of the core; the promise is that of its end. */
  async task(name, args, begin) {
    const { instance, core } = await this.#client(name);
    await instance.transfers();
    const task = instance.enter(name, () => core[name](...args));
    begin(task);
    return instance.guard(task.done);
  }

  close() {
    this.#closed = true;
    this.#options = undefined;
    const { instance, core } = this.#made ?? {};
    this.#made = undefined;
    try {
      instance?.enter('close', () => core.close());
    } catch {
      // After a panic there is nothing left to wipe that could be reached.
    }
  }
}
