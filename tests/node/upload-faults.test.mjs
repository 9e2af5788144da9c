/** An object store that misbehaves: what is damaged is noticed and sent again, and nothing wrong is called right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { assertWell, BYTES, OPTIONS, uploadThrough } from '../support/faulty-uploads.mjs';
import { assertSameBytes, randomBytes } from '../support/images.mjs';
import { rawImage, smallImage } from '../support/samples.mjs';

/** How often each part was sent. */
async function sends(emulator) {
  const counts = {};
  for (const { query } of await emulator.arrived('UploadPart')) {
    const part = new URLSearchParams(query).get('partNumber');
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** Faults that one more attempt gets over: [what, rules]. */
const PASSING = [
  ['a 503 SlowDown', [{ operation: 'UploadPart', status: 503, code: 'SlowDown', times: 3 }]],
  ['a 500', [{ operation: 'UploadPart', status: 500, code: 'InternalError', times: 2 }]],
  [
    'an HTML page of a proxy',
    [{ operation: 'UploadPart', status: 502, body: '<h1>Bad Gateway</h1>', times: 2 }],
  ],
  ['a reset before', [{ operation: 'UploadPart', reset: 'before', times: 2 }]],
  [
    'a reset within the body',
    [{ operation: 'UploadPart', reset: 'before', afterBytes: 1_000_000, times: 2 }],
  ],
  ['an answer that is lost', [{ operation: 'UploadPart', reset: 'after', times: 2 }]],
  ['a 400 RequestTimeout', [{ operation: 'UploadPart', status: 400, code: 'RequestTimeout' }]],
  ['a create that is lost', [{ operation: 'CreateMultipartUpload', reset: 'before' }]],
  ['a create that fails', [{ operation: 'CreateMultipartUpload', status: 503, code: 'SlowDown' }]],
  ['a complete that fails', [{ operation: 'CompleteMultipartUpload', status: 500, code: 'InternalError' }]],
  [
    'a complete with an error in its 200',
    [{ operation: 'CompleteMultipartUpload', errorIn200: true, times: 2 }],
  ],
  ['a complete that is lost before', [{ operation: 'CompleteMultipartUpload', reset: 'before' }]],
  ['a complete whose answer is lost', [{ operation: 'CompleteMultipartUpload', reset: 'after' }]],
  ['a complete whose answer is cut', [{ operation: 'CompleteMultipartUpload', truncate: 40 }]],
  ['a prepare that fails', [{ operation: 'prepare_upload', status: 503 }]],
  ['a done that fails', [{ operation: 'complete_upload', reset: 'before' }]],
  ['a done whose answer is lost', [{ operation: 'complete_upload', reset: 'after' }]],
  [
    'a list that fails',
    [
      { operation: 'list_private_images', status: 503 },
      { operation: 'get_image', status: 503, times: 0 },
    ],
  ],
];

for (const [what, rules] of PASSING) {
  test(`${what} is got over`, { timeout: 60_000 }, async (t) => {
    const upload = await uploadThrough(t, rules, { client: { retry: quickly(8) } });
    const result = await upload.task.done;
    assert.equal(result.image.status, 'active');
    assert.equal(result.verified, 'md5');
    await assertSameBytes([BYTES], await upload.emulator.file(upload.task.imageId));
    const reports = await upload.emulator.faults();
    assert.ok(
      reports.some((report) => report.fired > 0),
      'the fault happened',
    );
    assert.equal((await upload.emulator.arrived('create_image')).length, 1);
    assert.equal((await upload.emulator.images()).length, 1);
  });
}

test('one flipped bit in a stored part is noticed, and only that part is sent again', async (t) => {
  const upload = await uploadThrough(t, [
    { operation: 'UploadPart', query: 'partNumber=2', flipBit: 12_345 },
  ]);
  await assertWell(upload);
  assert.deepEqual(await sends(upload.emulator), { 1: 1, 2: 2, 3: 1, 4: 1 });
  const retries = upload.events.filter((event) => event.state === 'retrying');
  assert.deepEqual(
    retries.map((event) => event.part),
    [2],
  );
  assert.match(retries[0].reason, /etag|md5|checksum|differ/i);
  assert.equal(upload.task.progress.retries, 1);
});

test('one flipped bit in a file of one part is noticed too', async (t) => {
  const bytes = randomBytes('small', 100_000);
  const upload = await uploadThrough(t, [{ operation: 'PutObject', flipBit: 99_999 }], { bytes });
  await assertWell(upload, bytes);
  assert.equal((await upload.emulator.arrived('PutObject')).length, 2);
});

test('parts that are damaged every time end as an error, not as an image', async (t) => {
  const rules = [{ operation: 'UploadPart', query: 'partNumber=3', flipBit: true, times: 0 }];
  const { emulator, task } = await uploadThrough(t, rules, { client: { retry: quickly(3) } });
  await rejects(task.done, { kind: ['integrity', 'storage'], operation: 'upload' });
  assert.equal(task.state, 'failed');
  assert.ok((await emulator.images()).every((image) => image.status !== 'active'));
  assert.equal((await emulator.arrived('CompleteMultipartUpload')).length, 0);
});

test('a complete that answers 200 with an error for ever is a failure', async (t) => {
  const rules = [{ operation: 'CompleteMultipartUpload', errorIn200: true, times: 0 }];
  const { emulator, task } = await uploadThrough(t, rules, { client: { retry: quickly(3) } });
  await rejects(task.done, { kind: 'storage', code: /\w/, resumable: true });
  const told = (await emulator.arrived('complete_upload')).map((request) => request.body.result);
  assert.ok(!told.includes('success'), 'the service was not told of a success');
  assert.ok((await emulator.images()).every((image) => image.status !== 'active'));
});

test('damage that the store hides is found by the checksum of the image', async (t) => {
  const rules = [{ operation: 'UploadPart', query: 'partNumber=2', flipBit: { offset: 7, etag: 'sent' } }];
  const { emulator, task } = await uploadThrough(t, rules);
  const error = await rejects(task.done, { kind: 'integrity', operation: 'upload', resumable: false });
  assert.match(error.message, /checksum|md5/i);
  assert.equal(task.state, 'failed');
  const image = await emulator.image(task.imageId);
  assert.ok(image?.status !== 'active', `a damaged image must not stay ${image?.status}`);
});

test('where there is no checksum the size is compared, and the result says so', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const unverified = await ims.upload(BYTES, rawImage(), { ...OPTIONS, checksum: 'none' }).done;
  assert.equal(unverified.image.status, 'active');
  assert.equal(unverified.md5, undefined);
  assert.equal(unverified.verified, 'size');
});

test('a checksum that is no MD5 leaves the image unverified, not failed', async (t) => {
  const emulator = await startEmulator(t);
  for (const checksum of ['', 'sha256:abc', null]) {
    const fetch = async (url, init) => {
      const response = await globalThis.fetch(url, init);
      const text = (await response.text()).replace(
        /"checksum":"[0-9a-f]{32}"/g,
        `"checksum":${JSON.stringify(checksum)}`,
      );
      return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
    };
    const ims = newClient(t, emulator.ims, { fetch });
    const events = [];
    const upload = ims.upload(randomBytes(1, 51_200), rawImage(), { onEvent: (event) => events.push(event) });
    const { image, verified } = await upload.done;
    assert.equal(image.status, 'active');
    assert.equal(verified, 'size', `checksum ${checksum}`);
    const warnings = events.filter((event) => event.type === 'warning').map((event) => event.code);
    assert.deepEqual(warnings, ['checksum-unverified']);
  }
});

test('an ETag that nobody may read does not stop the upload', async (t) => {
  const upload = await uploadThrough(t, [{ operation: 'UploadPart', dropHeader: 'etag', times: 0 }]);
  const result = await assertWell(upload);
  const warnings = upload.events.filter((event) => event.type === 'warning');
  assert.deepEqual(
    warnings.map((event) => event.code),
    ['etag-hidden'],
    'said once, not per part',
  );
  assert.equal(result.warnings.length, 1);
});

test('a hidden ETag and a damaged part: still noticed', async (t) => {
  const rules = [
    { operation: 'UploadPart', dropHeader: 'etag', times: 0 },
    { operation: 'UploadPart', query: 'partNumber=2', flipBit: 5 },
  ];
  const { emulator, task } = await uploadThrough(t, rules);
  const result = await task.done.catch((error) => error);
  if (result instanceof Error) {
    assert.equal(result.kind, 'integrity');
    assert.ok((await emulator.images()).every((image) => image.status !== 'active'));
  } else {
    await assertSameBytes([BYTES], await emulator.file(task.imageId));
  }
});

test('a file that is no qcow2 is refused by the service, and the upload says with which code', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const task = ims.upload(randomBytes(1, 102_400), smallImage(), { allowUnsafe: ['format-mismatch'] });
  await rejects(task.done, { kind: 'service', code: 'IMG.OperationFailed.UploadError' });
  assert.ok((await emulator.images()).every((image) => image.status !== 'active'));
});

