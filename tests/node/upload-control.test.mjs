/** Who steers an upload: pause, resume, stop, abort, a signal; and a cloud that dies in the middle of it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { slowAfter, startEmulator } from '../support/emulator.mjs';
import { eventually, quickly, rejects } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const PARTS = 8;
const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };

/** Starts an upload of eight parts, each of which the store delays, and waits until some are stored. */
async function midway(t, { options = {}, client = {}, stored = 2 } = {}) {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 150, times: 0 });
  const file = await makeRandomRaw(
    path.join(await temporaryFolder(t), 'disk.raw'),
    PARTS * OPTIONS.partSize - 7,
  );
  const ims = newClient(t, emulator.ims, client);
  const events = [];
  const task = ims.upload({ path: file }, rawImage({ name: 'midway' }), {
    ...OPTIONS,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const isStored = () => events.filter((event) => event.state === 'stored').length >= stored;
  // One that ends before says why.
  await Promise.race([task.done, eventually(isStored, `${stored} parts are stored`)]);
  return { emulator, file, ims, task, events };
}

test('what has been sent is told although nothing follows', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil(slowAfter(2));
  const ims = newClient(t, emulator.ims);
  let told;
  const onProgress = (progress) => {
    told = progress;
  };
  const bytes = randomBytes('told', 4 * OPTIONS.partSize);
  const task = ims.upload(bytes, rawImage(), { ...OPTIONS, onProgress });
  // Two parts are stored; of the other two the store takes no more than its buffers hold.
  const all = () => {
    const { bytesSent, parts } = task.progress;
    return parts.done === 2 && parts.inFlight === 2 && told?.bytesSent === bytesSent && told.parts.done === 2;
  };
  await eventually(all, 'all that was sent is told');
  await task.stop();
  await rejects(task.done, { kind: 'aborted', resumable: true });
});

test('progress goes on being told when the clock is set back', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 150, times: 0 });
  const ims = newClient(t, emulator.ims);
  const { now } = Date;
  let stored = 0;
  const onEvent = ({ state }) => {
    // Not by so much that the store refuses what is signed.
    if (state === 'stored' && ++stored === 2) t.mock.method(Date, 'now', () => now() - 600_000);
  };
  const between = [];
  const onProgress = ({ phase, parts }) => {
    if (phase === 'uploading' && parts.done > 2) between.push(parts.done);
  };
  const bytes = randomBytes('set back', PARTS * OPTIONS.partSize);
  await ims.upload(bytes, rawImage(), { ...OPTIONS, concurrency: 1, onEvent, onProgress }).done;
  assert.equal(stored, PARTS);
  assert.ok(between.length > 1, `told of ${between} parts`);
});

test('the cloud is killed in the middle and started again: the upload goes on', {
  timeout: 90_000,
}, async (t) => {
  const patient = { retry: { maxAttempts: 100, baseDelayMs: 50, maxDelayMs: 300 } };
  const { emulator, file, task, events } = await midway(t, { client: patient, stored: 3 });
  await emulator.kill();
  const before = new Set(events.filter((event) => event.state === 'stored').map((event) => event.part));
  await eventually(() => events.some((event) => event.state === 'retrying'), 'the client notices');
  assert.equal(task.state, 'running');
  await emulator.start();
  const result = await task.done;
  assert.equal(result.image.status, 'active');
  assert.equal(result.verified, 'md5');
  await assertSameBytes(file, await emulator.file(task.imageId));
  // The log of requests began anew with the new process.
  const again = (await emulator.arrived('UploadPart')).map((request) =>
    Number(new URLSearchParams(request.query).get('partNumber')),
  );
  assert.ok(again.length > 0, 'something was left to send');
  for (const part of before)
    assert.ok(!again.includes(part), `part ${part} was stored and is not sent again`);
  assert.equal((await emulator.arrived('create_image')).length, 0, 'no second image');
  assert.equal((await emulator.images()).length, 1);
});

test('abort() removes the parts and the image, and tells the service', async (t) => {
  const { emulator, task } = await midway(t);
  const store = await openStore(emulator);
  assert.equal((await store.uploads()).length, 1);
  const ended = rejects(task.done, { kind: 'aborted', operation: 'upload', resumable: false });
  await task.abort();
  await ended;
  assert.equal(task.state, 'aborted');
  assert.deepEqual(await store.uploads(), []);
  assert.deepEqual(await store.objects(), []);
  assert.ok(
    (await emulator.images()).every((image) => image.imageId !== task.imageId),
    'the image is deleted',
  );
  const told = (await emulator.arrived('complete_upload')).map((request) => request.body.result);
  assert.deepEqual(told, ['failed']);
  await task.abort();
});

test('abort() of an upload into an image of the caller leaves that image to the caller', async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 150, times: 0 });
  const ims = newClient(t, emulator.ims);
  const { imageId } = await ims.createImage(rawImage({ name: 'given' }));
  const task = ims.upload(randomBytes(1, 20 * MIB), { imageId }, OPTIONS);
  await eventually(() => task.progress.parts.done > 0, 'a part is stored');
  assert.equal(task.imageId, imageId);
  const ended = rejects(task.done, { kind: 'aborted' });
  await task.abort();
  await ended;
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
  assert.equal((await emulator.arrived('delete_image')).length, 0);
  assert.equal((await emulator.image(imageId))?.status, 'killed', 'it was told that the upload failed');
});

