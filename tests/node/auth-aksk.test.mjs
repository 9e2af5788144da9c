/** Access keys: every request is signed, by an implementation of its own here; clocks, proxies, nothing shown. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { holdsNoSecret, rejects } from '../support/expect.mjs';
import { fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const KEY = { type: 'aksk', accessKey: 'FAKEACCESSKEYFORTEST', secretKey: 's3cret-key-that-opens-nothing' };
const IMAGE = fixture('1.04-get-image.response.json').data;
const CREATED = fixture('1.06-create-image.response.json').data;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** What the request's signature must be, from what arrived. */
function signature(record, names, host, path = record.path) {
  const encode = (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = [...new URLSearchParams(record.query)].sort();
  const headers = { ...record.headers, host };
  const canonical = [
    record.method,
    // A slash inside a segment counts as one between segments, as with the official signer.
    `${decodeURIComponent(path).split('/').map(encode).join('/')}/`,
    pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'),
    ...names.map((name) => `${name}:${headers[name].trim()}`),
    '',
    names.join(';'),
    record.headers['x-sdk-content-sha256'] ?? sha256(record.body),
  ].join('\n');
  const text = ['SDK-HMAC-SHA256', record.headers['x-sdk-date'], sha256(canonical)].join('\n');
  return createHmac('sha256', KEY.secretKey).update(text).digest('hex');
}

/** Checks a request's authorization; gives the names of its signed headers. */
function verify(record, host = record.headers.host, path = record.path) {
  const parts = /^SDK-HMAC-SHA256 Access=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
  const [, access, list, signed] = record.headers.authorization.match(parts);
  const names = list.split(';');
  assert.equal(access, KEY.accessKey);
  assert.ok(names.includes('host') && names.includes('x-sdk-date'));
  assert.equal(signed, signature(record, names, host, path));
  return names;
}

test('every request is signed: queries, bodies, odd letters', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const ims = newClient(t, recorder.url, {
    auth: { ...KEY, projectId: 'p1', domainId: 'd1', securityToken: 'st+/==' },
  });
  await ims.getImage("odd ~!*'() ü 镜像/id");
  await ims.listPrivateImages({ size: 5, filter: { name: 'a b+c=d&e' } }).catch(() => {});
  recorder.next(json(CREATED));
  await ims.createImage({ ...samples.createImage(), instruction: '64-bits' });
  assert.equal(recorder.requests.length, 3);
  for (const record of recorder.requests) {
    const names = verify(record);
    for (const name of ['x-project-id', 'x-domain-id', 'x-security-token'])
      assert.ok(names.includes(name), name);
    assert.match(record.headers['x-sdk-date'], /^\d{8}T\d{6}Z$/);
    assert.equal(record.headers['x-security-token'], 'st+/==');
  }
  assert.ok(verify(recorder.requests[2]).includes('content-type'));
});

test('a proxy that rewrites host and path is signed for what is behind it', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const signingEndpoint = 'https://ims.example.com/base';
  await newClient(t, `${recorder.url}/ims`, { signingEndpoint, auth: KEY }).getImage('i');
  const [record] = recorder.requests;
  assert.equal(record.path, '/ims/api/image/v1/images/i');
  verify(record, 'ims.example.com', '/base/api/image/v1/images/i');
});

/** Refuses signatures that are older or newer than a quarter of an hour by its own clock, as the gateways do. */
function strict(shiftMs, told) {
  return (_request, response, record) => {
    const date = record.headers['x-sdk-date'].replace(/(....)(..)(..T..)(..)/, '$1-$2-$3:$4:');
    const now = Date.now() + shiftMs;
    const right = Math.abs(Date.parse(date) - now) < 900_000;
    const headers = { 'content-type': 'application/json' };
    response.sendDate = false;
    if (told === 'Date') headers.date = new Date(now).toUTCString();
    const basic = (at) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
    const clocks =
      told === 'body' ? `, signature time:${basic(Date.parse(date))},server time:${basic(now)}` : '';
    response.writeHead(right ? 200 : 401, headers);
    const error_msg = `Incorrect IAM authentication information: signature expired${clocks}`;
    response.end(
      right ? json(IMAGE).body : JSON.stringify({ error_msg, error_code: 'APIG.0301', request_id: 'r-1' }),
    );
  };
}

for (const told of ['Date', 'body']) {
  test(`a wrong clock is corrected by the service's, told by ${told}`, async (t) => {
    const recorder = await startRecorder(t);
    recorder.otherwise(strict(-86_400_000, told));
    const ims = newClient(t, recorder.url, { auth: KEY });
    await ims.getImage('i');
    assert.equal(recorder.take().length, 2);
    await ims.getImage('i');
    assert.equal(recorder.requests.length, 1, 'from then on the clock is right');
    verify(recorder.requests[0]);
  });
}

test('where nobody tells the time, or it is something else, it is not tried again', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(strict(86_400_000, 'nothing'));
  const ims = newClient(t, recorder.url, { auth: KEY });
  await rejects(ims.getImage('i'), {
    kind: 'auth',
    status: 401,
    code: 'APIG.0301',
    message: /signature expired/,
  });
  assert.equal(recorder.take().length, 1);
  recorder.otherwise({ status: 401, body: `{"error_msg":"${KEY.secretKey}","error_code":"APIG.0301"}` });
  const error = await rejects(ims.getImage('i'), { kind: 'auth', message: /\*\*\*/ });
  assert.equal(recorder.requests.length, 1, 'five wrong signatures lock an access key');
  holdsNoSecret([error, ims], [KEY.secretKey]);
});

const BAD = {
  'no access key': [{ accessKey: undefined }, 'auth.accessKey'],
  'an access key that would end the header': [{ accessKey: 'a\r\nx: 1' }, 'auth.accessKey'],
  'no secret key': [{ secretKey: undefined }, 'auth.secretKey'],
  'an empty security token': [{ securityToken: '' }, 'auth.securityToken'],
  'a project that is no text': [{ projectId: 7 }, 'auth.projectId'],
  'an option of another type': [{ password: 'p' }, 'auth.password'],
};

for (const [what, [change, field]] of Object.entries(BAD)) {
  test(`aksk with ${what} is refused`, async (t) => {
    const recorder = await startRecorder(t);
    const attempt = async () => newClient(t, recorder.url, { auth: { ...KEY, ...change } }).getImage('i');
    const error = await rejects(attempt(), { kind: 'validation', field, rule: /\S/ });
    holdsNoSecret([error], [KEY.secretKey]);
    assert.equal(recorder.requests.length, 0);
  });
}
