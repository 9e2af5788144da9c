/** A WebAssembly instance and who waits for it: loaded at the first call, replaced after a panic. */
import { compile, platform } from '#load';
import { ImsError, shellError } from './errors.js';

/**
 * What loads and keeps the instances of one .wasm: `beside` says where it is, `began` is told of each new instance.
 */
export function runtime(createGlue, beside, began) {
  let module;
  let instance;

  /** The living instance. A failure to load is not kept: the next call tries again. */
  function current(source) {
    if (instance === undefined || source !== undefined) {
      const made = make(source);
      instance = made;
      made.catch(() => {
        if (instance === made) instance = undefined;
      });
    }
    return instance;
  }

  async function make(source) {
    let compiled;
    try {
      compiled = source === undefined && module ? module : await compile(source, beside);
    } catch (cause) {
      throw shellError('unsupported', 'load', `the WebAssembly cannot be loaded: ${cause?.message ?? cause}`);
    }
    const made = begun(compiled);
    module = compiled;
    began?.(made);
    return made;
  }

  function begun(compiled) {
    try {
      return new Instance(createGlue, compiled, () => {
        instance = undefined;
      });
    } catch (cause) {
      const why = `the WebAssembly is not that of this entry and this version of the package: ${cause?.message ?? cause}`;
      throw shellError('unsupported', 'load', why);
    }
  }

  return { current };
}

/** One instance, with the promises that wait for it. */
class Instance {
  #glue;
  #waiting = new Set();
  #panic;
  #dead;
  #ended;

  constructor(createGlue, compiled, ended) {
    this.#ended = ended;
    this.#glue = createGlue((trap) => this.#died(this.#panic ?? words(trap)));
    this.#glue.initSync({ module: compiled });
    this.#glue.start(
      platform,
      (message) => {
        this.#panic = message;
      },
      (details) => new ImsError(details),
    );
  }

  /** A panic leaves the promises of Rust pending for ever: all of them are rejected here. */
  #died(message) {
    this.#dead = message;
    this.#ended();
    for (const reject of this.#waiting) reject(this.#death('client'));
    this.#waiting.clear();
  }

  #death(operation) {
    return shellError(
      'internal',
      operation,
      `this is a defect of ims-client: ${this.#dead}; make a new client`,
    );
  }

  /** Calls into the core; what it throws by a panic becomes an error like all others. */
  enter(operation, work) {
    if (this.#dead !== undefined) throw this.#death(operation);
    try {
      return work(this.#glue);
    } catch (error) {
      throw this.#dead === undefined ? error : this.#death(operation);
    }
  }

  /** A promise of the core that a panic rejects too. */
  guard(promise) {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const settled = (settle) => (value) => {
        this.#waiting.delete(reject);
        settle(value);
      };
      promise.then(settled(resolve), settled(reject));
    });
  }
}

/** What an exception says; it may be anything, even something that throws when it is looked at. */
function words(trap) {
  try {
    return String(trap?.message ?? trap);
  } catch {
    return 'an exception that cannot be read';
  }
}
