/** Uploads of real browsers that go on: after a reload, a closed tab, a killed process; and little is sent twice. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, openTab, partsOf, sentParts, shared, slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
/** Tests mostly wait, each for a cloud and a profile of its own. */
const SEVERAL = { concurrency: 2 };
const TIMEOUT = { timeout: 300_000 };
const CONCURRENCY = 3;
const OPTIONS = { partSize: 8 * MIB, concurrency: CONCURRENCY };
const LARGE = { ...OPTIONS, partSize: 16 * MIB };
const TARGET = rawImage({ name: 'interrupted' });

/** A cloud whose store is slow, and a tab of a fresh profile with this file picked. */
async function ready(t, { browser, site }, file, { worker = false } = {}) {
  const emulator = await startEmulator(t);
  await emulator.spoil(slowAfter(5));
  const profile = await newProfile(t, browser);
  const open = async () => {
    const tab = await openTab(profile, site, emulator, { worker });
    if (file) await tab.pick(file);
    return tab;
  };
  return { emulator, profile, open, tab: await open() };
}

/** Nothing but what was in flight was sent again, and what was stored was found. */
async function assertFewTwice(
  emulator,
  before,
  after,
  { parts, interruptions = 1, concurrency = CONCURRENCY },
) {
  const sent = await sentParts(emulator);
  assert.deepEqual(
    [...new Set(sent)].sort((one, other) => one - other),
    numbers(parts),
    'every part was sent',
  );
  // One more may have been stored just before its checkpoint was.
  const most = parts + interruptions * (concurrency + 1);
  assert.ok(sent.length <= most, `${sent.length} parts were sent, ${most} at most may be: ${sent}`);
  const found = partsOf(after, 'found');
  for (const part of partsOf(before, 'stored')) assert.ok(found.includes(part), `part ${part} was found`);
}

const numbers = (count) => Array.from({ length: count }, (_, index) => index + 1);

for (const name of Object.keys(BROWSERS)) {
  describe(name, SEVERAL, () => {
    const size = 96 * MIB - 7;
    const parts = 12;
    const common = shared(async (context) => ({
      file: await makeRandomRaw(path.join(await temporaryFolder(context), 'disk.raw'), size),
      site: await startSite(context),
      browser: await launch(context, name),
    }));

    test('a picked file goes on after a reload', TIMEOUT, async (t) => {
      // Some hundred MiB; fewer in Firefox, which takes its time.
      const parts = name === 'chromium' ? 21 : 10;
      const size = (parts - 1) * LARGE.partSize + 5;
      const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), size);
      const { emulator, tab } = await ready(t, common, file);
      const first = await tab.begin(TARGET, LARGE);
      const before = await first.untilParts(5);
      await tab.page.reload();
      await emulator.heal();

      const [pending, ...others] = await tab.pending();
      assert.deepEqual(others, []);
      const { bytesSent, updatedAt, inUse, ...rest } = pending;
      assert.deepEqual(rest, {
        imageId: before.imageId,
        name: 'interrupted',
        fileName: 'disk.raw',
        bytesTotal: size,
        needsFile: true,
      });
      assert.ok(bytesSent >= 4 * LARGE.partSize && bytesSent < size, `${bytesSent} bytes`);
      assert.ok(Date.parse(updatedAt) <= Date.now());
      // Browsers may take a moment to let go of the lock of a page that is gone.
      assert.equal(typeof inUse, 'boolean');
      const without = await tab.resume(undefined, {});
      await without.endsBadly({ kind: 'validation', field: 'source' });

      await tab.pick(file);
      const second = await tab.resume('file', {});
      const after = await second.endsWell(file);
      assert.equal(after.imageId, before.imageId);
      const progress = after.progress.map(([, sent]) => sent);
      assert.ok(
        progress.every((sent, index) => index === 0 || sent >= progress[index - 1]),
        'progress only grows',
      );
      await assertFewTwice(emulator, before, after, { parts });
      await tab.assertQuiet();
    });

    test('the same upload() of a Blob after a reload goes on by itself', TIMEOUT, async (t) => {
      const { file } = common;
      const { emulator, tab } = await ready(t, common, file);
      const first = await tab.begin(TARGET, OPTIONS, 'blob');
      const before = await first.untilParts(5);
      await tab.page.reload();
      await emulator.heal();
      await tab.pick(file);
      const second = await tab.begin(TARGET, OPTIONS, 'blob');
      const after = await second.endsWell(file);
      assert.equal(after.imageId, before.imageId);
      assert.ok(partsOf(after, 'found').length >= 5);
      await assertFewTwice(emulator, before, after, { parts });
      await tab.assertQuiet();
    });

    test('a file handle is kept: nobody need pick the file again', TIMEOUT, async (t) => {
      const { emulator, tab } = await ready(t, common, common.file);
      assert.equal(await tab.act('intoPrivateFiles', { name: 'kept.raw' }), size);
      const first = await tab.begin(TARGET, OPTIONS, 'handle');
      const before = await first.untilParts(5);
      await tab.page.reload();
      await emulator.heal();
      const [pending] = await tab.pending();
      assert.deepEqual([pending.fileName, pending.needsFile], ['kept.raw', false]);
      const second = await tab.resume(undefined, {});
      const after = await second.endsWell(common.file);
      assert.equal(after.imageId, before.imageId);
      await assertFewTwice(emulator, before, after, { parts });
      await tab.assertQuiet();
    });

    test('a worker that ends with its closed tab', TIMEOUT, async (t) => {
      const { file } = common;
      const { emulator, tab, open } = await ready(t, common, file, { worker: true });
      const first = await tab.begin(TARGET, OPTIONS);
      const before = await first.untilParts(5);
      await tab.close();
      await emulator.heal();
      const next = await open();
      const [pending] = await next.pending();
      assert.deepEqual([pending.imageId, pending.needsFile], [before.imageId, true]);
      const second = await next.resume('file', {});
      const after = await second.endsWell(file);
      await assertFewTwice(emulator, before, after, { parts });
      await next.assertQuiet();
    });

    test('another file is refused, and discard() takes everything back', TIMEOUT, async (t) => {
      const { emulator, tab } = await ready(t, common, common.file);
      const first = await tab.begin(TARGET, OPTIONS);
      await first.untilParts(5);
      await tab.page.reload();
      await emulator.heal();
      const folder = await temporaryFolder(t);
      await tab.pick(await makeRandomRaw(path.join(folder, 'disk.raw'), size, 'another'));
      await tab.pending();
      const refused = await tab.resume('file', {});
      const { message } = await refused.endsBadly({ kind: 'source' });
      assert.match(message, /its bytes are others|modified at another time/);
      await tab.act('discard');
      assert.deepEqual(await tab.pending(), []);
      assert.deepEqual(await emulator.images(), []);
    });
  });
}

