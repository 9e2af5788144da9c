/** What is taken back of an upload to a bucket of the caller's: what is finished stays, and so does what others put there. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { memoryStore } from '../support/checkpoints.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { ACCOUNTS, tokenOf } from '../support/huawei.mjs';
import {
  BUCKET,
  begin,
  imagesOf,
  rawFile,
  startCloud,
  TARGET,
  tokenClient,
} from '../support/huawei-uploads.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
/** A key of the caller's, which others may use too. */
const GOLDEN = { bucket: BUCKET, key: 'golden.raw' };

async function ready(t, options) {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator, options);
  const checkpoint = { directory: path.join(await temporaryFolder(t), 'checkpoints') };
  return { emulator, ims, obs, checkpoint, file: await rawFile(t) };
}

const pauseJobs = (emulator, paused) => emulator.control('POST', '/_emulator/huawei/jobs', { paused });

/** An upload that was stopped when its image was ordered; the image is finished since. */
async function finishedMeanwhile(t, { emulator, ims, obs, checkpoint, file }, target, until, options) {
  await pauseJobs(emulator, true);
  const { task } = begin(ims, { path: file }, target, { obs, checkpoint, ...options });
  const ended = task.done.catch((error) => error);
  await eventually(() => until(task), 'the image is ordered');
  await task.stop();
  await ended;
  await emulator.heal();
  await pauseJobs(emulator, false);
  await eventually(async () => (await imagesOf(t, emulator))[0]?.status === 'active', 'an active image');
}

test('an image whose order alone was heard of stays, once it is finished', async (t) => {
  const place = await ready(t);
  const { emulator, ims, obs, checkpoint } = place;
  const silent = ['show_job', 'show_job_progress'].map((operation) => ({
    service: 'huawei',
    operation,
    stallMs: 600_000,
    times: 0,
  }));
  await emulator.spoil(...silent);
  const isOrdered = async (task) =>
    task.progress?.phase === 'verifying' && (await imagesOf(t, emulator)).length > 0;
  await finishedMeanwhile(t, place, TARGET, isOrdered);
  const [pending] = await ims.pendingUploads(checkpoint);
  assert.equal(pending.imageId, undefined);
  await pending.discard({ obs });
  assert.deepEqual(
    (await imagesOf(t, emulator)).map(({ status }) => status),
    ['active'],
  );
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});

test('where the service has forgotten the job, nothing that came of it goes', async (t) => {
  const place = await ready(t);
  const { emulator, ims, obs, checkpoint } = place;
  const jobs = (fault) =>
    ['show_job', 'show_job_progress'].map((operation) => ({
      service: 'huawei',
      operation,
      times: 0,
      ...fault,
    }));
  await emulator.spoil(...jobs({ stallMs: 600_000 }));
  const isOrdered = async (task) =>
    task.progress?.phase === 'verifying' && (await imagesOf(t, emulator)).length > 0;
  const withKey = { ...place, obs: { ...obs, key: GOLDEN.key } };
  await finishedMeanwhile(t, withKey, TARGET, isOrdered);
  await emulator.spoil(...jobs({ status: 404, code: 'IMG.0023', message: 'no such job' }));
  const [pending] = await ims.pendingUploads(checkpoint);
  await rejects(pending.discard({ obs }), { kind: 'service', message: /has forgotten the job/u });
  assert.equal((await imagesOf(t, emulator)).length, 1);
  const keys = (await (await openStore(emulator)).objects()).map(({ key }) => key);
  assert.ok(keys.includes(GOLDEN.key), `${keys}`);
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});

test('what stood under the key before a single request that was cut off is not deleted', async (t) => {
  const { emulator, ims, obs } = await ready(t);
  const file = await rawFile(t, 70_000);
  const store = await openStore(emulator);
  await store.put(GOLDEN, await readFile(file));
  const checkpoint = memoryStore();
  const { kept } = checkpoint;
  await emulator.spoil({ operation: 'PutObject', delayMs: 600_000, times: 0 });
  const { task } = begin(ims, { path: file }, TARGET, { obs: { ...obs, key: GOLDEN.key }, checkpoint });
  const ended = task.done.catch((error) => error);
  await eventually(async () => (await emulator.arrived('PutObject')).length > 1, 'it is sent');
  const killed = [...kept];
  await task.stop();
  await ended;
  await emulator.heal();
  kept.clear();
  for (const [key, value] of killed) kept.set(key, value);
  await emulator.spoil({ service: 'huawei', operation: 'create_image', delayMs: 600_000, times: 0 });
  const later = await tokenClient(t, emulator);
  const [pending] = await later.ims.pendingUploads(checkpoint);
  const again = pending.resume(undefined, { obs });
  const aborted = again.done.catch((error) => error);
  await eventually(() => again.progress?.phase === 'creating', 'it is ordered');
  await emulator.heal();
  await again.abort();
  await aborted;
  assert.deepEqual(
    (await store.objects()).map(({ key }) => key),
    [GOLDEN.key],
  );
});

test('an image is looked for in the enterprise project of its upload', async (t) => {
  const place = await ready(t);
  const { emulator, ims, obs, checkpoint } = place;
  const target = { ...TARGET, enterprise_project_id: '0aad999d-5a3b-4b1c-8a6e-0c1a2b3c4d5e' };
  await finishedMeanwhile(t, place, target, (task) => task.imageId);
  const before = (await emulator.arrived('list_images')).length;
  const [pending] = await ims.pendingUploads(checkpoint);
  await pending.discard({ obs });
  const [look] = (await emulator.arrived('list_images')).slice(before);
  assert.match(JSON.stringify(look.query), new RegExp(target.enterprise_project_id, 'u'));
  assert.equal((await imagesOf(t, emulator)).length, 1);
});

