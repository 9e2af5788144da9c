/** Every operation against the local cloud: what it changes there, and what the other tenant sees of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { eventually, rejects } from '../support/expect.mjs';
import { assertSameBytes, md5Of, randomBytes } from '../support/images.mjs';
import { fixture } from '../support/recorder.mjs';
import { rawImage, smallImage, TENANT } from '../support/samples.mjs';

const MIB = 1024 * 1024;

/** An active image with these bytes. */
async function activeImage(ims, name = 'active', bytes = randomBytes(name, 70_000)) {
  const { image } = await ims.upload(bytes, rawImage({ name })).done;
  assert.equal(image.status, 'active');
  return image;
}

test('create, show, list, update and delete', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const created = await ims.createImage(smallImage({ name: 'mine 镜像', description: '两个字' }));
  assert.match(created.imageId, /^img-/);
  assert.equal(created.status, 'queued');
  assert.equal(created.owner, TENANT);
  assert.equal(created.progress, 0);
  assert.equal((await ims.getImage(created.imageId)).name, 'mine 镜像');

  const update = {
    bootMode: 'UEFI',
    cpuArch: 'arm',
    diskFormat: 'qcow2',
    instruction: '32-bits',
    minDisk: 20,
    minRam: 2048,
    name: 'renamed',
    osType: 'windows',
    osVersion: '11',
    platform: 'windows',
  };
  assert.equal(await ims.updateImage(created.imageId, update), undefined);
  const { instruction, ...same } = update;
  const { list } = await ims.listPrivateImages({ filter: { imageId: created.imageId } });
  const [changed] = list;
  for (const [name, value] of Object.entries(same)) assert.equal(changed[name], value, name);
  assert.equal(changed.instructions, instruction);

  await rejects(ims.updateImage(created.imageId, { ...update, minDisk: 10 }), {
    kind: 'service',
    code: 'IMG.OperationFailed.ModifyMinDiskSize',
  });
  assert.equal(await ims.deleteImage(created.imageId), undefined);
  await rejects(ims.getImage(created.imageId), { kind: 'service', code: 'IMG.DBGet.NoData' });
  assert.deepEqual((await ims.listPrivateImages()).list, []);
});

test('public images are listed and shown; pages and iterators cover all of them', async (t) => {
  const emulator = await startEmulator(t, '--seed-demo');
  const ims = newClient(t, emulator.ims);
  const all = await ims.listImages({ current: 1, size: 100 });
  assert.ok(all.total >= 2 && all.list.length === all.total, `${all.total} public images`);
  const [first] = all.list;
  assert.equal(first.status, 'active');
  assert.equal(first.progress, 100);
  assert.equal(typeof first.size, 'number');
  assert.equal((await ims.getImage(first.imageId)).name, first.name);
  const page = await ims.listImages({ current: 2, size: 1 });
  assert.deepEqual([page.list.length, page.current, page.size, page.total], [1, 2, 1, all.total]);
  const iterated = [];
  for await (const image of ims.iterateImages({ size: 1 })) iterated.push(image.imageId);
  assert.deepEqual(iterated.sort(), all.list.map((image) => image.imageId).sort());
});

test('private images: filters, pages, and an iterator that can be left early', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const ids = [];
  for (const name of ['alpha 1', 'alpha 2', 'beta_1', '镜像-1', 'alpha 3']) {
    ids.push((await ims.createImage(smallImage({ name }))).imageId);
  }
  const named = await ims.listPrivateImages({ filter: { name: 'alpha' }, size: 2 });
  assert.deepEqual([named.total, named.list.length], [3, 2]);
  assert.equal((await ims.listPrivateImages({ filter: { name: '镜像' } })).list[0].imageId, ids[3]);
  const both = await ims.listPrivateImages({ filter: { name: 'alpha', imageId: ids[1] } });
  assert.deepEqual(
    both.list.map((image) => image.name),
    ['alpha 2'],
  );
  assert.equal((await ims.listPrivateImages({ filter: { name: 'alpha', imageId: ids[2] } })).total, 0);

  const collect = async (iterable) => {
    const names = [];
    for await (const image of iterable) names.push(image.name);
    return names.sort();
  };
  assert.equal((await collect(ims.iteratePrivateImages({ size: 2 }))).length, 5);
  const filtered = await collect(ims.iteratePrivateImages({ size: 2, filter: { name: 'alpha' } }));
  assert.deepEqual(filtered, ['alpha 1', 'alpha 2', 'alpha 3']);

  const before = (await emulator.arrived('list_private_images')).length;
  for await (const image of ims.iteratePrivateImages({ size: 2 })) {
    assert.ok(image.imageId);
    break;
  }
  assert.equal((await emulator.arrived('list_private_images')).length, before + 1, 'one page was asked for');
  const stop = new AbortController();
  const stopped = async () => {
    for await (const _ of ims.iteratePrivateImages({ size: 1 }, { signal: stop.signal })) stop.abort();
  };
  await rejects(stopped(), { kind: 'aborted' });
});

