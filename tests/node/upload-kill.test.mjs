/** `kill -9` of the uploading process at ten points of a 1 GiB upload: the next process goes on, and little is sent twice. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newClient, REGION } from '../support/client.mjs';
import { slowAfter, startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, randomBytes } from '../support/images.mjs';
import { runUploader, startUploader } from '../support/killed.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const UPLOADER = fileURLToPath(new URL('../support/uploader.mjs', import.meta.url));
const CONCURRENCY = 4;

test('kill -9 at ten points of a 1 GiB upload', { timeout: 600_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), 1024 * MIB);
  const directory = path.join(folder, 'checkpoints');
  const request = {
    client: { endpoint: emulator.ims, region: REGION },
    path: file,
    image: rawImage({ name: 'killed again and again' }),
    checkpoint: { directory },
    options: { concurrency: CONCURRENCY, partSize: 8 * MIB },
  };
  const parts = 128;
  // So many get through in one life: however far a process runs ahead of what it says of itself, it does not end.
  const atOnce = 12;
  const points = [...randomBytes('points', 10)];
  for (const [index, point] of points.entries()) {
    // Somewhere within the next tenth, at a moment when a part has just been started or stored.
    let left = 1 + (point % 4);
    const kind = point % 2 ? 'stored' : 'started';
    await emulator.heal();
    await emulator.spoil(slowAfter(atOnce));
    const { last, killed } = await runUploader(
      t,
      UPLOADER,
      request,
      (line) => line.state === kind && --left <= 0,
    );
    assert.ok(killed, `run ${index} ended before it was killed: ${JSON.stringify(last)}`);
  }
  await emulator.heal();
  const { last } = await runUploader(t, UPLOADER, request);
  assert.equal(last.verified, 'md5', JSON.stringify(last));
  await assertSameBytes(file, await emulator.file(last.done));
  const sent = (await emulator.arrived('UploadPart')).length;
  t.diagnostic(`${parts} parts, ${points.length} kills, ${sent} parts sent`);
  // What was in flight is sent again; one part may have been stored just before the checkpoint was.
  assert.ok(sent <= parts + points.length * (CONCURRENCY + 1), `${sent} parts were sent`);
  assert.equal((await emulator.images()).length, 1);
  assert.deepEqual(await readdir(directory), [], 'no checkpoint, no lock is left');
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
});

test('killed while the image is being created: no second one', { timeout: 120_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const folder = await temporaryFolder(t);
  const request = {
    client: { endpoint: emulator.ims, region: REGION },
    path: await makeRandomRaw(path.join(folder, 'disk.raw'), 11 * MIB),
    image: rawImage({ name: 'killed early' }),
    checkpoint: { directory: path.join(folder, 'checkpoints') },
    options: { partSize: 5 * MIB },
  };
  // The service has done it, but its answer takes its time.
  await emulator.spoil({ operation: 'create_image', stallMs: 600_000, times: 1 });
  const { kill } = startUploader(t, UPLOADER, request);
  await eventually(async () => (await emulator.images()).length > 0, 'an image');
  const ims = newClient(t, emulator.ims);
  const isInUse = async () => (await ims.pendingUploads(request.checkpoint)).map(({ inUse }) => inUse);
  assert.deepEqual(await isInUse(), [true], 'the other process lives');
  await kill();
  assert.deepEqual(await isInUse(), [false], 'it does not any more');
  const { last } = await runUploader(t, UPLOADER, request);
  assert.equal(last.verified, 'md5', JSON.stringify(last));
  assert.equal((await emulator.images()).length, 1);
  assert.equal((await emulator.arrived('create_image')).length, 1);
});
