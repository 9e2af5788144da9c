/** An upload that goes on: after a stop, a `kill -9`, a lost answer; and what is refused instead. */
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const OPTIONS = { partSize: 5 * MIB, concurrency: 2 };
const PARTS = 8;
const CHANGED = { kind: 'source', code: 'file-changed' };

/** A cloud, a file of eight parts, a folder for checkpoints. */
async function ready(t, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), PARTS * OPTIONS.partSize - 7);
  const checkpoint = { directory: path.join(folder, 'checkpoints') };
  const begin = (ims, { source = { path: file }, ...options } = {}) => {
    const events = [];
    const onEvent = (event) => events.push(event);
    const task = ims.upload(source, rawImage({ name: 'resumed' }), {
      ...OPTIONS,
      checkpoint,
      onEvent,
      ...options,
    });
    return { task, events };
  };
  return { emulator, folder, file, checkpoint, begin };
}

/** Begins an upload and stops it when some parts are stored. */
async function stopped(t, place, stored = 3, options = {}) {
  const { emulator, begin } = place;
  await emulator.spoil({ operation: 'UploadPart', delayMs: 100, times: 0 });
  const ims = newClient(t, emulator.ims);
  const { task, events } = begin(ims, options);
  const isStored = () => events.filter((event) => event.state === 'stored').length >= stored;
  await Promise.race([task.done, eventually(isStored, `${stored} parts are stored`)]);
  const ended = rejects(task.done, { kind: 'aborted', resumable: true });
  await task.stop();
  await ended;
  await emulator.heal();
  return { imageId: task.imageId, stored: events.filter((event) => event.state === 'stored') };
}

const sentParts = async (emulator) =>
  (await emulator.arrived('UploadPart')).map((request) =>
    Number(new URLSearchParams(request.query).get('partNumber')),
  );

test('a stopped upload is listed, goes on in another client, and sends the rest only', async (t) => {
  const place = await ready(t);
  const { emulator, file, checkpoint } = place;
  const before = await stopped(t, place);
  const sentBefore = (await sentParts(emulator)).length;

  const ims = newClient(t, emulator.ims);
  const [pending, ...others] = await ims.pendingUploads(checkpoint);
  assert.equal(others.length, 0);
  assert.equal(pending.imageId, before.imageId);
  assert.equal(pending.name, 'resumed');
  assert.equal(pending.fileName, 'disk.raw');
  assert.equal(pending.bytesTotal, PARTS * OPTIONS.partSize - 7);
  assert.ok(pending.bytesSent >= 3 * OPTIONS.partSize && pending.bytesSent < pending.bytesTotal);
  assert.equal(pending.needsFile, false, 'Node knows the path');
  assert.match(pending.updatedAt, /^\d{4}-\d\d-\d\dT/);

  const events = [];
  const task = pending.resume(undefined, { onEvent: (event) => events.push(event) });
  const result = await task.done;
  assert.equal(result.verified, 'md5');
  assert.equal(task.imageId, before.imageId);
  await assertSameBytes(file, await emulator.file(task.imageId));
  const found = events.filter((event) => event.state === 'found').map((event) => event.part);
  for (const { part } of before.stored) assert.ok(found.includes(part), `part ${part} is found, not sent`);
  const sent = await sentParts(emulator);
  assert.ok(sent.length <= PARTS + 2, `no more than the parts in flight are sent again: ${sent}`);
  assert.ok(sent.length > sentBefore, 'the rest was sent');
  assert.equal((await emulator.images()).length, 1);
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
  assert.deepEqual(await readdir(checkpoint.directory), [], 'nothing is left behind');
  assert.deepEqual(await (await openStore(emulator)).uploads(), []);
});

test('the same upload() again goes on by itself', async (t) => {
  const place = await ready(t);
  const before = await stopped(t, place);
  const { task, events } = place.begin(newClient(t, place.emulator.ims));
  assert.equal((await task.done).verified, 'md5');
  assert.equal(task.imageId, before.imageId);
  assert.ok(events.filter((event) => event.state === 'found').length >= 3);
  assert.equal((await place.emulator.images()).length, 1);
});

