/** Uploads to the local cloud's Huawei part: buckets, keys, clients, and what came of them. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { AwsClient } from 'aws4fetch';
import { startEmulator } from './emulator.mjs';
import { ACCOUNTS, signedIn } from './huawei.mjs';
import { assertSameBytes, makeRandomRaw } from './images.mjs';
import { temporaryFolder } from './places.mjs';
import { openStore } from './store.mjs';

export const BUCKET = 'my-images';
export const REGION = 'region0';

/** The first account's access key. */
export const KEYS = {
  accessKey: 'EMULATORDEMOAK000001',
  secretKey: 'EmulatorDemoSecretKey0000000000000000001',
};

/** A cloud with a bucket that the account made itself. */
export async function startCloud(context, ...extra) {
  const emulator = await startEmulator(context, ...extra);
  const keys = { accessKeyId: KEYS.accessKey, secretAccessKey: KEYS.secretKey };
  const region = (await emulator.control('GET', '/_emulator/store-credentials')).region;
  const aws = new AwsClient({ ...keys, service: 's3', region, retries: 0 });
  const made = await aws.fetch(`${emulator.oss}/${BUCKET}`, { method: 'PUT' });
  assert.equal(made.status, 200, await made.text());
  return emulator;
}

/** A client that is signed in by a token, and what its uploads need to say of the bucket. */
export async function tokenClient(context, emulator, options = {}) {
  const ims = await signedIn(context, emulator, ACCOUNTS.demo, options);
  return { ims, obs: { bucket: BUCKET, endpoint: emulator.oss, credentials: KEYS } };
}

/** The client's options with the access key, whose requests and parts are signed by the same key. */
export function accessKeyOptions(emulator) {
  return { endpoint: emulator.huawei, auth: { type: 'aksk', ...KEYS }, projectId: ACCOUNTS.demo.project };
}

/** The images of the account, by another client than the one that is tested. */
export async function imagesOf(context, emulator) {
  const ims = await signedIn(context, emulator, ACCOUNTS.demo);
  return (await ims.listImages({ __imagetype: 'private' })).images;
}

/** The object and the image's own file are the file that was read; the image is the only one, and active. */
export async function assertImported(context, emulator, file, result) {
  const images = await imagesOf(context, emulator);
  assert.deepEqual(
    images.map(({ id, status }) => [id, status]),
    [[result.image.id, 'active']],
  );
  const store = await openStore(emulator);
  const split = result.imageUrl.indexOf(':');
  const bucket = result.imageUrl.slice(0, split);
  const key = result.imageUrl.slice(split + 1);
  const objects = await store.objects();
  assert.ok(
    objects.some((object) => object.bucket === bucket && object.key === key),
    `${result.imageUrl} is not in the store`,
  );
  await assertSameBytes(file, await store.read({ bucket, key }));
  const service = objects.find((object) => object.key === result.image.id);
  assert.ok(service, 'the service has no file of its own');
  await assertSameBytes(file, await store.read(service));
  assert.deepEqual(await store.uploads(), []);
}

const MIB = 1024 * 1024;

/** What most tests make of a file. */
export const TARGET = { name: 'web', min_disk: 40 };

/** A raw disk of noise. */
export async function rawFile(t, size = 12 * MIB + 512, name = 'disk.raw') {
  return makeRandomRaw(path.join(await temporaryFolder(t), name), size);
}

/** Starts an upload in small parts; keeps what it tells. */
export function begin(ims, source, target, options) {
  const events = [];
  const phases = new Set();
  const task = ims.upload(source, target, {
    partSize: 5 * MIB,
    onEvent: (event) => events.push(event),
    onProgress: ({ phase }) => phases.add(phase),
    ...options,
  });
  return { task, events, phases };
}