/** An upload to the caller's key that ends by this fault. */
async function endedBy(t, fault, { size, ...options } = {}) {
  const place = await ready(t, { retry: { maxAttempts: 1 } });
  const { emulator, ims, obs, checkpoint } = place;
  const file = size ? await rawFile(t, size) : place.file;
  await emulator.spoil(fault);
  const given = { obs: { ...obs, key: GOLDEN.key }, checkpoint, ...options };
  await rejects(begin(ims, { path: file }, TARGET, given).task.done, { status: 403 });
  await emulator.heal();
  const [pending] = await ims.pendingUploads(checkpoint);
  return { ...place, pending, store: await openStore(emulator) };
}

const REFUSED = { status: 403, code: 'AccessDenied', times: 0 };
const NOT_ORDERED = {
  service: 'huawei',
  operation: 'create_image',
  status: 403,
  code: 'IMG.0117',
  times: 1,
};

for (const [what, fault, options] of [
  ['after a single request that was refused', { ...REFUSED, operation: 'PutObject' }, { size: 70_000 }],
  ['after an order that was refused', NOT_ORDERED, {}],
]) {
  test(`an object of somebody else's stays, ${what}`, async (t) => {
    const { obs, pending, store, ims, checkpoint } = await endedBy(t, fault, options);
    await store.put(GOLDEN, 'the work of a colleague');
    await rejects(pending.discard({ obs }), {
      message: /my-images:golden\.raw.*not known to be this upload's/u,
    });
    assert.deepEqual(
      (await store.objects()).map(({ key, size }) => [key, size]),
      [[GOLDEN.key, 23]],
    );
    assert.deepEqual(await ims.pendingUploads(checkpoint), []);
  });
}

test('an object of its own goes, after an order that was refused', async (t) => {
  const { obs, pending, store } = await endedBy(t, NOT_ORDERED);
  assert.equal((await store.objects()).length, 1);
  await pending.discard({ obs });
  assert.deepEqual(await store.objects(), []);
});

test("a multipart upload of somebody else's goes on", async (t) => {
  const fault = { ...REFUSED, operation: 'CreateMultipartUpload' };
  const { obs, pending, store } = await endedBy(t, fault);
  await store.begin(GOLDEN);
  await pending.discard({ obs });
  assert.equal((await store.uploads()).length, 1);
});

test('no image is made of what somebody else has put there since', async (t) => {
  const { obs, pending, store, emulator } = await endedBy(t, NOT_ORDERED, { checksum: 'none' });
  const { size } = (await store.objects())[0];
  await store.put(GOLDEN, Buffer.alloc(size, 7));
  const before = (await emulator.arrived('UploadPart')).length;
  const { warnings } = await pending.resume(undefined, { obs }).done;
  assert.match(warnings.join('\n'), /starts over: the store holds another object/u);
  assert.equal((await emulator.arrived('UploadPart')).length - before, Math.ceil(size / (5 * MIB)));
});

test('what is left of an upload whose image is finished goes as deleteObject says', async (t) => {
  for (const deleteObject of [false, true]) {
    const place = await ready(t);
    const { emulator, ims, obs, checkpoint } = place;
    await finishedMeanwhile(t, place, TARGET, (task) => task.imageId, { deleteObject });
    const [pending] = await ims.pendingUploads(checkpoint);
    await pending.discard({ obs, deleteObject });
    const named = (await (await openStore(emulator)).objects()).filter(({ bucket }) => bucket === BUCKET);
    assert.equal(named.length, deleteObject ? 0 : 1);
    assert.equal((await imagesOf(t, emulator)).length, 1);
    assert.deepEqual(await ims.pendingUploads(checkpoint), []);
  }
});

test('parts for an image that somebody else has finished do not stay in the bucket', async (t) => {
  const { emulator, ims, obs, checkpoint, file } = await ready(t);
  const response = await fetch(`${emulator.huawei}/v2/images`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': await tokenOf(emulator, ACCOUNTS.demo) },
    body: JSON.stringify({ disk_format: 'raw', container_format: 'bare', name: 'registered', min_disk: 40 }),
  });
  const target = { imageId: (await response.json()).id };
  await emulator.spoil({ operation: 'UploadPart', skip: 1, delayMs: 600_000, times: 0 });
  const { task } = begin(ims, { path: file }, target, { obs, concurrency: 1, checkpoint });
  const ended = task.done.catch((error) => error);
  await eventually(() => task.progress?.bytesSent >= 5 * MIB, 'a part is stored');
  await task.stop();
  await ended;
  await emulator.heal();
  await begin(ims, { path: file }, target, { obs: { ...obs, key: GOLDEN.key } }).task.done;
  const store = await openStore(emulator);
  assert.equal((await store.uploads()).length, 1);
  const [pending] = await ims.pendingUploads(checkpoint);
  await rejects(pending.discard({ obs: { endpoint: emulator.oss } }), { field: 'obs.credentials' });
  await pending.discard({ obs });
  assert.deepEqual(await store.uploads(), []);
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});
