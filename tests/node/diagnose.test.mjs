/** `diagnose()` in Node: each thing that can be wrong is told from the others, in a sentence with an advice. */
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { holdsNoSecret, rejects } from '../support/expect.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';
import * as samples from '../support/samples.mjs';
import { closedPort, EXPIRED, OTHER, OWN, startServer } from '../support/servers.mjs';

const LIST = '/api/image/v1/private-images';
const ENVIRONMENT = 'environment';
const NOTHING = { list: [], total: 0, current: 1, size: 50 };

/** The checks by name; every one of them is whole, and `ok` is what they say. */
async function diagnose(ims, call) {
  const { ok, checks } = await ims.diagnose(call);
  for (const check of checks) {
    assert.deepEqual(Object.keys(check).slice(0, 3), ['name', 'ok', 'message']);
    assert.match(check.message, /^[A-Z].{15,}\.$/s, check.name);
    if (!check.ok) assert.ok(check.advice?.length > 10, `${check.name} has an advice`);
  }
  assert.equal(
    ok,
    checks.every((check) => check.ok),
  );
  const names = checks.map((check) => check.name);
  assert.equal(new Set(names).size, names.length, `each check once: ${names}`);
  assert.equal(names.at(-1), ENVIRONMENT);
  return { ok, names, ...Object.fromEntries(checks.map((check) => [check.name, check])) };
}

/** The only check that fails is this one; it says so, and what to do. */
async function fails(ims, name, message, advice) {
  const found = await diagnose(ims);
  const failed = found.names.filter((each) => !found[each].ok);
  assert.deepEqual(failed, [name], JSON.stringify(found, null, 1));
  assert.match(found[name].message, message);
  assert.match(found[name].advice, advice);
  return found;
}

/** An emulator with one queued image. */
async function withQueuedImage(t, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const made = await emulator.call('POST', LIST, { body: samples.smallImage({ name: 'waiting' }) });
  return { emulator, imageId: made.data.imageId };
}

test('all is well: service, store and clocks; nothing is written', async (t) => {
  const { emulator, imageId } = await withQueuedImage(t);
  // An upload of this size is under way elsewhere: it must not be disturbed.
  const path = `${LIST}/${imageId}/upload-prepare`;
  await emulator.call('POST', path, { body: { size: 12_345 } });
  const found = await diagnose(newClient(t, emulator.ims));
  assert.equal(found.ok, true, JSON.stringify(found, null, 1));
  assert.deepEqual(found.names, [
    'endpoint',
    'service-reachable',
    'service-answer',
    'authentication',
    'region',
    'clock',
    'store',
    'store-reachable',
    'store-clock',
    'store-region',
    'store-credentials',
    ENVIRONMENT,
  ]);
  assert.match(found.store.message, new RegExp(imageId));
  assert.equal((await emulator.image(imageId)).size, 12_345);
  const arrived = (await emulator.arrived()).filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    arrived.map(({ operation }) => operation),
    ['create_image', 'prepare_upload', 'prepare_upload'],
    'no write but what an upload begins with',
  );
});

test('without a queued image the store is not looked at, and that is said', async (t) => {
  const emulator = await startEmulator(t);
  const { ok, store, names } = await diagnose(newClient(t, emulator.ims));
  assert.equal(ok, true);
  assert.match(store.message, /was not looked at.*queued/);
  assert.match(store.advice, /while an image is queued/);
  assert.ok(!names.includes('store-reachable'));
});

test('an address where nobody is, or that is none', async (t) => {
  const refused = newClient(t, `http://127.0.0.1:${await closedPort()}`);
  const found = await fails(refused, 'service-reachable', /refuses the connection/, /host and port/);
  assert.match(found.store.message, /was not looked at/);
  await fails(newClient(t, 'http://nowhere.invalid'), 'service-reachable', /no address/, /spelling/);
  const { fetch } = globalThis;
  await fails(
    newClient(t, 'http://127.0.0.1:6000', { fetch }),
    'service-reachable',
    /never asks/,
    /another port/,
  );
});

