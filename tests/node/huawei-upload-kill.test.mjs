/** `kill -9` of a process that uploads to Huawei's bucket: the next one goes on, and there is one image. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, rejects } from '../support/expect.mjs';
import { newHuawei } from '../support/huawei.mjs';
import {
  accessKeyOptions,
  assertImported,
  BUCKET,
  imagesOf,
  KEYS,
  startCloud,
} from '../support/huawei-uploads.mjs';
import { makeRandomRaw } from '../support/images.mjs';
import { runUploader, startUploader } from '../support/killed.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;
const UPLOADER = fileURLToPath(new URL('../support/huawei-uploader.mjs', import.meta.url));
const TIMEOUT = { timeout: 180_000 };

async function ready(t) {
  const emulator = await startCloud(t);
  const folder = await temporaryFolder(t);
  const file = await makeRandomRaw(path.join(folder, 'disk.raw'), 96 * MIB + 512);
  const directory = path.join(folder, 'checkpoints');
  const request = {
    client: accessKeyOptions(emulator),
    path: file,
    target: { name: 'killed', min_disk: 40 },
    options: {
      partSize: 5 * MIB,
      concurrency: 2,
      checkpoint: { directory },
      obs: { bucket: BUCKET, endpoint: emulator.oss },
    },
  };
  return { emulator, file, directory, request };
}

/** Lets so many parts through; the others get no answer, however late somebody looks. */
async function holdAfter(emulator, parts) {
  await emulator.heal();
  await emulator.spoil({ operation: 'UploadPart', skip: parts, stallMs: 600_000, times: 0 });
}

/** Everything that stands in the folder of checkpoints. */
async function kept(directory) {
  const files = await readdir(directory);
  const texts = await Promise.all(
    files.map((name) => readFile(path.join(directory, name), 'utf8').catch(() => '')),
  );
  return texts.join('\n');
}

test('killed while parts are sent, again and again', TIMEOUT, async (t) => {
  const { emulator, file, directory, request } = await ready(t);
  for (let round = 0; round < 3; round++) {
    await holdAfter(emulator, 2);
    const { last: stopped } = await runUploader(t, UPLOADER, request, (line) => line.state === 'stored');
    assert.equal(stopped.state, 'stored', JSON.stringify(stopped));
    const text = await kept(directory);
    assert.ok(text.includes(`${BUCKET}:`), `the object stands in the checkpoint: ${text}`);
    for (const secret of [KEYS.secretKey, KEYS.accessKey]) assert.ok(!text.includes(secret), 'no key does');
  }
  await emulator.heal();
  const { last } = await runUploader(t, UPLOADER, request);
  assert.equal(last.verified, 'md5', JSON.stringify(last));
  await assertImported(t, emulator, file, { image: { id: last.done }, imageUrl: last.imageUrl });
  assert.equal((await emulator.arrived('CreateMultipartUpload')).length, 1);
  const sent = (await emulator.arrived('UploadPart')).length;
  assert.ok(sent <= 20 + 3 * 3, `${sent} parts were sent`);
  assert.equal((await emulator.arrived('create_image')).length, 1);
  assert.deepEqual(await readdir(directory), []);
});

test('killed while the image is ordered, and while its job runs', TIMEOUT, async (t) => {
  const { emulator, file, request } = await ready(t);
  // The service has taken the order, and its answer does not come.
  await emulator.spoil({ service: 'huawei', operation: 'create_image', stallMs: 600_000, times: 1 });
  await emulator.control('POST', '/_emulator/huawei/jobs', { paused: true });
  const { kill } = startUploader(t, UPLOADER, request);
  await eventually(async () => (await imagesOf(t, emulator)).length > 0, 'an image');
  await kill();
  const { last: second } = await runUploader(t, UPLOADER, request, ({ phase }) => phase === 'verifying');
  assert.equal(second.phase, 'verifying', JSON.stringify(second));
  await emulator.control('POST', '/_emulator/huawei/jobs', { paused: false });
  const { last } = await runUploader(t, UPLOADER, request);
  assert.equal(last.verified, 'md5', JSON.stringify(last));
  await assertImported(t, emulator, file, { image: { id: last.done }, imageUrl: last.imageUrl });
  assert.equal((await emulator.arrived('create_image')).length, 1);
});

test(
  'what a dead process left is listed, wants its file and keys, and can be discarded',
  TIMEOUT,
  async (t) => {
    const { emulator, directory, request } = await ready(t);
    await holdAfter(emulator, 2);
    await runUploader(t, UPLOADER, request, (line) => line.state === 'stored');
    const { client } = request;
    const other = newHuawei(t, client.endpoint, { auth: { type: 'token', token: 'any' } });
    const [pending, ...more] = await other.pendingUploads({ directory });
    assert.equal(more.length, 0);
    const { name, fileName, imageId, needsFile, bytesTotal } = pending;
    assert.deepEqual(
      [name, fileName, imageId, needsFile, bytesTotal],
      ['killed', 'disk.raw', undefined, false, 96 * MIB + 512],
    );
    const place = { endpoint: emulator.oss };
    await rejects(pending.resume(undefined, { obs: place }).done, { field: 'obs.credentials' });
    await rejects(pending.discard({ obs: place }), { kind: 'validation', field: 'obs.credentials' });
    const store = await openStore(emulator);
    assert.equal((await store.uploads()).length, 1);
    await pending.discard({ obs: { ...place, credentials: KEYS } });
    assert.deepEqual(await store.uploads(), []);
    assert.deepEqual(await readdir(directory), []);
    assert.equal((await emulator.arrived('create_image')).length, 0);
  },
);