test('a checkpoint holds no credential and does not grow with the file', async (t) => {
  const place = await ready(t);
  const secrets = [];
  const fetch = async (url, init) => {
    const text = await (await globalThis.fetch(url, init)).text();
    const { data } = text ? JSON.parse(text) : {};
    if (data?.secretKey) secrets.push(data.secretKey, data.token, data.accessKey);
    return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
  };
  const kept = new Map();
  const all = [];
  const checkpoint = {
    load: (key) => kept.get(key),
    save: (key, value) => {
      all.push(value);
      kept.set(key, value);
    },
    remove: async (key) => void kept.delete(key),
    list: async () => [...kept.keys()],
  };
  const { task } = place.begin(newClient(t, place.emulator.ims, { fetch }), { checkpoint });
  await task.done;
  assert.ok(secrets.length >= 3 && all.length >= PARTS, `${all.length} checkpoints`);
  for (const text of all) {
    for (const secret of secrets) assert.ok(!text.includes(secret));
    assert.ok(text.length < 2_000, `${text.length} bytes`);
  }
  assert.equal(kept.size, 0, 'nothing is left behind');
});

test('a changed file is refused with kind source, and the upload stays for the right one', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const ims = newClient(t, place.emulator.ims);
  const [pending] = await ims.pendingUploads(place.checkpoint);
  const other = path.join(place.folder, 'other.raw');
  await writeFile(other, await readFile(place.file));
  await utimes(other, new Date(0), new Date(1_000));
  await rejects(pending.resume({ path: other }).done, { ...CHANGED, message: /modified/ });
  const bytes = await readFile(place.file);
  // Nothing would tell whether they are the same in between.
  await rejects(pending.resume(bytes).done, { ...CHANGED, message: /has none/ });
  const { mtime } = await stat(place.file);
  await writeFile(other, bytes.with(0, bytes[0] ^ 1));
  await utimes(other, mtime, mtime);
  await rejects(pending.resume({ path: other }).done, { ...CHANGED, message: /its bytes are others/ });
  await appendFile(other, 'x');
  await rejects(pending.resume({ path: other }).done, { ...CHANGED, message: /bytes, not/ });
  const stream = { stream: (async function* () {})(), size: bytes.length };
  await rejects(pending.resume(stream).done, { kind: 'validation', field: 'source' });
  const result = await pending.resume().done;
  assert.equal(result.verified, 'md5');
});

test('discard() takes back what is stored', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const ims = newClient(t, place.emulator.ims);
  const [pending] = await ims.pendingUploads(place.checkpoint);
  await pending.discard();
  const store = await openStore(place.emulator);
  assert.deepEqual(await store.uploads(), []);
  assert.deepEqual(await store.objects(), []);
  assert.deepEqual(await place.emulator.images(), []);
  assert.deepEqual(await ims.pendingUploads(place.checkpoint), []);
  await rejects(pending.discard(), { kind: 'source', code: 'upload-ended' });
  await rejects(pending.resume().done, { kind: 'source', code: 'upload-ended' });
});

test('while the service cannot be reached, discard() forgets nothing', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const ims = newClient(t, place.emulator.ims, { retry: { maxAttempts: 1 } });
  const [pending] = await ims.pendingUploads(place.checkpoint);
  await place.emulator.kill();
  await rejects(pending.discard(), { kind: 'network' });
  assert.equal((await ims.pendingUploads(place.checkpoint)).length, 1);
});

test('what could not be taken back stays listed, to be discarded later', async (t) => {
  const place = await ready(t);
  await stopped(t, place);
  const ims = newClient(t, place.emulator.ims);
  const unreachable = ['prepare_upload', 'complete_upload', 'delete_image'];
  await place.emulator.spoil(...unreachable.map((operation) => ({ operation, reset: 'before', times: 0 })));
  for (const kind of ['service', 'aborted']) {
    const [pending] = await ims.pendingUploads(place.checkpoint);
    const task = kind === 'aborted' ? pending.resume() : undefined;
    if (task) await eventually(() => task.imageId, 'it runs');
    task?.abort();
    await rejects(task?.done ?? pending.discard(), {
      kind,
      code: 'left-behind',
      resumable: true,
      message: /not taken back/,
    });
    assert.equal((await ims.pendingUploads(place.checkpoint)).length, 1);
  }
  await place.emulator.heal();
  const [pending] = await ims.pendingUploads(place.checkpoint);
  await pending.discard();
  assert.deepEqual(await place.emulator.images(), []);
  assert.deepEqual(await (await openStore(place.emulator)).uploads(), []);
  assert.deepEqual(await readdir(place.checkpoint.directory), []);
});

