/** Answers: read tolerantly where services differ, refused clearly where they are broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newClient } from '../support/client.mjs';
import { holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;
const JSON_TYPE = { 'content-type': 'application/json' };
const ERROR_CODES = fixture('error-codes.json');

test('progress reads as a number however it is written', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  for (const [progress, expected] of [
    ['100', 100],
    ['0%', 0],
    [100, 100],
    ['57%', 57],
    [0, 0],
    ['42.5', 42.5],
  ]) {
    recorder.next(json({ ...IMAGE, progress }));
    assert.equal((await ims.getImage('img-1')).progress, expected, `progress ${JSON.stringify(progress)}`);
  }
});

test('numbers may come as texts, lists as null, fields not at all', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.next(json({ ...IMAGE, size: '27205947', minDisk: '5', minRam: 512, imageTags: null }));
  const image = await ims.getImage('img-1');
  assert.deepEqual([image.size, image.minDisk, image.minRam, image.imageTags], [27205947, 5, 512, []]);
  recorder.next(json({ imageId: 'img-1' }));
  assert.equal((await ims.getImage('img-1')).imageId, 'img-1');
  recorder.next(json({ size: '10', current: '1', total: '0', list: null }));
  const page = await ims.listPrivateImages();
  assert.deepEqual({ ...page }, { size: 10, current: 1, total: 0, list: [] });
  recorder.next(json(null));
  assert.deepEqual(await ims.listExportBuckets('img-1'), []);
  recorder.next(json({ size: 9007199254740991, list: [] }), json({ ...IMAGE, size: 214748364800 }));
  await ims.listImages();
  assert.equal((await ims.getImage('img-1')).size, 214748364800);
});

test('a field is never of another type than its declaration says', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1) });
  const types = { size: 'number', minDisk: 'number', progress: 'number', name: 'string', status: 'string' };
  for (const [field, type] of Object.entries(types)) {
    for (const nonsense of ['big', {}, [], true, { size: 1 }, '']) {
      recorder.next(json({ ...IMAGE, [field]: nonsense }));
      const image = await ims.getImage('i').catch((error) => {
        // Refused is as good as left out, where the message says which field it was.
        assert.equal(error.kind, 'protocol');
        assert.match(error.message, new RegExp(field));
        return {};
      });
      const got = typeof image[field];
      assert.ok([type, 'undefined'].includes(got), `${field} ${JSON.stringify(nonsense)} reads as ${got}`);
    }
  }
});

test('unknown fields do no harm and unknown values are kept as they came', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const change = {
    status: 'melting',
    platform: 'cclinux',
    osType: 'Plan 9',
    visibility: 'secret',
    later: { deep: [1] },
  };
  recorder.next(json({ ...IMAGE, ...change }));
  const image = await ims.getImage('img-1');
  assert.deepEqual(
    [image.status, image.platform, image.osType, image.visibility],
    ['melting', 'cclinux', 'Plan 9', 'secret'],
  );
  recorder.next(
    json({ ...IMAGE, name: '__proto__', imageTags: JSON.parse('[{"__proto__":{"evil":1},"a":null}]') }),
  );
  const odd = await ims.getImage('img-1');
  assert.equal(odd.name, '__proto__');
  assert.equal(odd.evil, undefined);
  assert.equal({}.evil, undefined);
});

test('a byte order mark, spaces and a charset do no harm', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const body = ` \r\n${json(IMAGE).body}\n\n`;
  recorder.next({ headers: { 'content-type': 'application/json; charset=UTF-8' }, body });
  assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
  recorder.next({ headers: JSON_TYPE, body: `\ufeff${json(IMAGE).body}` });
  assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
  recorder.next({ headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(json(IMAGE).body) });
  assert.equal((await ims.getImage('img-1')).name, IMAGE.name);
  recorder.next({ headers: { 'content-type': 'text/plain' }, body: json(IMAGE).body });
  assert.equal(
    (await ims.getImage('img-1')).name,
    IMAGE.name,
    'the envelope counts, not the type that a proxy made up',
  );
});

for (const { code, status, meaning } of ERROR_CODES.filter((one) => one.code !== 'Success')) {
  test(`the code ${code} (${meaning}) comes through`, async (t) => {
    const recorder = await startRecorder(t);
    const ims = newClient(t, recorder.url, { retry: quickly(2) });
    recorder.otherwise(failure(code, status));
    const expected = { kind: 'service', code, status, requestId: 'recorded' };
    const error = await rejects(ims.createImage(samples.createImage()), {
      ...expected,
      operation: 'createImage',
    });
    assert.ok(error.message.includes(code), error.message);
    await rejects(ims.getImage('img-1'), { ...expected, operation: 'getImage' });
  });
}

test('codes that the document does not know come through as well', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.next(failure('IMG.Something.New', 400), failure('X', 409));
  await rejects(ims.deleteImage('img-1'), { kind: 'service', code: 'IMG.Something.New', status: 400 });
  await rejects(ims.deleteImage('img-1'), { kind: 'service', code: 'X', status: 409 });
});

test('a code other than Success is an error under HTTP 200 too', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.otherwise(failure('IMG.DBGet.NoData', 200));
  const error = await rejects(ims.getImage('img-1'), {
    kind: 'service',
    code: 'IMG.DBGet.NoData',
    status: 200,
  });
  assert.match(error.message, /IMG\.DBGet\.NoData/);
  assert.equal(recorder.requests.length, 1, 'nothing is there: asking again would not help');
});

test('401 and 403 are auth, whatever their body says', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  recorder.next(
    { status: 401, body: '' },
    { status: 403, headers: { 'content-type': 'text/html' }, body: '<p>no</p>' },
  );
  await rejects(ims.getImage('img-1'), { kind: 'auth', status: 401 });
  await rejects(ims.getImage('img-1'), { kind: 'auth', status: 403 });
});

/** Answers that are not what the document describes: [what, answer, the fields of the error]. */
const PAGE =
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>';
const HTML = { 'content-type': 'text/html' };
const BROKEN = [
  [
    'an HTML error page of a proxy',
    { status: 502, headers: HTML, body: PAGE },
    { status: 502, message: /502/ },
  ],
  [
    'an HTML page under 200',
    { status: 200, headers: HTML, body: PAGE },
    { kind: 'protocol', message: /html|json/i },
  ],
  ['an HTML page called JSON', { status: 200, headers: JSON_TYPE, body: PAGE }, { kind: 'protocol' }],
  ['an empty body', { status: 200, headers: JSON_TYPE, body: '' }, { kind: 'protocol', message: /empty/i }],
  ['204 without a body', { status: 204 }, { kind: 'protocol' }],
  [
    'a truncated body',
    { status: 200, headers: JSON_TYPE, body: json(IMAGE).body.slice(0, 90) },
    { kind: 'protocol' },
  ],
  ['a body that is no envelope', { status: 200, headers: JSON_TYPE, body: '[]' }, { kind: 'protocol' }],
  [
    'a body without a code',
    { status: 200, headers: JSON_TYPE, body: '{"data":{}}' },
    { kind: 'protocol', message: /code/ },
  ],
  [
    'an answer without its data',
    { status: 200, headers: JSON_TYPE, body: '{"code":"Success"}' },
    { kind: 'protocol', message: /data/ },
  ],
  ['an image without its ID', json({ name: 'x' }), { kind: 'protocol', message: /imageId/ }],
  ['a list where an object belongs', json([1]), { kind: 'protocol' }],
  [
    'a body that is no UTF-8',
    { status: 200, headers: JSON_TYPE, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
    { kind: 'protocol' },
  ],
  ['a 500 without words', { status: 500 }, { status: 500 }],
  ['a 404 of something else', { status: 404, headers: HTML, body: '<h1>Not Found</h1>' }, { status: 404 }],
];

for (const [what, answer, fields] of BROKEN) {
  test(`${what} is a clear error`, async (t) => {
    const recorder = await startRecorder(t);
    const ims = newClient(t, recorder.url, {
      retry: quickly(2),
      auth: { type: 'token', token: 'tell-nobody' },
    });
    recorder.otherwise(answer);
    const error = await rejects(ims.getImage('img-1'), {
      kind: ['protocol', 'service', 'network'],
      operation: 'getImage',
      ...fields,
    });
    assert.ok(error.message.length < 1000, `${error.message.length} characters are not a message`);
    holdsNoSecret([error], ['tell-nobody']);
  });
}

test('a body cut off by the connection is a network error, and a read is repeated', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url);
  const whole = json(IMAGE).body;
  const cut = (_request, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': Buffer.byteLength(whole) });
    response.write(whole.slice(0, 50), () => response.socket.destroy());
  };
  recorder.next(cut).otherwise(json(IMAGE));
  assert.equal((await ims.getImage('img-1')).imageId, IMAGE.imageId);
  assert.equal(recorder.take().length, 2);
  recorder.otherwise(cut);
  await rejects(ims.getImage('img-1'), { kind: 'network', retryable: true });
});

