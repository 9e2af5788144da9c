/** Access to the object store: credentials that end, another region, a wrong clock. */
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { quickly, rejects } from '../support/expect.mjs';
import { assertWell, uploadThrough } from '../support/faulty-uploads.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { rawImage } from '../support/samples.mjs';
import { startServer } from '../support/servers.mjs';

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

/**
 * A store that wants the bucket in the host name, takes two parts with each access key, and leaves part `last` without an
 * answer. `seen` holds the keys, how many requests named the bucket elsewhere, and whether that part has come.
 */
async function startPicky(t, last) {
  const seen = { keys: new Map(), refused: 0, last: {} };
  seen.last.promise = new Promise((resolve) => {
    seen.last.resolve = resolve;
  });
  const port = await startServer(t, (request, response) => {
    const answer = (status, text) => {
      response.writeHead(status, { 'content-type': 'application/xml', etag: '"1"' }).end(text);
    };
    const refuse = (status, code) =>
      answer(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);
    request.resume().on('end', () => {
      if (!/^[^.]+\.store\.test/.test(request.headers.host)) {
        seen.refused += 1;
        return refuse(403, 'SecondLevelDomainForbidden');
      }
      const { searchParams } = new URL(request.url, 'http://store.test');
      if (searchParams.has('uploads')) {
        const id = '<UploadId>u</UploadId>';
        return answer(200, `<InitiateMultipartUploadResult>${id}</InitiateMultipartUploadResult>`);
      }
      if (request.method !== 'PUT') return refuse(404, 'NoSuchKey');
      if (searchParams.get('partNumber') === String(last)) return seen.last.resolve();
      const [, key] = /Credential=([^/]+)/.exec(request.headers.authorization);
      const taken = (seen.keys.get(key) ?? 0) + 1;
      if (taken > 2) return refuse(400, 'ExpiredToken');
      seen.keys.set(key, taken);
      return answer(200, '');
    });
  });
  return { url: `http://store.test:${port}`, seen };
}

test('how the store wants the bucket to be named is not forgotten with the keys', {
  timeout: 60_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  const { url, seen } = await startPicky(t, 11);
  const lookup = (_host, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  const agent = new Agent({ keepAlive: true, lookup });
  t.after(() => agent.destroy());
  const path = join(await temporaryFolder(t), 'disk.raw');
  await writeFile(path, '');
  await truncate(path, 11 * 5 * 1024 * 1024);
  const events = [];
  const task = newClient(t, emulator.ims, { agent }).upload({ path }, rawImage({ name: 'picky' }), {
    partSize: 5 * 1024 * 1024,
    concurrency: 1,
    checksum: 'none',
    oss: { endpoint: url },
    onEvent: (event) => events.push(event),
  });
  await Promise.race([seen.last.promise, task.done]);
  assert.equal(seen.refused, 1, 'it is told once');
  assert.equal(seen.keys.size, 5, 'and the keys were renewed');
  const told = events.filter(({ code }) => code === 'addressing-corrected');
  assert.equal(told.length, 1);
  await task.abort();
  await rejects(task.done, { kind: 'aborted' });
});