test('an upload into an image that exists ends active', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { imageId } = await ims.createImage(rawImage({ name: 'given' }));
  const bytes = randomBytes(2, 6 * MIB);
  const { image } = await ims.upload(bytes, { imageId }, OPTIONS).done;
  assert.deepEqual([image.imageId, image.status], [imageId, 'active']);
  assert.equal((await emulator.arrived('create_image')).length, 1, 'only the one of this test');
  await assertSameBytes([bytes], await emulator.file(imageId));
});

test('stop() keeps parts and image', async (t) => {
  const { emulator, task } = await midway(t);
  const ended = rejects(task.done, { kind: 'aborted', resumable: true });
  await task.stop();
  await ended;
  assert.equal(task.state, 'stopped');
  assert.equal((await (await openStore(emulator)).uploads()).length, 1, 'the parts are kept');
  assert.equal((await emulator.image(task.imageId)).status, 'queued');
  assert.equal((await emulator.arrived('complete_upload')).length, 0);
  const sent = (await emulator.arrived('UploadPart')).length;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await emulator.arrived('UploadPart')).length, sent, 'nothing is sent after a stop');
});

test('aborting the signal is a stop', async (t) => {
  const controller = new AbortController();
  const { emulator, task } = await midway(t, { options: { signal: controller.signal } });
  controller.abort();
  await rejects(task.done, { kind: 'aborted', resumable: true });
  assert.equal(task.state, 'stopped');
  assert.equal((await (await openStore(emulator)).uploads()).length, 1);
  assert.equal((await emulator.image(task.imageId)).status, 'queued');
});

test('a signal that is aborted already lets nothing begin', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const task = ims.upload(randomBytes(1, 1000), rawImage(), { signal: AbortSignal.abort() });
  await rejects(task.done, { kind: 'aborted' });
  assert.equal(task.state, 'stopped');
  assert.deepEqual(await emulator.arrived(), []);
});

test('a paused upload sends nothing, a resumed one goes on', async (t) => {
  const { emulator, file, task } = await midway(t);
  task.pause();
  assert.equal(task.state, 'paused');
  task.pause();
  await eventually(() => task.progress.parts.inFlight === 0, 'what is in flight lands');
  const sent = (await emulator.arrived('UploadPart')).length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal((await emulator.arrived('UploadPart')).length, sent);
  assert.ok(task.progress.parts.done < PARTS);
  task.resume();
  assert.equal(task.state, 'running');
  task.resume();
  const { image } = await task.done;
  assert.equal(image.status, 'active');
  await assertSameBytes(file, await emulator.file(image.imageId));
  task.pause();
  assert.equal(task.state, 'done', 'what is done stays done');
});

test('a paused upload can be stopped and aborted', async (t) => {
  for (const [end, state] of [
    ['stop', 'stopped'],
    ['abort', 'aborted'],
  ]) {
    const { task } = await midway(t, { stored: 1 });
    task.pause();
    const ended = rejects(task.done, { kind: 'aborted' });
    await task[end]();
    await ended;
    assert.equal(task.state, state);
  }
});

test('no more parts are in flight than the options say', async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 20, times: 0 });
  const ims = newClient(t, emulator.ims);
  for (const concurrency of [1, 3]) {
    let most = 0;
    const options = { partSize: 5 * MIB, concurrency };
    const task = ims.upload(randomBytes(3, 30 * MIB), rawImage(), {
      ...options,
      onProgress: ({ parts }) => {
        most = Math.max(most, parts.inFlight);
      },
    });
    await task.done;
    assert.ok(most <= concurrency && most > 0, `${most} parts were in flight, ${concurrency} are allowed`);
  }
});

test('several uploads at once do not mix', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const seeds = [1, 2, 3, 4];
  const tasks = seeds.map((seed) =>
    ims.upload(randomBytes(seed, 7 * MIB + seed), rawImage({ name: `n${seed}` }), OPTIONS),
  );
  const results = await Promise.all(tasks.map((task) => task.done));
  for (const [index, { image, verified }] of results.entries()) {
    assert.deepEqual([image.name, image.status, verified], [`n${seeds[index]}`, 'active', 'md5']);
    await assertSameBytes(
      [randomBytes(seeds[index], 7 * MIB + seeds[index])],
      await emulator.file(image.imageId),
    );
  }
});

test('close() ends an upload under way, and nothing is sent any more', async (t) => {
  const { emulator, ims, task } = await midway(t);
  const ended = rejects(task.done, { kind: 'aborted', message: /closed/i });
  ims.close();
  await ended;
  const sent = (await emulator.arrived('UploadPart')).length;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await emulator.arrived('UploadPart')).length, sent);
});

test('callbacks that throw do not spoil an upload', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const broken = () => {
    throw new Error('the callback has a defect');
  };
  const { image } = await ims.upload(randomBytes(1, 6 * MIB), rawImage(), {
    onProgress: broken,
    onEvent: broken,
  }).done;
  assert.equal(image.status, 'active');
});

test('a store that is down for good ends the upload, and keeps everything for later', async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ service: 'oss', operation: 'UploadPart', reset: 'before', skip: 1, times: 0 });
  const ims = newClient(t, emulator.ims, { retry: quickly(3) });
  const task = ims.upload(randomBytes(1, 20 * MIB), rawImage(), { ...OPTIONS, concurrency: 1 });
  const error = await rejects(task.done, {
    kind: ['network', 'storage'],
    resumable: true,
    operation: 'upload',
  });
  assert.ok(error.attempts.length >= 2, `${error.attempts.length} attempts are told of`);
  assert.equal(task.state, 'failed');
  assert.equal((await emulator.image(task.imageId)).status, 'queued', 'the image waits');
  assert.equal((await (await openStore(emulator)).uploads()).length, 1, 'so do the parts');
  assert.equal((await emulator.arrived('complete_upload')).length, 0);
});
