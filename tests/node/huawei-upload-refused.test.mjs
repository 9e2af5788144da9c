/** Uploads to Huawei Cloud that cannot be: wrong keys, wrong options, files that nobody should send, a service that says no. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { qcow2 } from '../support/headers.mjs';
import { newHuawei, plain } from '../support/huawei.mjs';
import {
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
import { startRecorder } from '../support/recorder.mjs';

const MIB = 1024 * 1024;

test('wrong keys end as an error of the store, without the keys', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator, { retry: quickly(3) });
  const file = await rawFile(t);
  for (const [credentials, code] of [
    [{ ...KEYS, secretKey: 'not-this-one-at-all' }, 'SignatureDoesNotMatch'],
    [{ ...KEYS, accessKey: 'NOBODYKNOWSTHISKEY00' }, 'InvalidAccessKeyId'],
    [{ ...KEYS, securityToken: 'a-token-that-is-none' }, undefined],
  ]) {
    const { task } = begin(ims, { path: file }, TARGET, { obs: { ...obs, credentials } });
    const expected = { kind: ['auth', 'storage'], operation: 'upload', message: /the object store/ };
    const error = await rejects(task.done, code ? { ...expected, code } : expected);
    holdsNoSecret([error], [credentials.secretKey, credentials.securityToken ?? KEYS.secretKey]);
  }
  assert.deepEqual(await imagesOf(t, emulator), []);
  assert.equal((await emulator.arrived('create_image')).length, 0);
});

test('a bucket that is not there, and a refusal of the service, are told apart', async (t) => {
  const emulator = await startCloud(t, '--quota', '1');
  const { ims, obs } = await tokenClient(t, emulator);
  const file = await rawFile(t, 6 * MIB);
  const elsewhere = begin(ims, { path: file }, TARGET, { obs: { ...obs, bucket: 'no-such-bucket' } });
  await rejects(elsewhere.task.done, { kind: 'storage', code: 'NoSuchBucket', message: /the object store/ });
  await begin(ims, { path: file }, TARGET, { obs }).task.done;
  const second = begin(ims, { path: file }, { ...TARGET, name: 'one too many' }, { obs });
  const error = await rejects(second.task.done, { kind: 'service', status: [400, 403] });
  assert.match(error.code, /^IMG\./);
  assert.match(error.message, /holds the file/);
});

test('a function of keys that throws, or gives none, ends it', async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator);
  const file = await rawFile(t, 6 * MIB);
  for (const [credentials, message] of [
    [() => Promise.reject(new Error('the vault is locked')), /the vault is locked/],
    [() => undefined, /obs\.credentials\(\)/],
    [() => ({ accessKey: 'a' }), /secretKey/],
  ]) {
    const { task } = begin(ims, { path: file }, TARGET, { obs: { ...obs, credentials } });
    await rejects(task.done, { kind: 'auth', message });
  }
});

const NEVER = new Promise(() => {});

test('a function of keys that never settles ends it in time', { timeout: 60_000 }, async (t) => {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator, { timeoutMs: 300, retry: quickly(3) });
  const { task } = begin(ims, { path: await rawFile(t) }, TARGET, {
    obs: { ...obs, credentials: () => NEVER },
  });
  const message = /obs\.credentials gave no keys within 300 ms/;
  await rejects(task.done, { kind: 'timeout', retryable: true, operation: 'upload', message });
});

test('a function of keys that never settles holds neither abort() nor close()', {
  timeout: 120_000,
}, async (t) => {
  const emulator = await startCloud(t);
  await emulator.spoil({ operation: 'UploadPart', status: 403, code: 'ExpiredToken', skip: 1, times: 0 });
  const file = await rawFile(t);
  // It gives keys once, and none when these have expired.
  const asking = async (options) => {
    const { ims, obs } = await tokenClient(t, emulator, options);
    let asked = 0;
    const credentials = () => {
      asked += 1;
      return asked === 1 ? KEYS : NEVER;
    };
    const { task } = begin(ims, { path: file }, TARGET, { concurrency: 1, obs: { ...obs, credentials } });
    await Promise.race([task.done, eventually(() => asked > 1, 'it is asked again')]);
    return { ims, task };
  };
  const patient = { retry: { maxAttempts: 100, baseDelayMs: 5, maxDelayMs: 300 } };
  const aborted = await asking({ timeoutMs: 500, ...patient });
  const message = /not taken back: .*obs\.credentials gave no keys/;
  const ended = rejects(aborted.task.done, { kind: 'aborted', message });
  await aborted.task.abort();
  await ended;

  const closed = await asking({ timeoutMs: 600_000, ...patient });
  const left = rejects(closed.task.done, { kind: 'aborted', message: /closed/i });
  closed.ims.close();
  await left;
});

test('an unsafe qcow2, and a disk that does not fit, are refused with nothing sent', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const obs = { bucket: BUCKET, key: 'a.qcow2', endpoint: recorder.url, credentials: KEYS };
  const unsafe = begin(ims, qcow2({ backingFile: '/etc/passwd' }), TARGET, { obs });
  await rejects(unsafe.task.done, { kind: 'validation', code: 'backing-file', field: 'source' });
  const large = begin(ims, qcow2({ virtualSize: 41 * 2 ** 30 }), TARGET, { obs });
  await rejects(large.task.done, { kind: 'validation', code: 'min-disk', field: 'min_disk', value: 40 });
  const iso = { ...TARGET, type: 'IsoImage', os_version: 'Other' };
  const other = begin(ims, qcow2({}), iso, { obs });
  await rejects(other.task.done, { kind: 'validation', code: 'format-mismatch', field: 'type' });
  assert.equal(recorder.requests.length, 0);
});

test('what is wrong in target and options is refused by name', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const bytes = randomBytes('x', 1000);
  const obs = { bucket: BUCKET, key: 'a.raw', endpoint: recorder.url, credentials: KEYS };
  for (const [target, options, field] of [
    [TARGET, {}, 'obs.bucket'],
    [TARGET, { obs: 7 }, 'obs'],
    [TARGET, { obs: { ...obs, bucket: 'Not_A_Bucket' } }, 'obs.bucket'],
    [TARGET, { obs: { ...obs, bucket: 'abc:d' } }, 'obs.bucket'],
    [TARGET, { obs: { ...obs, key: 'a/../b.raw' } }, 'obs.key'],
    [TARGET, { obs: { ...obs, key: undefined } }, 'obs.key'],
    [TARGET, { obs: { ...obs, key: '' } }, 'obs.key'],
    [TARGET, { obs: { ...obs, credentials: undefined } }, 'obs.credentials'],
    [TARGET, { obs: { ...obs, credentials: 'AK' } }, 'obs.credentials'],
    [TARGET, { obs: { ...obs, credentials: { accessKey: 'a' } } }, 'obs.credentials.secretKey'],
    [TARGET, { obs: { ...obs, credentials: { ...KEYS, token: 'x' } } }, 'obs.credentials.token'],
    [TARGET, { obs: { ...obs, endpoint: undefined } }, 'obs.endpoint'],
    [TARGET, { obs: { ...obs, more: 1 } }, 'obs.more'],
    [TARGET, { obs, oss: {} }, 'oss'],
    [TARGET, { obs, deleteObject: 1 }, 'deleteObject'],
    [TARGET, { obs, deleteObject: true, wait: false }, 'deleteObject'],
    [{ ...TARGET, image_url: 'b:c' }, { obs }, 'image_url'],
    [{ ...TARGET, using: 'exportImage' }, { obs }, 'using'],
    [{ ...TARGET, min_disk: 39 }, { obs }, 'min_disk'],
    [{ min_disk: 40 }, { obs }, 'name'],
    [{ ...TARGET, using: 'importImageQuick' }, { obs }, 'os_version'],
    [{ imageId: '' }, { obs }, 'imageId'],
  ]) {
    const { task } = begin(ims, bytes, target, options);
    await rejects(task.done, { kind: 'validation', field, operation: 'upload' });
  }
  assert.equal(recorder.requests.length, 0);
});

test('a job that fails at once, and answers that are none', async (t) => {
  const emulator = await startCloud(t);
  const recorder = await startRecorder(t);
  const ims = newHuawei(t, recorder.url);
  const obs = { bucket: BUCKET, key: 'a.raw', endpoint: emulator.oss, credentials: KEYS };
  recorder.next(
    plain({ images: [] }),
    plain({ job_id: 'j-9' }),
    plain({ job_id: 'j-9', status: 'FAIL', error_code: 'IMG.0099', fail_reason: 'no reason at all' }),
  );
  const { task } = begin(ims, randomBytes('x', 1000), TARGET, { obs });
  const error = await rejects(task.done, { kind: 'service', code: 'IMG.0099', operation: 'upload' });
  assert.match(error.message, /no reason at all; the object "my-images:a\.raw" holds the file/);
});
