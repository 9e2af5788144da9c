/** Downloads: what is spoilt on the way is never called complete; pause, resume and abort. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { rejects } from '../support/expect.mjs';
import { assertSameBytes, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
const OPTIONS = { partSize: 5 * MIB };
const BYTES = randomBytes('downloads', 17 * MIB);

test('a download that is spoilt on the way is never called complete', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const folder = await temporaryFolder(t);

  await emulator.spoil({ operation: 'download_image', flipResponseBit: 5 * MIB, times: 0 });
  const flipped = path.join(folder, 'flipped.raw');
  await rejects(ims.download(image.imageId, { path: flipped }).done, {
    kind: 'integrity',
    operation: 'download',
  });
  assert.ok(!(await readdir(folder)).includes('flipped.raw'), 'a damaged file is not left under its name');
  await emulator.heal();

  await emulator.spoil({ operation: 'download_image', reset: 'after', afterBytes: 6 * MIB, times: 2 });
  const resumed = path.join(folder, 'resumed.raw');
  assert.equal((await ims.download(image.imageId, { path: resumed }).done).verified, 'md5');
  await assertSameBytes([BYTES], resumed);
  await emulator.heal();

  await emulator.spoil({ operation: 'download_image', reset: 'after', afterBytes: 1000, times: 0 });
  const lost = path.join(folder, 'lost.raw');
  await rejects(ims.download(image.imageId, { path: lost }).done, { kind: 'network' });
  assert.equal(
    await stat(lost).then(
      () => true,
      () => false,
    ),
    false,
    'nor is half of one',
  );
});

test('a download can be aborted, paused and resumed', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const folder = await temporaryFolder(t);
  await emulator.spoil({
    operation: 'download_image',
    stallMs: 300,
    stallIn: 'response',
    afterBytes: MIB,
    times: 0,
  });
  const aborted = ims.download(image.imageId, { path: path.join(folder, 'aborted.raw') });
  const ended = rejects(aborted.done, { kind: 'aborted' });
  await aborted.abort();
  await ended;
  const controller = new AbortController();
  const signalled = ims.download(image.imageId, 'stream', { signal: controller.signal });
  const failed = rejects(signalled.done, { kind: 'aborted' });
  controller.abort();
  await failed;
  const file = path.join(folder, 'paused.raw');
  const paused = ims.download(image.imageId, { path: file });
  paused.pause();
  setTimeout(() => paused.resume(), 50);
  assert.equal((await paused.done).bytes, BYTES.length);
  await assertSameBytes([BYTES], file);
});
