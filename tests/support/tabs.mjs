/** Tabs in which uploads are begun, watched, interrupted and gone on with. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { openPage } from './browsers.mjs';
import { eventually, quickly } from './expect.mjs';
import { assertSameBytes } from './images.mjs';
import { openStore } from './store.mjs';

export { slowAfter } from './emulator.mjs';

/** What a browser itself writes when a request fails, whoever made it. */
const REQUEST_FAILED = /Failed to load resource|Cross-Origin Request Blocked|blocked by CORS policy/;

export class Tab {
  #worker;

  constructor(page, complaints, emulator, worker) {
    Object.assign(this, { page, complaints, emulator });
    this.#worker = worker;
  }

  /** Does something in the page, or in its worker. */
  act(name, request) {
    const where = this.#worker ? 'inWorker' : 'act';
    return this.page.evaluate(
      (where, name, request) => globalThis.tests[where](name, request),
      where,
      name,
      request,
    );
  }

  /** Closes the tab; the page is not asked. */
  close() {
    return oneByOne(() => this.page.close({ runBeforeUnload: false }));
  }

  get client() {
    return { endpoint: this.emulator.ims, retry: quickly(12) };
  }

  /** Fills the page's file input with a file of the disk. */
  async pick(path) {
    const input = await this.page.$('#file');
    await input.uploadFile(path);
    return this.page.evaluate(() => globalThis.tests.takeFile());
  }

  /** Begins an upload; gives what watches it. */
  async begin(target, options, kind = 'file') {
    return new Watched(this, await this.act('begin', { client: this.client, kind, target, options }));
  }

  pending(store) {
    return this.act('pending', { client: this.client, store });
  }

  /** Goes on with the latest of the uploads that `pending` gave. */
  async resume(kind, options) {
    return new Watched(this, await this.act('resume', { kind, options }));
  }

  /** Nothing was written into the console, and no policy was broken. */
  async assertQuiet({ failures = false } = {}) {
    const complaints = this.complaints.filter((text) => !failures || !REQUEST_FAILED.test(text));
    assert.deepEqual(complaints, []);
    assert.deepEqual(await this.page.evaluate(() => globalThis.tests.violations()), []);
  }
}

/** An upload of a tab. */
class Watched {
  constructor(tab, id) {
    Object.assign(this, { tab, id });
  }

  look() {
    return this.tab.act('look', { id: this.id });
  }

  ask(what) {
    return this.tab.act('ask', { id: this.id, what });
  }

  /** Waits until what it shows is such; an upload that ended before fails. */
  async until(isSo, what) {
    return eventually(
      async () => {
        const seen = await this.look();
        if (isSo(seen)) return seen;
        assert.ok(!seen.outcome, `ended before ${what}: ${JSON.stringify(seen.outcome)}`);
        return undefined;
      },
      what,
      120_000,
    );
  }

  /** Waits until so many parts are in this state. */
  untilParts(count, state = 'stored') {
    const isSo = ({ events }) => events.filter((event) => event.state === state).length >= count;
    return this.until(isSo, `${count} parts are ${state}`);
  }

  /** Waits for its end, however it is. */
  ended() {
    return this.until(({ outcome }) => outcome, 'the end');
  }

  /** Waits for a good end, and compares what is stored; gives what it showed last. */
  async endsWell(expected, { verified = 'md5', listed = true, images = 1 } = {}) {
    const seen = await this.ended();
    assert.ok(seen.outcome.result, JSON.stringify(seen.outcome.error));
    assert.equal(seen.state, 'done');
    const { image, ...result } = seen.outcome.result;
    assert.equal(image.status, 'active');
    assert.equal(result.verified, verified);
    const { emulator } = this.tab;
    await assertSameBytes(expected, await emulator.file(image.imageId));
    assert.equal((await emulator.images()).length, images, 'no image more than was asked for');
    assert.deepEqual(await (await openStore(emulator)).uploads(), [], 'nothing is left at the store');
    if (listed) assert.deepEqual(await this.tab.pending(), [], 'no checkpoint is left');
    return { ...seen, ...result, image };
  }

  /** Waits for a bad end with these fields of the error. */
  async endsBadly(expected) {
    const { outcome } = await this.ended();
    assert.ok(outcome.error, `an error was expected: ${JSON.stringify(outcome.result)}`);
    assert.equal(outcome.error.isImsError, true);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(outcome.error[name], value, name);
    return outcome.error;
  }
}

/** What a suite shares: started before its tests, ended after them in the other order. */
export function shared(start) {
  const endings = [];
  const things = {};
  before(async () => Object.assign(things, await start({ after: (end) => endings.unshift(end) })));
  after(async () => {
    for (const end of endings) await end();
  });
  return things;
}

let turn = Promise.resolve();

/** Tabs are opened and closed one after the other: Firefox loses a new one while another goes. */
function oneByOne(work) {
  const done = turn.then(work);
  turn = done.catch(() => {});
  return done;
}

/** Opens the page in a browser or a profile of its own. */
export async function openTab(profile, site, emulator, { worker = false } = {}) {
  const { page, complaints } = await oneByOne(() => openPage(profile, `${site}/uploads.html`));
  return new Tab(page, complaints, emulator, worker);
}

/** A profile of a browser, gone with all it has stored when the test ends. */
export async function newProfile(context, browser, options = {}) {
  const profile = await oneByOne(() => browser.createBrowserContext(options));
  context.after(() => oneByOne(() => profile.close()).catch(() => {}));
  return profile;
}

/** The numbers of the parts that arrived at the store, in their order. */
export async function sentParts(emulator) {
  const arrived = await emulator.arrived('UploadPart');
  return arrived.map(({ query }) => Number(new URLSearchParams(query).get('partNumber')));
}

/** The parts that a task says are in this state. */
export function partsOf({ events }, state) {
  return events.filter((event) => event.state === state).map((event) => event.part);
}
