/** Uploads beside each other and against each other: what is another one's is left alone, and the last wish counts. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { memoryStore } from '../support/checkpoints.mjs';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };

test('where a creation is lost, the image of an upload of the same name is not taken for its image', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  await emulator.spoil(
    // The second one never reaches the service.
    { operation: 'create_image', skip: 1, times: 1, delayMs: 400, reset: 'before' },
    { operation: 'UploadPart', delayMs: 300, times: 0 },
  );
  const files = [randomBytes(1, 17 * MIB), randomBytes(2, 17 * MIB)];
  const tasks = files.map((bytes) => ims.upload(bytes, rawImage({ name: 'same' }), OPTIONS));
  await Promise.all(tasks.map(({ done }) => done));
  assert.notEqual(tasks[0].imageId, tasks[1].imageId);
  assert.equal((await emulator.images()).length, 2);
  for (const [index, { imageId }] of tasks.entries())
    await assertSameBytes([files[index]], await emulator.file(imageId));
});

test('abort() while the image is being saved tells the service, and leaves nothing', async (t) => {
  const emulator = await startEmulator(t, '--pause-jobs');
  const ims = newClient(t, emulator.ims);
  const task = ims.upload(randomBytes(1, 17 * MIB), rawImage(), OPTIONS);
  await eventually(() => task.progress.phase === 'verifying', 'verifying');
  const ended = rejects(task.done, {
    kind: 'aborted',
    code: undefined,
    message: /what was stored is removed/,
  });
  await task.abort();
  await ended;
  const told = (await emulator.arrived('complete_upload')).map(({ body }) => body.result);
  assert.deepEqual(told, ['success', 'failed']);
  assert.deepEqual(await emulator.images(), []);
});

test('who stops and then aborts wants nothing to be left', async (t) => {
  const emulator = await startEmulator(t);
  await emulator.spoil({ operation: 'UploadPart', delayMs: 150, times: 0 });
  const ims = newClient(t, emulator.ims);
  const task = ims.upload(randomBytes(1, 40 * MIB), rawImage(), OPTIONS);
  await eventually(() => task.progress.parts.done > 1, 'parts are stored');
  const ended = rejects(task.done, { kind: 'aborted', message: /what was stored is removed/ });
  task.stop();
  await task.abort();
  await ended;
  assert.deepEqual(await emulator.images(), []);
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
});

test('an upload that another has finished while its lock was waited for does not begin anew', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const file = await makeRandomRaw(path.join(await temporaryFolder(t), 'disk.raw'), MIB);
  let asked = 0;
  const held = { isHeld: async () => true, release: async () => {} };
  const checkpoint = memoryStore({ lock: async () => (asked++ === 0 ? null : held) });
  const upload = () => ims.upload({ path: file }, rawImage(), { checkpoint }).done;
  await rejects(upload(), { kind: 'source', code: 'upload-in-use', retryable: true });
  assert.deepEqual(await emulator.arrived('create_image'), []);
  // Who is told and tries again wants another one.
  assert.equal((await upload()).image.status, 'active');
});

test('a pause from the beginning that is taken back in an event is over', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  // Its size is no multiple of 512: a warning of the inspection.
  const task = ims.upload(randomBytes(1, MIB + 1), rawImage(), {
    onEvent: (event) => event.type === 'warning' && task.resume(),
  });
  task.pause();
  const { image } = await task.done;
  assert.equal(image.status, 'active');
});

test('a service that is asked too often has made no image: it is asked again', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const refused = { operation: 'create_image', status: 429, times: 2 };
  await emulator.spoil(refused);
  const { imageId } = await ims.createImage(rawImage());
  assert.equal((await emulator.image(imageId)).status, 'queued');
  await emulator.heal();
  await emulator.spoil({ ...refused, body: '<html>Too Many Requests</html>' });
  const { image } = await ims.upload(randomBytes(1, MIB), rawImage({ name: 'asked' }), OPTIONS).done;
  assert.equal(image.status, 'active');
  assert.equal((await emulator.images()).length, 2);
});
