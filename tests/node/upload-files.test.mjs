/** The main job: big files go up, are verified, come down again and are the same, byte for byte. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { assertSameBytes, makeQcow2, makeRandomRaw, md5Of, writeQcow2 } from '../support/images.mjs';
import { entryFile, temporaryFolder } from '../support/places.mjs';
import { rawImage, smallImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const run = promisify(execFile);
const PHASES = ['inspecting', 'creating', 'preparing', 'uploading', 'completing', 'verifying', 'done'];

/** Uploads a file and checks everything that an upload promises; gives its result. */
async function uploadAndCheck(t, emulator, file, image) {
  const ims = newClient(t, emulator.ims);
  const { size } = await stat(file);
  const [progress, events] = [[], []];
  const task = ims.upload({ path: file }, image, {
    onProgress: (one) => progress.push(structuredClone(one)),
    onEvent: (event) => events.push(event),
  });
  assert.equal(task.state, 'running');
  const result = await task.done;
  const md5 = await md5Of(file);

  assert.equal(task.state, 'done');
  assert.equal(result.image.status, 'active');
  assert.equal(result.image.imageId, task.imageId);
  assert.equal(result.image.size, size);
  assert.equal(result.image.checksum, md5, 'the checksum is what md5sum prints');
  assert.deepEqual([result.md5, result.verified, result.warnings], [md5, 'md5', []]);
  await assertSameBytes(file, await emulator.file(task.imageId));
  assertProgress(progress, size);
  assertEvents(events, progress.at(-1).parts.total);
  assert.deepEqual(await (await openStore(emulator)).uploads(), [], 'no unfinished upload is left');
  return { ims, result };
}

/** Progress only grows, phases follow their order, and the end is the whole. */
function assertProgress(progress, size) {
  assert.ok(progress.length >= 3, `${progress.length} reports`);
  for (const [index, one] of progress.entries()) {
    assert.ok(PHASES.includes(one.phase), one.phase);
    assert.equal(one.bytesTotal, size);
    assert.ok(one.bytesSent >= 0 && one.bytesSent <= size);
    assert.ok(Number.isFinite(one.bytesPerSecond) && one.bytesPerSecond >= 0);
    assert.ok(one.etaSeconds === null || one.etaSeconds >= 0);
    assert.ok(one.parts.done + one.parts.inFlight <= Math.max(1, one.parts.total), JSON.stringify(one.parts));
    const before = progress[index - 1];
    if (!before) continue;
    assert.ok(one.bytesSent >= before.bytesSent, 'bytes are not unsent where nothing fails');
    assert.ok(
      PHASES.indexOf(one.phase) >= PHASES.indexOf(before.phase),
      `${before.phase}, then ${one.phase}`,
    );
    assert.ok(one.parts.done >= before.parts.done);
  }
  const last = progress.at(-1);
  assert.deepEqual([last.phase, last.bytesSent, last.parts.done], ['done', size, last.parts.total]);
  assert.equal(last.retries, 0);
}

/** Each part starts and is stored, once; credentials are asked for once. */
function assertEvents(events, total) {
  const parts = (state) => events.filter((event) => event.type === 'part' && event.state === state);
  for (const state of ['started', 'stored']) {
    const numbers = parts(state).map((event) => event.part);
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: total }, (_, index) => index + 1),
      state,
    );
  }
  assert.equal(parts('retrying').length, 0);
  assert.deepEqual(
    events.filter((event) => event.type === 'credentials').map((event) => event.reason),
    ['first'],
  );
  assert.deepEqual(
    events.filter((event) => event.type === 'warning'),
    [],
  );
}

test('a sparse qcow2 of 200 MiB goes up and comes down the same', { timeout: 180_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const folder = await temporaryFolder(t);
  const file = await makeQcow2(path.join(folder, 'disk.qcow2'), 200);
  const { ims, result } = await uploadAndCheck(t, emulator, file, smallImage({ name: 'sparse' }));

  const copy = path.join(folder, 'copy.qcow2');
  const progress = [];
  const task = ims.download(
    result.image.imageId,
    { path: copy },
    { onProgress: (one) => progress.push(one) },
  );
  const done = await task.done;
  const { size } = await stat(file);
  assert.deepEqual([done.bytes, done.md5, done.verified], [size, result.md5, 'md5']);
  await assertSameBytes(file, copy);
  assert.equal(progress.at(-1).bytesReceived, size);
  assert.equal(progress.at(-1).bytesTotal, size);
  for (const [index, one] of progress.entries()) {
    assert.ok(index === 0 || one.bytesReceived >= progress[index - 1].bytesReceived);
  }
});