test('prepare, the store, and complete, step by step as the document has it', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const { imageId } = await ims.createImage(rawImage({ name: 'by hand' }));
  const bytes = randomBytes('by hand', 100_000);
  const credentials = await ims.prepareUpload(imageId, { size: bytes.length });
  for (const name of ['accessKey', 'secretKey', 'bucket', 'file', 'domain'])
    assert.ok(credentials[name], name);
  assert.equal(new URL(credentials.domain).origin, emulator.oss);

  await rejects(ims.completeUpload(imageId, { result: 'success' }), {
    code: 'IMG.OperationFailed.UploadError',
  });
  const { imageId: failing } = await ims.createImage(rawImage({ name: 'fails' }));
  await ims.prepareUpload(failing, { size: 5 });
  assert.equal(await ims.completeUpload(failing, { result: 'failed' }), undefined);
  await rejects(ims.waitForImage(failing, { intervalMs: 5 }), { kind: 'service', message: /killed/ });
  await rejects(ims.prepareUpload(failing, { size: 5 }), { code: 'IMG.OperationFailed.UploadNotAllowed' });
});

test('waitForImage waits for active and tells of what will never be', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  await emulator.control('POST', '/_emulator/jobs', { paused: true });
  const task = ims.upload(randomBytes('wait', 50_000), rawImage({ name: 'waits' }), { wait: false });
  const result = await task.done;
  assert.equal(result.image.status, 'saving');
  const polls = async () =>
    (await emulator.arrived()).filter((request) => /images/.test(request.path)).length;
  const before = await polls();
  let ended = false;
  const waiting = ims.waitForImage(task.imageId, { intervalMs: 5 }).finally(() => {
    ended = true;
  });
  await eventually(async () => (await polls()) >= before + 3, 'it asks again');
  assert.equal(ended, false, 'still saving');
  const stop = AbortSignal.timeout(30);
  await rejects(ims.waitForImage(task.imageId, { intervalMs: 5, signal: stop }), { kind: 'aborted' });
  await emulator.control('POST', '/_emulator/jobs', { paused: false });
  const image = await waiting;
  assert.equal(image.status, 'active');
  assert.equal(image.checksum, await md5Of([randomBytes('wait', 50_000)]));

  await ims.deleteImage(task.imageId);
  await rejects(ims.waitForImage(task.imageId, { intervalMs: 5 }), {
    kind: 'service',
    operation: 'waitForImage',
  });
  await rejects(ims.waitForImage('img-nowhere', { intervalMs: 5 }), { kind: 'service' });
});

test('waitForImage finds a private image that image details do not know', async (t) => {
  const emulator = await startEmulator(t, '--details-public-only');
  const ims = newClient(t, emulator.ims);
  const image = await activeImage(ims);
  await rejects(ims.getImage(image.imageId), { code: 'IMG.DBGet.NoData' });
  assert.equal((await ims.waitForImage(image.imageId, { intervalMs: 5 })).status, 'active');
});

test('a downloaded image is what was uploaded, and what cannot be downloaded says why', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = randomBytes('download', 3 * MIB);
  const image = await activeImage(ims, 'downloaded', bytes);
  const task = ims.download(image.imageId, 'stream');
  await assertSameBytes([bytes], task.stream);
  const result = await task.done;
  assert.deepEqual([result.bytes, result.md5, result.verified], [bytes.length, image.checksum, 'md5']);
  const { imageId } = await ims.createImage(rawImage({ name: 'empty' }));
  await rejects(ims.download(imageId, 'stream').done, {
    kind: 'service',
    code: 'IMG.OperationFailed.DownloadNotAllowed',
  });
});

test('every error code of the document comes through from the local cloud', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const codes = new Set(fixture('error-codes.json').map((one) => one.code));
  codes.delete('Success');
  assert.equal(codes.size, 30);
  for (const code of codes) {
    const headers = { 'x-emulator-fail': code };
    const error = await rejects(ims.listPrivateImages({}, { headers }), {
      kind: 'service',
      code,
      status: 400,
    });
    assert.ok(error.requestId, code);
  }
});

test('the local cloud asks for the token it was started with', async (t) => {
  const emulator = await startEmulator(t, '--token', 'the-right-token');
  await rejects(newClient(t, emulator.ims).listImages(), { kind: 'auth', status: 401 });
  const wrong = newClient(t, emulator.ims, { auth: { type: 'token', token: 'wrong' } });
  await rejects(wrong.listImages(), { kind: 'auth', status: 401 });
  const tokens = ['stale', 'the-right-token'];
  const right = newClient(t, emulator.ims, { auth: { type: 'token', token: () => tokens.shift() } });
  const { image } = await right.upload(randomBytes('token', 10_000), rawImage({ name: 'with token' })).done;
  assert.equal(image.status, 'active');
  const atStore = (await emulator.arrived()).filter((request) => request.service === 'oss');
  assert.ok(atStore.length > 0);
  for (const { headers } of atStore) {
    assert.equal(headers['x-auth-token'], undefined, 'the token never goes to the object store');
    assert.equal(headers['x-regionid'], undefined);
  }
});

test('another region is refused by the service in its own words', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims, { region: 'region9' });
  await rejects(ims.listImages(), { kind: 'service', code: 'IMG.InvalidParameter', message: /region9/ });
});