test('an answer that never ends is refused before it fills the memory', async (t) => {
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1) });
  const piece = Buffer.alloc(1024 * 1024, ' ');
  let written = 0;
  recorder.otherwise((_request, response) => {
    response.writeHead(200, JSON_TYPE);
    const more = () => {
      if (response.destroyed || written > 2 ** 30) return response.destroy();
      written += piece.length;
      return response.write(piece) ? setImmediate(more) : response.once('drain', more);
    };
    more();
  });
  const error = await rejects(ims.getImage('img-1'), { kind: 'protocol' });
  assert.match(error.message, /large|big|long|more than|MiB|bytes/i);
  assert.ok(written < 256 * 1024 * 1024, `${written} bytes were read`);
});

test('what unpacks to more than the memory is refused too, whatever its length says', async (t) => {
  const recorder = await startRecorder(t);
  const body = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '), { level: 1 });
  recorder.otherwise({ status: 200, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body });
  for (const options of [{}, { fetch: globalThis.fetch }]) {
    const ims = newClient(t, recorder.url, { retry: quickly(1), ...options });
    const error = await rejects(ims.getImage('img-1'), { kind: 'protocol' });
    assert.match(error.message, /larger than 64 MiB/);
  }
});

test('a response of a fetch of its own may throw: it ends that call', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const throws = (name) => ({
    status: 200,
    headers: new Headers(),
    arrayBuffer: async () => new ArrayBuffer(0),
    get [name]() {
      throw new Error(`no ${name} today`);
    },
  });
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const answers = [
    [() => throws('status'), /no status today/],
    [() => throws('headers'), /no headers today/],
    [() => throws('arrayBuffer'), /no arrayBuffer today/],
    [() => ({ headers: new Headers() }), /no status/],
    [
      () => ({
        get status() {
          return revoked().status;
        },
      }),
      /revoked/,
    ],
  ];
  let answer;
  const ims = newClient(t, recorder.url, {
    retry: quickly(1),
    fetch: async (...asked) => answer?.() ?? fetch(...asked),
  });
  for (const [given, said] of answers) {
    answer = given;
    const error = await rejects(ims.getImage('img-1'), { kind: 'network' });
    assert.match(error.message, said);
  }
  // A stream that has no reader, as node-fetch gives: what it holds comes whole.
  const { body } = json(IMAGE);
  for (const stream of [{}, null]) {
    const arrayBuffer = async () => new TextEncoder().encode(body).buffer;
    answer = () => ({ status: 200, headers: new Headers(JSON_TYPE), body: stream, arrayBuffer });
    assert.equal((await ims.getImage('img-1')).imageId, IMAGE.imageId);
  }
  answer = undefined;
  assert.equal((await ims.getImage('img-1')).imageId, IMAGE.imageId, 'the next call finds the core alive');
});
