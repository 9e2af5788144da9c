/** Hostile and broken answers: no secret that they hand out or repeat is told, and nothing is sent where they point. */
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { holdsNoSecret, quickly, rejects } from '../support/expect.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { failure, fixture, json, startRecorder } from '../support/recorder.mjs';
import { importImage, rawImage } from '../support/samples.mjs';

const CREDENTIALS = fixture('1.07-prepare-upload.response.json').data;
const KEY = 'the+secret/key-of-the-store';
const TOKEN = 'the-session-token-of-the-store';
const { secretKey: _, token: __, ...PLACE } = CREDENTIALS;
// The secrets first: what is quoted is cut.
const HANDED = { secretKey: KEY, token: TOKEN, ...PLACE };
const TEXT = JSON.stringify(HANDED);

const UNEXPECTED = {
  'data without an envelope': TEXT,
  'an envelope without a code': `{"data":${TEXT}}`,
  'JSON that is cut off': `{"code":"Success","data":${TEXT}`,
  'plain text': `accessKey=a secretKey=${KEY} token=${TOKEN}`,
  XML: `<Credentials><SecretKey>${KEY}</SecretKey><Token>${TOKEN}</Token></Credentials>`,
};

for (const [what, body] of Object.entries(UNEXPECTED)) {
  for (const status of [200, 403, 500]) {
    test(`${what} in the place of an upload's credentials is not quoted (${status})`, async (t) => {
      const events = [];
      const recorder = await startRecorder(t);
      recorder.otherwise((_request, response, { path }) => {
        const queued = { list: [{ imageId: 'i', status: 'queued', name: 'n', size: 1 }], total: 1 };
        const answer = path.endsWith('upload-prepare') ? { status, body } : json(queued);
        response.writeHead(answer.status).end(answer.body);
      });
      const ims = newClient(t, recorder.url, { retry: quickly(2), onRequest: (event) => events.push(event) });
      const error = await rejects(ims.prepareUpload('i', { size: 1 }), { operation: 'prepareUpload' });
      assert.match(error.message, new RegExp(status));
      holdsNoSecret([error, events, await ims.diagnose()], [KEY, TOKEN]);
    });
  }
}

/** A service that names this place for an upload, the upload, and what its store was asked. */
async function uploadTo(t, change, { answer, ...oss } = {}) {
  const [service, store] = [await startRecorder(t), await startRecorder(t)];
  store.otherwise(answer ?? { status: 404 });
  service.otherwise((request, response, { path }) => {
    const data = path.endsWith('upload-prepare')
      ? { ...HANDED, domain: store.url, ...change(store) }
      : { imageId: 'i', status: 'queued', name: 'n', list: [], total: 0 };
    const { status, headers, body } = json(data);
    response.writeHead(status, headers).end(request.method === 'DELETE' ? json(null).body : body);
  });
  const file = path.join(await temporaryFolder(t), 'disk.raw');
  await writeFile(file, '');
  await truncate(file, 6 * 1024 * 1024);
  const events = [];
  const ims = newClient(t, service.url, { retry: quickly(3), onRequest: (event) => events.push(event) });
  const task = ims.upload({ path: file }, rawImage({ name: 'n' }), { checkpoint: false, oss });
  return { task, service, store, events };
}

for (const [what, change, field] of [
  [
    'a bucket that would be another host',
    (store) => ({ bucket: `${store.url.replace('http://', '')}/` }),
    'bucket',
  ],
  ['a bucket that leads upwards', () => ({ bucket: '..' }), 'bucket'],
  ['a key that leads upwards', () => ({ file: '../../other' }), 'file'],
  ['a session token with a line break', () => ({ token: `${TOKEN}\r\nx-evil: 1` }), 'token'],
  ['a session token beyond ASCII', () => ({ token: `${TOKEN}é中` }), 'token'],
]) {
  test(`${what} ends the upload at once, and nothing is sent`, async (t) => {
    const oss = { endpoint: 'http://store.invalid', addressing: 'virtual' };
    const { task, service, store } = await uploadTo(t, change, oss);
    const error = await rejects(task.done, { kind: 'protocol', field, retryable: false });
    assert.ok(error.rule, 'the rule is told');
    holdsNoSecret([error], [KEY, TOKEN]);
    const asked = service.requests.filter(({ path }) => path.endsWith('upload-prepare'));
    assert.deepEqual([asked.length, store.requests.length], [1, 0]);
  });
}