test('one upload has one driver', async (t) => {
  const place = await ready(t);
  await place.emulator.spoil({ operation: 'UploadPart', delayMs: 300, times: 0 });
  const first = place.begin(newClient(t, place.emulator.ims));
  await eventually(() => first.events.some((event) => event.state === 'started'), 'it runs');
  const second = place.begin(newClient(t, place.emulator.ims));
  const inUse = { kind: 'source', code: 'upload-in-use', retryable: true, message: /another task/ };
  await rejects(second.task.done, inUse);
  assert.deepEqual(
    await newClient(t, place.emulator.ims).pendingUploads(place.checkpoint),
    [],
    'it runs here',
  );
  await first.task.done;
  assert.equal((await place.emulator.images()).length, 1);
});

test('an image that was deleted meanwhile ends the upload with an error that says so', async (t) => {
  const place = await ready(t);
  const { imageId } = await stopped(t, place);
  const ims = newClient(t, place.emulator.ims);
  await ims.deleteImage(imageId);
  const [pending] = await ims.pendingUploads(place.checkpoint);
  const deleted = { kind: 'service', resumable: false, message: /deleted meanwhile/ };
  await rejects(pending.resume().done, deleted);
  assert.deepEqual(await ims.pendingUploads(place.checkpoint), [], 'there is nothing to go on with');
});

test('an image that does not exist leaves nothing to go on with', async (t) => {
  const { emulator, file, checkpoint } = await ready(t);
  const ims = newClient(t, emulator.ims);
  for (const options of [{ checkpoint }, {}]) {
    const { done } = ims.upload({ path: file }, { imageId: 'img-nowhere' }, { ...OPTIONS, ...options });
    await rejects(done, { kind: 'service', operation: 'upload', resumable: false });
  }
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
  assert.deepEqual(await readdir(checkpoint.directory), []);
});

test('parts that the store has lost or changed meanwhile are sent again, the others are not', async (t) => {
  const place = await ready(t);
  const { stored } = await stopped(t, place, 4);
  const store = await openStore(place.emulator);
  const [upload] = await store.uploads();
  const [changed] = stored;
  await store.putPart(upload, changed.part, Buffer.alloc(OPTIONS.partSize, 7));
  const sentBefore = (await sentParts(place.emulator)).length;
  const { task } = place.begin(newClient(t, place.emulator.ims));
  assert.equal((await task.done).verified, 'md5');
  await assertSameBytes(place.file, await place.emulator.file(task.imageId));
  const again = (await sentParts(place.emulator)).slice(sentBefore);
  assert.ok(again.includes(changed.part));
  for (const { part } of stored.slice(1)) assert.ok(!again.includes(part), `part ${part}`);
});

for (const [what, rule] of [
  ['the connection is reset', { reset: 'after' }],
  ['the answer is cut off', { truncate: 10 }],
]) {
  test(`a lost answer to createImage (${what}) makes no second image`, async (t) => {
    const { emulator, begin, file } = await ready(t);
    const other = newClient(t, emulator.ims);
    await other.createImage(rawImage({ name: 'resumed' }));
    await emulator.spoil({ operation: 'create_image', ...rule, times: 1 });
    const { task, events } = begin(newClient(t, emulator.ims));
    assert.equal((await task.done).verified, 'md5');
    await assertSameBytes(file, await emulator.file(task.imageId));
    assert.equal((await emulator.images()).length, 2, "somebody else's of the same name, and ours");
    assert.ok(events.some((event) => event.code === 'image-found'));
  });
}

test('what was begun with bytes that have no time goes on with a file of the same bytes', async (t) => {
  const place = await ready(t);
  const bytes = await readFile(place.file);
  await stopped(t, place, 3, { source: bytes });
  const ims = newClient(t, place.emulator.ims);
  const [pending] = await ims.pendingUploads(place.checkpoint);
  const other = path.join(place.folder, 'other.raw');
  // Neither at the beginning nor in the middle nor at the end.
  const at = Math.floor(bytes.length / 3);
  await writeFile(other, bytes.with(at, bytes[at] ^ 1));
  await rejects(pending.resume({ path: other }).done, { ...CHANGED, message: /its bytes are others/ });
  const { verified } = await pending.resume({ path: place.file }).done;
  assert.equal(verified, 'md5');
});
