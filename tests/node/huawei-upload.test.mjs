/** HuaweiImsClient.upload(): a file to the caller's bucket with the caller's keys, then one image out of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { eventually, holdsNoSecret, rejects } from '../support/expect.mjs';
import { qcow2 } from '../support/headers.mjs';
import { ACCOUNTS, HuaweiImsClient, newHuawei, signedIn, tokenOf } from '../support/huawei.mjs';
import {
  accessKeyOptions,
  assertImported,
  BUCKET,
  begin,
  imagesOf,
  KEYS,
  rawFile,
  startCloud,
  TARGET,
  tokenClient,
} from '../support/huawei-uploads.mjs';
import { randomBytes } from '../support/images.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;

test('a file in parts becomes an image, and the object is the file', async (t) => {
  const emulator = await startCloud(t, '--job-millis', '400');
  const { ims, obs } = await tokenClient(t, emulator);
  const file = await rawFile(t);
  const { task, events, phases } = begin(ims, { path: file }, TARGET, { obs });
  const result = await task.done;
  const md5 = createHash('md5')
    .update(await readFile(file))
    .digest('hex');
  assert.equal(result.md5, md5);
  assert.deepEqual([result.verified, result.image.status, result.warnings], ['md5', 'active', []]);
  assert.equal(result.image.name, 'web');
  assert.match(result.imageUrl, new RegExp(`^${BUCKET}:[0-9a-f]{32}/disk\\.raw$`));
  assert.ok(result.jobId);
  assert.equal(task.imageId, result.image.id);
  await assertImported(t, emulator, file, result);
  assert.deepEqual(
    [...phases],
    ['inspecting', 'preparing', 'uploading', 'completing', 'creating', 'verifying', 'done'],
  );
  assert.deepEqual(
    events.filter(({ type }) => type === 'credentials'),
    [{ type: 'credentials', reason: 'first' }],
  );
  const [created] = await emulator.arrived('create_image');
  assert.equal((await emulator.arrived('create_image')).length, 1);
  assert.equal(created.path, '/v2/cloudimages/action');
  // Nothing of the one service's credentials goes to the other.
  for (const { operation, headers } of await emulator.arrived()) {
    const isStore = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'].includes(operation);
    if (isStore) assert.equal(headers['x-auth-token'], undefined, operation);
  }
});

test('a small file goes by one request, and an access key opens service and bucket', async (t) => {
  const emulator = await startCloud(t);
  const ims = newHuawei(t, emulator.huawei, accessKeyOptions(emulator));
  const bytes = randomBytes('small', 70_000);
  const obs = { bucket: BUCKET, key: 'folder/a b+ü.raw', endpoint: emulator.oss };
  const { task } = begin(ims, bytes, TARGET, { obs });
  const result = await task.done;
  assert.equal(result.imageUrl, `${BUCKET}:folder/a b+ü.raw`);
  assert.equal(result.verified, 'md5');
  assert.equal((await emulator.arrived('PutObject')).length, 1);
  assert.equal((await imagesOf(t, emulator))[0].__data_origin, `file,${result.imageUrl}`);
});

test('deleteObject removes the object when the image is active, and keeps it when it is not', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator);
  const { task } = begin(ims, { path: await rawFile(t) }, TARGET, { obs, deleteObject: true });
  const { imageUrl, image } = await task.done;
  assert.equal(image.status, 'active');
  const store = await openStore(emulator);
  const mine = async () => (await store.objects()).filter(({ bucket }) => bucket === BUCKET);
  assert.deepEqual(await mine(), []);
  // A disk that does not fit ends the job: the error is the job's, and tells where the file is.
  const large = qcow2({ virtualSize: 50 * 2 ** 30 });
  const next = begin(
    ims,
    large,
    { ...TARGET, name: 'too small' },
    {
      obs: { ...obs, key: 'large.qcow2' },
      allowUnsafe: ['min-disk'],
      deleteObject: true,
    },
  );
  const error = await rejects(next.task.done, { kind: 'service', code: 'IMG.0055', resumable: false });
  assert.match(error.message, /the object "my-images:large\.qcow2" holds the file/);
  assert.deepEqual(
    (await mine()).map(({ key }) => key),
    ['large.qcow2'],
  );
  assert.notEqual(imageUrl, `${BUCKET}:large.qcow2`);
});

for (const [using, target] of [
  ['createImageInSafeMode', TARGET],
  ['createDataImage', { name: 'data', min_disk: 40, os_type: 'Linux' }],
  ['createDataImageInSafeMode', { name: 'data', min_disk: 40 }],
  ['importImageQuick', { name: 'quick', min_disk: 40, os_version: 'Ubuntu 22.04 server 64bit' }],
  ['importImageQuickInSafeMode', { name: 'quick', min_disk: 40, type: 'DataImage' }],
]) {
  test(`using ${using}`, async (t) => {
    const emulator = await startCloud(t);
    const { ims, obs } = await tokenClient(t, emulator);
    const file = await rawFile(t, 6 * MIB);
    const result = await begin(ims, { path: file }, { using, ...target }, { obs }).task.done;
    await assertImported(t, emulator, file, result);
    const isData = using.startsWith('createData') || target.type === 'DataImage';
    assert.equal(result.image.virtual_env_type === 'DataImage', isData);
  });
}

test('an image whose metadata is there is given the file', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator);
  const made = await metadata(emulator, { name: 'registered', min_disk: 40 });
  const file = await rawFile(t);
  const { task } = begin(ims, { path: file }, { imageId: made.id }, { obs });
  const result = await task.done;
  assert.deepEqual([result.image.id, result.verified], [made.id, 'md5']);
  await assertImported(t, emulator, file, result);
  assert.equal((await emulator.arrived('create_image')).length, 0);
  assert.equal((await emulator.arrived('register_image')).length, 1);
});

/** An image's metadata, made by OpenStack's own call. */
async function metadata(emulator, body) {
  const response = await fetch(`${emulator.huawei}/v2/images`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': await tokenOf(emulator, ACCOUNTS.demo) },
    body: JSON.stringify({ disk_format: 'raw', container_format: 'bare', ...body }),
  });
  const text = await response.text();
  assert.equal(response.status, 201, text);
  return JSON.parse(text);
}

