/** What is taken back of an upload that an earlier run has left, and what is not: an image that is finished stays. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { memoryStore } from '../support/checkpoints.mjs';
import { newClient } from '../support/client.mjs';
import { slowAfter, startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const OPTIONS = { partSize: 5 * MIB, concurrency: 1 };

async function ready(t, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), 12 * MIB);
  const checkpoint = { directory: path.join(folder, 'checkpoints') };
  return { emulator, file, checkpoint, ims: newClient(t, emulator.ims) };
}

/** An upload that was stopped when its first part was stored, in another client. */
async function stopped(t, { emulator, file, checkpoint }) {
  await emulator.spoil(slowAfter(1));
  const ims = newClient(t, emulator.ims);
  const task = ims.upload({ path: file }, rawImage({ name: 'left' }), { ...OPTIONS, checkpoint });
  await eventually(() => task.progress.bytesSent >= OPTIONS.partSize, 'a part is stored');
  const ended = rejects(task.done, { kind: 'aborted', resumable: true });
  await task.stop();
  await ended;
  await emulator.heal();
}

async function assertNothingLeft({ emulator, checkpoint, ims }) {
  assert.deepEqual(await emulator.images(), []);
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
}

test('what is finished is forgotten, and its image stays', async (t) => {
  const { emulator, file, ims } = await ready(t);
  let isBroken = true;
  const store = memoryStore({
    remove: (key) => {
      if (isBroken) throw new Error('the disk is away');
      store.kept.delete(key);
    },
  });
  const options = { ...OPTIONS, checkpoint: store };
  const { warnings } = await ims.upload({ path: file }, rawImage({ name: 'done' }), options).done;
  assert.match(warnings.join('\n'), /the disk is away/, 'it is told why it stays listed');
  const [pending, ...others] = await ims.pendingUploads(store);
  assert.deepEqual([pending.name, others.length], ['done', 0]);
  isBroken = false;
  await pending.discard();
  assert.deepEqual(await ims.pendingUploads(store), []);
  const [image] = await emulator.images();
  assert.deepEqual([image.name, image.status], ['done', 'active']);
});

test('an abort right after resume() takes everything back', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const [pending] = await place.ims.pendingUploads(place.checkpoint);
  const task = pending.resume();
  const ended = rejects(task.done, { kind: 'aborted', message: /what was stored is removed/ });
  await task.abort();
  await ended;
  assert.equal(task.state, 'aborted');
  await assertNothingLeft(place);
});

test('so does one right after upload() of what was begun before', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const { ims, file, checkpoint } = place;
  const task = ims.upload({ path: file }, rawImage({ name: 'left' }), { ...OPTIONS, checkpoint });
  const ended = rejects(task.done, { kind: 'aborted' });
  await task.abort();
  await ended;
  await assertNothingLeft(place);
});

test('a source that does not open holds no abort', async (t) => {
  const { ims, emulator } = await ready(t);
  const blob = new Blob(['x']);
  const source = { getFile: () => new Promise(() => {}), blob };
  const task = ims.upload(source, rawImage(), OPTIONS);
  const ended = rejects(task.done, { kind: 'aborted' });
  await task.abort();
  await ended;
  assert.deepEqual(await emulator.images(), []);
});

/** Makes the state in the one checkpoint unreadable. */
const breakState = (checkpoint) => change(checkpoint, ({ session }) => (session.hashed = 'many'));

/** Changes what the one checkpoint says. */
async function change({ directory }, how) {
  const name = (await readdir(directory)).find((each) => each.endsWith('.json'));
  const saved = JSON.parse(await readFile(path.join(directory, name), 'utf8'));
  how(saved);
  await writeFile(path.join(directory, name), JSON.stringify(saved));
}

test('an upload whose state cannot be read begins anew, and says so', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const { ims, file, checkpoint } = place;
  await breakState(checkpoint);
  const options = { ...OPTIONS, checkpoint };
  const { warnings } = await ims.upload({ path: file }, rawImage({ name: 'left' }), options).done;
  assert.match(warnings.join('\n'), /cannot be read; the upload begins anew/);
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});

test('an upload whose checkpoint has a part size that cannot be begins anew, too', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const { ims, file, checkpoint } = place;
  await change(checkpoint, ({ upload }) => (upload.partSize = 1000));
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
  const options = { ...OPTIONS, checkpoint };
  const { warnings } = await ims.upload({ path: file }, rawImage({ name: 'left' }), options).done;
  assert.match(warnings.join('\n'), /cannot be read; the upload begins anew/);
  assert.deepEqual(await readdir(checkpoint.directory), []);
});

test('a checkpoint whose state cannot be read is not resumed, and can be discarded', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  await breakState(place.checkpoint);
  const [pending] = await place.ims.pendingUploads(place.checkpoint);
  await rejects(pending.resume().done, { kind: 'source', message: /cannot be read; discard it/ });
  await pending.discard();
  assert.deepEqual(await place.ims.pendingUploads(place.checkpoint), []);
});

test('what belongs to an image that was deleted is discarded without a word', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const { emulator, ims, checkpoint } = place;
  for (const { imageId } of await emulator.images()) await ims.deleteImage(imageId);
  const [pending] = await ims.pendingUploads(checkpoint);
  await pending.discard();
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});

