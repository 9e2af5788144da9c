/** Who signs, and that no secret shows anywhere: tokens, fixed headers, a signer or a fetch of the user's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CecloudImsClient, newClient, REGION } from '../support/client.mjs';
import { holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';

const IMAGE = fixture('1.04-get-image.response.json').data;
const CREDENTIALS = fixture('1.07-prepare-upload.response.json').data;

/** Answers 401 unless the token is this one. */
function needsToken(isRight) {
  return (_request, response, record) => {
    const right = isRight(record.headers['x-auth-token']);
    response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
    response.end(right ? json(IMAGE).body : failure('Unauthorized').body);
  };
}

test('no auth sends no token', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  await newClient(t, recorder.url).getImage('i');
  await newClient(t, recorder.url, { auth: { type: 'none' } }).getImage('i');
  for (const { headers } of recorder.requests) {
    assert.equal(headers['x-auth-token'], undefined);
    assert.equal(headers.authorization, undefined);
  }
});

test('fixed headers go with every request, those of a call on top', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(IMAGE));
  const ims = newClient(t, recorder.url, {
    auth: { type: 'headers', headers: { 'X-Auth-Custom': 'fixed', Authorization: 'Bearer b' } },
    headers: { 'x-common': 'client' },
  });
  await ims.getImage('i');
  await ims.getImage('i', { headers: { 'x-common': 'call', 'x-emulator-user': '1' } });
  const [first, second] = recorder.requests.map((record) => record.headers);
  assert.deepEqual(
    [first['x-auth-custom'], first.authorization, first['x-common']],
    ['fixed', 'Bearer b', 'client'],
  );
  assert.deepEqual(
    [second['x-auth-custom'], second['x-common'], second['x-emulator-user']],
    ['fixed', 'call', '1'],
  );
});

test('a token function is asked once, and once again after a 401', async (t) => {
  const recorder = await startRecorder(t);
  const tokens = ['old-token', 'new-token', 'too-many'];
  let asked = 0;
  const token = async () => tokens[asked++];
  recorder.otherwise(needsToken((sent) => sent === 'new-token'));
  const ims = newClient(t, recorder.url, { auth: { type: 'token', token } });
  await ims.getImage('i');
  await ims.getImage('i');
  assert.equal(asked, 2);
  const sent = recorder.requests.map((record) => record.headers['x-auth-token']);
  assert.deepEqual(sent, ['old-token', 'new-token', 'new-token']);
});

test('however many calls wait, the token function is asked once for all of them', async (t) => {
  const recorder = await startRecorder(t);
  let asked = 0;
  const token = async () => {
    asked += 1;
    const mine = asked;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return `token-${mine}`;
  };
  recorder.otherwise(needsToken((sent) => sent === 'token-2'));
  const ims = newClient(t, recorder.url, { auth: { type: 'token', token } });
  await Promise.all(Array.from({ length: 20 }, () => ims.getImage('i')));
  assert.equal(asked, 2, 'one token for twenty calls, and one for twenty refusals');
});

test('a second 401 is the end, and a create is sent again after the first: it was refused', async (t) => {
  const recorder = await startRecorder(t);
  let asked = 0;
  const ims = newClient(t, recorder.url, { auth: { type: 'token', token: () => `token-${++asked}` } });
  recorder.otherwise({ status: 401 });
  await rejects(ims.getImage('i'), { kind: 'auth', status: 401, retryable: false });
  assert.equal(asked, 2);
  assert.equal(recorder.take().length, 2);
  recorder.next({ status: 401 }, json(fixture('1.06-create-image.response.json').data));
  await ims.createImage(samples.createImage());
  assert.equal(recorder.take().length, 2);
});

test('a token function that gives nothing ends a call in time, after a 401 too', {
  timeout: 60_000,
}, async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise({ status: 401 });
  for (const given of [[], ['old-token']]) {
    const token = () => given.shift() ?? new Promise(() => {});
    const ims = newClient(t, recorder.url, {
      auth: { type: 'token', token },
      timeoutMs: 300,
      retry: { maxAttempts: 1 },
    });
    await rejects(ims.getImage('i'), { kind: 'timeout', retryable: true, operation: 'getImage' });
  }
});

test('a fixed token is not sent a second time after a 401', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise({ status: 401 });
  await rejects(newClient(t, recorder.url, { auth: { type: 'token', token: 'fixed' } }).getImage('i'), {
    kind: 'auth',
  });
  assert.equal(recorder.requests.length, 1);
});

