/** The main job in the real browsers: a page across origins, without a bundler, uploads, downloads and compares. */
import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { BROWSERS, launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { assertSameBytes, makeQcow2, md5Of, randomPieces } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage, smallImage } from '../support/samples.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, shared } from '../support/tabs.mjs';

const MIB = 1024 * 1024;
/** A browser, two uploads and two cores that others use too. */
const TIMEOUT = { timeout: 300_000 };

/** The key that gives a page the same bytes as `randomPieces(seed, …)` gives here. */
function keyOf(seed) {
  return scryptSync(String(seed), 'ims-client', 16, { N: 16 }).toString('hex');
}

/** Everything a test in a page needs; `ask` calls a function of the page. */
async function prepare(t, { browser }, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const site = await startSite(t);
  const { page, complaints } = await openPage(await newProfile(t, browser), `${site}/index.html`);
  const ask = (method, ...parameters) =>
    page.evaluate((method, parameters) => globalThis.tests[method](...parameters), method, parameters);
  return { emulator, page, complaints, ask, endpoint: emulator.ims };
}

/** What every upload of a page must show. */
async function assertUploaded(result, size, emulator, expected, verified = 'md5') {
  assert.equal(result.state, 'done');
  assert.equal(result.image.status, 'active');
  assert.equal(result.image.size, size);
  assert.equal(result.verified, verified);
  const last = result.progress.at(-1);
  assert.deepEqual(last, ['done', size]);
  for (const [index, [, sent]] of result.progress.entries()) {
    assert.ok(index === 0 || sent >= result.progress[index - 1][1], 'progress only grows');
  }
  await assertSameBytes(expected, await emulator.file(result.image.imageId));
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ browser: await launch(context, name) }));

    test('64 MiB of noise, made in the page', TIMEOUT, async (t) => {
      const { emulator, complaints, ask, endpoint } = await prepare(t, common);
      const size = 64 * MIB;
      assert.equal(await ask('makeFile', { key: keyOf('page'), size }), size);
      const result = await ask('upload', { endpoint, metadata: rawImage({ name: 'noise' }) });
      await assertUploaded(result, size, emulator, randomPieces('page', size));
      assert.equal(result.image.checksum, await md5Of(randomPieces('page', size)));
      assert.deepEqual(result.warnings, []);
      const down = await ask('downloadAndCompare', { endpoint, imageId: result.image.imageId });
      assert.deepEqual([down.bytes, down.compared, down.verified], [size, size, 'md5']);
      assert.deepEqual(complaints, []);
    });

    test('a sparse qcow2 of 200 MiB, picked from the disk', TIMEOUT, async (t) => {
      const { emulator, page, complaints, ask, endpoint } = await prepare(t, common);
      const file = await makeQcow2(path.join(await temporaryFolder(t), 'disk.qcow2'), 200);
      const { size } = await stat(file);
      const input = await page.$('#file');
      await input.uploadFile(file);
      assert.equal(await ask('takeFile'), size);
      const result = await ask('upload', { endpoint, metadata: smallImage({ name: 'sparse' }) });
      await assertUploaded(result, size, emulator, file);
      assert.equal(result.image.checksum, await md5Of(file));
      const down = await ask('downloadAndCompare', { endpoint, imageId: result.image.imageId });
      assert.deepEqual([down.bytes, down.compared, down.verified], [size, size, 'md5']);
      assert.deepEqual(complaints, []);
    });

    test('the same in a module worker', TIMEOUT, async (t) => {
      const { emulator, complaints, ask, endpoint } = await prepare(t, common);
      // Slow enough for reports on the way, whatever the machine.
      await emulator.spoil({ operation: 'UploadPart', delayMs: 300, times: 0 });
      const size = 17 * MIB + 3;
      await ask('makeFile', { key: keyOf('worker'), size });
      const metadata = rawImage({ name: 'worker' });
      const result = await ask('inWorker', 'upload', {
        endpoint,
        metadata,
        options: { partSize: 5 * MIB, concurrency: 1 },
      });
      await assertUploaded(result, size, emulator, randomPieces('worker', size));
      const between = result.progress.filter(([, sent]) => sent > 0 && sent < size);
      assert.ok(between.length > 0, 'something is reported on the way');
      const imageId = result.image.imageId;
      const down = await ask('inWorker', 'downloadAndCompare', { endpoint, imageId });
      assert.deepEqual([down.compared, down.verified], [size, 'md5']);
      assert.deepEqual(complaints, []);
    });

    test('a store that hides ETag from pages', TIMEOUT, async (t) => {
      const { emulator, ask, endpoint } = await prepare(t, common, '--hide-etag');
      const size = 12 * MIB;
      await ask('makeFile', { key: keyOf('hidden'), size });
      const metadata = rawImage({ name: 'hidden' });
      const result = await ask('upload', { endpoint, metadata, options: { partSize: 5 * MIB } });
      await assertUploaded(result, size, emulator, randomPieces('hidden', size));
      const warnings = result.events.filter((event) => event.type === 'warning').map((event) => event.code);
      assert.deepEqual(warnings, ['etag-hidden']);
    });

    test('a damaged part is noticed in a page too', TIMEOUT, async (t) => {
      const { emulator, ask, endpoint } = await prepare(t, common);
      await emulator.spoil(
        { operation: 'UploadPart', query: 'partNumber=2', flipBit: 99 },
        { operation: 'UploadPart', query: 'partNumber=3', status: 503, code: 'SlowDown' },
      );
      const size = 16 * MIB;
      await ask('makeFile', { key: keyOf('damaged'), size });
      const metadata = rawImage({ name: 'damaged' });
      const result = await ask('upload', { endpoint, metadata, options: { partSize: 5 * MIB } });
      assert.equal(result.image.status, 'active');
      await assertSameBytes(randomPieces('damaged', size), await emulator.file(result.image.imageId));
      const retried = result.events.filter((event) => event.state === 'retrying').map((event) => event.part);
      assert.deepEqual(retried.sort(), [2, 3]);
    });

    test('calls and errors cross origins', TIMEOUT, async (t) => {
      const { emulator, complaints, ask, endpoint } = await prepare(t, common, '--seed-demo');
      const names = await ask('list', { endpoint });
      assert.ok(names.length >= 2, `${names.length} images`);
      assert.deepEqual(await ask('inWorker', 'list', { endpoint }), await ask('list', { endpoint }));
      const refused = await ask('failure', { endpoint, method: 'getImage', parameters: ['..'] });
      assert.deepEqual([refused.isImsError, refused.kind, refused.field], [true, 'validation', 'imageId']);
      assert.deepEqual(complaints, []);
      const missing = await ask('failure', { endpoint, method: 'getImage', parameters: ['img-nowhere'] });
      assert.deepEqual([missing.kind, missing.code], ['service', 'IMG.DBGet.NoData']);
      await emulator.stop();
      const nobody = await ask('failure', {
        endpoint,
        method: 'listImages',
        parameters: [],
      });
      assert.equal(nobody.kind, 'network');
    });
  });
}
