/** In the real browsers: where nothing is kept, looking for pending uploads loads nothing that only transfers need. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { rawImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, openTab, shared, slowAfter } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 120_000 };
const SECOND = '/ims-client/ims_client_transfers_bg.wasm';
const FILE = { key: '00112233445566778899aabbccddeeff', size: 12 * MIB };
const OPTIONS = { partSize: 5 * MIB, concurrency: 1 };

async function prepare(t, { browser }) {
  const emulator = await startEmulator(t);
  const loaded = [];
  const site = await startSite(t, { asked: (url) => url.includes('_transfers_') && loaded.push(url) });
  const profile = await newProfile(t, browser);
  return { emulator, loaded, open: () => openTab(profile, site, emulator) };
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ browser: await launch(context, name) }));

    test('the second is loaded where something is kept, and only there', TIMEOUT, async (t) => {
      const { emulator, loaded, open } = await prepare(t, common);
      const first = await open();
      assert.deepEqual(await first.pending(), []);
      assert.deepEqual(await first.act('databases'), [], 'looking leaves nothing behind');
      assert.deepEqual(loaded, []);
      await emulator.spoil(slowAfter(1));
      await first.act('makeFile', FILE);
      const upload = await first.begin(rawImage({ name: 'kept' }), OPTIONS);
      await upload.untilParts(1);
      await first.close();
      assert.deepEqual(loaded.splice(0), [SECOND]);

      const second = await open();
      const [pending, ...others] = await second.pending();
      assert.equal(pending.name, 'kept');
      assert.equal(others.length, 0);
      assert.deepEqual(loaded.splice(0), [SECOND]);
      await emulator.heal();
      await second.act('discard');
      assert.deepEqual(await second.pending(), [], 'it is loaded already, and looks itself');
      await second.close();

      const third = await open();
      assert.deepEqual(await third.act('databases'), ['ims-client'], 'a database without an upload');
      assert.deepEqual(await third.pending(), []);
      assert.deepEqual(loaded, []);
      await third.assertQuiet();
    });

    test('accounts that are told apart see nothing of each other', TIMEOUT, async (t) => {
      const { emulator, loaded, open } = await prepare(t, common);
      const first = await open();
      await emulator.spoil(slowAfter(1));
      await first.act('makeFile', FILE);
      const [mine, theirs] = [{ account: 'mine' }, { account: 'theirs' }];
      const upload = await first.begin(rawImage({ name: 'kept' }), { ...OPTIONS, checkpoint: mine });
      await upload.untilParts(1);
      await first.close();
      await emulator.heal();
      loaded.splice(0);

      const second = await open();
      assert.deepEqual(await second.act('databases'), ['ims-client:mine']);
      assert.deepEqual([await second.pending(), await second.pending(theirs)], [[], []]);
      assert.deepEqual(loaded, [], 'neither is worth loading the second');
      await second.act('makeFile', FILE);
      const other = await second.begin(rawImage({ name: 'kept' }), { ...OPTIONS, checkpoint: theirs });
      const { outcome } = await other.ended();
      const [kept, ...others] = await second.pending(mine);
      assert.deepEqual([kept.name, others.length], ['kept', 0]);
      assert.notEqual(
        kept.imageId,
        outcome.result.image.imageId,
        'another image was made for the other account',
      );
      await second.act('discard');
      assert.deepEqual(await second.pending(mine), []);
      await second.assertQuiet();
    });

    test('databases are closed when nobody needs them any more', TIMEOUT, async (t) => {
      const { emulator, open } = await prepare(t, common);
      const tab = await open();
      await tab.act('watchDatabases');
      await tab.act('makeFile', FILE);
      const closed = async () => (await tab.act('unclosed')) === 0;
      for (const how of ['stop', 'end']) {
        if (how === 'stop') await emulator.spoil(slowAfter(1));
        const upload = await tab.begin(rawImage({ name: 'kept' }), OPTIONS);
        await upload.untilParts(1);
        assert.equal(await tab.act('unclosed'), 1);
        if (how === 'stop') await upload.ask('stop');
        await emulator.heal();
        await upload.ended();
        await eventually(closed, `it is closed after the ${how}`);
        for (let times = 0; times < 3; times += 1) await tab.pending();
        await eventually(closed, 'those that were looked into are closed');
      }
      await tab.assertQuiet();
    });

    test('a database of the same name that is of another program is let alone', TIMEOUT, async (t) => {
      const { open } = await prepare(t, common);
      const tab = await open();
      await tab.act('makeOtherDatabase', { name: 'ims-client' });
      await tab.act('makeFile', FILE);
      const upload = await tab.begin(rawImage({ name: 'kept' }), OPTIONS);
      const { outcome, events } = await upload.ended();
      assert.equal(outcome.result?.image.status, 'active', JSON.stringify(outcome));
      const warnings = events.filter(({ type }) => type === 'warning');
      assert.match(JSON.stringify(warnings), /checkpoint-failed.*another program/);
      await tab.assertQuiet();
    });

    for (const how of ['fails', 'never answers']) {
      test(`where asking for databases ${how}, it is looked for properly`, TIMEOUT, async (t) => {
        const { loaded, open } = await prepare(t, common);
        const tab = await open();
        await tab.act('hideDatabases', { how });
        assert.deepEqual(await tab.pending(), []);
        assert.deepEqual(loaded, [SECOND]);
        await tab.assertQuiet();
      });
    }

    test('a client that is closed meanwhile says so', TIMEOUT, async (t) => {
      const { loaded, open } = await prepare(t, common);
      const tab = await open();
      assert.equal(await tab.act('pendingOfClosed', { client: tab.client }), 'aborted');
      assert.deepEqual(loaded, []);
    });
  });
}