test('a region of the store with a line break in it is told at once, without it', async (t) => {
  const body =
    '<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>r&#10;x-evil: 1</Region></Error>';
  const { task, store } = await uploadTo(t, () => ({}), { answer: { status: 400, body } });
  const error = await rejects(task.done, { kind: 'protocol', message: /region/ });
  assert.doesNotMatch(error.message, /evil/);
  assert.equal(store.requests.filter(({ method }) => /^P/.test(method)).length, 1);
});

test('a store that repeats the keys as message, code and request ID is not quoted with them', async (t) => {
  const cut = `${'x'.repeat(150)} ${KEY} ${TOKEN}`;
  const xml = `<Error><Code>${TOKEN}</Code><Message>${KEY}</Message><RequestId>${TOKEN}</RequestId></Error>`;
  for (const body of [cut, xml]) {
    const headers = body === cut ? { 'x-amz-request-id': TOKEN } : {};
    const { task, events } = await uploadTo(t, () => ({}), { answer: { status: 400, headers, body } });
    const error = await task.done.catch((error) => error);
    holdsNoSecret([error, events], [KEY, TOKEN, KEY.slice(0, 8), TOKEN.slice(0, 8)]);
  }
});

test('the signed address of an import stands in no error and no event', async (t) => {
  const events = [];
  const recorder = await startRecorder(t);
  const ims = newClient(t, recorder.url, { retry: quickly(1), onRequest: (event) => events.push(event) });
  const secret = 'the+signature/of=it';
  const query = `Expires=1700000000&Signature=${encodeURIComponent(secret)}`;
  const errors = [];
  for (const [url, kind] of [
    [`HTTPS://h.example.com/disk?${query}`, 'service'],
    [`https://user:${encodeURIComponent(secret)}@h.example.com/disk`, 'service'],
    [`https:/h.example.com/disk?${query}`, 'validation'],
    [`ftp://user:${secret}@h.example.com/disk`, 'validation'],
  ]) {
    recorder.next(failure(`IMG.Denied ${url} ${decodeURIComponent(url)} ${url.toLowerCase()}`));
    const error = await rejects(ims.importImage(importImage({ imageUrl: url })), { kind });
    if (kind === 'validation') assert.match(String(error.value), /h\.example\.com\/disk/);
    errors.push(error);
  }
  const misspelt = { ...importImage(), imageURL: `https://h.example.com/disk?${query}` };
  errors.push(await rejects(ims.importImage(misspelt), { kind: 'validation', field: 'imageURL' }));
  holdsNoSecret([errors, events], [secret]);
});

test('a secret is not quoted as pages and as the JSON of others spell it', async (t) => {
  const recorder = await startRecorder(t);
  const secret = 'Pa&ss<w>ord"\'+/=zz';
  const each = (spell) => [...secret].map((c) => (/\w/.test(c) ? c : spell(c.charCodeAt(0)))).join('');
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  const quoted = JSON.stringify(secret).slice(1, -1);
  const spelt = [
    html,
    html.replaceAll("'", '&#39;').replaceAll('>', '&gt;'),
    each((code) => `&#x${code.toString(16)};`),
    each((code) => `\\u00${code.toString(16)}`),
    quoted.replace(/[&<>]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    JSON.stringify(quoted).slice(1, -1),
    encodeURIComponent(encodeURIComponent(secret)),
  ];
  const events = [];
  const ims = newClient(t, recorder.url, {
    auth: { type: 'headers', headers: { 'x-secret': secret } },
    retry: quickly(1),
    onRequest: (event) => events.push(event),
  });
  for (const text of spelt) {
    for (const body of [
      `<html><p>you sent ${text}</p></html>`,
      `{"weird":"you sent ${text}"}`,
      `you sent ${text}`,
    ]) {
      recorder.next({ status: 400, headers: {}, body });
      const error = await rejects(ims.getImage('i'), { status: 400 });
      holdsNoSecret([error, events], [secret]);
      assert.match(error.message, /you sent \*\*\*/);
      assert.doesNotMatch(error.message, /Pa|zz/);
    }
  }
});