/** The process of a browser's only page, as the browser itself names it. */
async function processIds(browser, type) {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter((info) => info.type === type).map((info) => info.id);
}

/** How a tab can go: each gives the tab that comes after it. */
const ENDS = [
  ['the page is reloaded', (tab) => tab.page.reload()],
  ['the tab is closed', (tab) => tab.close()],
  [
    'the renderer crashes',
    // The navigation never ends.
    (tab) => Promise.race([tab.page.goto('chrome://crash').catch(() => {}), gone(tab)]),
  ],
  [
    'the renderer is killed',
    async (tab) => {
      const killed = gone(tab);
      for (const id of await processIds(tab.page.browser(), 'renderer')) process.kill(id, 'SIGKILL');
      await killed;
    },
  ],
  [
    'the browser is killed',
    async (tab) => {
      const browser = tab.page.browser();
      const ended = new Promise((resolve) => browser.once('disconnected', resolve));
      const [id] = await processIds(browser, 'browser');
      process.kill(id, 'SIGKILL');
      await ended;
    },
  ],
];

/** Resolves when the page has crashed. */
function gone(tab) {
  return new Promise((resolve) => tab.page.once('error', resolve));
}

test('Chromium: a tab that is killed at five points of a 1 GiB upload', TIMEOUT, async (t) => {
  const parts = 64;
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), parts * LARGE.partSize);
  const site = await startSite(t);
  const emulator = await startEmulator(t);
  const userDataDir = path.join(folder, 'profile');
  let browser = await launch(t, 'chromium', { userDataDir });
  const stored = new Set();
  for (const [index, [what, end]] of ENDS.entries()) {
    const tab = await openTab(browser, site, emulator);
    await tab.pick(file);
    await emulator.heal();
    await emulator.spoil(slowAfter(8 + index));
    const upload = await tab.begin(TARGET, LARGE);
    const seen = await upload.untilParts(8 + index, index % 2 ? 'started' : 'stored');
    for (const part of stored) assert.ok(partsOf(seen, 'found').includes(part), `part ${part} is found`);
    for (const part of partsOf(seen, 'stored')) stored.add(part);
    t.diagnostic(`${what} after ${stored.size} parts`);
    await end(tab);
    if (!browser.connected) browser = await launch(t, 'chromium', { userDataDir });
  }
  await emulator.heal();
  const tab = await openTab(browser, site, emulator);
  assert.equal((await tab.pending()).length, 1);
  await tab.pick(file);
  const upload = await tab.resume('file', {});
  const after = await upload.endsWell(file);
  const before = { events: [...stored].map((part) => ({ part, state: 'stored' })) };
  await assertFewTwice(emulator, before, after, { parts, interruptions: ENDS.length });
  const sent = await sentParts(emulator);
  t.diagnostic(`${parts} parts, ${ENDS.length} ends, ${sent.length} parts sent`);
  await tab.assertQuiet();
});