test('a create that may have reached the service is looked for, not repeated', async (t) => {
  const through = await uploadThrough(t, [{ operation: 'create_image', reset: 'after' }]);
  await assertWell(through);
  assert.equal((await through.emulator.arrived('create_image')).length, 1);
  assert.equal((await through.emulator.images()).length, 1);
});

test('a create that did not reach the service is repeated after a look', async (t) => {
  const through = await uploadThrough(t, [{ operation: 'create_image', reset: 'before' }]);
  await assertWell(through);
  assert.equal((await through.emulator.images()).length, 1);
});

test('where nobody can look before, a lost create ends the upload with a hint', async (t) => {
  const { emulator, task } = await uploadThrough(t, [
    { operation: 'list_private_images', status: 403, times: 0 },
    { operation: 'create_image', reset: 'after' },
  ]);
  await rejects(task.done, { kind: 'network', message: /look for its name/ });
  assert.equal((await emulator.arrived('create_image')).length, 1);
});

test('an upload tells no secret, in errors, events or progress', async (t) => {
  const emulator = await startEmulator(t);
  const seen = [];
  const secrets = [];
  const fetch = async (url, init) => {
    const response = await globalThis.fetch(url, init);
    const text = await response.text();
    const { data } = text ? JSON.parse(text) : {};
    if (data?.secretKey) secrets.push(data.secretKey, data.token, data.accessKey);
    return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
  };
  const ims = newClient(t, emulator.ims, {
    fetch,
    onRequest: (event) => seen.push(event),
    retry: quickly(2),
  });
  for (const rule of [
    { operation: 'UploadPart', status: 403, code: 'SignatureDoesNotMatch', times: 0 },
    { operation: 'UploadPart', reset: 'before', times: 0 },
  ]) {
    await emulator.spoil(rule);
    const options = {
      ...OPTIONS,
      onEvent: (event) => seen.push(event),
      onProgress: (one) => seen.push({ ...one }),
    };
    const task = ims.upload(BYTES, rawImage(), options);
    seen.push(await rejects(task.done, { operation: 'upload' }), task);
    await emulator.heal();
  }
  seen.push(ims);
  assert.ok(secrets.length >= 6);
  // The access key is no secret by itself, but nobody needs it either.
  holdsNoSecret(
    seen,
    secrets.filter((secret) => secret),
  );
});
