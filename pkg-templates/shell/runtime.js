/**
 * A WebAssembly instance and who waits for it: loaded at the first call, replaced after a panic. What only transfers need is a
 * second .wasm for pages, put beside the first when one begins.
 */
import { compile, platform } from '#load';
import { ImsError, optionsOf, shellError } from './errors.js';

/**
 * What loads and keeps the instances of one .wasm: `beside` says where it is, `later` where its second half is, if it has
 * one; `began` is told of each new instance.
 */
export function runtime(createGlue, beside, later, began) {
  let module;
  let second;
  let secondPlace;
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
    const compiled = source === undefined && module ? module : await compiledOf(source, beside);
    const made = fitting(
      () =>
        new Instance(createGlue, compiled, later && join, () => {
          instance = undefined;
        }),
    );
    module = compiled;
    began?.(made);
    return made;
  }

  /** Puts the second half beside the first. */
  async function join(glue, compiling = second ?? compiledLater(secondPlace)) {
    const compiled = await compiling;
    fitting(() => glue.join(compiled));
    second = compiled;
  }

  /** Loads it now: with what transfers need where that is asked for, or a source of it is given. */
  async function load(options) {
    const { wasm, transfers, transfersWasm } = loadOptions(options);
    secondPlace = placeOfSecond(wasm) ?? secondPlace;
    const wanted = later && (transfers || transfersWasm !== undefined);
    // Both are under way at once.
    const compiling = wanted ? compiledLater(transfersWasm ?? secondPlace) : undefined;
    compiling?.catch(() => {});
    const made = await current(wasm);
    if (wanted) await made.transfers(compiling);
  }

  function compiledLater(source) {
    return compiledOf(source, later, '; give its place to load({ transfersWasm })');
  }

  return { current, load };
}

/** What load() is given, the same in every entry. */
export function loadOptions(options) {
  return optionsOf('load', options, ['wasm', 'transfers', 'transfersWasm', 'inspectWasm']);
}

/** The second half is beside the first, where somebody says where that is and has left it its name. */
function placeOfSecond(wasm) {
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) return undefined;
  const place = String(wasm).replace(/_bg(?=\.wasm(?:[?#]|$))/, '_transfers_bg');
  return place === String(wasm) ? undefined : place;
}

async function compiledOf(source, beside, advice = '') {
  try {
    return await compile(source, beside);
  } catch (cause) {
    const why = `the WebAssembly cannot be loaded: ${cause?.message ?? cause}${advice}`;
    if (cause?.isPassing) throw shellError('network', 'load', why, { retryable: true });
    throw shellError('unsupported', 'load', why);
  }
}

function fitting(begin) {
  try {
    return begin();
  } catch (cause) {
    const why = `the WebAssembly is not that of this entry and this version of the package: ${cause?.message ?? cause}`;
    throw shellError('unsupported', 'load', why);
  }
}

/** One instance, with the promises that wait for it. */
class Instance {
  #glue;
  #waiting = new Set();
  #panic;
  #dead;
  #join;
  #joined;
  #ended;

  constructor(createGlue, compiled, join, ended) {
    this.#join = join;
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

  /** Whether what only transfers need would have to be loaded. */
  get lacksTransfers() {
    return this.#join !== undefined && this.#joined === undefined;
  }

  /** Loads what only transfers need, once, where it is not there already; a failure is not kept. */
  transfers(compiling) {
    this.#joined ??= this.#join?.(this.#glue, compiling).catch((error) => {
      this.#joined = undefined;
      throw error;
    });
    return this.#joined;
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