test('a raw file of 64 MiB of noise goes up and comes down the same', { timeout: 120_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), 64 * MIB);
  const { ims, result } = await uploadAndCheck(t, emulator, file, rawImage({ name: 'noise' }));
  const task = ims.download(result.image.imageId, 'stream');
  await assertSameBytes(file, task.stream);
  assert.equal((await task.done).verified, 'md5');
});

test('a qcow2 that no qemu-img made goes up too', async (t) => {
  const emulator = await startEmulator(t);
  const file = await writeQcow2(path.join(await temporaryFolder(t), 'own.qcow2'), 24 * MIB);
  await uploadAndCheck(t, emulator, file, smallImage({ name: 'own' }));
});

test('sizes around one part arrive whole', { timeout: 120_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const partSize = 5 * MIB;
  const folder = await temporaryFolder(t);
  for (const size of [1, 4095, partSize - 1, partSize, partSize + 1, 2 * partSize, 2 * partSize + 1]) {
    const file = await makeRandomRaw(path.join(folder, `${size}.raw`), size, size);
    const { image, verified } = await ims.upload({ path: file }, rawImage({ name: `size ${size}` }), {
      partSize,
    }).done;
    assert.equal(image.status, 'active', `${size} bytes`);
    assert.equal(verified, 'md5', `${size} bytes`);
    await assertSameBytes(file, await emulator.file(image.imageId));
  }
});

test('a file below one part goes as one PUT, a bigger one as parts that are told to the service', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const folder = await temporaryFolder(t);
  const small = await makeRandomRaw(path.join(folder, 'small.raw'), 300_000);
  await ims.upload({ path: small }, rawImage({ name: 'one put' })).done;
  assert.equal((await emulator.arrived('PutObject')).length, 1);
  assert.equal((await emulator.arrived('CreateMultipartUpload')).length, 0);
  const [single] = await emulator.arrived('complete_upload');
  assert.equal(single.body.result, 'success');
  assert.ok(!single.body.uploadId, 'there is no multipart upload to name');

  await emulator.control('DELETE', '/_emulator/requests');
  const big = await makeRandomRaw(path.join(folder, 'big.raw'), 11 * MIB);
  await ims.upload({ path: big }, rawImage({ name: 'parts' }), { partSize: 5 * MIB }).done;
  assert.equal((await emulator.arrived('PutObject')).length, 0);
  const parts = (await emulator.arrived('UploadPart')).map((request) => [
    new URLSearchParams(request.query).get('partNumber'),
    request.bodySize,
  ]);
  assert.deepEqual(parts.sort(), [
    ['1', 5 * MIB],
    ['2', 5 * MIB],
    ['3', MIB],
  ]);
  const [several] = await emulator.arrived('complete_upload');
  const [first] = await emulator.arrived('UploadPart');
  assert.equal(several.body.uploadId, new URLSearchParams(first.query).get('uploadId'));
});

test('progress is reported on the way', async (t) => {
  const emulator = await startEmulator(t);
  // Slow enough for several reports, whatever the machine.
  await emulator.spoil({ operation: 'UploadPart', delayMs: 300, times: 0 });
  const ims = newClient(t, emulator.ims);
  const size = 20 * MIB;
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), size);
  const progress = [];
  const onProgress = (one) => progress.push(structuredClone(one));
  const task = ims.upload({ path: file }, rawImage(), { partSize: 5 * MIB, concurrency: 1, onProgress });
  await task.done;
  assertProgress(progress, size);
  const between = progress.filter((one) => one.bytesSent > 0 && one.bytesSent < size);
  assert.ok(between.length >= 2, `${between.length} reports on the way`);
  assert.ok(
    between.some((one) => one.bytesPerSecond > 0 && one.etaSeconds > 0),
    'with a rate and what is left',
  );
});

test('a file is never whole in memory', { timeout: 180_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const file = path.join(await temporaryFolder(t), 'big.raw');
  await makeRandomRaw(file, MIB);
  await truncate(file, 512 * MIB);
  // In a process of its own: what other tests hold must not count.
  const script = `
    import { CecloudImsClient } from ${JSON.stringify(entryFile())};
    const ims = new CecloudImsClient({ endpoint: '${emulator.ims}', region: 'region0' });
    const before = process.resourceUsage().maxRSS;
    const { image } = await ims.upload({ path: ${JSON.stringify(file)} }, ${JSON.stringify(rawImage())}).done;
    console.log(JSON.stringify({ status: image.status, grown: process.resourceUsage().maxRSS - before }));
    ims.close();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 170_000 });
  const { status, grown } = JSON.parse(stdout);
  assert.equal(status, 'active');
  assert.ok(grown < 256 * 1024, `the process grew by ${Math.round(grown / 1024)} MiB for a file of 512 MiB`);
});