test('with wait: false it ends with the order', async (t) => {
  const emulator = await startCloud(t, '--pause-jobs');
  const { ims, obs } = await tokenClient(t, emulator);
  const { task } = begin(ims, { path: await rawFile(t) }, TARGET, { obs, wait: false });
  const { image, jobId } = await task.done;
  assert.equal(image.status, 'queued');
  await emulator.control('POST', '/_emulator/huawei/jobs', { paused: false });
  const job = await ims.waitForJob(jobId, { intervalMs: 20 });
  assert.equal(job.status, 'SUCCESS');
});

for (const [what, rule] of [
  ['the service had heard it', { reset: 'after' }],
  ['the service had not heard it', { reset: 'before' }],
]) {
  test(`a lost answer to the order makes no second image: ${what}`, { timeout: 120_000 }, async (t) => {
    const emulator = await startCloud(t);
    const { ims, obs } = await tokenClient(t, emulator);
    await emulator.spoil({ service: 'huawei', operation: 'create_image', times: 1, ...rule });
    const file = await rawFile(t, 6 * MIB);
    const { task, events } = begin(ims, { path: file }, TARGET, { obs });
    const result = await task.done;
    await assertImported(t, emulator, file, result);
    const found = events.filter(({ code }) => code === 'image-found').length;
    assert.equal(found, rule.reset === 'after' ? 1 : 0);
    assert.equal((await emulator.arrived('create_image')).length, rule.reset === 'after' ? 1 : 2);
  });
}

test('another image of the name is not taken for the one that was ordered', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator);
  const first = await begin(ims, { path: await rawFile(t) }, TARGET, { obs }).task.done;
  await emulator.spoil({ service: 'huawei', operation: 'create_image', times: 1, reset: 'after' });
  const other = await rawFile(t, 7 * MIB, 'other.raw');
  const second = await begin(ims, { path: other }, TARGET, { obs }).task.done;
  assert.notEqual(second.image.id, first.image.id);
  assert.equal((await imagesOf(t, emulator)).length, 2);
});