test('a token function that fails, or gives no text, is an auth error', async (t) => {
  const recorder = await startRecorder(t);
  const functions = [
    () => Promise.reject(new Error('the identity service is down')),
    () => {
      throw new Error('the identity service is down');
    },
    () => undefined,
    () => '',
    () => 'a\r\nx-evil: 1',
  ];
  for (const token of functions) {
    const ims = newClient(t, recorder.url, { auth: { type: 'token', token } });
    await rejects(ims.getImage('i'), { kind: ['auth', 'validation'], operation: 'getImage' });
  }
  assert.equal(recorder.requests.length, 0);
});

test('sign is asked before each attempt and may change the URL', async (t) => {
  const recorder = await startRecorder(t);
  const seen = [];
  const sign = async (request) => {
    seen.push(request);
    return { url: `${request.url}?signature=s${seen.length}`, headers: { 'x-signature': `s${seen.length}` } };
  };
  const ims = newClient(t, recorder.url, { auth: { type: 'sign', sign } });
  recorder.next({ status: 503 }, json(IMAGE), json(fixture('1.06-create-image.response.json').data));
  await ims.getImage('i');
  await ims.createImage(samples.createImage());
  assert.equal(seen.length, 3);
  assert.equal(seen[0].method, 'GET');
  assert.equal(seen[0].url, `${recorder.url}/api/image/v1/images/i`);
  assert.equal(seen[0].headers['x-regionid'], REGION);
  assert.equal(seen[0].body?.byteLength ?? 0, 0);
  const [, , create] = recorder.requests;
  assert.equal(
    Buffer.from(seen[2].body).toString('utf8'),
    create.body.toString('utf8'),
    'the very bytes that are sent',
  );
  assert.deepEqual(
    recorder.requests.map((record) => record.headers['x-signature']),
    ['s1', 's2', 's3'],
  );
  assert.deepEqual(
    recorder.requests.map((record) => record.query),
    ['signature=s1', 'signature=s2', 'signature=s3'],
  );
});

test('what sign gave stands in no error, whichever call it was for, and wherever it put it', async (t) => {
  const recorder = await startRecorder(t);
  let asked = 0;
  const sign = ({ url }) => {
    asked += 1;
    return {
      url: `${url}?Signature=in+the+url%2F${asked}&Expires=1`,
      headers: { authorization: `Scheme in-the-header-${asked}` },
    };
  };
  const ims = newClient(t, recorder.url, { auth: { type: 'sign', sign }, retry: { maxAttempts: 1 } });
  // Each call is answered when all are under way, by what it was sent.
  const waiting = [];
  recorder.otherwise((_request, response, { headers, query }) => {
    waiting.push(() => {
      response.writeHead(403, { 'content-type': 'application/json' });
      const message = `${headers.authorization.slice(7)} ${query} ${decodeURIComponent(query)}`;
      response.end(JSON.stringify({ code: 'IMG.NoPermission', message }));
    });
    if (waiting.length === 8) for (const answer of waiting) answer();
  });
  const calls = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => ims.getImage(`i${i}`)));
  const errors = calls.map((call) => call.reason);
  for (const error of errors) assert.match(error.message, /IMG\.NoPermission/);
  holdsNoSecret(errors, ['in+the+url', 'in-the-header']);
});

test('a sign that fails is an auth error and nothing is sent', async (t) => {
  const recorder = await startRecorder(t);
  for (const sign of [
    () => Promise.reject(new Error('no key')),
    () => undefined,
    () => ({ headers: { a: 'b\nc' } }),
  ]) {
    const ims = newClient(t, recorder.url, { auth: { type: 'sign', sign } });
    await rejects(ims.getImage('i'), { kind: ['auth', 'validation'] });
  }
  assert.equal(recorder.requests.length, 0);
});

test('signingEndpoint is what is signed, endpoint where it goes', async (t) => {
  const recorder = await startRecorder(t);
  const urls = [];
  const sign = ({ url }) => {
    urls.push(url);
    return { headers: { 'x-signed': new URL(url).host } };
  };
  recorder.otherwise(json(IMAGE));
  const signingEndpoint = 'https://ims.example.com/base';
  await newClient(t, `${recorder.url}/ims`, { signingEndpoint, auth: { type: 'sign', sign } }).getImage('i');
  assert.deepEqual(urls, [`${signingEndpoint}/api/image/v1/images/i`]);
  assert.equal(recorder.requests[0].path, '/ims/api/image/v1/images/i');
  assert.equal(recorder.requests[0].headers['x-signed'], 'ims.example.com');
});

