/** Two tabs and one upload: only one drives it; whoever is closed or killed makes way. On a page of http:// too. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, openTab, partsOf, sentParts, shared, slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
/** Tests mostly wait, each for a cloud and a profile of its own. */
const SEVERAL = { concurrency: 3 };
const TIMEOUT = { timeout: 120_000 };
const PARTS = 10;
const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };
const TARGET = rawImage({ name: 'in two tabs' });
const HOST = 'console.test';
/** Far less than a lease lasts when nobody renews it. */
const MAKES_WAY_MS = 30_000;

/** How a browser is told that this host is here. */
const HERE = {
  chromium: { args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`] },
  firefox: { extraPrefsFirefox: { 'network.dns.localDomains': HOST } },
};

/** Begins again until nobody else has the upload, and gives the task that has it then. */
async function takesOver(tab, ...parameters) {
  const upload = await eventually(
    async () => {
      const upload = await tab.begin(TARGET, OPTIONS, ...parameters);
      const seen = await upload.until(
        ({ events, outcome }) => outcome || partsOf({ events }, 'found').length > 0,
        'it goes on, or is refused',
      );
      if (!seen.outcome?.error) return upload;
      assert.equal(seen.outcome.error.kind, 'source', JSON.stringify(seen.outcome.error));
      return undefined;
    },
    'the other tab makes way',
    MAKES_WAY_MS,
  );
  return upload;
}

/** Ends the process of a tab without a word to the page. */
async function crash({ page }) {
  const crashed = new Promise((resolve) => page.once('error', resolve));
  const session = await page.createCDPSession();
  // Nobody is left to answer.
  session.send('Page.crash').catch(() => {});
  await crashed;
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, SEVERAL, () => {
    const common = shared(async (context) => ({
      file: await makeRandomRaw(path.join(await temporaryFolder(context), 'disk.raw'), PARTS * 5 * MIB),
      site: await startSite(context),
      browser: await launch(context, name, HERE[name]),
    }));

    /** A slow cloud, and a way to open tabs of one profile, on a secure origin or not. */
    const ready = async (t, secure) => {
      const emulator = await startEmulator(t);
      await emulator.spoil(slowAfter(4));
      const profile = await newProfile(t, common.browser);
      const site = secure ? common.site : common.site.replace('127.0.0.1', HOST);
      const open = async (options) => {
        const tab = await openTab(profile, site, emulator, options);
        await tab.pick(common.file);
        const { subtle, ...abilities } = await tab.act('abilities');
        assert.deepEqual(abilities, { secure, locks: secure, privateFiles: secure });
        assert.equal(subtle, secure);
        return tab;
      };
      return { emulator, open };
    };

    for (const [where, secure] of [
      ['with Web Locks', true],
      ['on an http:// origin', false],
    ]) {
      test(`${where}: the second tab is refused until the first is closed`, TIMEOUT, async (t) => {
        const { emulator, open } = await ready(t, secure);
        const [one, other] = [await open(), await open()];
        const first = await one.begin(TARGET, OPTIONS);
        await first.untilParts(2);
        const second = await other.begin(TARGET, OPTIONS);
        const { message } = await second.endsBadly({ kind: 'source', retryable: true });
        assert.match(message, /another task, tab or process/);
        const before = await first.untilParts(3);
        await one.close();
        await emulator.heal();
        const third = await takesOver(other);
        const after = await third.endsWell(common.file);
        assert.equal(after.imageId, before.imageId);
        for (const part of partsOf(before, 'stored')) assert.ok(partsOf(after, 'found').includes(part));
        const sent = await sentParts(emulator);
        assert.ok(sent.length <= PARTS + OPTIONS.concurrency + 1, `no two sent the same: ${sent}`);
        await other.assertQuiet();
      });

      test(`${where}: the first ends well although the second asks again and again`, TIMEOUT, async (t) => {
        const { emulator, open } = await ready(t, secure);
        const [one, other] = [await open(), await open({ worker: true })];
        const first = await one.begin(TARGET, OPTIONS);
        await first.untilParts(1, 'started');
        for (let asked = 0; asked < 3; asked += 1) {
          const second = await other.begin(TARGET, OPTIONS);
          await second.endsBadly({ kind: 'source', retryable: true });
          const [pending] = await other.pending();
          assert.equal(pending.bytesTotal, PARTS * 5 * MIB, 'it is listed all the same');
          assert.equal(pending.inUse, secure, 'as in use, where the browser tells');
          await (await other.resume('file', {})).endsBadly({ kind: 'source', retryable: true });
        }
        await emulator.heal();
        await first.endsWell(common.file);
        assert.equal((await sentParts(emulator)).length, PARTS);
        await one.assertQuiet();
        await other.assertQuiet();
      });

      // Firefox gives no way to crash one tab.
      if (name === 'chromium') {
        test(`${where}: a killed tab makes way soon`, TIMEOUT, async (t) => {
          const { emulator, open } = await ready(t, secure);
          const [one, other] = [await open(), await open()];
          const first = await one.begin(TARGET, OPTIONS);
          const before = await first.untilParts(3);
          await crash(one);
          await emulator.heal();
          const second = await takesOver(other);
          const after = await second.endsWell(common.file);
          for (const part of partsOf(before, 'stored')) assert.ok(partsOf(after, 'found').includes(part));
          // Should the first only have slept, it learns by this that another has had it.
          const left = async () => JSON.stringify(await other.act('leases')) === (secure ? '[]' : '[{}]');
          await eventually(left, 'what the lease has left is there');
          await other.assertQuiet();
        });
      }
    }

    test('on an http:// origin a lease that is gone is not one that was taken', TIMEOUT, async (t) => {
      const { emulator, open } = await ready(t, false);
      const tab = await open();
      const upload = await tab.begin(TARGET, OPTIONS);
      await upload.untilParts(1);
      await tab.act('deleteDatabase');
      await emulator.heal();
      await upload.endsWell(common.file);
      await tab.assertQuiet();
    });

    test('on an http:// origin a lease that another has had meanwhile is lost', TIMEOUT, async (t) => {
      const { emulator, open } = await ready(t, false);
      const tab = await open();
      const upload = await tab.begin(TARGET, OPTIONS);
      await upload.untilParts(1);
      // What another leaves who took it over, and has ended, while this tab slept.
      await tab.act('leaveLeases');
      await emulator.heal();
      await upload.endsBadly({ kind: 'aborted', resumable: false });
    });

    test('on an http:// origin an upload goes on after a reload', TIMEOUT, async (t) => {
      const { emulator, open } = await ready(t, false);
      const tab = await open();
      const first = await tab.begin(TARGET, OPTIONS);
      const before = await first.untilParts(4);
      await tab.page.reload();
      await emulator.heal();
      await tab.pick(common.file);
      const [pending] = await tab.pending();
      assert.equal(pending.imageId, before.imageId);
      const second = await tab.resume('file', {});
      const after = await second.endsWell(common.file);
      for (const part of partsOf(before, 'stored')) assert.ok(partsOf(after, 'found').includes(part));
      await tab.assertQuiet();
    });
  });
}