test('temporary keys that expire are asked for again, and go on', async (t) => {
  const emulator = await startCloud(t);
  // What expires the keys would expire a token, too.
  const ims = newHuawei(t, emulator.huawei, accessKeyOptions(emulator));
  const given = [];
  const credentials = async () => {
    given.push(await emulator.control('POST', '/_emulator/huawei/keys', { seconds: 900 }));
    return given.at(-1);
  };
  await emulator.spoil({ operation: 'UploadPart', skip: 1, expireCredentials: true, times: 1 });
  const file = await rawFile(t);
  const obs = { bucket: BUCKET, endpoint: emulator.oss, credentials };
  const { task, events } = begin(ims, { path: file }, TARGET, { obs, concurrency: 1 });
  const result = await task.done;
  await assertImported(t, emulator, file, result);
  assert.equal(given.length, 2);
  assert.deepEqual(
    events.filter(({ type }) => type === 'credentials').map(({ reason }) => reason),
    ['first', 'expired'],
  );
  assert.equal((await emulator.arrived('CreateMultipartUpload')).length, 1, 'nothing starts over');
  holdsNoSecret(
    [events, result, task],
    given.flatMap((keys) => [keys.secretKey, keys.securityToken]),
  );
});

test('where a region is all that is known, the bucket stands in front of its store', async (t) => {
  const urls = [];
  const ims = new HuaweiImsClient({
    region: 'cn-north-4',
    auth: { type: 'aksk', ...KEYS },
    projectId: ACCOUNTS.demo.project,
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    fetch: async () => Promise.reject(new Error('no network here')),
    onRequest: ({ url }) => urls.push(url),
    agent: undefined,
  });
  t.after(() => ims.close());
  const { task } = begin(ims, { path: await rawFile(t, 1000) }, TARGET, { obs: { bucket: BUCKET } });
  await rejects(task.done, { kind: ['network', 'timeout'] });
  assert.match(
    urls[0],
    /^https:\/\/my-images\.obs\.cn-north-4\.myhuaweicloud\.com\/[0-9a-f]{32}\/disk\.raw$/,
  );
});

test('a store of another region and another style is followed', async (t) => {
  const emulator = await startCloud(t, '--oss-region', 'cn-test-7');
  const { ims, obs } = await tokenClient(t, emulator);
  const file = await rawFile(t);
  const { task, events } = begin(ims, { path: file }, TARGET, { obs });
  await assertImported(t, emulator, file, await task.done);
  assert.ok(events.some(({ code }) => code === 'region-corrected'));
  const right = begin(
    ims,
    { path: file },
    { ...TARGET, name: 'b' },
    { obs: { ...obs, region: 'cn-test-7' } },
  );
  await right.task.done;
  assert.ok(!right.events.some(({ type }) => type === 'warning'));
});

test('an abort leaves nothing: before the order, and while its job runs', async (t) => {
  const emulator = await startCloud(t, '--pause-jobs');
  const { ims, obs } = await tokenClient(t, emulator);
  const file = await rawFile(t);
  const store = await openStore(emulator);
  const nothing = async () => {
    assert.deepEqual(await store.uploads(), []);
    assert.deepEqual(
      (await store.objects()).filter(({ bucket }) => bucket === BUCKET),
      [],
    );
  };
  const early = begin(ims, { path: file }, TARGET, { obs });
  await eventually(() => early.events.some(({ state }) => state === 'stored'), 'a part is stored');
  await early.task.abort();
  await rejects(early.task.done, { kind: 'aborted', resumable: false });
  await nothing();
  const late = begin(ims, { path: file }, TARGET, { obs });
  await eventually(() => late.phases.has('verifying'), 'the job runs');
  const aborting = late.task.abort();
  await emulator.control('POST', '/_emulator/huawei/jobs', { paused: false });
  await aborting;
  await rejects(late.task.done, { kind: 'aborted', message: /what was stored is removed/ });
  await nothing();
  assert.deepEqual(
    (await imagesOf(t, emulator)).filter(({ status }) => status !== 'killed'),
    [],
  );
});

test('a stream needs a key and its size, and is gone with its reader', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator);
  const bytes = randomBytes('stream', 11 * MIB);
  const stream = (async function* () {
    for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB);
  })();
  const { task } = begin(ims, { stream, size: bytes.length }, TARGET, { obs: { ...obs, key: 's.raw' } });
  const { verified, imageUrl } = await task.done;
  assert.deepEqual([verified, imageUrl], ['md5', `${BUCKET}:s.raw`]);
});

test('the enterprise project of the client goes with the order', async (t) => {
  const emulator = await startCloud(t);
  const ims = await signedIn(t, emulator, ACCOUNTS.demo, { enterpriseProjectId: '0' });
  const obs = { bucket: BUCKET, endpoint: emulator.oss, credentials: KEYS };
  const { image } = await begin(ims, { path: await rawFile(t) }, TARGET, { obs }).task.done;
  assert.equal(image.enterprise_project_id, '0');
});