test('certificates: self-signed, of another name, expired; and the advice works', async (t) => {
  const answer = (_request, response) =>
    response.end(json(NOTHING).body, () => response.writableEnded || response.end());
  const port = await startServer(t, answer, OWN);
  const endpoint = `https://localhost:${port}`;
  await fails(
    newClient(t, endpoint),
    'service-reachable',
    /does not trust/,
    /NODE_EXTRA_CA_CERTS.*agent: new https\.Agent/,
  );
  const agent = new https.Agent({ ca: OWN.cert });
  t.after(() => agent.destroy());
  assert.equal((await diagnose(newClient(t, endpoint, { agent }))).ok, true);
  for (const [certificate, message, advice] of [
    [OTHER, /another name/, /name in the certificate/],
    [EXPIRED, /time is over/, /clock/],
  ]) {
    const trusting = new https.Agent({ ca: certificate.cert });
    t.after(() => trusting.destroy());
    const wrong = await startServer(t, answer, certificate);
    const ims = newClient(t, `https://localhost:${wrong}`, { agent: trusting });
    await fails(ims, 'service-reachable', message, advice);
  }
});

test('https where http is spoken, and the other way round', async (t) => {
  const recorder = await startRecorder(t);
  const wrong = newClient(t, recorder.url.replace('http:', 'https:'));
  await fails(wrong, 'service-reachable', /does not speak https/, /http:\/\//);
  const port = await startServer(t, (_request, response) => response.end(), OWN);
  await fails(
    newClient(t, `http://127.0.0.1:${port}`),
    'service-reachable',
    /closes the connection/,
    /https/,
  );
});

test('a connection that is cut, and a server that never answers', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise('reset');
  await fails(newClient(t, recorder.url), 'service-reachable', /closes the connection/, /log/);
  recorder.take();
  recorder.otherwise('silence');
  const silent = newClient(t, recorder.url, { timeoutMs: 100 });
  await fails(silent, 'service-reachable', /did not answer in time/, /timeoutMs/);
  assert.equal(recorder.take().length, 1, 'asked once, however often calls are repeated');
});

test('a call may have its own time', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise('silence');
  const found = await diagnose(newClient(t, recorder.url), { timeoutMs: 50 });
  assert.match(found['service-reachable'].message, /in time/);
});

