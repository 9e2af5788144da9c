/** Downloads: what is spoilt on the way is never called complete; pause, resume and abort. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
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

test('what has arrived is told although nothing follows', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const stall = { operation: 'download_image', stallMs: 600_000, stallIn: 'response', times: 0 };
  await emulator.spoil({ ...stall, afterBytes: 9 * MIB });
  let told;
  const onProgress = ({ bytesReceived }) => {
    told = bytesReceived;
  };
  const target = path.join(await temporaryFolder(t), 'disk.raw');
  const task = ims.download(image.imageId, { path: target }, { onProgress });
  await eventually(() => told === 9 * MIB, 'all that has arrived is told');
  await task.abort();
  await rejects(task.done, { kind: 'aborted' });
});

/** Begins a download that breaks off after so many bytes, for good. */
async function brokenOff(emulator, ims, imageId, target, bytes) {
  await emulator.spoil(
    { operation: 'download_image', reset: 'after', afterBytes: bytes, times: 1 },
    { operation: 'download_image', status: 403, times: 0 },
  );
  await rejects(ims.download(imageId, { path: target }).done, { operation: 'download', resumable: true });
  await emulator.heal();
}

test('a download that broke off is gone on with by the next one', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const folder = await temporaryFolder(t);
  const target = path.join(folder, 'disk.raw');
  await brokenOff(emulator, ims, image.imageId, target, 9 * MIB);
  assert.deepEqual((await readdir(folder)).sort(), ['disk.raw.part', 'disk.raw.part.json']);

  const first = [];
  const onProgress = ({ bytesReceived }) => first.push(bytesReceived);
  const done = await newClient(t, emulator.ims).download(image.imageId, { path: target }, { onProgress })
    .done;
  assert.deepEqual(done, { bytes: BYTES.length, md5: image.checksum, verified: 'md5' });
  // What was on its way when the connection broke is lost.
  assert.ok(first[0] >= 2 * MIB, `it begins at ${first[0]}`);
  await assertSameBytes([BYTES], target);
  assert.deepEqual(await readdir(folder), ['disk.raw']);
});

test('what is left of another image, or was changed, is not gone on with', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const others = randomBytes('others', 17 * MIB);
  const { image: other } = await ims.upload(others, rawImage({ name: 'other' }), OPTIONS).done;
  const folder = await temporaryFolder(t);
  const target = path.join(folder, 'disk.raw');

  await brokenOff(emulator, ims, image.imageId, target, 9 * MIB);
  assert.equal((await ims.download(other.imageId, { path: target }).done).verified, 'md5');
  await assertSameBytes([others], target);

  await brokenOff(emulator, ims, image.imageId, target, 9 * MIB);
  await brokenOff(emulator, ims, image.imageId, target, 9 * MIB);
  await writeFile(`${target}.part.json`, '{');
  await rejects(ims.download(image.imageId, { path: target }).done, { field: 'target.path' });
  await rm(`${target}.part`);
  await rm(`${target}.part.json`);
  assert.equal((await ims.download(image.imageId, { path: target }).done).verified, 'md5');
  assert.deepEqual(await readdir(folder), ['disk.raw']);
});

test('a service that goes away midway and comes back does not end a download', {
  timeout: 60_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  let failed = 0;
  const onRequest = (event) => {
    if (event.operation === 'downloadImage' && event.error) failed++;
  };
  const ims = newClient(t, emulator.ims, { retry: undefined, onRequest });
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const target = path.join(await temporaryFolder(t), 'disk.raw');
  const slow = { operation: 'download_image', stallMs: 60_000, stallIn: 'response', afterBytes: 6 * MIB };
  await emulator.spoil(slow);
  const task = ims.download(image.imageId, { path: target });
  const midway = async () => (await stat(`${target}.part`).catch(() => ({ size: 0 }))).size >= 4 * MIB;
  await Promise.race([task.done, eventually(midway, 'it is midway')]);
  await emulator.kill();
  await Promise.race([task.done, eventually(() => failed >= 5, 'it was tried more often than a call is')]);
  await emulator.start();
  assert.equal((await task.done).verified, 'md5');
  await assertSameBytes([BYTES], target);
});

test('two downloads do not write into one file', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const target = { path: path.join(await temporaryFolder(t), 'disk.raw') };
  const first = ims.download(image.imageId, target);
  const second = ims.download(image.imageId, target);
  await rejects(second.done, { kind: 'validation', field: 'target.path' });
  assert.equal((await first.done).verified, 'md5');
  assert.equal((await ims.download(image.imageId, target).done).verified, 'md5');
});

test('a path leads from where the process was when the download began', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { image } = await ims.upload(BYTES, rawImage(), OPTIONS).done;
  const [here, there] = [await temporaryFolder(t), await temporaryFolder(t)];
  const before = process.cwd();
  t.after(() => process.chdir(before));
  await mkdir(path.join(here, 'disks'));
  await writeFile(path.join(here, 'old.raw'), 'old');
  await symlink('old.raw', path.join(here, 'link.raw'));
  for (const target of ['disk.raw', './disks/disk.raw', 'link.raw', path.join(here, 'whole.raw')]) {
    process.chdir(here);
    const onProgress = () => process.chdir(there);
    assert.equal((await ims.download(image.imageId, { path: target }, { onProgress }).done).verified, 'md5');
    await assertSameBytes([BYTES], path.resolve(here, target));
  }
  await assertSameBytes([BYTES], path.join(here, 'old.raw'));
  process.chdir(here);
  await emulator.spoil({ operation: 'download_image', flipResponseBit: MIB, times: 0 });
  const spoilt = ims.download(
    image.imageId,
    { path: 'spoilt.raw' },
    { onProgress: () => process.chdir(there) },
  );
  await rejects(spoilt.done, { kind: 'integrity' });
  assert.deepEqual(await readdir(there), []);
  assert.deepEqual((await readdir(here)).sort(), ['disk.raw', 'disks', 'link.raw', 'old.raw', 'whole.raw']);
});

test('a target in a folder that is not there is named, and no folder is made', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const folder = await temporaryFolder(t);
  const target = path.join(folder, 'not', 'there.raw');
  const { message } = await ims.download('img-1', { path: target }).done.catch((error) => error);
  assert.match(message, /cannot be written: ENOENT/);
  assert.ok(message.includes(target), message);
  assert.deepEqual(await readdir(folder), []);
});