test("a fetch of the user's own is called as fetch(url, init) with plain things", async (t) => {
  const calls = [];
  const ims = newClient(t, 'https://ims.example.com', {
    auth: { type: 'token', token: 'mine' },
    async fetch(...parameters) {
      calls.push(parameters);
      return new Response(json(fixture('1.06-create-image.response.json').data).body, {
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  const created = await ims.createImage(samples.createImage());
  assert.equal(created.imageId, 'img-ja541mkm4kxt67');
  const [[url, init, ...more]] = calls;
  assert.equal(more.length, 0);
  assert.equal(typeof url, 'string');
  assert.equal(url, 'https://ims.example.com/api/image/v1/private-images');
  assert.equal(Object.getPrototypeOf(init), Object.prototype, 'a plain object, no Request');
  assert.equal(init.method, 'POST');
  const headers = new Headers(init.headers);
  assert.equal(headers.get('x-auth-token'), 'mine');
  assert.equal(headers.get('x-regionid'), REGION);
  const body = typeof init.body === 'string' ? init.body : Buffer.from(init.body).toString('utf8');
  assert.deepEqual(JSON.parse(body), samples.createImage());
});

test('a fetch that throws, rejects or gives nonsense is an error of the call', async (t) => {
  const fetches = [
    () => {
      throw new TypeError('no network here');
    },
    () => Promise.reject(new TypeError('fetch failed')),
    () => Promise.reject(undefined),
    () => undefined,
    () => ({}),
    () => 'text',
  ];
  for (const fetch of fetches) {
    const ims = newClient(t, 'https://ims.example.com', { fetch, retry: quickly(2) });
    await rejects(ims.getImage('i'), {
      kind: ['network', 'protocol', 'unsupported', 'validation'],
      operation: 'getImage',
    });
  }
});

test('secrets show in no error, event, inspection or JSON', async (t) => {
  const secrets = ['s3cret-token-value', 's3cret-header-value', CREDENTIALS.secretKey, 's3cret-session'];
  const recorder = await startRecorder(t);
  const events = [];
  const echo = (_request, response, record) => {
    // A proxy that repeats the request in its error page.
    response.writeHead(500, { 'content-type': 'text/html' });
    response.end(`<pre>${record.rawHeaders.join('\n')} ${record.body}</pre>`);
  };
  recorder.otherwise(echo);
  const ims = newClient(t, recorder.url, {
    auth: { type: 'token', token: () => secrets[0] },
    onRequest: (event) => events.push(event),
    retry: quickly(2),
  });
  const fixed = newClient(t, recorder.url, {
    auth: { type: 'headers', headers: { 'x-key': secrets[1] } },
    onRequest: (event) => events.push(event),
    retry: quickly(2),
  });
  const things = [events, ims, fixed];
  for (const client of [ims, fixed]) {
    things.push(await client.getImage('i').catch((error) => error));
    things.push(await client.createImage(samples.createImage()).catch((error) => error));
    recorder.next(failure(`IMG.Denied.${client === ims ? secrets[0] : secrets[1]}`), 'reset');
    things.push(await client.getImage('i').catch((error) => error));
  }
  // An answer that lacks a field must not be quoted with its secret.
  const { bucket, ...incomplete } = { ...CREDENTIALS, token: secrets[3] };
  assert.ok(bucket);
  recorder.next(json(incomplete));
  things.push(await rejects(ims.prepareUpload('i', { size: 1 }), { kind: 'protocol', message: /bucket/ }));
  recorder.next(json({ ...CREDENTIALS, token: secrets[3], bucket: {} }));
  things.push(await rejects(ims.prepareUpload('i', { size: 1 }), { kind: 'protocol' }));
  holdsNoSecret(things, secrets);
  assert.ok(events.length >= 6);
});

test('a token in an option that is refused is not repeated by the refusal', async () => {
  const token = 's3cret\r\nx-evil: 1';
  const attempt = async () => {
    const ims = new CecloudImsClient({
      endpoint: 'https://ims.example.com',
      region: REGION,
      auth: { type: 'token', token },
    });
    await ims.getImage('i').finally(() => ims.close());
  };
  const error = await rejects(attempt(), { kind: ['validation', 'auth'] });
  holdsNoSecret([error], ['s3cret']);
});
