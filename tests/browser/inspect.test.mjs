/** In the real browsers, under a strict policy: inspect() of a picked file, and uploads that look into theirs. */
import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BROWSERS, launch } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { qcow2 } from '../support/headers.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage, smallImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, openTab, shared } from '../support/tabs.mjs';

const GIB = 2 ** 30;
const TIMEOUT = { timeout: 120_000 };
const OFF = { checkpoint: false };

async function prepare(t, { browser }, { worker = false, ...site } = {}) {
  const emulator = await startEmulator(t);
  const address = await startSite(t, site);
  const folder = await temporaryFolder(t);
  const tab = await openTab(await newProfile(t, browser), address, emulator, { worker });
  return { emulator, folder, tab };
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ browser: await launch(context, name) }));

    for (const worker of [false, true]) {
      test(`inspect() of picked files, ${worker ? 'in a worker' : 'in the page'}`, TIMEOUT, async (t) => {
        const { folder, tab } = await prepare(t, common, { worker });
        const image = path.join(folder, 'disk.qcow2');
        await writeFile(image, qcow2({ virtualSize: 40 * GIB, backingFile: 'base.qcow2' }));
        await tab.pick(image);
        const info = await tab.act('inspect', { kind: 'file' });
        assert.equal(info.format, 'qcow2');
        assert.equal(info.virtualSize, 40 * GIB);
        assert.deepEqual(
          info.problems.map(({ code }) => code),
          ['backing-file'],
        );
        assert.deepEqual(info.suggestion, { diskFormat: 'qcow2', minDisk: 41 });
        const large = path.join(folder, 'large.raw');
        const handle = await open(large, 'w');
        await handle.truncate(100 * GIB);
        await handle.close();
        assert.equal(await tab.pick(large), 100 * GIB);
        const raw = await tab.act('inspect', { kind: 'file' });
        assert.deepEqual([raw.format, raw.virtualSize, raw.problems], ['raw', 100 * GIB, []]);
        const { error } = await tab.act('inspect', { kind: 'nothing' });
        assert.deepEqual([error.isImsError, error.kind, error.field], [true, 'validation', 'source']);
        await tab.assertQuiet();
      });

      test(
        `an upload is refused by what is in the file, ${worker ? 'in a worker' : 'in the page'}`,
        TIMEOUT,
        async (t) => {
          const { emulator, folder, tab } = await prepare(t, common, { worker });
          const file = path.join(folder, 'disk.qcow2');
          await writeFile(file, qcow2({ backingFile: 'base.qcow2' }));
          await tab.pick(file);
          const refused = await tab.begin(smallImage(), OFF);
          await refused.endsBadly({
            kind: 'validation',
            code: 'backing-file',
            field: 'source',
            resumable: false,
          });
          const declared = await tab.begin(rawImage(), OFF);
          await declared.endsBadly({ kind: 'validation', code: 'format-mismatch', field: 'diskFormat' });
          assert.deepEqual(await emulator.images(), [], 'nothing was created');
          assert.deepEqual(await emulator.arrived('create_image'), []);
          const allowed = await tab.begin(smallImage(), { ...OFF, allowUnsafe: ['backing-file'] });
          const { warnings } = await allowed.endsWell(file, { listed: false });
          assert.match(warnings[0], /backing file/);
          await tab.assertQuiet();
        },
      );
    }

    test('an inspector that a site does not publish costs a warning, never an upload', TIMEOUT, async (t) => {
      const { folder, tab } = await prepare(t, common, { missing: ['/ims-client/inspect_bg.wasm'] });
      const file = path.join(folder, 'disk.raw');
      await writeFile(file, Buffer.alloc(4096));
      await tab.pick(file);
      const upload = await tab.begin(rawImage(), OFF);
      const { events } = await upload.endsWell(file, { listed: false });
      const warnings = events.filter(({ type }) => type === 'warning');
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['inspection-skipped'],
      );
      assert.match(warnings[0].message, /inspect_bg\.wasm answered 404/);
      await tab.assertQuiet({ failures: true });
    });
  });
}
