/** Access to the object store: credentials that end, another region, a wrong clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quickly, rejects } from '../support/expect.mjs';
import { assertWell, uploadThrough } from '../support/faulty-uploads.mjs';

for (const [effect, reason] of [
  ['expireCredentials', 'expired'],
  ['revokeCredentials', 'refused'],
]) {
  test(`credentials that are ${reason} in the middle are asked for anew, once`, async (t) => {
    const upload = await uploadThrough(t, [{ operation: 'UploadPart', skip: 2, [effect]: true }]);
    await assertWell(upload);
    assert.equal((await upload.emulator.arrived('prepare_upload')).length, 2);
    const reasons = upload.events
      .filter((event) => event.type === 'credentials')
      .map((event) => event.reason);
    assert.deepEqual(reasons, ['first', reason]);
    assert.equal((await upload.emulator.arrived('create_image')).length, 1);
  });
}

test('credentials that are good for two seconds only are enough for a longer upload', {
  timeout: 60_000,
}, async (t) => {
  const upload = await uploadThrough(t, [{ operation: 'UploadPart', delayMs: 900, times: 0 }], {
    arguments: ['--credential-ttl', '2'],
    options: { concurrency: 1 },
  });
  await assertWell(upload);
  assert.ok((await upload.emulator.arrived('prepare_upload')).length >= 2);
});

test('credentials that never become good end as an error that says so', async (t) => {
  const rules = [{ operation: 'CreateMultipartUpload', revokeCredentials: true, times: 0 }];
  const { emulator, task } = await uploadThrough(t, rules, { client: { retry: quickly(3) } });
  await rejects(task.done, { kind: ['auth', 'storage'], code: /InvalidAccessKeyId/ });
  assert.ok((await emulator.arrived('prepare_upload')).length <= 5, 'and not by asking for ever');
});

test('a store in another region is found out from its own error', async (t) => {
  const upload = await uploadThrough(t, [], { arguments: ['--oss-region', 'cn-test-7'] });
  await assertWell(upload);
  const warnings = upload.events.filter((event) => event.type === 'warning').map((event) => event.code);
  assert.deepEqual(warnings, ['region-corrected']);
  const parts = await upload.emulator.arrived('UploadPart');
  for (const { headers } of parts) assert.match(headers.authorization, /cn-test-7\/s3\/aws4_request/);
});

test('a region that is named is used at once', async (t) => {
  const upload = await uploadThrough(t, [], {
    arguments: ['--oss-region', 'cn-test-7'],
    options: { oss: { region: 'cn-test-7' } },
  });
  await assertWell(upload);
  assert.deepEqual(
    upload.events.filter((event) => event.type === 'warning'),
    [],
  );
});

test('a clock that is wrong by an hour does not stop the upload', async (t) => {
  const upload = await uploadThrough(t, [{ operation: 'CreateMultipartUpload', clockSkewMs: 3_600_000 }]);
  await assertWell(upload);
  const warnings = upload.events.filter((event) => event.type === 'warning').map((event) => event.code);
  assert.deepEqual(warnings, ['clock-skew']);
});