test('what an account may not take back stays for the one that may', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const { emulator, ims, checkpoint } = place;
  const refused = ['get_image', 'list_private_images'].map((operation) => ({
    operation,
    status: 403,
    times: 0,
  }));
  await emulator.spoil(...refused);
  const [pending] = await ims.pendingUploads(checkpoint);
  await rejects(pending.discard(), { operation: 'discard', status: 403 });
  await emulator.heal();
  await pending.discard();
  await assertNothingLeft(place);
});

/** An upload of which a part arrived damaged unseen; it was stopped while the service finished the image. */
async function damaged(t, isCreated) {
  const place = await ready(t, '--pause-jobs');
  const { emulator, ims, file, checkpoint } = place;
  await emulator.spoil({
    operation: 'UploadPart',
    query: 'partNumber=2',
    flipBit: { offset: 7, etag: 'sent' },
  });
  const image = rawImage({ name: 'damaged' });
  const target = isCreated ? image : { imageId: (await ims.createImage(image)).imageId };
  const task = ims.upload({ path: file }, target, { ...OPTIONS, checkpoint });
  const ended = task.done.catch((error) => error);
  await eventually(() => task.progress?.phase === 'verifying', 'verifying');
  await task.stop();
  await ended;
  await emulator.control('POST', '/_emulator/jobs', { paused: false });
  await eventually(async () => (await emulator.images())[0].status === 'active', 'an active image');
  return place;
}

for (const status of ['saving', 'active']) {
  test(`what the service has taken needs no file any more: its image is ${status}`, async (t) => {
    const place = await ready(t, '--pause-jobs');
    const { emulator, file, checkpoint, ims } = place;
    const store = memoryStore();
    // A Blob leaves no path.
    const blob = new Blob([await readFile(file)]);
    for (const [source, keeper] of [
      [{ path: file }, checkpoint],
      [blob, store],
    ]) {
      const options = { ...OPTIONS, checkpoint: keeper };
      const task = ims.upload(source, rawImage({ name: 'taken' }), options);
      const ended = rejects(task.done, { kind: 'aborted', resumable: true });
      await eventually(() => task.progress?.phase === 'verifying', 'verifying');
      await task.stop();
      await ended;
    }
    await rm(file);
    const jobs = (paused) => emulator.control('POST', '/_emulator/jobs', { paused });
    if (status === 'active') {
      await jobs(false);
      const all = async () => (await emulator.images()).every((image) => image.status === 'active');
      await eventually(all, 'active images');
    }
    const again = [];
    for (const keeper of [checkpoint, store]) {
      const [pending] = await ims.pendingUploads(keeper);
      assert.equal(pending.needsFile, false);
      again.push(pending.resume());
    }
    if (status === 'saving') {
      const isVerifying = () => again.every(({ progress }) => progress?.phase === 'verifying');
      await eventually(isVerifying, 'verifying');
      await jobs(false);
    }
    for (const { done } of again) assert.equal((await done).verified, 'md5');
    for (const keeper of [checkpoint, store]) assert.deepEqual(await ims.pendingUploads(keeper), []);
  });
}

test('an image of other bytes than the file does not stay, where the upload has made it', async (t) => {
  const place = await damaged(t, true);
  const [pending] = await place.ims.pendingUploads(place.checkpoint);
  await pending.discard();
  await assertNothingLeft(place);
});

test('an image that somebody else has filled meanwhile stays', async (t) => {
  const { emulator, ims } = await ready(t);
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'small.raw'), 3 * MIB);
  await emulator.spoil({ operation: 'PutObject', delayMs: 600_000, times: 0 });
  const first = newClient(t, emulator.ims);
  const store = memoryStore();
  const options = { ...OPTIONS, checkpoint: store };
  const task = first.upload({ path: file }, rawImage({ name: 'left' }), options);
  const ended = rejects(task.done, { kind: 'aborted', resumable: true });
  await eventually(() => task.progress.phase === 'uploading', 'it is sent');
  await task.stop();
  await ended;
  await emulator.heal();
  // As where the file had been read to its end before it was stopped.
  for (const [key, text] of store.kept) {
    const all = JSON.parse(text);
    Object.assign(all.session, { md5: '0'.repeat(32), hashed: 1 });
    store.kept.set(key, JSON.stringify(all));
  }
  const other = await makeRandomRaw(path.join(folder, 'other.raw'), 4 * MIB, 9);
  await ims.upload({ path: other }, { imageId: task.imageId }, OPTIONS).done;
  const [pending] = await ims.pendingUploads(store);
  await rejects(pending.discard(), { kind: 'integrity', message: /not with this file.*the image stays/u });
  assert.deepEqual(
    (await emulator.images()).map(({ imageId, status }) => [imageId, status]),
    [[task.imageId, 'active']],
  );
  assert.deepEqual(await ims.pendingUploads(store), []);
});

test('one that was there before is told of, and nothing is forgotten', async (t) => {
  const { emulator, ims, checkpoint } = await damaged(t, false);
  const [pending] = await ims.pendingUploads(checkpoint);
  await rejects(pending.discard(), {
    kind: 'integrity',
    operation: 'discard',
    message: /not with this file/u,
  });
  assert.equal((await ims.pendingUploads(checkpoint)).length, 1);
  const [image] = await emulator.images();
  await ims.deleteImage(image.imageId);
  await pending.discard();
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});