test('a page where the service should be, and other things that are no service', async (t) => {
  const recorder = await startRecorder(t);
  const html = { 'content-type': 'text/html; charset=utf-8' };
  recorder.next({ status: 200, headers: html, body: '<!doctype html><title>Console</title>' });
  const ims = newClient(t, recorder.url);
  await fails(ims, 'service-answer', /web page.*index\.html/s, /\/api\/image\/v1\//);
  recorder.next({ status: 200, body: '{"images":[]}' });
  await fails(ims, 'service-answer', /does not speak as the image service/, /endpoint/);
  recorder.next(failure('IMG.Internal.Error', 500));
  await fails(ims, 'service-answer', /error of its own.*IMG\.Internal\.Error/s, /operator/);
  recorder.next((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
    response.write('{"code":');
    setImmediate(() => response.destroy());
  });
  await fails(ims, 'service-answer', /does not speak/, /proxies/);
});

test('who is asking: nobody, somebody refused, somebody without rights, nobody that can be signed for', async (t) => {
  const recorder = await startRecorder(t);
  const token = { auth: { type: 'token', token: 's3cret-token-value' } };
  recorder.next({ status: 401, body: 'token s3cret-token-value is unknown' });
  const refused = await fails(newClient(t, recorder.url, token), 'authentication', /refuses/, /new token/);
  recorder.next({ status: 401, headers: { 'content-type': 'text/html' }, body: '<h1>Log in</h1>' });
  await fails(newClient(t, recorder.url), 'authentication', /refuses/, /pass the option auth/);
  recorder.next({ status: 403 });
  await fails(newClient(t, recorder.url, token), 'authentication', /refuses/, /rights/);
  recorder.next(failure('IMG.OperationFailed.UserInfo'));
  await fails(newClient(t, recorder.url, token), 'authentication', /IMG\.OperationFailed\.UserInfo/, /token/);
  recorder.take();
  const broken = () => {
    throw new Error('the identity service is down');
  };
  const unsigned = newClient(t, recorder.url, { auth: { type: 'token', token: broken } });
  await fails(unsigned, 'authentication', /Nothing was sent.*identity service is down/, /option auth/);
  const forever = newClient(t, recorder.url, {
    auth: { type: 'token', token: () => new Promise(() => {}) },
    timeoutMs: 50,
  });
  await fails(forever, 'authentication', /Nothing was sent/, /option auth/);
  assert.equal(recorder.take().length, 0);
  holdsNoSecret([refused], ['s3cret-token-value']);
});

test('a region that the service does not serve', async (t) => {
  const emulator = await startEmulator(t, '--region', 'cn-north-7');
  const found = await fails(
    newClient(t, emulator.ims),
    'region',
    /its region, region0 .*cn-north-7/s,
    /option region/,
  );
  assert.equal(found['service-answer'].ok, true);
});

test('a clock that is off by more than five minutes, by how much and which way', async (t) => {
  const recorder = await startRecorder(t);
  const at = (minutes) => ({ date: new Date(Date.now() + minutes * 60_000).toUTCString() });
  const ims = newClient(t, recorder.url);
  recorder.next(json(NOTHING, 200, at(42.5)));
  await fails(ims, 'clock', /42 minutes behind the image service/, /time server/);
  recorder.next(json(NOTHING, 200, at(-60 * 24 * 9 - 1)));
  await fails(ims, 'clock', /9 days ahead of the image service/, /time server/);
  recorder.next(json(NOTHING, 200, at(-4)));
  assert.equal((await diagnose(ims)).clock.ok, true);
  recorder.next({ ...json(NOTHING, 200, { date: 'yesterday' }) });
  const hidden = await diagnose(ims);
  assert.match(hidden.clock.message, /could not be compared/);
});

test('the store: another region is corrected and told', async (t) => {
  const { emulator } = await withQueuedImage(t, '--oss-region', 'cn-east-9');
  const found = await diagnose(newClient(t, emulator.ims));
  assert.equal(found.ok, true, JSON.stringify(found, null, 1));
  assert.match(found['store-region'].message, /cn-east-9, not in us-east-1/);
  assert.match(found['store-region'].advice, /region: 'cn-east-9'/);
  assert.match(found['store-credentials'].message, /accepts the keys/);
});

test('the store: a clock beyond what signatures bear, in the wrong region besides', async (t) => {
  const { emulator } = await withQueuedImage(t, '--oss-region', 'cn-east-9');
  await emulator.spoil({ service: 'oss', clockSkewMs: 50 * 60_000 });
  const found = await fails(
    newClient(t, emulator.ims),
    'store-clock',
    /(50|49) minutes behind/,
    /time server/,
  );
  assert.match(found['store-clock'].message, /Uploads correct/);
  assert.equal(found['store-credentials'].ok, true);
});

test('the store: keys, bucket and signature that it refuses, and one that is busy', async (t) => {
  const { emulator } = await withQueuedImage(t);
  const ims = newClient(t, emulator.ims);
  for (const [status, code, message, advice] of [
    [403, 'AccessDenied', /refuses the keys.*403, AccessDenied/, /operator/],
    [403, 'SignatureDoesNotMatch', /signature wrong/, /signingEndpoint/],
    [404, 'NoSuchBucket', /does not know the bucket/, /addressing: 'virtual'/],
    [503, 'SlowDown', /busy/, /later/],
  ]) {
    await emulator.spoil({ operation: 'ListParts', status, code });
    await fails(ims, 'store-credentials', message, advice);
  }
  await emulator.spoil({ operation: 'ListParts', status: 400, code: 'AuthorizationHeaderMalformed' });
  const found = await diagnose(ims);
  assert.match(found['store-region'].message, /names no other/);
  assert.equal(found['store-region'].ok, false);
  await emulator.spoil({ operation: 'ListParts', status: 200, body: '<html>Hello</html>' });
  await fails(ims, 'store-answer', /does not speak S3/, /domain/);
  await emulator.spoil({ operation: 'prepare_upload', status: 403, code: 'IMG.OperationDenied.Identity' });
  await fails(ims, 'store', /IMG\.OperationDenied\.Identity/, /prepareUpload/);
});

test('the store: nobody there, an untrusted certificate, silence, a domain that is none', async (t) => {
  const recorder = await startRecorder(t);
  const queued = { ...NOTHING, list: [{ imageId: 'img-1', status: 'queued' }], total: 1 };
  const credentials = fixture('1.07-prepare-upload.response.json').data;
  const port = await startServer(t, (_request, response) => response.end(), OWN);
  const silent = await startServer(t, () => {});
  const closed = await closedPort();
  for (const [domain, name, message] of [
    [`http://127.0.0.1:${closed}`, 'store-reachable', /refuses the connection/],
    [`127.0.0.1:${closed}`, 'store-reachable', /refuses the connection/],
    [`https://localhost:${port}`, 'store-reachable', /does not trust/],
    [`http://127.0.0.1:${silent}`, 'store-reachable', /in time/],
    ['https://user:s3cret-word@store', 'store', /domain/],
  ]) {
    recorder.next(json(queued), json({ ...credentials, domain, token: 's3cret-session' }));
    const ims = newClient(t, recorder.url, { timeoutMs: 500 });
    const found = await fails(ims, name, message, /./);
    holdsNoSecret([found], [credentials.secretKey, 's3cret-session', 's3cret-word']);
    const [, prepare] = recorder.take();
    assert.deepEqual(JSON.parse(prepare.body), { size: 1 }, 'as little as can be announced');
  }
});

test('it rejects for bad options, an aborted signal and a closed client, and for nothing else', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise('silence');
  const ims = newClient(t, recorder.url);
  await rejects(ims.diagnose({ timeout: 5 }), { kind: 'validation', operation: 'diagnose' });
  await rejects(ims.diagnose({ timeoutMs: 'soon' }), { kind: 'validation', field: 'timeoutMs' });
  await rejects(ims.diagnose({ signal: AbortSignal.abort() }), { kind: 'aborted', operation: 'diagnose' });
  assert.equal(recorder.take().length, 0);
  const controller = new AbortController();
  recorder.next(() => controller.abort());
  await rejects(ims.diagnose({ signal: controller.signal }), { kind: 'aborted', message: /stopped/ });
  const closing = newClient(t, recorder.url);
  recorder.next(() => closing.close());
  await rejects(closing.diagnose(), { kind: 'aborted', message: /closed/ });
  await rejects(closing.diagnose(), { kind: 'aborted', message: /closed/ });
});

test('headers of the call go along, and onRequest sees what is asked of the service', async (t) => {
  const recorder = await startRecorder(t);
  recorder.otherwise(json(NOTHING));
  const events = [];
  const ims = newClient(t, recorder.url, { onRequest: (event) => events.push(event) });
  await diagnose(ims, { headers: { 'x-common': 'call' } });
  const [{ headers, path }] = recorder.take();
  assert.deepEqual([path, headers['x-common'], headers['x-regionid']], [LIST, 'call', 'region0']);
  assert.deepEqual(
    events.map(({ operation }) => operation),
    ['listPrivateImages'],
  );
});
